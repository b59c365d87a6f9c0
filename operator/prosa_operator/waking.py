"""One loop a Chatbot: woken by changes, by time, and after failures with growing patience.

Level-triggered: a wake-up carries no truth, only "look"; any number of them within a moment become
one pass. Passes over one Chatbot never overlap; those over different ones do.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from prosa.waiting import happened
from prosa_operator.metrics import OperatorMetrics
from prosa_operator.refusals import ApiError, Conflict, Forbidden, Invalid
from prosa_operator.watched import Key

BACKOFF = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds after each failure in a row."""

SLOW = 60.0
"""Seconds after a refusal that only a person ends: missing rights, a broken rule."""

COALESCE = 0.1
SILENCE = timedelta(minutes=3)
"""No Chatbot may be due for longer than this: its loop is dead."""

log = structlog.get_logger(__name__)

Pass = Callable[[Key], Awaitable[float | None]]
"""One look at a Chatbot: the seconds until the next, 0 for the usual, None when it is gone."""


@dataclass
class _Turn:
    event: asyncio.Event = field(default_factory=asyncio.Event)
    urgent: bool = False
    woken: float = 0.0
    due: float = 0.0
    failures: int = 0


class Keeper:
    """All loops."""

    def __init__(
        self,
        look: Pass,
        metrics: OperatorMetrics,
        *,
        resync: timedelta,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float],
    ) -> None:
        self._look = look
        self._metrics = metrics
        self._resync = resync.total_seconds()
        self._monotonic = monotonic
        self._now = now
        self._turns: dict[Key, _Turn] = {}
        self._new: asyncio.Queue[Key | None] = asyncio.Queue()
        self._stopping = False

    def wake(self, key: Key, *, urgent: bool = False) -> None:
        """Look at a Chatbot soon; `urgent` also while it waits after a failure."""
        turn = self._turns.get(key)
        if turn is None:
            turn = self._turns[key] = _Turn()
            self._new.put_nowait(key)
        if not turn.event.is_set():
            turn.woken = self._monotonic()
        turn.urgent = turn.urgent or urgent
        if urgent or not turn.failures:
            turn.event.set()

    async def run(self) -> None:
        """Look after all Chatbots until stopped; passes under way are finished."""
        async with asyncio.TaskGroup() as loops:
            while (key := await self._new.get()) is not None:
                loops.create_task(self._loop(key))

    def stop(self) -> None:
        """Begin no more passes."""
        self._stopping = True
        self._new.put_nowait(None)
        for turn in self._turns.values():
            turn.event.set()

    def silent(self) -> str:
        """Be a liveness check: the reason when a Chatbot is long due and nothing looks at it."""
        now = self._monotonic()
        late = [
            key
            for key, turn in self._turns.items()
            if turn.due and now - turn.due > SILENCE.total_seconds()
        ]
        return f"{late[0]} and {len(late) - 1} more are not looked at" if late else ""

    async def _loop(self, key: Key) -> None:
        turn = self._turns[key]
        try:
            while not self._stopping:
                turn.event.clear()
                turn.urgent = False
                pause = await self._turn(key, turn)
                if pause is None and not turn.event.is_set():
                    return
                await self._rest(turn, pause or 0.0)
        finally:
            del self._turns[key]

    async def _rest(self, turn: _Turn, pause: float) -> None:
        turn.due = self._monotonic() + pause
        if not await happened(turn.event, pause):
            turn.woken = 0.0
            return
        if not self._stopping:
            await asyncio.sleep(COALESCE)  # what belongs together comes together

    async def _turn(self, key: Key, turn: _Turn) -> float | None:
        began = self._monotonic()
        if turn.woken:
            self._metrics.waited.observe(began - turn.woken)
            turn.woken = 0.0
        turn.due = began
        result = "error"
        try:
            pause = await self._look(key)
        except ApiError as error:
            turn.failures += 1
            refused = isinstance(error, Forbidden | Invalid)
            result = "refused" if refused else "retry"
            log.warning("reconcile_retries", chatbot=str(key), problem=str(error))
            return self._after(error, turn.failures)
        except Exception:
            turn.failures += 1
            log.exception("reconcile_failed", chatbot=str(key))
            return _spread(BACKOFF[min(turn.failures, len(BACKOFF)) - 1])
        else:
            turn.failures, result = 0, "ok"
            self._metrics.last_success.set(self._now())
            return None if pause is None else _spread(pause or self._resync)
        finally:
            self._metrics.reconciles.labels(result).inc()
            self._metrics.seconds.observe(self._monotonic() - began)

    def _after(self, error: ApiError, failures: int) -> float:
        """Give the seconds until the next try after a refusal."""
        step = BACKOFF[min(failures, len(BACKOFF)) - 1]
        if isinstance(error, Conflict) and failures == 1:
            return 0.0
        if error.after is not None:
            return _spread(max(step, error.after.total_seconds()))
        if isinstance(error, Forbidden | Invalid):
            return _spread(max(SLOW, step))
        return _spread(step)


def _spread(seconds: float) -> float:
    return seconds * random.uniform(0.9, 1.1)  # noqa: S311 - so that bots do not march in step
