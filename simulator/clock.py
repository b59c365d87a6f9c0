"""The simulator's time, which can be moved forward, and what is due in it.

Service windows last a day and webhook retries a week: a test moves the clock instead of waiting.
Everything that happens later (statuses, retries) stands on the agenda, so it moves with the clock.
"""

import asyncio
import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

IDLE = timedelta(hours=1)  # how long the agenda sleeps when nothing is due; any arrival wakes it


class Clock:
    """The system's time plus what it was advanced by."""

    def __init__(self) -> None:
        self._advanced = timedelta()

    def now(self) -> datetime:
        """Tell the time, aware, in UTC."""
        return datetime.now(UTC) + self._advanced

    def advance(self, by: timedelta) -> None:
        """Move the time forward. Raises ValueError for a step back: nothing here can be undone."""
        if by < timedelta():
            raise ValueError("The clock only moves forward; give a positive number of seconds.")
        self._advanced += by


def milliseconds(instant: datetime) -> int:
    """Express an instant as the phone page has it: milliseconds since 1970, UTC."""
    return int(instant.timestamp() * 1000)


def seconds(instant: datetime) -> str:
    """Express an instant as Meta's webhooks have it: whole seconds since 1970, as a string."""
    return str(int(instant.timestamp()))


class Agenda:
    """Calls due at an instant of the clock, run in the order of their instants."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._tie = count()
        self._changed = asyncio.Event()

    def at(self, instant: datetime, call: Callable[[], None]) -> None:
        """Put a call on the agenda. It must not raise: the simulator would stop."""
        heapq.heappush(self._due, (instant, next(self._tie), call))
        if self._due[0][0] == instant:
            self._changed.set()

    def after(self, delay: timedelta, call: Callable[[], None]) -> None:
        """Put a call on the agenda, due some time from now."""
        self.at(self._clock.now() + delay, call)

    def advance(self, by: timedelta) -> None:
        """Move the clock; what has become due runs at once. Raises ValueError for a step back."""
        self._clock.advance(by)
        self._changed.set()

    def clear(self) -> None:
        """Forget what is due."""
        self._due.clear()

    async def run(self) -> None:
        """Make the calls as they become due, until cancelled."""
        while True:
            self._changed.clear()
            wait = self._run_due()
            try:
                async with asyncio.timeout(wait.total_seconds()):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _run_due(self) -> timedelta:
        while self._due:
            wait = self._due[0][0] - self._clock.now()
            if wait > timedelta():
                return wait
            _, _, call = heapq.heappop(self._due)
            call()
        return IDLE
