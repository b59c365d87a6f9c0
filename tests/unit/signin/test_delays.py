"""Who guesses waits longer and longer, and nobody is locked out."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.signin.delays import ACCOUNT, PAIR, Policy

policies = pytest.mark.parametrize("policy", [PAIR, ACCOUNT])


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0), (4, 0), (5, 1), (6, 2), (9, 16), (15, 900), (999, 900)]
)
def test_the_first_failures_cost_nothing_then_each_doubles(failures: int, seconds: int) -> None:
    assert PAIR.after(failures) == timedelta(seconds=seconds)


@policies
@given(failures=st.integers(0, 10**9))
def test_a_delay_never_shrinks_and_never_passes_its_end(policy: Policy, failures: int) -> None:
    assert policy.after(failures) <= policy.after(failures + 1) <= policy.longest


def test_guesses_from_everywhere_never_cost_the_owner_more_than_a_moment() -> None:
    assert ACCOUNT.after(10**6) <= timedelta(seconds=10)
