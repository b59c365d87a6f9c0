"""Where an outbound stands: what is known to have left, known not to, and unknown."""

import pytest

from prosa.contracts.outbound import Text
from prosa.contracts.sends import Progress, Sent
from services.sender.standing import (
    Continue,
    Done,
    Doubt,
    Fence,
    Orphaned,
    Standing,
    standing,
)
from tests.unit.sender.builders import NOON, an_outbound

SEQUENCE = 7
TWO = (Text(body="um"), Text(body="dois"))


def progress(sent: int = 0, **details: object) -> Progress:
    wamids = tuple(Sent(f"wamid.{n}") for n in range(sent))
    return Progress(**{"at_ms": NOON, "sequence": SEQUENCE, "sent": wamids, **details})  # type: ignore[arg-type]


def stands(
    known: Progress | None,
    deliveries: int = 1,
    *,
    known_unsent: int = 0,
    sequence: int = SEQUENCE,
    **details: object,
) -> Standing:
    outbound = an_outbound(*TWO, **details)
    return standing(known, outbound, sequence, deliveries, known_unsent=known_unsent)


def test_a_first_delivery_is_sent_without_looking() -> None:
    assert stands(None) == Continue(0)


def test_a_redelivery_that_nobody_counted_is_in_doubt() -> None:
    assert stands(None, 2) == Orphaned(0)


def test_a_redelivery_after_our_own_nak_is_not() -> None:
    assert stands(progress(deliveries=1), 2) == Continue(0)
    assert stands(progress(deliveries=4), 5) == Continue(0)


def test_a_gap_in_the_count_is_a_doubt_about_the_next_message() -> None:
    assert stands(progress(sent=1, deliveries=1), 3) == Orphaned(1)


def test_what_this_process_saw_end_unsent_is_no_doubt() -> None:
    assert stands(None, 2, known_unsent=1) == Continue(0)
    assert stands(None, 3, known_unsent=1) == Orphaned(0)
    assert stands(progress(deliveries=1), 4, known_unsent=3) == Continue(0)


def test_an_open_doubt_stays_until_it_is_settled() -> None:
    doubted = progress(deliveries=2, unsure_until_ms=NOON + 5)

    assert stands(doubted, 3) == Doubt(0, NOON + 5)
    assert stands(doubted, 3, known_unsent=2) == Doubt(0, NOON + 5)


def test_a_death_while_in_doubt_begins_the_wait_anew() -> None:
    assert stands(progress(deliveries=2, unsure_until_ms=NOON + 5), 4) == Orphaned(0)


@pytest.mark.parametrize("deliveries", [1, 2, 9])
def test_what_has_left_whole_is_done_however_often_it_comes(deliveries: int) -> None:
    assert stands(progress(sent=2), deliveries) == Done()


@pytest.mark.parametrize("deliveries", [1, 2, 9])
def test_what_has_ended_is_done_with_its_reason(deliveries: int) -> None:
    assert stands(progress(ended="owner_changed"), deliveries) == Done("owner_changed")


def test_a_repeat_that_nothing_is_known_of_is_sent_behind_a_fence() -> None:
    assert stands(None, repeat=True) == Fence(0)


def test_a_repeat_of_what_has_left_is_done() -> None:
    assert stands(progress(sent=2), repeat=True, sequence=99) == Done()


def test_a_repeat_goes_on_where_the_first_one_stopped() -> None:
    known = progress(sent=1, deliveries=3)

    assert stands(known, repeat=True, sequence=99) == Fence(1)
    assert stands(known, 2, repeat=True, sequence=99) == Orphaned(1)


def test_a_replay_opens_what_has_ended_and_goes_on_there() -> None:
    known = progress(sent=1, deliveries=3, ended="meta_132000")

    assert stands(known, replay=12, sequence=99) == Fence(1)


def test_a_replay_of_what_has_left_whole_is_done() -> None:
    assert stands(progress(sent=2), replay=12, sequence=99) == Done()


def test_a_replay_that_is_under_way_goes_on_as_any_delivery() -> None:
    known = progress(sent=1, deliveries=1, replay=12)

    assert stands(known, 2, replay=12) == Continue(1)
    assert stands(known, 3, replay=12) == Orphaned(1)
