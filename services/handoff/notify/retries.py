"""When a notification is tried again, and when no more. Pure."""

from datetime import timedelta

BY_SCHEDULE = timedelta(0)
"""Of a RetryLater: as soon as the schedule allows."""

FIRST = timedelta(seconds=15)
LONGEST = timedelta(minutes=30)
_GROWTH = 3
_ENOUGH = 10

MAX_ATTEMPTS = 12
"""Then it is a dead letter: after some three and a half hours. A greylist ends long before."""

MAX_UNANSWERED = 2
"""Times that a notification is handed over without an answer: the second might be its second copy,
a third would be one more."""

MAX_RETRY_AFTER = timedelta(hours=1)
"""However long a server asks us to wait."""


def pause(attempts: int, asked: timedelta, chance: float, *, first: timedelta = FIRST) -> timedelta:
    """Say how long to wait after the n-th attempt (1 the first).

    The pauses grow threefold from `first` to `LONGEST`; `chance` (0 to 1) takes up to a quarter
    off, so that what failed together does not come again together. `asked` is the least.
    """
    growth: int = _GROWTH ** min(attempts - 1, _ENOUGH)
    scheduled = min(first * growth, LONGEST)
    return max(scheduled * (1 - chance / 4), min(asked, MAX_RETRY_AFTER))
