"""The time zone of a customer, by her phone number: area codes tell it, as a rule. Pure.

The tables are libphonenumber's. A number that may be in several zones (a Portuguese mobile, on the
mainland or the Azores) is taken to be in the bot's own if that is one of them, else in the middle
one, so that nobody is far off.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone

_PREFIX = 7
"""Digits that settle the zone: country code and area code, in North America the exchange too."""

_UNKNOWN = "Etc/Unknown"


class TimeZones:
    """Time zones by number, kept by what the number begins with."""

    def __init__(self, own: str, now: datetime) -> None:
        """`own` is the bot's zone; zones are put in order by their offsets at `now`."""
        self._own = own
        self._now = now
        self._known: dict[tuple[str, int], str] = {}

    def of(self, phone: str) -> str:
        """Name the zone of a number of digits only; empty when nothing tells it."""
        key = phone[:_PREFIX], len(phone)
        if key not in self._known:
            self._known[key] = self._choose(_zones(phone))
        return self._known[key]

    def _choose(self, zones: tuple[str, ...]) -> str:
        if self._own in zones:
            return self._own
        known = sorted((z for z in zones if z != _UNKNOWN), key=self._offset)
        return known[len(known) // 2] if known else ""

    def _offset(self, zone: str) -> float:
        try:
            offset = self._now.astimezone(ZoneInfo(zone)).utcoffset()
        except (KeyError, ValueError, OSError):  # newer than this machine's tables
            return 0.0
        return offset.total_seconds() if offset else 0.0


def _zones(phone: str) -> tuple[str, ...]:
    try:
        number = phonenumbers.parse(f"+{phone}")
    except phonenumbers.NumberParseException:
        return ()
    return tuple(timezone.time_zones_for_number(number))
