"""How long somebody waits after wrong passwords: pure, growing, and never a lock.

Counted per account and address, so that who guesses from elsewhere does not keep the owner of the
account out, and a whole company behind one address is never held up by one colleague. Guesses
spread over many addresses meet the account's own count, whose delay stays short enough to wait for.
"""

from datetime import timedelta

import msgspec


class Policy(msgspec.Struct, frozen=True):
    """Failures that cost nothing, and the longest delay; it doubles from a second on."""

    free: int
    longest: timedelta

    def after(self, failures: int) -> timedelta:
        """Give the delay until the next try, after so many failures in a row."""
        beyond = failures - self.free
        if beyond < 0:
            return timedelta()
        return min(timedelta(seconds=2 ** min(beyond, 20)), self.longest)


PAIR = Policy(free=5, longest=timedelta(minutes=15))
"""Of one account from one address: about 100 guesses a day."""

ACCOUNT = Policy(free=50, longest=timedelta(seconds=10))
"""Of one account from anywhere: at most 8,640 guesses a day, and a wait that a person endures."""

FORGOTTEN = timedelta(days=1)
"""Without a failure for so long, the count starts over."""
