"""Meta's rates of a number, shared by all replicas of the sender.

The number's throughput is leased in short pieces from one document, by compare-and-set: a replica
that needs more takes the next piece, whoever is slow takes a later one. Inbound messages count
against it too; they are measured once a second from the inbound stream's last sequence. Who waits
in this process goes by the weights of the classes, so that campaigns neither starve nor press.

The messaging limit is a bucket with a key for each contact written to outside her window, which
forgets after 24 hours.
"""

import asyncio
from collections import deque
from datetime import timedelta

import msgspec

from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.chatbot import Limits
from prosa.contracts.identity import BotToken, ContactKey
from prosa.contracts.outbound import Priority
from prosa.errors import Unavailable
from prosa.jetstream.buckets import Bucket, Entry
from prosa.jetstream.connection import Conflict, JetStream
from services.sender import pacing

SLOWED = timedelta(seconds=30)
"""How long a number sends at half its rate after Meta's 130429."""

_MEASURE_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0
_COUNT_MS = 2000


class Tally(msgspec.Struct, frozen=True, omit_defaults=True):
    """The shared document of a number: when its next lease begins, and until when it is slowed."""

    arrival_ms: float = 0.0
    slowed_until_ms: int = 0
    v: int = 1


class Rates:
    """The rates of one bot's number."""

    def __init__(
        self,
        jetstream: JetStream,
        bot: BotToken,
        phone_number_id: str,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._jetstream = jetstream
        self._in_stream = subjects.in_stream(bot)
        self._tallies = Bucket(jetstream, subjects.bucket(bot, "rates"), Tally)
        self._initiated = Bucket(jetstream, subjects.bucket(bot, "initiated"), int)
        self._number = phone_number_id
        self._limits = limits
        self._clock = clock
        self._entry: Entry[Tally] | None = None
        self._lease: pacing.Lease | None = None
        self._taken = 0
        self._slowed_until_ms = 0
        self._per_second = float(limits.messages_per_second)
        self._inbound_per_second = 0.0
        self._strides = pacing.Strides()
        self._waiting: dict[Priority, deque[asyncio.Future[None]]] = {
            priority: deque() for priority in pacing.WEIGHTS
        }
        self._wanted = asyncio.Event()
        self._stopping = asyncio.Event()
        self._counted = (0, 0)

    async def run(self) -> None:
        """Hand out sends to those who wait, and measure what comes in, until `stop`."""
        async with asyncio.TaskGroup() as tasks:
            helpers = (tasks.create_task(self._hand_out()), tasks.create_task(self._measure()))
            await self._stopping.wait()
            for helper in helpers:
                helper.cancel()

    def stop(self) -> None:
        """End `run`; who still waits is given back to the queue."""
        self._stopping.set()
        for waiting in self._waiting.values():
            for turn in waiting:
                if not turn.done():
                    turn.set_exception(Unavailable("the sender stops"))

    async def take(self, priority: Priority) -> bool:
        """Wait until one message may leave; False at once when that takes longer than a while.

        Then it should wait in the queue, where a stop or a death costs it nothing. Raises
        Unavailable.
        """
        if not any(self._waiting.values()) and self._try_now():
            return True
        if len(self._waiting[priority]) >= self._patience(priority):
            return False
        turn = asyncio.get_running_loop().create_future()
        self._waiting[priority].append(turn)
        self._wanted.set()
        await turn
        return True

    def _patience(self, priority: Priority) -> float:
        """Count the messages of a class that leave within `_PATIENCE_SECONDS` by its share."""
        pressing = {p for p, turns in self._waiting.items() if turns} | {priority}
        share = pacing.WEIGHTS[priority] / sum(pacing.WEIGHTS[p] for p in pressing)
        return max(1.0, self._per_second * share * _PATIENCE_SECONDS)

    def slow(self) -> None:
        """Send at half the rate for a while, on all replicas: Meta said 130429."""
        self._slowed_until_ms = self._clock.now_ms() + SLOWED // timedelta(milliseconds=1)
        self._lease = None

    async def initiate(self, contact: ContactKey) -> bool:
        """Count a contact written to outside her window; False when the limit is used up.

        Replicas that count in the same moment may pass the limit by a few. Raises Unavailable.
        """
        limit = self._limits.contacts_per_day
        if limit == 0 or await self._initiated.get(contact) is not None:
            return True
        if await self._count_initiated() >= limit:
            return False
        try:
            await self._initiated.create(contact, self._clock.now_ms())
        except Conflict:
            return True
        count, at_ms = self._counted
        self._counted = (count + 1, at_ms)
        return True

    async def _count_initiated(self) -> int:
        count, at_ms = self._counted
        now_ms = self._clock.now_ms()
        if now_ms - at_ms > _COUNT_MS:
            count = (await self._jetstream.stream_state(f"KV_{self._initiated.name}")).subjects
            self._counted = (count, now_ms)
        return count

    # --- the number's throughput ------------------------------------------------------------------

    def _try_now(self) -> bool:
        """Use a leased send whose moment has come, without waiting."""
        if self._lease is None:
            return False
        taken, wait_ms = self._lease.take(self._taken, self._clock.now_ms())
        if taken > self._lease.count or wait_ms > 0:
            return False
        self._taken = taken
        return True

    async def _hand_out(self) -> None:
        while True:
            await self._wanted.wait()
            waiting = {priority for priority, turns in self._waiting.items() if turns}
            if not waiting:
                self._wanted.clear()
                continue
            try:
                await self._next_send()
            except Unavailable as error:
                self._give_up(error)
                continue
            waiting = {priority for priority, turns in self._waiting.items() if turns}
            turn = self._waiting[self._strides.choose(waiting)].popleft()
            if not turn.done():
                turn.set_result(None)

    async def _next_send(self) -> None:
        """Wait for the next moment at which a message may leave."""
        while True:
            if self._lease is not None:
                self._taken, wait_ms = self._lease.take(self._taken, self._clock.now_ms())
                if self._taken <= self._lease.count:
                    if wait_ms > 0:
                        await asyncio.sleep(wait_ms / 1000)
                    return
            await self._lease_more()

    async def _lease_more(self) -> None:
        while True:
            if self._entry is None:
                self._entry = await self._tallies.get(self._number)
            tally = self._entry.value if self._entry else Tally()
            now_ms = self._clock.now_ms()
            slowed_until_ms = max(tally.slowed_until_ms, self._slowed_until_ms)
            rate = pacing.usable_rate(
                self._limits.messages_per_second,
                self._inbound_per_second,
                slowed=now_ms < slowed_until_ms,
            )
            self._per_second = rate
            lease, arrival_ms = pacing.lease(tally.arrival_ms, now_ms, rate)
            tally = Tally(arrival_ms, slowed_until_ms)
            try:
                revision = await self._tallies.update(
                    self._number, tally, self._entry.revision if self._entry else 0
                )
            except Conflict:
                self._entry = None
                continue
            except Unavailable:
                self._entry = None
                raise
            self._entry = Entry(tally, revision)
            self._lease, self._taken = lease, 0
            return

    def _give_up(self, error: Unavailable) -> None:
        for turns in self._waiting.values():
            while turns:
                turn = turns.popleft()
                if not turn.done():
                    turn.set_exception(Unavailable(str(error)))

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        last: tuple[int, float] | None = None
        while True:
            try:
                sequence = (await self._jetstream.stream_state(self._in_stream)).last_sequence
            except Unavailable:
                last = None
            else:
                now = loop.time()
                if last is not None:
                    self._inbound_per_second = max(0, sequence - last[0]) / (now - last[1])
                last = (sequence, now)
            await asyncio.sleep(_MEASURE_SECONDS)
