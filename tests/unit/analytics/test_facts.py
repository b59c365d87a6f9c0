"""What events become, in whatever order they are told."""

from itertools import permutations
from typing import get_args

import pytest

from prosa.contracts import events, outbound
from services.analytics import facts, inbounds
from services.analytics.facts import _TAKE
from services.analytics.rows import Batch, Place
from tests.support.records import ANA, NOON_MS, a_message, a_sent, a_status, a_turn

ANSWER = f"{ANA}-1-0/0"
STATUSES = ("sent", "delivered", "read")


def a_batch(**more: object) -> Batch:
    return Batch({}, 1000, **more)  # type: ignore[arg-type]


def test_every_event_has_its_place() -> None:
    assert set(_TAKE) == set(get_args(events.Event))


@pytest.mark.parametrize("order", [*permutations(STATUSES)])
def test_a_message_is_as_far_as_its_furthest_status(order: tuple[str, ...]) -> None:
    batch = a_batch()
    for later, status in enumerate(order):
        facts.take(batch, a_status(ANSWER, status, at_ms=NOON_MS + later), Place(later, NOON_MS))

    row = batch.tables["advanced"][ANSWER]
    assert (row["status"], row["status_at"]) == ("read", NOON_MS + order.index("read"))


def test_failed_is_final() -> None:
    batch = a_batch()
    error = events.StatusError(131049, "held back")
    for status in ("failed", "delivered"):
        event = a_status(ANSWER, status, errors=(error,) if status == "failed" else ())
        facts.take(batch, event, Place(1, NOON_MS))

    row = batch.tables["advanced"][ANSWER]
    assert (row["status"], row["failed_code"]) == ("failed", 131049)


def test_blue_ticks_are_no_message() -> None:
    batch = a_batch()
    ticks = a_sent(ANSWER, message="mark_read", content=outbound.MarkRead(message="wamid.1"))
    facts.take(batch, ticks, Place(1, NOON_MS))

    assert batch.tables == {}


def test_a_turn_names_itself_on_her_messages_and_on_its_answers() -> None:
    batch = a_batch()
    facts.take(batch, a_turn(ANA, 1, messages=2), Place(1, NOON_MS))

    assert set(batch.tables["turned"]) == {f"wamid.{ANA}.1", f"{ANA}-1-0/0", f"{ANA}-1-0/1"}


def test_what_was_stored_before_she_was_erased_is_not_taken() -> None:
    batch = a_batch(forgotten={ANA: NOON_MS})
    inbounds.take(batch, a_message(ANA, 1), Place(1, NOON_MS))
    inbounds.take(batch, a_message(ANA, 2), Place(2, NOON_MS + 1))

    assert list(batch.tables["said"]) == [f"wamid.{ANA}.2"]


def test_a_late_status_of_what_was_erased_with_her_is_not_taken() -> None:
    batch = a_batch(forgotten={ANA: NOON_MS})
    facts.take(batch, a_status(ANSWER, "read"), Place(1, NOON_MS + 1))

    assert batch.tables == {}
