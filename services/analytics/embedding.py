"""Gives messages their vectors, in batches, with what is left of the processor.

The model is the one that understands intents (`prosa.understanding`); its name and dimension stand
beside each vector. The work is cut into small batches in a thread of low priority, in the order in
which words were written; its place is kept in the transaction of its vectors. A text that was said
before (greetings, the bot's own) costs nothing again.
"""

import asyncio
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from prosa.clock import Clock
from prosa.contracts.identity import BotToken
from prosa.errors import Unavailable
from prosa.understanding.embedder import Embedder
from services.analytics.keeper import Keeper
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.records import Records, TooMuch
from services.analytics.search import UNREAD, Search
from services.analytics.writer import Writer

log = structlog.get_logger(__name__)

BATCH = 64
"""Messages in hand: about 60 ms of CPU."""

SETTLED_MS = 3_000
"""By then a message's turn has told its intent, which is kept beside its vector."""

_REMEMBERED = 5_000
_PAUSE = 1.0
_NICE = 10

_NEXT = """
select id, contact, happened_at, author, coalesce(intent, '') as intent, text, changed
from message_rows
where author is not null and text <> ''
  and (changed, id) > (
      coalesce((select changed from embedded where model = $model), 0),
      coalesce((select message from embedded where model = $model), '')
  )
  and changed < coalesce(
      (select min(changed) from message_rows where received_at >= $before), 'infinity'::double
  )
order by changed, id limit $rows
"""  # whole commits only: the mark would pass over a message that was left out of one


class Embedding:
    """A part: the vectors of one bot's messages."""

    def __init__(
        self,
        bot: BotToken,
        *,
        keeper: Keeper,
        records: Records,
        search: Search,
        embedder: Embedder,
        metrics: AnalyticsMetrics,
        clock: Clock,
    ) -> None:
        self._bot, self._keeper, self._records, self._search = bot, keeper, records, search
        self._embedder, self._metrics, self._clock = embedder, metrics, clock
        self._thread = ThreadPoolExecutor(
            1, thread_name_prefix=f"embedding-{bot}", initializer=_yield_to_others
        )
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Work until stopped; while the records are closed, wait. Raises Broken."""
        while not self._stopped.is_set():
            try:
                done = await self._embed_some()
            except (Unavailable, TooMuch):
                done = 0
            if done < BATCH:
                await self._rest()
        self._thread.shutdown()

    def stop(self) -> None:
        """Take no more."""
        self._stopped.set()

    async def _embed_some(self) -> int:
        model = self._embedder.model_id
        before = _instant(self._clock.now_ms() - SETTLED_MS)
        rows = await self._records.query(_NEXT, {"model": model, "rows": BATCH, "before": before})
        if not rows:
            return 0
        texts = [row["text"] for row in rows]
        loop = asyncio.get_running_loop()
        vectors = await loop.run_in_executor(self._thread, self._encode, texts)
        made = [
            _made(row, vector, model, self._embedder.dimension)
            for row, vector in zip(rows, vectors, strict=True)
        ]
        mark = (model, rows[-1]["changed"], rows[-1]["id"])
        await self._keeper.with_writer(partial(_keep, rows=made, mark=mark))
        self._metrics.embedded.labels(self._bot).inc(len(rows))
        return len(rows)

    def _encode(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        for text, vector in zip(new, self._embedder.encode(new), strict=True):
            self._known[text] = vector
        found = [self._known[text] for text in texts]
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    async def _rest(self) -> None:
        with suppress(Unavailable, TooMuch):
            (row,) = await self._records.query(UNREAD, {"model": self._embedder.model_id})
            self._metrics.unembedded.labels(self._bot).set(row["unread"])
        await self._search.forget_when_idle()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PAUSE):
                await self._stopped.wait()


def _keep(writer: Writer, *, rows: list[dict[str, Any]], mark: tuple[str, int, str]) -> None:
    writer.keep_vectors(rows, mark)


def _made(
    row: dict[str, Any], vector: NDArray[np.float32], model: str, dimension: int
) -> dict[str, Any]:
    return {
        "message": row["id"],
        "contact": row["contact"],
        "happened_at": row["happened_at"],
        "author": row["author"],
        "intent": row["intent"],
        "model": model,
        "dim": dimension,
        "vector": vector,
    }


def _yield_to_others() -> None:
    """Be polite: on Linux a thread has a priority of its own."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
