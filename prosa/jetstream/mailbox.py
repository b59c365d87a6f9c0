"""The mailbox: each contact's messages in order, once, by any number of replicas.

A delivery is a wake-up that says "look at this contact"; the truth is the stream and the contact
document. A turn reads all messages after the document's cursor, has them decided, and commits
state, cursor and outbox in one compare-and-set; then it publishes the outbox, and only then is the
wake-up acked. A crash between any two steps is repeated by redelivery and has the same end.

What a turn decides is not known here: `Decisions` is what conversation brings.
"""

import asyncio
import traceback
from collections import OrderedDict
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import msgspec
import structlog

from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.contact import Contact, digest, is_recent, remember
from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.identity import BotToken, ContactKey
from prosa.contracts.inbound import Inbound, deserves_quiet_time, silences_bot
from prosa.contracts.outbound import Outbound
from prosa.contracts.turn import OutboxItem, Received, Turn
from prosa.errors import Reject, RetryLater, Unavailable
from prosa.jetstream import dead_letters
from prosa.jetstream.buckets import Bucket, Entry
from prosa.jetstream.connection import Conflict, JetStream, PubAck, Refused, Stored
from prosa.jetstream.consumer import Delivery, backoff
from prosa.telemetry import tracing

log = structlog.get_logger(__name__)

DRAIN = 64
"""Messages of one turn at most; a longer backlog is several turns."""

MAX_ATTEMPTS = 5
"""Failures of a turn before its messages are tried one by one, and the poison is parked.

With `backoff` doubling, she is told after about eight seconds."""

DEADLY_DELIVERIES = 15
"""A wake-up that came so often killed those who held it: quiet time naks it six times at most."""

STALE_OUTBOX = timedelta(days=7)
"""An outbox this old left long ago: the sender forgets what it sent after 8 days."""

SLOW_MS = 50
"""A turn that took longer asked a tool: an agent may have claimed the conversation meanwhile."""

_RACES = 5
_RACE_DELAY = timedelta(milliseconds=200)
_SHORTEST_WAIT = timedelta(milliseconds=10)

_encode = msgspec.json.Encoder().encode
_decode_inbound = msgspec.json.Decoder(Inbound).decode


class Decisions(Protocol):
    """What conversation brings."""

    async def take_turn(self, contact: Contact, received: Sequence[Received]) -> Turn:
        """Decide one turn. Raises RetryLater or Reject; anything else is a fault and retried."""
        ...

    def give_up(self, contact: Contact, received: Received) -> Turn:
        """Tell the customer that this message cannot be handled; it is parked beside."""
        ...

    def wait(self, contact: Contact, inbound: Inbound) -> Outbound | None:
        """Give a courtesy to send while a turn waits for quiet, such as the typing indicator."""
        ...


class _Held(msgspec.Struct):
    """A document as this process knows it; `flushed` when its outbox is surely published."""

    contact: Contact
    revision: int
    flushed: bool


class _Slot:
    """What one process keeps of one contact."""

    __slots__ = ("failures", "held", "lock")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.held: _Held | None = None
        self.failures = 0


class Mailboxes:
    """All contacts of one bot; `handle` is the handler of the wake-ups' consumer."""

    def __init__(
        self,
        jetstream: JetStream,
        bot: BotToken,
        contacts: Bucket[Contact],
        decisions: Decisions,
        clock: Clock,
        *,
        quiet_time: timedelta,
        max_wait: timedelta,
        keep: int = 5_000,
    ) -> None:
        """Keep up to `keep` documents in memory; the revision fences what is stale there."""
        self._jetstream = jetstream
        self._bot = bot
        self._contacts = contacts
        self._decisions = decisions
        self._clock = clock
        self._quiet_time = quiet_time
        self._max_wait = max_wait
        self._keep = keep
        self._slots: OrderedDict[ContactKey, _Slot] = OrderedDict()
        self._stream = subjects.in_stream(bot)
        self.races = 0
        self.repeats = 0

    async def handle(self, delivery: Delivery) -> None:
        """Bring one contact up to the message that woke us, or further."""
        key = subjects.contact_of(delivery.subject)
        slot = self._slot(key)
        parent = tracing.extract(delivery.headers)
        async with slot.lock:
            with tracing.span("turn", parent, sequence=delivery.sequence):
                await self._settle(slot, key, delivery)

    async def _settle(self, slot: _Slot, key: ContactKey, delivery: Delivery) -> None:
        """Catch up, starting anew when another replica was quicker."""
        for _ in range(_RACES):
            try:
                await self._catch_up(slot, key, delivery)
            except Conflict:
                self.races += 1
                slot.held = None
            else:
                return
        raise RetryLater(_RACE_DELAY, "another replica is at work", waited=True)

    # --- one wake-up ------------------------------------------------------------------------------

    async def _catch_up(self, slot: _Slot, key: ContactKey, delivery: Delivery) -> None:
        held = slot.held
        if held is None:
            held = slot.held = await self._load(key)
        if not held.flushed:
            await self._flush(held, repeat=True)
        while held.contact.cursor < delivery.sequence:
            stored = await self._drain(key, held.contact.cursor, delivery.sequence)
            if not stored:
                return  # erased meanwhile: nothing is left to answer
            await self._wait_for_quiet(held.contact, stored, delivery)
            held = await self._advance(slot, held, stored, delivery)

    async def _advance(
        self, slot: _Slot, held: _Held, stored: Sequence[Stored], delivery: Delivery
    ) -> _Held:
        """Commit one turn over `stored`, or message by message when it fails again and again."""
        if delivery.deliveries >= DEADLY_DELIVERIES:
            return await self._one_by_one(slot, held, stored, deadly=delivery.sequence)
        try:
            held = await self._take_turn(slot, held, stored)
        except (Conflict, Unavailable):
            raise
        except Reject:
            return await self._one_by_one(slot, held, stored)
        except RetryLater as later:
            slot.failures += 1
            if slot.failures < MAX_ATTEMPTS:
                raise RetryLater(later.after, later.reason, waited=True) from later
            return await self._one_by_one(slot, held, stored)
        except Exception as error:
            slot.failures += 1
            _log_fault(error, held.contact.key, slot.failures)
            if slot.failures < MAX_ATTEMPTS:
                raise RetryLater(
                    backoff(slot.failures, factor=2), type(error).__name__, waited=True
                ) from error
            return await self._one_by_one(slot, held, stored)
        slot.failures = 0
        return held

    async def _one_by_one(
        self, slot: _Slot, held: _Held, stored: Sequence[Stored], *, deadly: int = 0
    ) -> _Held:
        """Take each message as a turn of its own; park the one that fails, and go on behind it."""
        for message in stored:
            if message.sequence <= held.contact.cursor:
                continue  # a slow turn before it took it along
            if message.sequence == deadly:
                held = await self._park(slot, held, message, "deadly", "its handler died each time")
                continue
            try:
                held = await self._take_turn(slot, held, (message,))
            except (Conflict, Unavailable):
                raise
            except Reject as rejected:
                held = await self._park(slot, held, message, rejected.reason, rejected.detail)
            except Exception as error:  # noqa: BLE001 - whatever it is, those behind it wait
                held = await self._park(slot, held, message, "poison", type(error).__name__)
        slot.failures = 0
        return held

    async def _take_turn(self, slot: _Slot, held: _Held, stored: Sequence[Stored]) -> _Held:
        began = self._clock.now_ms()
        received, letters = self._decode(stored)
        fresh, digests = _not_seen(held.contact, received)
        turn = Turn(held.contact)
        if fresh:
            turn = await self._decisions.take_turn(held.contact, fresh)
        if _says_something(turn) and self._clock.now_ms() - began >= SLOW_MS:
            late = await self._until_people_took_over(held.contact.key, stored[-1].sequence)
            if late:
                return await self._take_along(slot, held, turn, (stored, late))
        turn = Turn(turn.contact, (*turn.outbox, *letters))
        return await self._commit(slot, held, turn, stored, digests)

    async def _take_along(
        self,
        slot: _Slot,
        held: _Held,
        turn: Turn,
        parts: tuple[Sequence[Stored], Sequence[Stored]],
    ) -> _Held:
        """Commit a slow turn together with what came meanwhile, up to people's taking over.

        The document then has the new owner before the bot's answer is published: the sender drops
        it as computed under an old revision, however quick it is.
        """
        stored = [*parts[0], *parts[1]]
        received, letters = self._decode(stored)
        fresh, digests = _not_seen(held.contact, received)
        late = [message for message in fresh if message.sequence > parts[0][-1].sequence]
        if late:
            after = await self._decisions.take_turn(turn.contact, late)
            turn = Turn(after.contact, (*turn.outbox, *after.outbox))
        turn = Turn(turn.contact, (*turn.outbox, *letters))
        return await self._commit(slot, held, turn, stored, digests)

    async def _until_people_took_over(self, key: ContactKey, after: int) -> list[Stored]:
        """Read what came meanwhile, up to the last fact that takes her from the bot; else nothing.

        What she wrote herself meanwhile is another turn, as long as the bot has the conversation.
        """
        subject = subjects.inbound(self._bot, key)
        stored = await self._jetstream.read(self._stream, subject, after=after, limit=DRAIN)
        received, _ = self._decode(stored)
        last = max((m.sequence for m in received if silences_bot(m.inbound.body)), default=0)
        return [message for message in stored if message.sequence <= last]

    async def _park(
        self, slot: _Slot, held: _Held, message: Stored, reason: str, detail: str
    ) -> _Held:
        received, letters = self._decode((message,))
        turn, digests = Turn(held.contact), list[str]()
        if received:
            turn = self._decisions.give_up(held.contact, received[0])
            letters = [self._letter(message, reason, detail, attempts=MAX_ATTEMPTS)]
            digests = [digest(received[0].inbound.id, received[0].inbound.replay)]
        log.error("dead_letter", service="conversation", reason=reason, sequence=message.sequence)
        turn = Turn(turn.contact, (*turn.outbox, *letters))
        return await self._commit(slot, held, turn, (message,), digests)

    async def _commit(
        self,
        slot: _Slot,
        held: _Held,
        turn: Turn,
        stored: Sequence[Stored],
        digests: list[str],
    ) -> _Held:
        """Write the turn in one compare-and-set, then publish its outbox. Raises Conflict."""
        contact = msgspec.structs.replace(
            turn.contact,
            cursor=stored[-1].sequence,
            recent=remember(turn.contact.recent, digests, self._clock.now_ms()),
            outbox=turn.outbox,
        )
        if held.revision:
            revision = await self._contacts.update(contact.key, contact, held.revision)
        else:
            revision = await self._contacts.create(contact.key, contact)
        committed = slot.held = _Held(contact, revision, flushed=not turn.outbox)
        if turn.outbox:
            await self._flush(committed, repeat=False)
        return committed

    # --- reading ----------------------------------------------------------------------------------

    async def _load(self, key: ContactKey) -> _Held:
        entry: Entry[Contact] | None = await self._contacts.get(key)
        if entry is None:
            return _Held(Contact(key=key), 0, flushed=True)
        oldest = self._clock.now_ms() - STALE_OUTBOX // timedelta(milliseconds=1)
        stale = all(_made_at(item) < oldest for item in entry.value.outbox)
        return _Held(entry.value, entry.revision, flushed=stale)

    async def _drain(self, key: ContactKey, cursor: int, wanted: int) -> list[Stored]:
        """Read what comes after the cursor, up to the wake-up's message at least.

        A follower that lags shows a prefix: acking on its word would lose the rest.
        """
        subject = subjects.inbound(self._bot, key)
        stored = await self._jetstream.read(self._stream, subject, after=cursor, limit=DRAIN)
        if len(stored) < DRAIN and (not stored or stored[-1].sequence < wanted):
            stored = await self._jetstream.read(
                self._stream, subject, after=cursor, limit=DRAIN, leader=True
            )
        return stored

    def _decode(self, stored: Sequence[Stored]) -> tuple[list[Received], list[DeadLetter]]:
        received: list[Received] = []
        letters: list[DeadLetter] = []
        for message in stored:
            try:
                inbound = _decode_inbound(message.payload)
            except msgspec.MsgspecError as error:
                letters.append(self._letter(message, "undecodable", str(error)))
            else:
                received.append(Received(inbound, message.sequence, message.at_ms))
        return received, letters

    async def _wait_for_quiet(
        self, contact: Contact, stored: Sequence[Stored], delivery: Delivery
    ) -> None:
        """Let a burst end before it is answered. Raises RetryLater with what is left to wait."""
        if not self._quiet_time or contact.owner != "bot" or len(stored) == DRAIN:
            return
        try:
            newest = _decode_inbound(stored[-1].payload)
        except msgspec.MsgspecError:
            return
        if not deserves_quiet_time(newest.body):
            return
        due_ms = min(
            stored[-1].at_ms + self._quiet_time // _MILLISECOND,
            stored[0].at_ms + self._max_wait // _MILLISECOND,
        )
        left = timedelta(milliseconds=due_ms - self._clock.now_ms())
        if left <= timedelta(0):
            return
        if delivery.deliveries == 1 and (courtesy := self._decisions.wait(contact, newest)):
            self._publish(courtesy).add_done_callback(_forget)
        # no longer than the quiet time, whatever the clocks of two machines say
        raise RetryLater(
            max(_SHORTEST_WAIT, min(left, self._quiet_time)), "quiet time", waited=True
        )

    # --- publishing -------------------------------------------------------------------------------

    async def _flush(self, held: _Held, *, repeat: bool) -> None:
        """Publish the outbox; who finds it later repeats it, and says so. Raises Unavailable."""
        if repeat:
            self.repeats += 1
        outcomes = await asyncio.gather(
            *(self._publish(item, repeat=repeat) for item in held.contact.outbox),
            return_exceptions=True,
        )
        for item, outcome in zip(held.contact.outbox, outcomes, strict=True):
            if isinstance(outcome, Refused):  # too large for the server, which no retry mends
                log.error("outbox_item_refused", item=item.id, error=str(outcome))
            elif isinstance(outcome, BaseException):
                raise outcome
        held.flushed = True

    def _publish(self, item: OutboxItem, *, repeat: bool = False) -> asyncio.Future[PubAck]:
        headers: dict[str, str] = {}
        tracing.inject(headers)
        if isinstance(item, Outbound):
            subject = subjects.outbound(self._bot, item.priority, item.contact)
            message_id = str(item.id)
            if repeat:
                item = msgspec.structs.replace(item, repeat=True)
        elif isinstance(item, DeadLetter):
            subject, message_id = dead_letters.address(self._bot, item)
        else:
            subject = subjects.event(self._bot, item.kind, item.contact)
            message_id = item.id
        return self._jetstream.publish_soon(
            subject, _encode(item), message_id=message_id, headers=headers
        )

    def _letter(
        self, message: Stored, reason: str, detail: str, *, attempts: int = 1
    ) -> DeadLetter:
        return dead_letters.write(
            message,
            service="conversation",
            stream=self._stream,
            reason=reason,
            detail=detail,
            attempts=attempts,
            at_ms=self._clock.now_ms(),
        )

    def _slot(self, key: ContactKey) -> _Slot:
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = _Slot()
            self._evict()
        else:
            self._slots.move_to_end(key)
        return slot

    def _evict(self) -> None:
        while len(self._slots) > self._keep:
            key, slot = next(iter(self._slots.items()))
            if slot.lock.locked():
                return
            del self._slots[key]


_MILLISECOND = timedelta(milliseconds=1)


def _not_seen(contact: Contact, received: Sequence[Received]) -> tuple[list[Received], list[str]]:
    """Leave out what was handled before, even days ago, and what came twice in this drain."""
    fresh: list[Received] = []
    digests: list[str] = []
    for message in received:
        key = digest(message.inbound.id, message.inbound.replay)
        if key not in digests and not is_recent(contact, key):
            fresh.append(message)
            digests.append(key)
    return fresh, digests


def _says_something(turn: Turn) -> bool:
    return any(isinstance(item, Outbound) for item in turn.outbox)


def _made_at(item: OutboxItem) -> int:
    return item.created_at_ms if isinstance(item, Outbound) else item.at_ms


def _forget(done: asyncio.Future[PubAck]) -> None:
    if not done.cancelled():
        done.exception()  # a courtesy that did not leave is no loss


def _log_fault(error: Exception, key: ContactKey, failures: int) -> None:
    """Tell where a turn broke, without the error's words: they may be the customer's."""
    where = "".join(traceback.format_tb(error.__traceback__)[-3:])
    log.error(
        "turn_failed", contact=key, failures=failures, error=type(error).__name__, where=where
    )
