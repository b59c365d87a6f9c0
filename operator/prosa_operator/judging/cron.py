"""Whether a text is a schedule that the CronJob controller takes and that ever comes due. Pure.

The controller reads schedules by robfig/cron's standard parser: five fields of lists, ranges and
steps, with names of months and days; no seconds, no `L` or `#`, and Sunday is 0. Other readers of
cron take more than that, so their word is not enough (Kubernetes, "CronJob", "Schedule syntax").
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

_PART = re.compile(r"(?:(?P<all>[*?])|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>[0-9]+))?")
_ANY = ("*", "?")


def _named(text: str, first: int) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(text.split(), start=first)}


class _Field(NamedTuple):
    least: int
    most: int
    names: Mapping[str, int] = {}


MINUTE = _Field(0, 59)
HOUR = _Field(0, 23)
DAY = _Field(1, 31)
MONTH = _Field(1, 12, _named("jan feb mar apr may jun jul aug sep oct nov dec", 1))
WEEKDAY = _Field(0, 6, _named("sun mon tue wed thu fri sat", 0))
FIELDS = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)

LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def comes_due(text: str) -> bool:
    """Tell whether a CronJob may have this schedule and will run by it."""
    written = text.split()
    if len(written) != len(FIELDS):
        return False
    read = [_values(one, field) for one, field in zip(written, FIELDS, strict=True)]
    if not all(read):
        return False
    _, _, days, months, _ = read
    if written[4][0] in _ANY:  # else the day of the week alone makes it due
        return any(min(days) <= LONGEST_MONTH[month - 1] for month in months)
    return True


def _values(text: str, field: _Field) -> frozenset[int]:
    """Give what a field stands for; nothing when it cannot be read."""
    parts = [_range(part, field) for part in text.lower().split(",")]
    return frozenset().union(*parts) if all(parts) else frozenset()


def _range(text: str, field: _Field) -> frozenset[int]:
    found = _PART.fullmatch(text)
    if found is None:
        return frozenset()
    step = int(found["step"] or 1)
    first, last = field.least, field.most
    if not found["all"]:
        first = _number(found["first"], field)
        open_ended = found["step"] and not found["last"]  # `5/15` goes on to the end
        last = field.most if open_ended else _number(found["last"] or found["first"], field)
    if step == 0 or not field.least <= first <= last <= field.most:
        return frozenset()
    return frozenset(range(first, last + 1, step))


def _number(text: str, field: _Field) -> int:
    """Read a number or a name; one out of the field's range when it is neither."""
    if text.isascii() and text.isdigit():
        return int(text[:9])
    return field.names.get(text, -1)
