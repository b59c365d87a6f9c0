"""From the words of a day to its date: the arithmetic behind `days`.

Each resolver takes a match with named groups and the calendar; it finds nothing by itself.
"""

# ruff: noqa: PLR2004 - the numbers of the calendar are their own names

import datetime as dt
import re
from collections.abc import Callable
from typing import NamedTuple

from prosa.dialogue.extractors.numerals import SMALL
from prosa.dialogue.extractors.when import Reason


class Day(NamedTuple):
    """A day named in the text, or the reason why there is no such day.

    `time` comes with what is counted in hours (`daqui a 2 horas`).
    """

    start: int
    end: int
    date: dt.date | None
    impossible: Reason | None = None
    assumed: bool = False
    weekday: bool = False
    time: dt.time | None = None


class Calendar(NamedTuple):
    """What a day is counted from."""

    now: dt.datetime
    not_before: dt.date | None  # the period already named: "semana que vem"
    month_first: bool  # 12/05 is the fifth of December

    @property
    def today(self) -> dt.date:
        """The date of `now`, in the time zone of `now`."""
        return self.now.date()


Resolve = Callable[[re.Match[str], Calendar], Day | None]

_PT_WEEKDAYS = {"seg": 0, "2a": 0, "ter": 1, "3a": 1, "qua": 2, "4a": 2, "qui": 3, "5a": 3}
_PT_WEEKDAYS |= {"sex": 4, "6a": 4, "sab": 5, "dom": 6}
_EN_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}


def _on(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _dated(found: re.Match[str], calendar: Calendar, day: int, month: int, year: str | None) -> Day:
    """Resolve day and month; without a year it is the next such date, within eight years."""
    start, end = found.span()
    if year:
        date = _on(int(year) + (2000 if len(year) == 2 else 0), month, day)
        if date is None:
            return Day(start, end, None, "no_such_date")
        return Day(start, end, date, "past" if date < calendar.today else None)
    for later in range(9):  # 29 February is at most eight years away
        date = _on(calendar.today.year + later, month, day)
        if date is not None and date >= calendar.today:
            return Day(start, end, date)
    return Day(start, end, None, "no_such_date")


def numeric(found: re.Match[str], calendar: Calendar) -> Day | None:
    """Resolve `05/12`: day and month by the locale, a dot or a dash only with a year."""
    first, second, year = int(found["first"]), int(found["second"]), found["year"]
    if found["sign"] != "/" and not year and not found["day"]:
        return None  # "10-12" is a range of hours as well as a date
    day, month = (second, first) if calendar.month_first else (first, second)
    if calendar.month_first and month > 12 >= day:
        day, month = month, day
    return _dated(found, calendar, day, month, year)


def iso(found: re.Match[str], calendar: Calendar) -> Day | None:
    """Resolve `2026-12-05`."""
    return _dated(found, calendar, int(found["day"]), int(found["month"]), found["year"])


def worded(months: dict[str, int], day_words: dict[str, int]) -> Resolve:
    """Resolve `5 de dezembro` by these names of months and days."""

    def resolve(found: re.Match[str], calendar: Calendar) -> Day | None:
        said = found["day"]
        day = int(said) if said.isdigit() else day_words[said]
        return _dated(found, calendar, day, months[found["month"]], found["year"])

    return resolve


def day_and_month(found: re.Match[str], calendar: Calendar) -> Day | None:
    """Resolve `dia 5 do 12`."""
    return _dated(found, calendar, int(found["day"]), int(found["month"]), found["year"])


def numbered(day_words: dict[str, int]) -> Resolve:
    """Resolve `dia 5` by these names of days."""

    def resolve(found: re.Match[str], calendar: Calendar) -> Day | None:
        said = found["day"]
        return day_of_month(
            found.start(), found.end(), int(said) if said.isdigit() else day_words[said], calendar
        )

    return resolve


def day_of_month(start: int, end: int, number: int, calendar: Calendar) -> Day:
    """Resolve `dia 5`: the next day with that number, from the named period on."""
    first = max(calendar.not_before or calendar.today, calendar.today)
    month = first.replace(day=1)
    for _ in range(3):  # no two months in a row lack a day 31
        date = _on(month.year, month.month, number)
        if date is not None and date >= first:
            return Day(start, end, date)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return Day(start, end, None, "no_such_date")


def in_days(days: int) -> Resolve:
    """Resolve a day so many days from today; those behind us are past."""

    def resolve(found: re.Match[str], calendar: Calendar) -> Day | None:
        date = calendar.today + dt.timedelta(days=days)
        return Day(found.start(), found.end(), date, "past" if days < 0 else None)

    return resolve


_UNITS = {"dia": "day", "semana": "week", "mes": "month", "hora": "hour", "minuto": "minute"}
_UNITS |= {"day": "day", "week": "week", "month": "month", "hour": "hour", "min": "minute"}
_UNITS |= {"hr": "hour"}


def from_now(tongue: str) -> Resolve:
    """Resolve `daqui a 3 dias`, `in half an hour`."""

    def resolve(found: re.Match[str], calendar: Calendar) -> Day | None:
        said = found["count"]
        half = said in {"meia", "half an"}
        count = 1 if said in {"a", "an"} else 0 if half else None
        if count is None:
            count = int(said) if said.isdigit() else SMALL[tongue].get(said)
        if count is None or count > 999:
            return None
        stem = next(stem for stem in _UNITS if found["unit"].startswith(stem))
        return _shifted(found, calendar, count, _UNITS[stem], half=half or bool(found["half"]))

    return resolve


def _shifted(
    found: re.Match[str], calendar: Calendar, count: int, unit: str, *, half: bool
) -> Day | None:
    start, end, today = found.start(), found.end(), calendar.today
    try:
        if unit == "month":
            years, month = divmod(today.month - 1 + count, 12)
            last = 31
            while (date := _on(today.year + years, month + 1, min(today.day, last))) is None:
                last -= 1
            return Day(start, end, date)
        if unit in {"day", "week"}:
            return Day(start, end, today + dt.timedelta(days=count * (7 if unit == "week" else 1)))
        minutes = count * (60 if unit == "hour" else 1) + (30 if half else 0)
        then = calendar.now + dt.timedelta(minutes=minutes)
    except OverflowError:
        return Day(start, end, None, "no_such_date")
    return Day(start, end, then.date(), time=then.time().replace(second=0, microsecond=0))


def pt_weekday(found: re.Match[str], calendar: Calendar) -> Day | None:
    """Resolve `sexta`, `2a feira`."""
    name = found["name"]
    letters = 2 if name[0].isdigit() else 3
    return _on_weekday(found, calendar, _PT_WEEKDAYS[name[:letters]], next_is_next_week=False)


def en_weekday(found: re.Match[str], calendar: Calendar) -> Day | None:
    """Resolve `friday`, `next fri`."""
    return _on_weekday(found, calendar, _EN_WEEKDAYS[found["name"][:3]], next_is_next_week=True)


def _on_weekday(
    found: re.Match[str], calendar: Calendar, weekday: int, *, next_is_next_week: bool
) -> Day:
    """Resolve a weekday: the nearest one after today, or the one of the named week.

    `next Friday`, said on a Tuesday, is next week's to most speakers of English and this week's to
    others; `sexta que vem` the other way round. Both are marked as assumed.
    """
    today, start, end = calendar.today, found.start(), found.end()
    if calendar.not_before and calendar.not_before > today:
        ahead = (weekday - calendar.not_before.weekday()) % 7
        return Day(start, end, calendar.not_before + dt.timedelta(days=ahead), weekday=True)
    ahead = (weekday - today.weekday()) % 7
    if ahead == 0 and not found["this"]:
        ahead = 7  # today would be called today
    said_next = found["next"] or found["after"] or ""
    assumed = bool(said_next) and weekday > today.weekday()
    if assumed and next_is_next_week:
        ahead += 7
    vague = assumed or said_next.startswith("outr")  # "a outra segunda" may be the one after
    return Day(start, end, today + dt.timedelta(days=ahead), assumed=vague, weekday=True)
