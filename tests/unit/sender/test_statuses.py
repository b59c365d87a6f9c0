"""Merging statuses: the highest rank stands, in whatever order they come."""

from functools import reduce
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.sender.statuses import merge, worth_keeping

KNOWN = ("", "sent", "delivered", "read", "played", "failed")


@given(st.lists(st.sampled_from(KNOWN), max_size=6), st.randoms())
def test_the_order_of_statuses_does_not_matter(told: list[str], chance: object) -> None:
    shuffled = list(told)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert reduce(merge, told, "") == reduce(merge, shuffled, "")


def test_a_read_message_is_not_delivered_again() -> None:
    for order in permutations(("sent", "delivered", "read")):
        assert reduce(merge, order, "") == "read"


def test_failed_is_final() -> None:
    assert merge("failed", "read") == "failed"
    assert merge("read", "failed") == "failed"


def test_a_status_that_meta_adds_one_day_changes_nothing() -> None:
    assert merge("delivered", "teleported") == "delivered"


def test_sent_adds_nothing_to_metas_acceptance() -> None:
    assert not worth_keeping("", "sent")
    assert worth_keeping("", "delivered")
    assert not worth_keeping("read", "delivered")
