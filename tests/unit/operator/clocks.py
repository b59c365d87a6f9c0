"""A clock that stands still, or goes as a test lets it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class FixedClock:
    """Tells noon, and the seconds since then that `passed` gives."""

    def __init__(self, passed: Callable[[], float] = lambda: 0.0) -> None:
        self._passed = passed

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self._passed())

    def now_ms(self) -> int:
        return round(self.now().timestamp() * 1000)
