"""When may the next message leave? Meta's rates and our backoffs as arithmetic. Pure.

Rates are told by GCRA, the token bucket that needs one number: the theoretical arrival time of the
next message. Times are milliseconds since 1970, durations milliseconds.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from prosa.contracts.outbound import Priority


def pair_wait_ms(arrival_ms: int, now_ms: int, step_ms: int, burst: int) -> int:
    """Tell how long a message to one customer must wait; 0 lets it leave.

    Meta, "About the WhatsApp Business Platform": one message in 6 s, of which 45 may be borrowed
    from the time to come.
    """
    return max(0, arrival_ms - now_ms - (burst - 1) * step_ms)


def pair_spent(arrival_ms: int, now_ms: int, step_ms: int) -> int:
    """Give the theoretical arrival time after one more message."""
    return max(arrival_ms, now_ms) + step_ms


LEASE_MS: Final = 125.0
"""Length of a lease: at 80 a second, 9 sends for one write to the shared document."""

LATE_MS: Final = 50.0
"""How long a leased send stays good after its moment."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Sends that one replica may make: `count` of them, one each `step_ms` from `begin_ms` on.

    A send not made within `LATE_MS` of its own moment is lost, so that what replicas did not need
    never adds up to a burst.
    """

    begin_ms: float
    step_ms: float
    count: int

    def take(self, taken: int, now_ms: int) -> tuple[int, float]:
        """Give how many are used up after this one, and how long it waits.

        A count above `count` says that nothing is left: lease anew.
        """
        too_late = math.ceil((now_ms - LATE_MS - self.begin_ms) / self.step_ms)
        index = max(taken, too_late)
        if index >= self.count:
            return self.count + 1, 0.0
        return index + 1, max(0.0, self.begin_ms + index * self.step_ms - now_ms)


def lease(arrival_ms: float, now_ms: int, per_second: float) -> tuple[Lease, float]:
    """Cut the next lease off a number's rate; returns it and the new theoretical arrival time."""
    step_ms = 1000.0 / per_second
    count = max(1, int(LEASE_MS / step_ms))
    begin_ms = max(arrival_ms, float(now_ms))
    return Lease(begin_ms, step_ms, count), begin_ms + count * step_ms


HEADROOM: Final = 0.9
"""Part of Meta's rate that is used. A lease's sends may each be `LATE_MS` late, so a second can
hold 1.05 seconds' worth of them; the rest is for clocks and networks that differ."""

FLOOR: Final = 0.1
"""Part of the rate that is left to sending however much comes in."""


def usable_rate(limit: float, inbound_per_second: float, *, slowed: bool) -> float:
    """Give the sends a second that a number has: Meta counts both directions together."""
    usable = max(limit * HEADROOM - inbound_per_second, limit * FLOOR)
    return usable / 2 if slowed else usable


def backoff_ms(attempts: int, chance: float, *, base_ms: int = 1000, cap_ms: int = 300_000) -> int:
    """Give exponential backoff with full jitter: `chance` in [0, 1) chooses within the span.

    Never less than a tenth of a second: a herd that starts at once is what jitter is against.
    """
    span = min(cap_ms, base_ms << min(attempts, 20))
    return max(100, int(span * chance))


def pair_backoff_ms(attempts: int) -> int:
    """Give 4^X seconds (Meta, 131056), an hour at most."""
    return min(3_600_000, 1000 << 2 * min(attempts, 6))


HOUR_MS: Final = 3_600_000
_HOURS: Final = 24


def permits(hours: Mapping[str, int], most: int, now_ms: int) -> tuple[dict[str, int], int]:
    """Take the next few of a campaign's `most` messages in 24 h; gives the new count and how many.

    A twentieth of the day's at most, so that replicas share what is scarce; counted by the hour, of
    which the one that is 24 h ago counts whole.
    """
    this_hour = now_ms // HOUR_MS
    kept = {hour: count for hour, count in hours.items() if int(hour) >= this_hour - _HOURS}
    taken = max(0, min(max(1, most // 20), most - sum(kept.values())))
    if taken:
        kept[str(this_hour)] = kept.get(str(this_hour), 0) + taken
    return kept, taken


WEIGHTS: Final[dict[Priority, int]] = {"high": 8, "default": 3, "low": 1}
"""Shares of a rate that is fought for; the same as the consumers' when pulling."""


@dataclass(slots=True)
class Strides:
    """Chooses which class goes next, so that each gets its share and none starves.

    Stride scheduling: a class pays 1 / weight for each turn, the one that has paid least goes next;
    a class that was away comes back at the price of the day.
    """

    _paid: dict[Priority, float] = field(default_factory=lambda: dict.fromkeys(WEIGHTS, 0.0))
    _price: float = 0.0

    def choose(self, waiting: set[Priority]) -> Priority:
        """Choose among the classes that wait; at least one must."""
        chosen = min(waiting, key=lambda p: (max(self._paid[p], self._price), -WEIGHTS[p]))
        self._price = max(self._paid[chosen], self._price)
        self._paid[chosen] = self._price + 1 / WEIGHTS[chosen]
        return chosen
