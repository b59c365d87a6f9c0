"""Business hours: whether it is open at a time, and when it opens next.

Several intervals a day, holidays closed. Times are local to the bot; the caller brings the time
zone by the datetimes it asks with.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEARCHED_DAYS = 60
"""How far ahead the next opening is looked for: past the longest plant holiday."""


class Interval(NamedTuple):
    """Open from `opens` (included) to `closes` (not included)."""

    opens: dt.time
    closes: dt.time


class Hours(msgspec.Struct, frozen=True):
    """A week, Monday first, of open intervals in ascending order, and the days that are closed."""

    week: tuple[tuple[Interval, ...], ...]
    holidays: frozenset[dt.date] = frozenset()

    def of(self, day: dt.date) -> tuple[Interval, ...]:
        """Give the intervals of a day; none on a holiday."""
        return () if day in self.holidays else self.week[day.weekday()]

    def open_at(self, when: dt.datetime) -> bool:
        """Tell whether it is open at a local time."""
        time = when.time()
        return any(opens <= time < closes for opens, closes in self.of(when.date()))

    def next_opening(self, after: dt.datetime) -> dt.datetime | None:
        """Give the first opening after a local time; None when none is near."""
        for ahead in range(SEARCHED_DAYS):
            day = after.date() + dt.timedelta(days=ahead)
            for opens, _ in self.of(day):
                opening = dt.datetime.combine(day, opens, tzinfo=after.tzinfo)
                if opening > after:
                    return opening
        return None


def parse_hours(spec: Mapping[str, Any]) -> Hours | None:
    """Read `{mon-fri: ["09:00-12:00", "13:00-18:00"], sat: [...], holidays: [2026-12-25]}`.

    None for an empty mapping, which means that there are no hours to keep. Raises ValueError with a
    sentence for its reader.
    """
    if not spec:
        return None
    week: list[tuple[Interval, ...]] = [()] * 7
    for key, intervals in spec.items():
        if key == "holidays":
            continue
        if isinstance(intervals, str) or not isinstance(intervals, Sequence):
            raise ValueError(  # noqa: TRY004 - the reader's mistake, not the caller's
                f'{key}: give a list of intervals such as ["09:00-18:00"]'
            )
        parsed = tuple(sorted(_interval(str(text), key) for text in intervals))
        for day in _days(key):
            week[day] = parsed
    return Hours(tuple(week), frozenset(map(_holiday, spec.get("holidays") or ())))


def _days(key: str) -> Iterator[int]:
    first, dash, last = key.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise ValueError(f"{key}: write a day (mon, tue, … sun) or a range of days (mon-fri)")
    start = DAYS.index(first)
    end = DAYS.index(last) if dash else start
    yield from (day % 7 for day in range(start, end + 1 if end >= start else end + 8))


def _interval(text: str, key: str) -> Interval:
    opens, _, closes = text.partition("-")
    try:
        interval = Interval(_time(opens), _time(closes))
    except ValueError:
        raise ValueError(f"{key}: {text} is no interval; write 09:00-18:00") from None
    if interval.opens >= interval.closes:
        raise ValueError(f"{key}: {text} closes before it opens; split it at midnight")
    return interval


def _time(text: str) -> dt.time:
    text = text.strip()
    return dt.time.max if text == "24:00" else dt.time.fromisoformat(text)


def _holiday(value: Any) -> dt.date:
    """Read a date. Of one without quotes kubectl makes a midnight in UTC: YAML 1.1's timestamp."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(str(value).removesuffix("T00:00:00Z"))
    except ValueError:
        raise ValueError(f"holidays: {value} is no date; write 2026-12-25") from None
