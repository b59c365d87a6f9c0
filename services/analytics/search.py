"""Finds messages by what they mean, or by their words where a bot has no sentence encoder.

The console's API asks it (`Search` is its `Meaning`); its route carries the rule of who may.
"""

import asyncio
import time
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from prosa.contracts.identity import BotToken
from prosa.understanding.embedder import Embedder
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.records import Records
from services.analytics.vectors import Filter, Hit, Vectors

MOST = 200
"""Messages that one search gives at most."""

_LOADED = 20_000
_EPOCH = datetime.fromtimestamp(0, UTC)

_NEXT = """
select max(changed) as changed from (
    select changed from embeddings where model = $model and changed > $changed
    order by changed limit $rows
)
"""
_LOAD = """
select message, vector, epoch_ms(happened_at) as happened_ms, author, intent
from embeddings where model = $model and changed > $changed and changed <= $next
"""
_OLDER = """
select message, array_inner_product(vector, $question::float[512]) as score
from embeddings
where model = $model and happened_at < $before and happened_at >= $start
  and happened_at < $end and ($author = '' or author = $author)
  and ($intent = '' or intent = $intent)
order by score desc limit $count
"""
_SHOWN = """
select m.id, m.contact, coalesce(c.name, '') as name, coalesce(c.phone, '') as phone,
       epoch_ms(m.happened_at) as at, m.direction, m.author, m.kind, coalesce(m.text, '') as text,
       coalesce(m.intent, '') as intent, m.session
from messages m left join contacts c using (contact)
where m.id in (select unnest($ids))
"""
_BY_WORDS = """
select id, 0.0 as score from messages
where strip_accents(lower(text)) like '%' || $words || '%' escape '\\'
  and happened_at >= $start and happened_at < $end
  and ($author = '' or author = $author) and ($intent = '' or intent = $intent)
order by happened_at desc limit $count
"""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question; times are aware, `end` is not included."""

    q: str
    start: datetime | None = None
    end: datetime | None = None
    author: str = ""
    intent: str = ""
    limit: int = 20


class Match(msgspec.Struct, frozen=True, rename="camel"):
    """A message found; `at` in milliseconds since 1970, `score` -1 to 1 (0 when found by words)."""

    id: str
    contact: str
    name: str
    phone: str
    at: int
    direction: str
    author: str
    kind: str
    text: str
    intent: str
    session: str
    score: float


class Found(msgspec.Struct, frozen=True):
    """What was found, and how: by `meaning`, best first, or by `words`, newest first.

    `unread` messages wait for their vector and could not be found by meaning yet.
    """

    by: Literal["meaning", "words"]
    items: tuple[Match, ...]
    unread: int = 0


class Search:
    """Searches one bot's records. `embedder` is None for a bot that understands by TF-IDF."""

    def __init__(
        self,
        bot: BotToken,
        records: Records,
        embedder: Embedder | None,
        metrics: AnalyticsMetrics,
        *,
        held: int = 100_000,
        forget_after: timedelta = timedelta(minutes=30),
    ) -> None:
        self._bot, self._records, self._embedder, self._metrics = bot, records, embedder, metrics
        self._held, self._forget_after = held, forget_after.total_seconds()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"search-{bot}")
        self._one = asyncio.Lock()
        self._vectors: Vectors | None = None
        self._opening = 0
        self._asked_at = 0.0

    @property
    def by_meaning(self) -> bool:
        """Whether meaning can be asked for: the bot has a sentence encoder."""
        return self._embedder is not None

    async def search(self, asked: Asked) -> Found:
        """Answer a question. Raises Unavailable while the records are closed, TooMuch."""
        began = time.perf_counter()
        limit = max(1, min(asked.limit, MOST))
        if self._embedder is None or not asked.q.strip():
            hits = await self._by_words(asked, limit)
            return Found("words", await self._shown(hits))
        hits = await self._by_meaning(asked, limit, self._embedder)
        found = Found("meaning", await self._shown(hits), await self._unread(self._embedder))
        self._metrics.search_seconds.labels(self._bot).observe(time.perf_counter() - began)
        return found

    async def __call__(
        self,
        text: str,
        *,
        since: datetime,
        until: datetime,
        author: str,
        intent: str,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Give rows as the console shows found messages, each with its score."""
        asked = Asked(q=text, start=since, end=until, author=author, intent=intent, limit=limit)
        found = await self.search(asked)
        return [
            {
                "contact": each.contact,
                "name": each.name,
                "phone": each.phone,
                "at": each.at,
                "text": each.text,
                "author": each.author,
                "kind": each.kind,
                "intent": each.intent,
                "message": each.id,
                "score": each.score,
            }
            for each in found.items
        ]

    async def forget_when_idle(self) -> None:
        """Give the memory back when nobody has searched for a while."""
        async with self._one:
            if self._vectors and time.monotonic() - self._asked_at > self._forget_after:
                self._vectors = None

    # --- by meaning -------------------------------------------------------------------------------

    async def _by_meaning(self, asked: Asked, limit: int, embedder: Embedder) -> list[Hit]:
        only = Filter(_ms(asked.start), _ms(asked.end), asked.author, asked.intent)
        loop = asyncio.get_running_loop()
        async with self._one:
            self._asked_at = time.monotonic()
            vectors = await self._fresh(embedder)
            question = await loop.run_in_executor(self._thread, _encode, embedder, asked.q)
            hits = await loop.run_in_executor(self._thread, vectors.nearest, question, only, limit)
            before = vectors.oldest_ms
        if before and (only.start_ms or 0) < before:
            hits += await self._older(asked, limit, embedder, question, before)
            hits = sorted(hits, key=lambda hit: -hit.score)[:limit]
        return hits

    async def _fresh(self, embedder: Embedder) -> Vectors:
        """Bring the vectors in memory up to what is written."""
        if self._vectors is None or self._opening != self._records.openings:
            self._vectors = Vectors(embedder.dimension, self._held)
            self._opening = self._records.openings
        vectors = self._vectors
        model = {"model": embedder.model_id}
        while True:
            after = model | {"changed": vectors.changed}
            (row,) = await self._records.query(_NEXT, after | {"rows": _LOADED})
            if row["changed"] is None:
                return vectors
            table = await self._records.table(
                _LOAD, after | {"next": row["changed"]}, rows=2 * _LOADED
            )
            _add(vectors, table, row["changed"])

    async def _older(
        self,
        asked: Asked,
        limit: int,
        embedder: Embedder,
        question: NDArray[np.float32],
        before_ms: int,
    ) -> list[Hit]:
        rows = await self._records.query(
            _OLDER,
            {
                **_filters(asked, limit),
                "model": embedder.model_id,
                "question": question.tolist(),
                "before": datetime.fromtimestamp(before_ms / 1000, UTC),
            },
        )
        return [Hit(row["message"], row["score"]) for row in rows]

    async def _unread(self, embedder: Embedder) -> int:
        (row,) = await self._records.query(UNREAD, {"model": embedder.model_id})
        return int(row["unread"])

    # --- by words ---------------------------------------------------------------------------------

    async def _by_words(self, asked: Asked, limit: int) -> list[Hit]:
        rows = await self._records.query(
            _BY_WORDS, {**_filters(asked, limit), "words": _folded(asked.q)}
        )
        return [Hit(row["id"], row["score"]) for row in rows]

    async def _shown(self, hits: Sequence[Hit]) -> tuple[Match, ...]:
        rows = await self._records.query(_SHOWN, {"ids": [hit.message for hit in hits]})
        by_id: dict[str, dict[str, Any]] = {row["id"]: row for row in rows}
        return tuple(
            Match(**{**row, "session": row["session"] or ""}, score=round(hit.score, 4))
            for hit in hits
            if (row := by_id.get(hit.message))  # erased, or past its time, since
        )


UNREAD = """
select count(*) as unread from message_rows
where author is not null and text <> ''
  and changed > coalesce((select changed from embedded where model = $model), 0)
"""
"""Counts the messages that have no vector yet, but for the rest of one commit."""


def _encode(embedder: Embedder, text: str) -> NDArray[np.float32]:
    vector: NDArray[np.float32] = embedder.encode([text])[0]
    return vector


def _add(vectors: Vectors, table: Any, changed: int) -> None:
    flat = table["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    rows = table.num_rows
    vectors.add(
        table["message"].to_pylist(),
        flat.reshape(rows, -1),
        times=table["happened_ms"].to_numpy(),
        authors=table["author"].to_pylist(),
        intents=table["intent"].to_pylist(),
        changed=changed,
    )


def _filters(asked: Asked, count: int) -> dict[str, Any]:
    return {
        "start": asked.start or _EPOCH,
        "end": asked.end or datetime(9999, 1, 1, tzinfo=UTC),
        "author": asked.author,
        "intent": asked.intent,
        "count": count,
    }


def _folded(words: str) -> str:
    """Write words as they stand in the comparison; their own % and _ mean themselves."""
    plain = unicodedata.normalize("NFD", words.strip().lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _ms(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.timestamp() * 1000)
