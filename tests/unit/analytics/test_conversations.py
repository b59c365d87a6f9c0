"""Where one conversation ends and the next begins, and what each came to."""

from typing import Any

from services.analytics.conversations import ContactState, SessionState, read, take_turn
from tests.support.records import ANA, MINUTE_MS, NOON_MS, a_turn

DAY_MS = 24 * 60 * MINUTE_MS
ASKED = {"kind": "asked", "subject": "modelo", "flow": "buscar"}
ENDED = {"kind": "flow_ended", "subject": "buscar"}
GOODBYE = {"kind": "flow_ended", "subject": "buscar", "detail": "session"}


def taken(state: ContactState, cursor: int, *steps: dict[str, Any], **more: Any) -> SessionState:
    session = take_turn(state, a_turn(ANA, cursor, *steps, **more), DAY_MS)
    assert session is not None
    return session


def test_turns_without_a_long_silence_are_one_session() -> None:
    state = ContactState(ANA)
    first = taken(state, 1, ASKED, at_ms=NOON_MS)
    second = taken(state, 2, ASKED, at_ms=NOON_MS + DAY_MS)

    assert first is second
    assert (second.turns, second.id) == (2, f"{ANA}:turn:1")


def test_a_longer_silence_begins_another() -> None:
    state = ContactState(ANA)
    taken(state, 1, ASKED, at_ms=NOON_MS)

    assert taken(state, 2, ASKED, at_ms=NOON_MS + DAY_MS + 1).id == f"{ANA}:turn:2"


def test_an_end_that_the_dialogue_calls_begins_another() -> None:
    state = ContactState(ANA)
    assert taken(state, 1, GOODBYE).outcome == "completed"

    assert taken(state, 2, ASKED).id == f"{ANA}:turn:2"


def test_a_turn_told_twice_counts_once() -> None:
    state = ContactState(ANA)
    taken(state, 1, ASKED)

    assert taken(state, 1, ASKED).turns == 1


def test_an_agents_claim_alone_is_no_conversation() -> None:
    claim = a_turn(ANA, 1, inbounds=("ticket:7:claim",))

    assert take_turn(ContactState(ANA), claim, DAY_MS) is None


def test_a_question_without_an_answer_is_where_it_waits() -> None:
    session = taken(ContactState(ANA), 1, {"kind": "flow_started", "subject": "buscar"}, ASKED)

    assert (session.outcome, session.flow, session.step) == ("waiting", "buscar", "modelo")


def test_a_flow_that_ended_after_its_questions_is_completed() -> None:
    state = ContactState(ANA)
    taken(state, 1, ASKED)

    assert taken(state, 2, {"kind": "filled", "subject": "modelo"}, ENDED).outcome == "completed"


def test_a_handover_is_the_outcome_though_people_go_on() -> None:
    state = ContactState(ANA)
    taken(state, 1, {"kind": "handed_off"})

    assert taken(state, 2, owner="human").outcome == "handed_off"


def test_what_was_not_understood_outweighs_what_was() -> None:
    said = read(({"kind": "understood", "subject": "buscar", "score": 0.9}, {"kind": "invalid"}))

    assert (said.intent, said.score, said.understood) == ("buscar", 0.9, "no")
