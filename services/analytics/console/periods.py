"""A period of whole days in the bot's time zone, and the steps that charts cut it into.

Pure. Pages ask with ISO dates, both included; the records are asked with instants.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

LONGEST = 400
"""Days in one question: a year and a bit, for comparisons with the year before."""

BY_THE_HOUR = 2
"""Days up to which a chart shows hours."""

DEFAULT = 7

_HOUR = timedelta(hours=1)


class BadPeriod(ValueError):
    """What was asked for is no period; the message is one word for the page."""


class Period(msgspec.Struct, frozen=True):
    """From the start of `first` to the end of `last`, local days of `zone`."""

    first: date
    last: date
    zone: str

    @property
    def since(self) -> datetime:
        """The first instant."""
        return _start(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first instant after it."""
        return _start(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def step(self) -> Literal["hour", "day"]:
        """How long a chart's steps are."""
        return "hour" if self.days <= BY_THE_HOUR else "day"

    def steps(self) -> Iterator[int]:
        """Give the start of each step in milliseconds, so that what had nothing shows as nothing.

        A local day may have 23 or 25 hours; the hours of a chart are counted, not read off a wall.
        """
        if self.step == "hour":
            at = self.since
            while at < self.until:
                yield _ms(at)
                at += _HOUR
        else:
            for n in range(self.days):
                yield _ms(_start(self.first + timedelta(days=n), self.zone))


def read(first: str, last: str, zone: str, now: datetime) -> Period:
    """Read a page's question; without dates, the last seven days. Raises BadPeriod."""
    today = now.astimezone(ZoneInfo(zone)).date()
    try:
        end = date.fromisoformat(last) if last else today
        start = date.fromisoformat(first) if first else end - timedelta(days=DEFAULT - 1)
        period = Period(start, end, zone)
        if not 1 <= period.days <= LONGEST or start.year < _EPOCH or end > today + _SLACK:
            raise BadPeriod("bad_period")
    except (ValueError, OverflowError):
        raise BadPeriod("bad_period") from None
    return period


_EPOCH = 2009  # WhatsApp's first year; earlier dates overflow nothing but make no sense
_SLACK = timedelta(days=2)  # a browser whose day has begun elsewhere


def _start(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
