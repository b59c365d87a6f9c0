"""Schedules as the CronJob controller reads them."""

from datetime import UTC, datetime, timedelta

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from prosa_operator.judging import cron

DAY = datetime(2026, 1, 1, tzinfo=UTC)
A_LEAP = timedelta(days=366 * 8)


@pytest.mark.parametrize(
    "text",
    [
        *("* * * * *", "*/15 9-17 * * *", "5/10 0 ? * ?", "0 10 1,15 * *", "0 0 29 2 *"),
        *("0 9 * * mon-fri", "0 9 * JAN,dec SUN", "0-30/5 */2 1-7 * 0", "0 0 31 2 1"),
    ],
)
def test_a_schedule_that_comes_due(text: str) -> None:
    assert cron.comes_due(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "* * * *", "* * * * * *", "@daily", "@every 5m", "TZ=UTC * * * *", "60 * * * *"),
        *("* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "9-5 * * * *", "*/0 * * * *"),
        *("0 9 L * *", "0 9 * * 5L", "0 9 * * 1#2", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "a * * * *"),
        *("1, * * * *", "1-2-3 * * * *", "-1 * * * *", "² * * * *", "0 9 * * fri-mon"),
    ],
)
def test_a_schedule_that_never_does(text: str) -> None:
    assert not cron.comes_due(text)


def part(least: int, most: int) -> st.SearchStrategy[str]:
    number = st.integers(least, most)
    span = st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}")
    step = st.integers(1, most).map(lambda n: f"*/{n}")
    return st.one_of(st.just("*"), number.map(str), span, step)


@given(st.tuples(part(0, 59), part(0, 23), part(1, 31), part(1, 12), part(0, 6)))
def test_it_comes_due_where_another_reader_finds_a_moment(fields: tuple[str, ...]) -> None:
    text = " ".join(fields)
    moment = next(CronSim(text, DAY), None)

    assert cron.comes_due(text) == (moment is not None and moment < DAY + A_LEAP)


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    assert cron.comes_due(text) in (True, False)
