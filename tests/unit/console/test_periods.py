"""Periods are whole days of the bot's time zone, cut into steps that miss no hour and no day."""

from datetime import UTC, datetime

import pytest

from services.analytics.console import periods
from services.analytics.console.periods import BadPeriod, Period

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)  # 22:30 of the 23rd in São Paulo
ZONE = "America/Sao_Paulo"


def read(first: str = "", last: str = "", zone: str = ZONE) -> Period:
    return periods.read(first, last, zone, NOW)


def test_without_dates_it_is_the_last_seven_days_of_the_bots_own_calendar() -> None:
    period = read()

    assert (period.first.isoformat(), period.last.isoformat()) == ("2026-11-17", "2026-11-23")
    assert period.since == datetime(2026, 11, 17, 3, tzinfo=UTC)
    assert period.until == datetime(2026, 11, 24, 3, tzinfo=UTC)


def test_short_periods_are_cut_into_hours_and_longer_ones_into_days() -> None:
    assert len(list(read("2026-11-23", "2026-11-23").steps())) == 24
    assert len(list(read("2026-11-01", "2026-11-23").steps())) == 23


def test_a_day_on_which_clocks_change_has_all_of_its_hours() -> None:
    spring = read("2026-03-08", "2026-03-08", "America/New_York")
    autumn = read("2026-11-01", "2026-11-01", "America/New_York")

    assert (len(list(spring.steps())), len(list(autumn.steps()))) == (23, 25)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-11-24", "2026-11-20"),
        ("2024-01-01", "2026-11-23"),
        ("gestern", ""),
        ("0001-01-01", "0001-01-02"),
        ("2026-11-23", "9999-12-31"),
        ("2026-02-30", ""),
        ("2026-12-24", "2026-12-25"),
    ],
)
def test_what_is_no_period_is_refused(first: str, last: str) -> None:
    with pytest.raises(BadPeriod, match="bad_period"):
        read(first, last)
