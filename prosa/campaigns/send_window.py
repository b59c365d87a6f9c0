"""The hours of her own day in which campaigns may reach a contact. Pure.

A window such as `09:00-18:00` is read on the clock of her time zone, so that on the two days a year
on which clocks are changed it keeps its hours. `22:00-02:00` goes on after midnight.
"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

_FORM = re.compile(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])")
_DAY = 24 * 60


class SendWindow(msgspec.Struct, frozen=True):
    """From a minute of the day on, until another one; `closes` may lie on the next day."""

    opens: int
    closes: int


class Moment(msgspec.Struct, frozen=True):
    """How long to wait for the window (0 while it is open), and when it closes after that."""

    wait_ms: int
    closes_at_ms: int


def parse(text: str) -> SendWindow:
    """Read `09:00-18:00`. Raises ValueError with the remedy."""
    found = _FORM.fullmatch(text)
    minutes = [int(found[n]) * 60 + int(found[n + 1]) for n in (1, 3)] if found else []
    if not minutes or max(minutes) > _DAY or minutes[0] == _DAY:
        raise ValueError(f"{text!r} is no window of a day; write for example 09:00-18:00")
    opens, closes = minutes
    return SendWindow(opens, closes if closes > opens else closes + _DAY)


def zone(name: str, otherwise: str) -> ZoneInfo:
    """Find her time zone; the bot's where hers is not known, or is none."""
    try:
        return ZoneInfo(name or otherwise)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(otherwise)


def moment(window: SendWindow, where: ZoneInfo, now_ms: int) -> Moment:
    """Tell when the window is open: now, or at the next time."""
    today = datetime.fromtimestamp(now_ms / 1000, where).date()
    for ahead in (-1, 0, 1, 2):  # the one that began yesterday may still be open
        midnight = datetime.combine(today + timedelta(days=ahead), datetime.min.time(), where)
        closes_at_ms = _ms(midnight, window.closes)
        if now_ms < closes_at_ms:
            return Moment(max(0, _ms(midnight, window.opens) - now_ms), closes_at_ms)
    raise AssertionError("a window of the day after tomorrow is over")  # no clock changes so far


def _ms(midnight: datetime, minutes: int) -> int:
    """Give the instant at which her clock shows so many minutes after midnight."""
    return int((midnight + timedelta(minutes=minutes)).timestamp() * 1000)
