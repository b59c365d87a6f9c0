"""Brings the outbox to the streams: what was committed is told, once, in the order of each contact.

One replica at a time does it for a bot. Rows are marked as tried before they are published and
removed after the PubAck; a process that dies in between leaves them, and the next one publishes
them again under the same ids, replies marked as repeats so that the sender looks before it sends.
Of one contact a row goes out only after the PubAck of the one before.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from prosa.clock import Clock
from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.identity import BotToken
from prosa.errors import Unavailable
from prosa.jetstream.connection import JetStream, Refused
from prosa.jetstream.dead_letters import DeadLetters
from prosa.postgres.database import Database
from prosa.waiting import happened
from services.handoff import telling
from services.handoff.metrics import HandoffMetrics
from services.handoff.postgres import outbox
from services.handoff.postgres.outbox import Row

log = structlog.get_logger(__name__)

EVERY = timedelta(milliseconds=500)
"""How soon what another replica left behind is found."""

BATCH = 256


class Publisher:
    """The outbox of one bot."""

    def __init__(
        self,
        bot: BotToken,
        database: Database,
        jetstream: JetStream,
        *,
        metrics: HandoffMetrics,
        clock: Clock,
    ) -> None:
        self._bot = bot
        self._database = database
        self._jetstream = jetstream
        self._letters = DeadLetters(jetstream, bot)
        self._metrics = metrics
        self._clock = clock
        self._wake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Say that there is something to publish."""
        self._wake.set()

    async def run(self) -> None:
        """Publish until `stop`."""
        away = False
        while not self._stopping:
            self._wake.clear()
            try:
                await self.flush()
                away = False
            except Unavailable as error:
                if not away:
                    log.warning("outbox_waits", bot=self._bot, reason=str(error))
                away = True
            await happened(self._wake, EVERY.total_seconds())

    def stop(self) -> None:
        """Publish no more; what is left stays in the table."""
        self._stopping = True
        self._wake.set()

    async def flush(self) -> None:
        """Publish all that is there. Raises Unavailable; what was acked is not published again."""
        async with (
            self._database.connection() as connection,
            outbox.alone(connection, self._bot, "outbox") as mine,
        ):
            while mine and not self._stopping:
                rows = await outbox.take(connection, self._bot, BATCH)
                if not rows:
                    return
                done = await self._publish(rows)
                await outbox.drop(connection, done)
                self._metrics.published.labels(self._bot).inc(len(done))
                if len(done) < len(rows):
                    raise Unavailable("NATS did not take all of the outbox")

    async def _publish(self, rows: Sequence[Row]) -> list[int]:
        """Publish in waves: each holds the next row of every contact. Gives what is stored."""
        done: list[int] = []
        waiting: dict[str, list[Row]] = {}
        for row in rows:
            waiting.setdefault(row.contact, []).append(row)
        while waiting:
            wave = [queue.pop(0) for queue in waiting.values()]
            taken = await asyncio.gather(*map(self._one, wave))
            done += [row.id for row, stored in zip(wave, taken, strict=True) if stored]
            failed = {row.contact for row, ok in zip(wave, taken, strict=True) if not ok}
            waiting = {c: queue for c, queue in waiting.items() if queue and c not in failed}
        return done

    async def _one(self, row: Row) -> bool:
        payload = row.payload
        if row.tried and row.is_outbound:
            payload = telling.as_repeat(payload)
        try:
            await self._jetstream.publish(row.subject, payload, message_id=row.message_id)
        except Unavailable:
            return False
        except Refused as refused:
            return await self._park(row, str(refused))
        return True

    async def _park(self, row: Row, why: str) -> bool:
        """Put away what the server will never take, so that it holds nobody up."""
        letter = DeadLetter(
            id=f"outbox:{row.message_id}",
            service="handoff",
            contact=row.contact,
            reason="refused",
            detail=why,
            origin_subject=row.subject,
            origin_stream="",
            origin_sequence=0,
            at_ms=self._clock.now_ms(),
            payload=row.payload,
        )
        try:
            await self._letters.park(letter)
        except (Unavailable, Refused):
            return False
        log.error("dead_letter", service="handoff", reason="refused", message_id=row.message_id)
        return True
