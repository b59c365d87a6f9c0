"""Oldest first: which outbound of a contact may be handled now.

A work queue deletes what is acked, so the first message on a contact's subjects `high` and
`default` is the oldest unsent one; `low` (campaigns) neither waits nor holds up. That is the rule
between replicas. Within one process the outbounds of a contact queue up for their turn, oldest
first, so that most never have to be put back.
"""

import asyncio
import heapq
from collections import deque
from dataclasses import dataclass

from prosa.contracts import subjects
from prosa.contracts.identity import BotToken, ContactKey
from prosa.jetstream.connection import JetStream, Stored


@dataclass(frozen=True, slots=True)
class Next:
    """It is the oldest: its turn has come."""


@dataclass(frozen=True, slots=True)
class Behind:
    """An older one is still to be sent."""

    older: Stored


@dataclass(frozen=True, slots=True)
class Unseen:
    """The leader does not have it: it was acked, unless the leader has just changed."""


Place = Next | Behind | Unseen

_FINISHED = 4096
"""Sequences remembered: an ack takes a moment until a read shows it."""


class Turns:
    """One outbound of a contact at a time in this process, the oldest of those that wait."""

    def __init__(self) -> None:
        self._waiting: dict[ContactKey, list[tuple[int, int, asyncio.Future[None]]]] = {}
        self._entered = 0

    async def enter(self, contact: ContactKey, sequence: int) -> None:
        """Wait for the contact to be free; who enters must leave."""
        waiting = self._waiting.get(contact)
        if waiting is None:
            self._waiting[contact] = []
            return
        self._entered += 1  # keeps equal sequences from comparing futures
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(waiting, (sequence, self._entered, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(contact)
            raise

    def leave(self, contact: ContactKey) -> None:
        """Let the oldest that waits go on."""
        waiting = self._waiting[contact]
        while waiting:
            turn = heapq.heappop(waiting)[2]
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[contact]


class Order:
    """The rule between replicas, read from the stream."""

    def __init__(self, jetstream: JetStream, bot: BotToken) -> None:
        self._jetstream = jetstream
        self._bot = bot
        self._stream = subjects.out_stream(bot)
        self._low = subjects.outbound(bot, "low", "")
        self._finished: set[int] = set()
        self._oldest_finished: deque[int] = deque()

    def finished(self, sequence: int) -> None:
        """Say that an outbound is done, though its ack may still be on its way."""
        self._finished.add(sequence)
        self._oldest_finished.append(sequence)
        if len(self._oldest_finished) > _FINISHED:
            self._finished.discard(self._oldest_finished.popleft())

    async def place(self, contact: ContactKey, sequence: int) -> Place:
        """Tell whether an outbound is the first of its contact.

        When a follower's answer shows neither it nor an older one, the leader is asked. One that
        was finished here and comes again lost its ack on the way: its turn had come. Raises
        Unavailable.
        """
        if sequence in self._finished:
            return Next()
        for leader in (False, True):
            first = await self._first(contact, leader=leader)
            if first is not None and first.sequence <= sequence:
                return Next() if first.sequence == sequence else Behind(first)
        return Unseen()

    async def is_there(self, subject: str, sequence: int) -> bool:
        """Ask the leader whether an outbound is still to be sent: nobody has acked it.

        Raises Unavailable.
        """
        found = await self._jetstream.read(self._stream, subject, after=sequence - 1, leader=True)
        return bool(found) and found[0].sequence == sequence

    async def _first(self, contact: ContactKey, *, leader: bool) -> Stored | None:
        found = await self._unfinished("*", contact, leader=leader)
        if found is None or not found.subject.startswith(self._low):
            return found
        ordered = [
            await self._unfinished(priority, contact, leader=leader)
            for priority in ("high", "default")
        ]
        return min(
            (stored for stored in ordered if stored),
            key=lambda stored: stored.sequence,
            default=None,
        )

    async def _unfinished(
        self, priority: str, contact: ContactKey, *, leader: bool
    ) -> Stored | None:
        subject = subjects.outbound(self._bot, priority, contact)
        after = 0
        while found := await self._jetstream.read(
            self._stream, subject, after=after, leader=leader
        ):
            if found[0].sequence not in self._finished:
                return found[0]
            after = found[0].sequence
        return None
