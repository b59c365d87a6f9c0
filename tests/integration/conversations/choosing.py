"""Which conversations can be had with a running platform, whose clock nobody can set.

The scripts are written for a Tuesday at ten. A bot's local time is brought near to that by its time
zone, and a shop that is open every day makes all days alike; a script that waits for hours, or that
names a date, is for a set clock. Told by what a script says, never by its name.
"""

import re
import shutil
from datetime import datetime
from pathlib import Path

import msgspec
import yaml

from tests.conversations.script import TUESDAY_MORNING, Script

_HOUR = 10
_WESTMOST = -12  # hours from Greenwich: IANA has Etc/GMT+12 to Etc/GMT-14
_OPEN = {"mon-sun": ["07:00-19:00"]}
_DATE = re.compile(
    r"\d{1,2}/\d{1,2}|\b20\d\d-\d\d-\d\d"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w* \d"
)


def obstacle(script: Script) -> str | None:
    """Say why a script needs a set clock; None when it can be played at any time."""
    if script.at != TUESDAY_MORNING or any(turn.at or turn.after for turn in script.turns):
        return "it says what time it is"
    if _DATE.search(msgspec.json.encode(script.turns).decode()):
        return "it names a date"
    return None


def time_zone(now: datetime) -> str:
    """Name the time zone in which `now` (in UTC) is between ten and eleven in the morning."""
    east = _HOUR - now.hour
    if east < _WESTMOST:
        east += 24
    return f"Etc/GMT{-east:+d}"  # its sign is the other way round (tz database, `etcetera`)


def copied(example: Path, to: Path, now: datetime) -> Path:
    """Copy an example whose shop has just opened, whatever day and hour it is."""
    folder = to / example.name
    shutil.copytree(example, folder)
    manifest = folder / "chatbot.yaml"
    chatbot = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    chatbot["spec"]["timeZone"] = time_zone(now)
    chatbot["spec"]["handoff"]["hours"] = _OPEN
    manifest.write_text(yaml.safe_dump(chatbot), encoding="utf-8")
    return folder
