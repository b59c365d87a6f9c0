"""Messages get their vectors in the order in which they were written, and none is passed over."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from prosa.telemetry.metrics import Registry
from prosa.understanding.embedder import NGramEncoder
from services.analytics.embedding import SETTLED_MS, Embedding
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.records import Records
from services.analytics.search import Search
from services.analytics.writer import Writer
from tests.support.eventually import eventually
from tests.support.nats import BOT
from tests.support.records import ANA, BIA, NOON_MS, Kept, a_message, stored

ENCODER = NGramEncoder(512)
T = TypeVar("T")


class At:
    """A clock that stands still, and counts who looks: once a pass."""

    def __init__(self, at_ms: int) -> None:
        self.at_ms, self.looks = at_ms, 0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)

    def now_ms(self) -> int:
        self.looks += 1
        return self.at_ms


class Between:
    """Lends the writer, as the keeper does between two batches."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def with_writer(self, work: Callable[[Writer], T]) -> T:
        return work(self._kept.writer)


async def embed(kept: Kept, at_ms: int) -> None:
    """Let it work at an instant, until a pass has ended."""
    metrics, clock, records = AnalyticsMetrics(Registry()), At(at_ms), Records()
    records.open(kept.opened.root)
    embedding = Embedding(
        BOT,
        keeper=Between(kept),  # type: ignore[arg-type]  # all that is asked of it
        records=records,
        search=Search(BOT, records, ENCODER, metrics),
        embedder=ENCODER,
        metrics=metrics,
        clock=clock,
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(embedding.run())
        await eventually(lambda: clock.looks >= 2)
        embedding.stop()
    records.shut_down()


async def test_what_is_not_settled_yet_is_not_passed_over(kept: Kept) -> None:
    later_ms = NOON_MS + 400
    kept.writer.take(  # one commit, and the later message's id comes first
        [],
        [stored(a_message(BIA, 1), 1, NOON_MS), stored(a_message(ANA, 1), 2, later_ms)],
    )

    await embed(kept, NOON_MS + SETTLED_MS + 1)
    await embed(kept, later_ms + SETTLED_MS + 1)

    assert kept.value("select count(*) from embeddings") == 2
