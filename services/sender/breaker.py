"""The switch of a channel: open while nothing can leave, so that a queue waits instead of failing.

Each replica finds out for itself, by one refused message. While open, nothing is pulled and what is
in hand goes back. A reason that Meta's word on the number disproves (a renewed token, a connection)
is probed; for the others one message is tried after a while. On closing, one message goes ahead of
all others: only when it is through, they follow.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from prosa.contracts.outbound import Priority
from prosa.jetstream.consumer import Consumer
from services.sender import pacing
from services.sender.channel import Channel
from services.sender.metrics import SenderMetrics

log = structlog.get_logger(__name__)

UNREACHABLE = "unreachable"
CAMPAIGNS_REST = timedelta(hours=1)
"""How long campaigns wait after Meta's 131048 before one of them tries again."""

_WAIT = timedelta(seconds=1)
_LOOK_SECONDS = 1.0
_FIRST_MS = 500


class Breaker:
    """The switch of one bot's channel."""

    def __init__(
        self,
        channel: Channel,
        metrics: SenderMetrics,
        bot: str,
        *,
        longest: timedelta,
        chance: Callable[[], float],
    ) -> None:
        """`longest` bounds the time between two tries."""
        self._channel = channel
        self._metrics = metrics
        self._bot = bot
        self._longest_ms = longest // timedelta(milliseconds=1)
        self._chance = chance
        self._loop = asyncio.get_running_loop()
        self._consumer: Consumer | None = None
        self._reason = ""
        self._probed = False
        self._failures = 0
        self._on_trial = False
        self._tried_by: int | None = None
        self._campaigns_until = float("-inf")
        self._opened = asyncio.Event()
        self._stopping = asyncio.Event()

    def attach(self, consumer: Consumer) -> None:
        """Name the consumer that pauses with the channel."""
        self._consumer = consumer

    @property
    def reason(self) -> str:
        """Why the channel is paused; empty when it is not."""
        return self._reason

    def wait(self, priority: Priority, sequence: int) -> timedelta | None:
        """Tell how long a message must wait; None lets it go.

        The first to ask after a pause goes ahead and must say `left` when it is done.
        """
        now = self._loop.time()
        if self._reason:
            return _WAIT
        if priority == "low" and now < self._campaigns_until:
            return timedelta(seconds=self._campaigns_until - now)
        if self._on_trial:
            if self._tried_by not in (None, sequence):
                return _WAIT
            self._tried_by = sequence
        return None

    def passed(self) -> None:
        """Say that Meta judged a message: the channel works."""
        if self._on_trial:
            log.info("channel_works_again", bot=self._bot)
        self._on_trial = False
        self._tried_by = None
        self._failures = 0

    def left(self, sequence: int) -> None:
        """Say that a message is not in hand any more: another one may try."""
        if self._tried_by == sequence:
            self._tried_by = None

    def pause(self, reason: str, *, probed: bool) -> None:
        """Open the switch."""
        self._on_trial = False
        if self._reason:
            return
        self._reason, self._probed = reason, probed
        self._metrics.paused.labels(self._bot, reason).set(1)
        if self._failures == 0:
            log.error("channel_paused", bot=self._bot, reason=reason)
        if self._consumer is not None:
            self._consumer.pause()
        self._opened.set()

    def stop_campaigns(self, code: int) -> None:
        """Let campaigns rest: the number's reputation suffers."""
        now = self._loop.time()
        if now >= self._campaigns_until:
            log.error("campaigns_paused", bot=self._bot, code=code)
        self._campaigns_until = now + CAMPAIGNS_REST.total_seconds()
        self._metrics.campaign_pauses.labels(self._bot).inc()

    async def run(self) -> None:
        """Look again and again whether the reason is gone, until `stop`."""
        async with asyncio.TaskGroup() as tasks:
            looker = tasks.create_task(self._look())
            await self._stopping.wait()
            looker.cancel()

    def stop(self) -> None:
        """End `run`."""
        self._stopping.set()

    async def _look(self) -> None:
        while True:
            await self._opened.wait()
            await self._rest()
            self._failures += 1
            if not self._probed or await self._channel.answers():
                self._close()

    async def _rest(self) -> None:
        """Wait, longer each time, but not when the Secret holds a new token."""
        span = pacing.backoff_ms(
            self._failures, 0.5 + self._chance() / 2, base_ms=_FIRST_MS, cap_ms=self._longest_ms
        )
        ends = self._loop.time() + span / 1000
        while (left := ends - self._loop.time()) > 0:
            await asyncio.sleep(min(left, _LOOK_SECONDS))
            if self._channel.token_changed():
                return

    def _close(self) -> None:
        self._metrics.paused.labels(self._bot, self._reason).set(0)
        self._reason = ""
        self._opened.clear()
        self._on_trial = True
        self._tried_by = None
        if self._consumer is not None:
            self._consumer.resume()
