"""Durations as people write them: `1500ms`, `8s`, `5m`, `24h`, `7d`, `1h30m`."""

import re
from datetime import timedelta
from typing import Annotated

import msgspec

PATTERN = r"^([0-9]+(ms|s|m|h|d))+$"

Duration = Annotated[
    str, msgspec.Meta(pattern=PATTERN, description="A duration: 1500ms, 8s, 5m, 24h, 7d, 1h30m.")
]

_PART = re.compile(r"([0-9]+)(ms|s|m|h|d)")
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def duration(text: str) -> timedelta:
    """Read a duration. Raises ValueError with the accepted forms."""
    if not re.fullmatch(PATTERN, text):
        raise ValueError(f"{text!r} is no duration; write for example 1500ms, 8s, 5m, 24h or 7d")
    return sum((int(n) * _UNITS[unit] for n, unit in _PART.findall(text)), timedelta(0))
