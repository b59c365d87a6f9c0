"""Removes from OUT what was acked and stands there all the same.

A work queue deletes a message when it is acked. A nats-server that dies in between may come back
with the consumer's ack on disk and the message in the stream: it will never be delivered again, and
would hold up its contact for ever, because an older outbound goes first. What lies at or below a
consumer's ack floor was acked; of a class, the first message in the stream is enough to look at.
"""

import asyncio
from datetime import timedelta

import structlog

from prosa.contracts import subjects
from prosa.contracts.identity import BotToken
from prosa.contracts.outbound import Priority
from prosa.errors import Unavailable
from prosa.jetstream.connection import JetStream, Refused
from services.sender.metrics import SenderMetrics

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=5)
"""So long a contact may wait behind an orphan."""


class Orphans:
    """A part that looks for orphans of one bot until it is stopped."""

    def __init__(self, jetstream: JetStream, bot: BotToken, metrics: SenderMetrics) -> None:
        self._jetstream = jetstream
        self._bot = bot
        self._stream = subjects.out_stream(bot)
        self._metrics = metrics
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Look now and then."""
        while not self._stopped.is_set():
            for priority in subjects.PRIORITIES:
                try:
                    await self.remove(priority)
                except (Unavailable, Refused) as error:
                    log.warning("orphans_not_looked_for", error=str(error))
            try:
                async with asyncio.timeout(EVERY.total_seconds()):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    async def remove(self, priority: Priority) -> int:
        """Remove the orphans of one class; returns how many. Raises Unavailable or Refused."""
        subject = subjects.outbound(self._bot, priority, "*")
        removed = 0
        while first := await self._jetstream.read(self._stream, subject):
            sequence = first[0].sequence
            if sequence > await self._ack_floor(priority):
                break
            await self._delete(sequence)
            removed += 1
            log.warning("orphan_removed", bot=self._bot, sequence=sequence)
            self._metrics.orphans.labels(self._bot).inc()
        return removed

    async def _ack_floor(self, priority: Priority) -> int:
        durable = subjects.sender_consumer(priority)
        info = await self._jetstream.api(f"CONSUMER.INFO.{self._stream}.{durable}")
        floor: int = info["ack_floor"]["stream_seq"]
        return floor

    async def _delete(self, sequence: int) -> None:
        """Delete a message; it may have gone this moment, when its ack was just on its way."""
        try:
            await self._jetstream.api(f"STREAM.MSG.DELETE.{self._stream}", {"seq": sequence})
        except Refused:
            await self._jetstream.stream_state(
                self._stream
            )  # a stream that is gone is another matter
