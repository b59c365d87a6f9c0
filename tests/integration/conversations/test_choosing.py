"""What is left out of the conversations over HTTP is left out for a reason that can be read."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.conversations.script import Script
from tests.integration.conversations import choosing


@pytest.mark.parametrize("hour", range(24))
def test_it_is_mid_morning_somewhere(hour: int) -> None:
    now = datetime(2026, 3, 28, 23, 59, tzinfo=UTC) + timedelta(hours=hour)

    assert now.astimezone(ZoneInfo(choosing.time_zone(now))).hour == 10


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ({"turns": [{"customer": "tem corolla?", "bot": ["Bom dia"]}]}, None),
        ({"turns": [{"customer": "a lemon cake for may"}]}, None),
        ({"turns": [{"customer": "oi"}], "at": "2026-11-24 15:00"}, "it says what time it is"),
        ({"turns": [{"customer": "oi", "after": "3h"}]}, "it says what time it is"),
        ({"turns": [{"customer": "amanhã", "bot": ["25/11"]}]}, "it names a date"),
        ({"turns": [{"customer": "hi", "bot": ["Friday, Nov 27"]}]}, "it names a date"),
        ({"turns": [{"customer": "oi", "slots": {"q": "2026-11-25T10:00"}}]}, "it names a date"),
    ],
)
def test_a_script_that_needs_a_set_clock_says_so(
    script: dict[str, Any], reason: str | None
) -> None:
    read = msgspec.convert({"conversation": "x", **script}, Script)

    assert choosing.obstacle(read) == reason
