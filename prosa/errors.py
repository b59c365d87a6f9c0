"""The errors that Prosa raises on purpose.

ProsaError
├── ConfigError        a person must change something; the message says what
├── NextStep           what the consumer does with a message that was not handled
│   ├── RetryLater     comes again after a while
│   └── Reject         goes to the dead letters
└── Unavailable        a server did not answer; the caller may ask again
"""

from datetime import timedelta


class ProsaError(Exception):
    """All errors that Prosa raises on purpose."""


class ConfigError(ProsaError):
    """What was configured cannot work. The message names setting and remedy, never a secret."""


class NextStep(ProsaError):
    """Ends the handling of a message; the class says what happens to it next."""


class RetryLater(NextStep):
    """The message comes again after `after`; it counts as an attempt unless `waited` is set.

    `waited` is for a message whose turn has not come (an older one is under way, a rate is used
    up): waiting for its turn never brings a message to the dead letters.
    """

    def __init__(self, after: timedelta, reason: str = "", *, waited: bool = False) -> None:
        super().__init__(f"retry in {after.total_seconds():g} s: {reason}")
        self.after = after
        self.reason = reason
        self.waited = waited


class Reject(NextStep):
    """The message goes to the dead letters under `reason`, a word like `meta_132000`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Unavailable(ProsaError):
    """A server that we depend on did not answer in time, or refused the connection."""
