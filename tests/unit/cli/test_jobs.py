"""When a campaign of a laptop's bot is due."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from prosa.cli.jobs import next_moment
from prosa.contracts.chatbot import Campaign, TemplateRef, Trigger
from prosa.errors import ConfigError

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def a_campaign(schedule: str) -> Campaign:
    return Campaign(
        name="inactive-48h",
        trigger=Trigger(inactive="48h"),
        schedule=schedule,
        template=TemplateRef(name="volta_ai", language="pt_BR"),
    )


def test_a_schedule_is_read_in_the_bots_time_zone() -> None:
    noon_in_utc = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)

    moment = next_moment(a_campaign("0 10 * * *"), noon_in_utc.astimezone(SAO_PAULO))

    assert moment == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_the_present_moment_is_not_the_next() -> None:
    ten = datetime(2026, 11, 24, 10, 0, tzinfo=SAO_PAULO)

    assert next_moment(a_campaign("0 10 * * *"), ten) == datetime(
        2026, 11, 25, 10, 0, tzinfo=SAO_PAULO
    )


@pytest.mark.parametrize("schedule", ["every day at ten", "61 * * * *", "0 0 30 2 *", ""])
def test_a_schedule_that_never_comes_due_names_its_campaign(schedule: str) -> None:
    now = datetime(2026, 11, 24, tzinfo=SAO_PAULO)

    with pytest.raises(ConfigError, match=r"campaign inactive-48h: schedule .* is no cron"):
        next_moment(a_campaign(schedule), now)
