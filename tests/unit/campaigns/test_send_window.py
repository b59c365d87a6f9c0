"""Her send window, on her own clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.campaigns import send_window
from prosa.campaigns.send_window import Moment, SendWindow

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
LISBON = ZoneInfo("Europe/Lisbon")
HOUR = 3_600_000
DAYTIME = send_window.parse("09:00-18:00")


def at(text: str, zone: ZoneInfo = SAO_PAULO) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "wait_hours", "closes"),
    [
        ("2026-11-24T09:00", 0, "2026-11-24T18:00"),
        ("2026-11-24T17:59", 0, "2026-11-24T18:00"),
        ("2026-11-24T18:00", 15, "2026-11-25T18:00"),
        ("2026-11-24T07:00", 2, "2026-11-24T18:00"),
        ("2026-11-24T00:00", 9, "2026-11-24T18:00"),
    ],
)
def test_it_is_open_within_its_hours_or_opens_next(now: str, wait_hours: int, closes: str) -> None:
    found = send_window.moment(DAYTIME, SAO_PAULO, at(now))

    assert found == Moment(wait_hours * HOUR, at(closes))


def test_the_same_instant_is_another_hour_elsewhere() -> None:
    early_in_campinas = at("2026-11-24T08:00")

    assert send_window.moment(DAYTIME, SAO_PAULO, early_in_campinas).wait_ms == HOUR
    assert send_window.moment(DAYTIME, LISBON, early_in_campinas).wait_ms == 0


def test_a_window_may_go_on_after_midnight() -> None:
    night = send_window.parse("22:00-02:00")

    assert send_window.moment(night, SAO_PAULO, at("2026-11-24T01:30")) == Moment(
        0, at("2026-11-24T02:00")
    )
    assert send_window.moment(night, SAO_PAULO, at("2026-11-24T02:00")).wait_ms == 20 * HOUR


def test_the_whole_day_is_never_closed() -> None:
    whole = send_window.parse("00:00-24:00")

    assert send_window.moment(whole, SAO_PAULO, at("2026-11-24T23:59")).wait_ms == 0


def test_it_keeps_its_hours_when_clocks_are_changed() -> None:
    the_night_before = at("2026-10-24T20:00", LISBON)  # clocks go back an hour at 2

    found = send_window.moment(DAYTIME, LISBON, the_night_before)

    assert the_night_before + found.wait_ms == at("2026-10-25T09:00", LISBON)
    assert found.wait_ms == 14 * HOUR


@pytest.mark.parametrize("text", ["9-18", "09:00-25:00", "24:00-02:00", "29:00-03:00", ""])
def test_what_is_no_window_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="09:00-18:00"):
        send_window.parse(text)


def test_an_unknown_time_zone_falls_back_to_the_bots() -> None:
    assert send_window.zone("Mars/Olympus", "America/Sao_Paulo") == SAO_PAULO
    assert send_window.zone("", "America/Sao_Paulo") == SAO_PAULO


@given(
    st.integers(min_value=0, max_value=1439),
    st.integers(min_value=0, max_value=1440),
    st.integers(min_value=at("2025-01-01T00:00"), max_value=at("2028-01-01T00:00")),
    st.sampled_from(["America/Sao_Paulo", "Europe/Lisbon", "America/New_York", "Asia/Kolkata"]),
)
def test_after_the_wait_it_is_open_and_then_it_closes(
    opens: int, closes: int, now_ms: int, zone: str
) -> None:
    window = SendWindow(opens, closes if closes > opens else closes + 1440)
    found = send_window.moment(window, ZoneInfo(zone), now_ms)

    assert send_window.moment(window, ZoneInfo(zone), now_ms + found.wait_ms).wait_ms == 0
    assert now_ms + found.wait_ms < found.closes_at_ms
