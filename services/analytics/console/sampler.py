"""Asks JetStream for a bot's queues every two seconds and keeps half an hour of what it said.

The half hour is in memory: it is for looking at now, and the records tell the past. While NATS is
away there are no samples, and the pages are told so once.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog

from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.identity import BotToken
from prosa.errors import ProsaError, Unavailable
from prosa.jetstream.connection import JetStream, Refused
from prosa.waiting import happened
from prosa.web.live import Ring
from services.analytics.console import queues
from services.analytics.console.queues import Mark, Sample, StreamAnswer

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=2)
KEPT = timedelta(minutes=30)
_PAGE = 256  # consumers in one answer of CONSUMER.LIST; a bot has eight


class Watch:
    """The queues of one bot: the last half hour, and the ring that pages read."""

    def __init__(self, jetstream: JetStream, bot: BotToken, clock: Clock) -> None:
        self.bot = bot
        self.history: deque[Sample] = deque(maxlen=int(KEPT / EVERY))
        # Behind it stands no stream: numbers begin above those of an earlier life.
        self.ring = Ring(last=clock.now_ms())
        self.away = False
        self._jetstream = jetstream
        self._mark: Mark | None = None
        self._streams = {
            "IN": subjects.in_stream(bot),
            "OUT": subjects.out_stream(bot),
            "EVT": subjects.evt_stream(bot),
            "DLQ": subjects.dlq_stream(bot),
        }

    async def look(self) -> None:
        """Take one sample and tell it, or tell that NATS is away."""
        try:
            answers = await asyncio.gather(
                *(self._ask(name, stream) for name, stream in self._streams.items())
            )
            oldest = await self._oldest(answers)
        except (Unavailable, Refused) as error:
            if not self.away:
                log.warning("queues_unknown", bot=self.bot, problem=str(error))
                self.ring.publish({"away": True})
            self.away = True
            return
        sample, self._mark = queues.read(answers, oldest, self._mark)
        self.away = False
        self.history.append(sample)
        self.ring.publish({"sample": sample})

    async def _ask(self, name: str, stream: str) -> StreamAnswer:
        info = await self._jetstream.api(f"STREAM.INFO.{stream}")
        consumers: list[Mapping[str, Any]] = []
        if info["state"]["consumer_count"]:
            listed = await self._jetstream.api(f"CONSUMER.LIST.{stream}", {"offset": 0})
            consumers = listed.get("consumers") or []
        return StreamAnswer(name, info, consumers[:_PAGE])

    async def _oldest(self, answers: Sequence[StreamAnswer]) -> dict[tuple[str, str], int]:
        """Read when the first message above each ack floor was stored."""
        asked = [
            ((answer.name, consumer["name"]), consumer)
            for answer in answers
            for consumer in answer.consumers
            if queues.waits(consumer)
        ]
        found = await asyncio.gather(*(self._first(key[0], consumer) for key, consumer in asked))
        return {
            key: at_ms for (key, _), at_ms in zip(asked, found, strict=True) if at_ms is not None
        }

    async def _first(self, name: str, consumer: Mapping[str, Any]) -> int | None:
        after = consumer["ack_floor"]["stream_seq"]
        firsts = await asyncio.gather(
            *(
                self._jetstream.read(self._streams[name], subject, after=after)
                for subject in queues.filters(consumer)
            )
        )
        return min((first[0].at_ms for first in firsts if first), default=None)


class Sampler:
    """Looks at all bots until stopped: a part of the process."""

    def __init__(self, watches: Sequence[Watch], every: timedelta = EVERY) -> None:
        self._watches = watches
        self._every = every.total_seconds()
        self._stopping = asyncio.Event()

    @property
    def watches(self) -> Sequence[Watch]:
        """What is sampled, a bot each."""
        return self._watches

    async def run(self) -> None:
        """Look, rest, look again; a bot that cannot be read does not stop the others."""
        while not self._stopping.is_set():
            for watch in self._watches:
                try:
                    await watch.look()
                except ProsaError as error:
                    log.warning("queues_unknown", bot=watch.bot, problem=str(error))
            await happened(self._stopping, self._every)

    def stop(self) -> None:
        """End the pages' streams too: a server that stops would wait for them."""
        self._stopping.set()
        for watch in self._watches:
            watch.ring.close()
