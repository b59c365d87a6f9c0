"""Business time: properties over any hours, and days that are easy to get wrong."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.dialogue.hours import Hours, Interval, parse_hours
from services.handoff.business import Calendar

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NEW_YORK = ZoneInfo("America/New_York")
MINUTE = 60_000
HOUR = 60 * MINUTE


def ms(text: str, zone: ZoneInfo = SAO_PAULO) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def a_calendar(zone: ZoneInfo = SAO_PAULO, **spec: object) -> Calendar:
    return Calendar(
        zone, parse_hours({key.replace("_", "-"): value for key, value in spec.items()})
    )


SHOP = a_calendar(
    mon_fri=["09:00-12:00", "13:00-18:00"], sat=["09:00-13:00"], holidays=["2026-12-25"]
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any week that opens at least once, in zones with and without daylight saving."""
    marks = st.lists(st.integers(0, 95), min_size=2, max_size=6, unique=True).map(sorted)
    week = []
    for _ in range(7):
        quarters = draw(marks) if draw(st.booleans()) else []
        week.append(
            tuple(
                Interval(_time(opens), _time(closes))
                for opens, closes in zip(quarters[::2], quarters[1::2], strict=False)
            )
        )
    if not any(week):
        week[2] = (Interval(dt.time(9), dt.time(10)),)
    zone = draw(st.sampled_from([SAO_PAULO, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]))
    return Calendar(zone, Hours(tuple(week)))


instants = st.integers(ms("2026-01-01"), ms("2027-12-31"))
spans = st.integers(0, 60 * HOUR)


@given(calendars(), instants, spans)
def test_so_much_has_elapsed_when_it_is_due(calendar: Calendar, start: int, span: int) -> None:
    due = calendar.due(start, span)

    assert due is not None
    assert calendar.elapsed(start, due) == span


@given(calendars(), instants, spans, spans)
def test_two_spans_after_each_other_are_due_like_one(
    calendar: Calendar, start: int, one: int, two: int
) -> None:
    middle = calendar.due(start, one)
    assert middle is not None

    last = calendar.due(middle, two)

    whole = calendar.due(start, one + two)
    assert last is not None
    assert whole is not None
    assert calendar.elapsed(start, last) == calendar.elapsed(start, whole) == one + two


@given(calendars(), instants, spans)
def test_a_due_moment_is_never_earlier_and_never_in_closed_time(
    calendar: Calendar, start: int, span: int
) -> None:
    due = calendar.due(start, span + 1)

    assert due is not None
    assert due > start
    assert calendar.open_at(due - 1)


@given(instants, spans)
def test_without_hours_all_time_counts(start: int, span: int) -> None:
    assert Calendar(SAO_PAULO).due(start, span) == start + span


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-24T10:00", 15, "2026-11-24T10:15"),
        ("2026-11-24T11:50", 15, "2026-11-24T13:05"),  # over lunch
        ("2026-11-24T17:50", 15, "2026-11-25T09:05"),  # over night
        ("2026-11-28T12:50", 15, "2026-11-30T09:05"),  # over Sunday
        ("2026-12-24T17:50", 15, "2026-12-26T09:05"),  # over Christmas
        ("2026-11-24T22:00", 15, "2026-11-25T09:15"),  # written at night
        ("2026-11-24T17:45", 15, "2026-11-24T18:00"),  # to the last minute
    ],
)
def test_the_clock_stands_still_outside_hours(start: str, minutes: int, due: str) -> None:
    assert SHOP.due(ms(start), minutes * MINUTE) == ms(due)


def test_an_hour_that_daylight_saving_skips_is_no_business_time() -> None:
    night = a_calendar(NEW_YORK, sun=["01:00-04:00"])  # 2026-03-08: 2:00 becomes 3:00

    worked = night.elapsed(ms("2026-03-08T00:00", NEW_YORK), ms("2026-03-08T12:00", NEW_YORK))

    assert worked == 2 * HOUR


def test_open_until_midnight_is_open_until_midnight() -> None:
    late = a_calendar(mon_sun=["00:00-24:00"])
    start = ms("2026-11-24T23:50")

    assert late.due(start, 20 * MINUTE) == start + 20 * MINUTE


def test_a_shop_that_never_opens_has_no_due_moment() -> None:
    assert Calendar(SAO_PAULO, Hours(((),) * 7)).due(ms("2026-11-24"), MINUTE) is None


def test_the_next_opening_is_the_next_one() -> None:
    assert SHOP.next_opening(ms("2026-11-28T14:00")) == ms("2026-11-30T09:00")


def _time(quarter: int) -> dt.time:
    return dt.time(quarter // 4, quarter % 4 * 15)
