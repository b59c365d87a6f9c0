"""Pulls deliveries from durable consumers and acks them: the one place that does.

The handler returns: ack. It raises RetryLater: the message comes again after that delay. Reject: it
goes to the dead letters. Anything else is a fault of ours: it comes again with growing delays, and
at the end goes to the dead letters too. A message is acked only after what replaces it is stored.

Pulls are refilled continuously, several durables share one pool of slots by weight, and what takes
long is marked as in progress, so that `ack_wait` can stay short. Deliveries counted by the server
do not tell attempts from waits; attempts are counted here, by sequence.
"""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import msgspec
import structlog

from prosa.clock import Clock
from prosa.contracts.topology import ACK_WAIT
from prosa.errors import Reject, RetryLater, Unavailable
from prosa.jetstream import dead_letters, wire
from prosa.jetstream.connection import JetStream
from prosa.jetstream.dead_letters import DeadLetters

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 6
"""Then a message is a dead letter: with `backoff` it was tried over about two minutes."""

_FIRST_BACKOFF = 0.5
_LONGEST_BACKOFF = 60.0
_UNAVAILABLE_BACKOFF = timedelta(seconds=1)
_PULL_SECONDS = 30.0
_LOST_PULL_SECONDS = _PULL_SECONDS + 3.0
_MARK_SECONDS = ACK_WAIT.total_seconds() / 3
_REMEMBERED_ATTEMPTS = 10_000
_BUSY_SECONDS = 2.0

Handler = Callable[["Delivery"], Awaitable[None]]


class Delivery:
    """One message in hand. `deliveries` is 1 the first time; `pending` is what waits behind it."""

    __slots__ = (
        "_headers",
        "_jetstream",
        "_reply",
        "at_ms",
        "deliveries",
        "durable",
        "payload",
        "pending",
        "sequence",
        "stream",
        "subject",
    )

    def __init__(
        self, jetstream: JetStream, subject: bytes, reply: bytes, headers: bytes, payload: bytes
    ) -> None:
        self._jetstream = jetstream
        self._reply = reply.decode()
        self._headers = headers
        self.subject = subject.decode()
        self.payload = payload
        # $JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<deliveries>.<sequence>.<its consumer's>
        # .<time>.<pending>[.<token>]
        tokens = self._reply.split(".")
        first = 2 if len(tokens) == _SHORT_ACK_TOKENS else 4
        self.stream, self.durable = tokens[first], tokens[first + 1]
        self.deliveries, self.sequence = int(tokens[first + 2]), int(tokens[first + 3])
        self.at_ms = int(tokens[first + 5]) // 1_000_000
        self.pending = int(tokens[first + 6])

    @property
    def headers(self) -> dict[str, str]:
        """Its headers."""
        return wire.read_headers(self._headers) if self._headers else {}

    def working(self) -> None:
        """Restart the server's clock: this one is still in hand."""
        self._answer(b"+WPI")

    def ack(self) -> None:
        """Say that it is handled: the server may forget it."""
        self._answer(b"")

    def nak(self, after: timedelta) -> None:
        """Ask for it again after this time."""
        self._answer(b'-NAK {"delay":%d}' % max(1, round(after.total_seconds() * 1e9)))

    def terminate(self, reason: str) -> None:
        """Ask never to see it again."""
        self._answer(b"+TERM " + reason.encode("ascii", "replace"))

    def _answer(self, payload: bytes) -> None:
        self._jetstream.write(self._reply, payload)


_SHORT_ACK_TOKENS = 9


class _Pull(msgspec.Struct):
    """One request for messages: how many are still to come, and when it is given up as lost."""

    open: int
    deadline: float


class _Durable:
    """One durable consumer: its weight, its pulls under way and what of it is in hand."""

    def __init__(self, name: str, weight: int, subject: str) -> None:
        self.name = name
        self.weight = weight
        self.subject = subject
        self.pulls: dict[bytes, _Pull] = {}
        self.in_hand = 0
        self.last_delivery = float("-inf")

    @property
    def asked(self) -> int:
        return sum(pull.open for pull in self.pulls.values())


class Consumer:
    """Runs a handler over the deliveries of one stream's durables, until stopped."""

    def __init__(
        self,
        jetstream: JetStream,
        *,
        service: str,
        stream: str,
        names: Sequence[tuple[str, int]],
        handle: Handler,
        dead_letters: DeadLetters,
        clock: Clock,
        limit: int = 256,
    ) -> None:
        """Share `limit` slots among the durables `names`, pairs of a name and its weight."""
        self.service = service
        self._jetstream = jetstream
        self._stream = stream
        self._handle = handle
        self._dead_letters = dead_letters
        self._clock = clock
        self._limit = limit
        self._durables = [
            _Durable(name, weight, f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}")
            for name, weight in names
        ]
        self._weights = sum(durable.weight for durable in self._durables)
        self._in_hand: dict[int, tuple[Delivery, float]] = {}
        self._attempts: OrderedDict[int, int] = OrderedDict()
        self._stopping = asyncio.Event()
        self._idle = asyncio.Event()
        self._paused = False
        self._inbox = ""
        self._last_pull = 0
        self._loop = asyncio.get_running_loop()
        self._tasks: asyncio.TaskGroup | None = None
        self.handled = 0
        self.last_progress = self._loop.time()

    async def run(self) -> None:
        """Consume until `stop`, then finish what is in hand."""
        async with asyncio.TaskGroup() as self._tasks:
            self._inbox = await self._jetstream.subscribe_inbox(
                f"pull-{id(self):x}", self._on_message
            )
            self._jetstream.on_reconnect(self._forget_pulls)
            self._refill()
            minder = self._tasks.create_task(self._mind())
            await self._stopping.wait()
            while self._in_hand:
                self._idle.clear()
                await self._idle.wait()
            minder.cancel()

    def stop(self) -> None:
        """Ask for no more; `run` returns when what is in hand is done."""
        self._stopping.set()

    def pause(self) -> None:
        """Ask for no more until `resume`: the queue stays where it is."""
        self._paused = True

    def resume(self) -> None:
        """Go on after `pause`."""
        if self._paused:
            self._paused = False
            self._refill()

    @property
    def in_hand(self) -> int:
        """Messages that a handler works on now."""
        return len(self._in_hand)

    def healthy(self, *, within: timedelta = timedelta(minutes=2)) -> bool:
        """Tell whether it moves: nothing in hand, or something finished lately."""
        return not self._in_hand or self._loop.time() - self.last_progress < within.total_seconds()

    # --- pulling ----------------------------------------------------------------------------------

    def _refill(self) -> None:
        """Ask for more: each durable up to its share of the slots.

        A durable is asked for when half of its share is free, so that one request brings many.
        """
        if self._stopping.is_set() or self._paused or not self._jetstream.connected:
            return
        for durable in self._durables:
            share = self._share(durable)
            room = share - durable.in_hand - durable.asked
            if room >= max(1, share // 2):
                self._pull(durable, room)

    def _share(self, durable: _Durable) -> int:
        """Divide the slots by weight among the durables that are busy; an idle one keeps a few."""
        since = self._loop.time() - _BUSY_SECONDS
        busy = [d for d in self._durables if d.in_hand or d.last_delivery > since]
        if durable in busy:
            return max(1, self._limit * durable.weight // sum(d.weight for d in busy))
        return max(1, self._limit * durable.weight // self._weights // 4)

    def _pull(self, durable: _Durable, batch: int) -> None:
        self._last_pull += 1
        token = b"%x" % self._last_pull
        durable.pulls[token] = _Pull(batch, self._loop.time() + _LOST_PULL_SECONDS)
        request = b'{"batch":%d,"expires":%d}' % (batch, int(_PULL_SECONDS * 1e9))
        self._jetstream.write(durable.subject, request, f"{self._inbox}.{token.decode()}")

    def _forget_pulls(self) -> None:
        for durable in self._durables:
            durable.pulls.clear()
        self._refill()

    def _on_message(self, subject: bytes, reply: bytes, headers: bytes, payload: bytes) -> None:
        token = subject[len(self._inbox) + 1 :]
        if not reply.startswith(b"$JS.ACK."):
            self._pull_ended(token)
            return
        delivery = Delivery(self._jetstream, subject, reply, headers, payload)
        # a delivery carries the stream subject; its pull is found by the durable
        durable = next(d for d in self._durables if d.name == delivery.durable)
        for open_token, pull in durable.pulls.items():
            pull.open -= 1
            if pull.open <= 0:
                del durable.pulls[open_token]
            break
        durable.last_delivery = self._loop.time()
        if self._stopping.is_set():
            delivery.nak(timedelta(milliseconds=1))
            return
        if delivery.sequence in self._in_hand:  # we were slower than ack_wait; its ack will do
            return
        durable.in_hand += 1
        self._in_hand[delivery.sequence] = (delivery, self._loop.time())
        assert self._tasks is not None  # noqa: S101 - run() made it before the inbox was open
        self._tasks.create_task(self._attend(delivery, durable))

    def _pull_ended(self, token: bytes) -> None:
        for durable in self._durables:
            if durable.pulls.pop(token, None):
                break
        self._refill()

    async def _mind(self) -> None:
        """Mark what takes long as in progress, and ask again when a pull was lost."""
        while True:
            await asyncio.sleep(_MARK_SECONDS)
            now = self._loop.time()
            for delivery, since in self._in_hand.values():
                if now - since >= _MARK_SECONDS:
                    delivery.working()
            for durable in self._durables:
                for token, pull in list(durable.pulls.items()):
                    if pull.deadline < now:
                        del durable.pulls[token]
            self._refill()

    # --- handling ---------------------------------------------------------------------------------

    async def _attend(self, delivery: Delivery, durable: _Durable) -> None:
        try:
            await self._attempt(delivery)
        finally:
            durable.in_hand -= 1
            self._in_hand.pop(delivery.sequence, None)
            self.handled += 1
            self.last_progress = self._loop.time()
            if not self._in_hand:
                self._idle.set()
            self._refill()

    async def _attempt(self, delivery: Delivery) -> None:
        try:
            await self._handle(delivery)
        except RetryLater as later:
            if later.waited:
                delivery.nak(later.after)
            else:
                await self._again(delivery, later.after, later.reason or "retry")
        except Reject as rejected:
            await self._bury(delivery, rejected.reason, rejected.detail)
        except Unavailable as error:
            log.warning("unavailable", service=self.service, error=str(error))
            delivery.nak(_UNAVAILABLE_BACKOFF)
        except Exception as error:
            log.exception("handler_failed", service=self.service, sequence=delivery.sequence)
            await self._again(delivery, None, type(error).__name__)
        else:
            self._attempts.pop(delivery.sequence, None)
            delivery.ack()

    async def _again(self, delivery: Delivery, after: timedelta | None, reason: str) -> None:
        attempt = self._attempts.pop(delivery.sequence, 0) + 1
        if attempt >= MAX_ATTEMPTS:
            await self._bury(delivery, "attempts_exhausted", reason, attempts=attempt)
            return
        self._attempts[delivery.sequence] = attempt
        while len(self._attempts) > _REMEMBERED_ATTEMPTS:
            self._attempts.popitem(last=False)
        delivery.nak(after if after is not None else backoff(attempt))

    async def _bury(
        self, delivery: Delivery, reason: str, detail: str, *, attempts: int | None = None
    ) -> None:
        letter = dead_letters.write(
            delivery,
            service=self.service,
            stream=delivery.stream,
            reason=reason,
            detail=detail,
            attempts=attempts or delivery.deliveries,
            at_ms=self._clock.now_ms(),
        )
        try:
            await self._dead_letters.park(letter)
        except Exception:
            log.exception("dead_letter_not_stored", service=self.service, reason=reason)
            delivery.nak(_UNAVAILABLE_BACKOFF)
            return
        log.error("dead_letter", service=self.service, reason=reason, sequence=delivery.sequence)
        delivery.terminate(reason)


def backoff(attempt: int, *, factor: int = 4) -> timedelta:
    """Give the delay before another attempt: from half a second up to a minute, with jitter."""
    longest = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * factor ** (attempt - 1))
    return timedelta(seconds=longest * random.uniform(0.75, 1.25))  # noqa: S311 - no secret
