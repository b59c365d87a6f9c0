"""The time, asked in one place: decisions take it as an argument, tests bring their own."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Give the instant, aware, in UTC."""
        ...

    def now_ms(self) -> int:
        """Give the instant in milliseconds since 1970, as the wire has it."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the instant, aware, in UTC."""
        return datetime.now(UTC)

    def now_ms(self) -> int:
        """Give the instant in milliseconds since 1970."""
        return time.time_ns() // 1_000_000
