"""Works off the notifications of one bot: claim what is due, deliver, settle.

A row is settled whatever happens: delivered, given back with a pause, or parked as a dead letter.
What dies in between leaves a lease that ends. PostgreSQL away: nothing is claimed, and what was
delivered meanwhile is written down when it is back.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import msgspec
import structlog

from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.identity import BotToken
from prosa.errors import Reject, RetryLater, Unavailable
from prosa.jetstream.connection import Refused
from prosa.jetstream.dead_letters import DeadLetters
from prosa.waiting import happened
from services.handoff.notify import retries
from services.handoff.notify.metrics import NotificationMetrics
from services.handoff.notify.notification import (
    Channel,
    ChannelName,
    LeaseLost,
    Notification,
    Unanswered,
)
from services.handoff.notify.postgres import NOTIFICATION_HEADER, Claimed, Rows

log = structlog.get_logger(__name__)

DELIVERY = timedelta(seconds=100)
"""Longest time for one delivery: six answers of a mail server, or six calls to a CRM."""

LEASE = timedelta(seconds=150)
"""Longer than a delivery and what is written down after it: a row in hand is not taken over."""

AT_ONCE = 8
"""Deliveries under way for one bot."""

LOOK = timedelta(seconds=1)
"""Between two looks at what is due, unless `wake` is called."""

_HOUSEKEEPING = timedelta(seconds=15)
_AWAY_SECONDS = 1.0

_encode = msgspec.json.Encoder().encode


class Notifier:
    """A part of the handoff service (`prosa.service.Part`)."""

    def __init__(
        self,
        *,
        bot: BotToken,
        rows: Rows,
        channels: Mapping[ChannelName, Channel],
        dead_letters: DeadLetters,
        metrics: NotificationMetrics,
        clock: Clock,
        chance: Callable[[], float],
        first_pause: timedelta = retries.FIRST,
        lease: timedelta = LEASE,
        look: timedelta = LOOK,
    ) -> None:
        self._bot = bot
        self._rows = rows
        self._channels = channels
        self._dead_letters = dead_letters
        self._metrics = metrics
        self._clock = clock
        self._chance = chance
        self._first_pause = first_pause
        self._lease = lease
        self._look = look
        self._stopping = False
        self._woken = asyncio.Event()
        self._hands: set[asyncio.Task[None]] = set()
        for channel in channels:  # a counter that begins at its first event has no first increase
            for counter in (metrics.delivered, metrics.retried, metrics.dead):
                counter.labels(bot, channel)
        metrics.ambiguous.labels(bot)

    def wake(self) -> None:
        """Look at once: rows were made."""
        self._woken.set()

    def stop(self) -> None:
        """Claim no more; `run` returns when what is in hand is settled."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Work until `stop`."""
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(self._keep_house())
            while not self._stopping:
                if not await self._take(group):
                    await self._rest()
            keeper.cancel()

    async def _take(self, group: asyncio.TaskGroup) -> bool:
        """Begin what is due and fits into our hands; tells whether there may be more."""
        room = AT_ONCE - len(self._hands)
        if room <= 0:
            return False
        try:
            claimed = await self._rows.claim(secrets.token_hex(8), room, self._lease)
        except Unavailable as error:
            log.warning("notifications_unavailable", problem=str(error))
            await asyncio.sleep(_AWAY_SECONDS)
            return False
        for row in claimed:
            task = group.create_task(self._work(row))
            self._hands.add(task)
            task.add_done_callback(self._hand_is_free)
        return len(claimed) == room

    def _hand_is_free(self, task: asyncio.Task[None]) -> None:
        self._hands.discard(task)
        self._woken.set()

    async def _rest(self) -> None:
        """Wait for a while, for `wake`, or for a free hand."""
        await happened(self._woken, self._look.total_seconds())
        self._woken.clear()

    # --- one row ----------------------------------------------------------------------------------

    async def _work(self, row: Claimed) -> None:
        if row.was == "failed":
            await self._park(row, row.last_error)
        elif row.unanswered >= retries.MAX_UNANSWERED:
            await self._give_up(row, "unanswered", "")
        else:
            if row.was == "sending":
                self._count_ambiguous(row)
            await self._try(row)

    async def _try(self, row: Claimed) -> None:
        began = asyncio.get_running_loop().time()
        handed_over = False

        async def mark() -> None:
            nonlocal handed_over
            await self._rows.mark(row, self._lease)
            handed_over = True

        try:
            async with asyncio.timeout(DELIVERY.total_seconds()):
                await self._channels[row.channel].deliver(_notification(row), mark)
        except Unanswered:
            await self._doubt(row)
        except RetryLater as step:
            await self._postpone(row, step.after, step.reason)
        except Reject as step:
            await self._give_up(row, step.reason, step.detail)
        except LeaseLost:
            log.warning("notification_taken_over", notification=row.id, channel=row.channel)
        except Exception as error:  # a fault of ours in one must not end the others
            if not isinstance(error, Unavailable | TimeoutError):
                log.exception("notification_broken", notification=row.id, channel=row.channel)
            if handed_over:
                await self._doubt(row)
            else:
                await self._postpone(row, retries.BY_SCHEDULE, type(error).__name__)
        else:
            took = asyncio.get_running_loop().time() - began
            await self._delivered(row, row.age_seconds + took)

    async def _delivered(self, row: Claimed, waited: float) -> None:
        if await self._surely(lambda: self._rows.delivered(row)):
            self._metrics.delivered.labels(self._bot, row.channel).inc()
            self._metrics.wait_seconds.labels(self._bot, row.channel).observe(waited)
            log.info("notified", notification=row.id, channel=row.channel, attempts=row.attempts)

    async def _doubt(self, row: Claimed) -> None:
        """Go on after a delivery without an answer: once more, then never."""
        unanswered = row.unanswered + 1
        if unanswered >= retries.MAX_UNANSWERED:
            await self._give_up(row, "unanswered", "")
            return
        self._count_ambiguous(row)
        await self._postpone(row, retries.BY_SCHEDULE, "unanswered", unanswered=unanswered)

    async def _postpone(
        self, row: Claimed, asked: timedelta, why: str, *, unanswered: int | None = None
    ) -> None:
        if row.attempts >= retries.MAX_ATTEMPTS:
            await self._give_up(row, "attempts_exhausted", why)
            return
        after = retries.pause(row.attempts, asked, self._chance(), first=self._first_pause)
        self._metrics.retried.labels(self._bot, row.channel).inc()
        log.info(
            "notification_postponed",
            notification=row.id,
            channel=row.channel,
            reason=why,
            after=after,
        )
        count = row.unanswered if unanswered is None else unanswered
        await self._surely(lambda: self._rows.postpone(row, after, why, unanswered=count))

    async def _give_up(self, row: Claimed, reason: str, detail: str) -> None:
        """Write down first that it is over, then park: a death in between parks it again."""
        why = f"{reason}: {detail}" if detail else reason
        if await self._surely(lambda: self._rows.give_up(row, why)):
            await self._park(row, why)

    async def _park(self, row: Claimed, why: str) -> None:
        try:
            await self._dead_letters.park(self._letter(row, why))
        except (Unavailable, Refused) as error:  # the row stays `failed` and comes again
            log.warning("dead_letter_not_stored", notification=row.id, problem=str(error))
            return
        if await self._surely(lambda: self._rows.bury(row)):
            self._metrics.dead.labels(self._bot, row.channel).inc()
        log.warning(
            "dead_letter", reason=why.partition(":")[0], notification=row.id, channel=row.channel
        )

    def _letter(self, row: Claimed, why: str) -> DeadLetter:
        request = row.handoff.request
        reason, _, detail = why.partition(": ")
        return DeadLetter(
            id=f"{row.id}:{row.deaths}",
            service="handoff",
            contact=row.contact,
            reason=reason,
            detail=f"{row.channel} {row.target}" + (f": {detail}" if detail else ""),
            origin_subject=subjects.event(self._bot, request.kind, row.contact),
            origin_stream=subjects.evt_stream(self._bot),
            origin_sequence=0,
            at_ms=self._clock.now_ms(),
            payload=_encode(request),
            attempts=row.attempts,
            headers={NOTIFICATION_HEADER: row.id},
        )

    def _count_ambiguous(self, row: Claimed) -> None:
        self._metrics.ambiguous.labels(self._bot).inc()
        log.warning("notified_again_in_doubt", notification=row.id, channel=row.channel)

    async def _surely(self, write: Callable[[], Awaitable[bool]]) -> bool:
        """Write down, however long PostgreSQL is away: what it is about has happened."""
        while True:
            try:
                return await write()
            except Unavailable as error:
                log.warning("notifications_unavailable", problem=str(error))
                if self._stopping:
                    return False  # the lease ends; the next worker recognises the repeat
                await asyncio.sleep(_AWAY_SECONDS)

    async def _keep_house(self) -> None:
        """Measure the oldest, forget what was told long ago."""
        while True:
            try:
                self._metrics.oldest_seconds.labels(self._bot).set(
                    await self._rows.oldest_seconds()
                )
                await self._rows.forget()
            except Unavailable:
                pass  # the claims tell of it
            await asyncio.sleep(_HOUSEKEEPING.total_seconds())


def _notification(row: Claimed) -> Notification:
    return Notification(
        id=row.id,
        channel=row.channel,
        target=row.target,
        team=row.team,
        handoff=row.handoff,
        repeat=row.attempts > 1,
        replays=row.deaths,
    )
