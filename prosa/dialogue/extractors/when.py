"""What a customer has said of a day and an hour, complete or not.

Partial answers are kept and joined: `sexta`, and to the next question `10h`. Nothing here reads
text; see `dates`.
"""

import datetime as dt
from typing import Literal

import msgspec

Part = Literal["morning", "afternoon", "evening"]
Reason = Literal["no_such_date", "no_such_time", "past"]


class When(msgspec.Struct, frozen=True):
    """A day and an hour, as far as they are known.

    `date_text` are the words that were read as the day. `part` is a part of the day without an
    hour (`sexta à tarde`). `not_before` opens a period whose day is still to be named (`semana que
    vem`). `assumed` says that one of two sensible readings was taken (`às 3` as 15:00, `sexta que
    vem` as the nearest Friday): repeat it to the customer before acting on it.
    """

    date: dt.date | None = None
    time: dt.time | None = None
    date_text: str | None = None
    part: Part | None = None
    not_before: dt.date | None = None
    assumed: bool = False

    @property
    def complete(self) -> bool:
        """Whether both the day and the hour are known."""
        return self.date is not None and self.time is not None

    def instant(self, tz: dt.tzinfo) -> dt.datetime:
        """Return the aware instant in this time zone. Raises ValueError while incomplete."""
        if self.date is None or self.time is None:
            raise ValueError("the day or the hour is not known yet; ask for it first")
        return dt.datetime.combine(self.date, self.time, tzinfo=tz)

    def merge(self, later: "When") -> "When":
        """Return what is known after a later answer, which wins where both speak."""
        return When(
            date=later.date or self.date,
            time=later.time if later.time is not None else self.time,
            date_text=later.date_text or self.date_text,
            part=later.part or (None if later.time is not None else self.part),
            not_before=None if later.date or self.date else later.not_before or self.not_before,
            assumed=later.assumed or (self.assumed and (later.date is None or later.time is None)),
        )


class Impossible(msgspec.Struct, frozen=True):
    """The text names a day or an hour that cannot be: 31/02, 25h, yesterday."""

    reason: Reason
    text: str
