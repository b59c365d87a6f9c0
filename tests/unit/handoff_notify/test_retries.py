"""When a notification is tried again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.handoff.notify import retries

NOTHING = timedelta(0)
ATTEMPTS = st.integers(1, 50)
CHANCE = st.floats(0, 1)


def test_the_pauses_grow_and_a_greylist_lets_us_in_long_before_the_end() -> None:
    pauses = [retries.pause(n, NOTHING, 0).total_seconds() for n in range(1, retries.MAX_ATTEMPTS)]

    assert pauses[:5] == [15, 45, 135, 405, 1215]
    assert 3 * 3600 <= sum(pauses) <= 4 * 3600


@given(ATTEMPTS, CHANCE)
def test_chance_takes_up_to_a_quarter_off(attempts: int, chance: float) -> None:
    longest = retries.pause(attempts, NOTHING, 0)

    assert longest * 3 / 4 <= retries.pause(attempts, NOTHING, chance) <= longest


def test_a_server_that_asks_for_longer_is_given_it_up_to_an_hour() -> None:
    assert retries.pause(1, timedelta(minutes=10), 0) == timedelta(minutes=10)
    assert retries.pause(1, timedelta(days=3), 0) == retries.MAX_RETRY_AFTER
