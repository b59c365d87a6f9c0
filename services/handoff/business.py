"""Business time: how much of it lies between two instants, and when so much of it has passed.

Pure. Days are the bot's own (time zone, daylight saving, holidays, several intervals a day);
instants are UTC milliseconds. Without hours every moment counts.
"""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec

from prosa.dialogue.hours import Hours

HORIZON_DAYS = 400
"""How far ahead business time is looked for: a shop that does not open for longer has no clock."""

_MIDNIGHT = dt.time.min
_END_OF_DAY = dt.time.max  # how `prosa.dialogue.hours` writes 24:00


class Calendar(msgspec.Struct, frozen=True):
    """When people work: `hours` of local days in `zone`; None means always."""

    zone: ZoneInfo
    hours: Hours | None = None

    def open_at(self, at_ms: int) -> bool:
        """Tell whether people work at this instant."""
        if self.hours is None:
            return True
        return any(opens <= at_ms < closes for opens, closes in self._of_day(self._day(at_ms)))

    def next_opening(self, at_ms: int) -> int:
        """Give the instant at which people begin to work next; 0 when that is not soon."""
        if self.hours is None:
            return at_ms
        return next((opens for opens, _ in self._intervals(at_ms) if opens > at_ms), 0)

    def due(self, start_ms: int, span_ms: int) -> int | None:
        """Give the instant at which `span_ms` of business time have passed since `start_ms`.

        None when it is beyond `HORIZON_DAYS`: the shop does not open any more.
        """
        if self.hours is None:
            return start_ms + span_ms
        left = span_ms
        for opens, closes in self._intervals(start_ms):
            begins = max(opens, start_ms)
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
        return None

    def elapsed(self, start_ms: int, end_ms: int) -> int:
        """Give the business time between two instants; 0 when they are the other way round."""
        if self.hours is None:
            return max(0, end_ms - start_ms)
        total = 0
        for opens, closes in self._intervals(start_ms):
            if opens >= end_ms:
                break
            total += max(0, min(closes, end_ms) - max(opens, start_ms))
        return total

    def _intervals(self, start_ms: int) -> Iterator[tuple[int, int]]:
        """Walk the open intervals that end after an instant."""
        day = self._day(start_ms)
        for ahead in range(HORIZON_DAYS):
            for opens, closes in self._of_day(day + dt.timedelta(days=ahead)):
                if closes > start_ms:
                    yield opens, closes

    def _of_day(self, day: dt.date) -> Iterator[tuple[int, int]]:
        """Give a day's intervals as instants, without overlap where the clock is put forward."""
        assert self.hours is not None  # noqa: S101 - the callers have asked
        ends = 0
        for opens, closes in self.hours.of(day):
            begins = max(self._instant(day, opens), ends)
            ends = (
                self._instant(day + dt.timedelta(days=1), _MIDNIGHT)
                if closes == _END_OF_DAY
                else self._instant(day, closes)
            )
            if ends > begins:
                yield begins, ends

    def _day(self, at_ms: int) -> dt.date:
        return dt.datetime.fromtimestamp(at_ms / 1000, self.zone).date()

    def _instant(self, day: dt.date, time: dt.time) -> int:
        return int(dt.datetime.combine(day, time, tzinfo=self.zone).timestamp() * 1000)
