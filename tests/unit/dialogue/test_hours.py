"""Business hours: several intervals a day, holidays, the next opening."""

import datetime as dt

import pytest

from prosa.dialogue.hours import Hours, parse_hours
from tests.unit.dialogue.talking import SAO_PAULO

SPEC = {
    "mon-fri": ["13:00-18:00", "09:00-12:00"],
    "sat": ["09:00-13:00"],
    "holidays": ["2026-12-25"],
}


def at(day: int, hour: int, month: int = 11) -> dt.datetime:
    """Give an hour of 2026; 24 November is a Tuesday."""
    return dt.datetime(2026, month, day, hour, tzinfo=SAO_PAULO)


def hours() -> Hours:
    """Give the hours of most tests."""
    parsed = parse_hours(SPEC)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        (at(24, 9), True),
        (at(24, 12), False),
        (at(24, 13), True),
        (at(24, 18), False),
        (at(28, 12), True),
        (at(29, 10), False),
        (at(25, 10, month=12), False),
    ],
)
def test_it_is_open_within_its_intervals(when: dt.datetime, is_open: bool) -> None:
    assert hours().open_at(when) is is_open


def test_a_holiday_may_be_what_kubectl_makes_of_a_date_without_quotes() -> None:
    parsed = parse_hours(SPEC | {"holidays": ["2026-11-24T00:00:00Z"]})

    assert parsed is not None
    assert not parsed.open_at(at(24, 9))


@pytest.mark.parametrize(
    ("after", "opening"),
    [
        (at(24, 8), at(24, 9)),
        (at(24, 12), at(24, 13)),
        (at(28, 14), at(30, 9)),
        (at(24, 20, month=12), at(26, 9, month=12)),
    ],
)
def test_the_next_opening_skips_nights_sundays_and_holidays(
    after: dt.datetime, opening: dt.datetime
) -> None:
    assert hours().next_opening(after) == opening


def test_no_hours_are_no_limit() -> None:
    assert parse_hours({}) is None


def test_a_week_may_go_over_sunday() -> None:
    parsed = parse_hours({"sat-mon": ["10:00-24:00"]})
    assert parsed is not None
    assert [bool(day) for day in parsed.week] == [True, False, False, False, False, True, True]


def test_what_never_opens_has_no_next_opening() -> None:
    never = Hours(((),) * 7)
    assert never.next_opening(at(24, 9)) is None


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"seg": ["09:00-18:00"]}, "seg: write a day"),
        ({"mon": ["9-18"]}, "mon: 9-18 is no interval"),
        ({"mon": ["18:00-09:00"]}, "closes before it opens"),
        ({"mon": "09:00-18:00"}, "give a list of intervals"),
        ({"holidays": ["25/12"]}, "25/12 is no date"),
    ],
)
def test_a_fault_is_told_in_a_sentence(spec: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_hours(spec)
