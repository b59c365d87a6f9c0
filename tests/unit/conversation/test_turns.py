"""One turn, decided: what is answered, by whom, and what is noted."""

from typing import Any

import msgspec
import pytest

from prosa.contracts import inbound
from prosa.contracts.contact import Contact, window_open
from prosa.contracts.events import HandoffRequested, OwnerChanged, PreferenceChanged, TurnTaken
from prosa.contracts.identity import Address
from prosa.contracts.outbound import MarkRead, Outbound, Text
from prosa.contracts.turn import Turn
from prosa.dialogue.hours import parse_hours
from services.conversation import turns
from tests.unit.conversation.builders import (
    KEY,
    NOW_MS,
    a_contact,
    an_inbound,
    decide,
    received,
    rules,
    rules_at,
)

HOURS = parse_hours({"mon-sun": ["09:00-18:00"]})
HOUR_MS = 3_600_000
NIGHT_MS = NOW_MS + 9 * HOUR_MS  # 21:00 in São Paulo; NOW_MS is noon


def words(turn: Turn) -> list[str]:
    return [
        message.body
        for item in turn.outbox
        if isinstance(item, Outbound)
        for message in item.messages
        if isinstance(message, Text)
    ]


def events(turn: Turn, kind: type) -> list[Any]:
    return [item for item in turn.outbox if isinstance(item, kind)]


def test_a_question_is_answered_by_the_dialogue() -> None:
    turn = decide(a_contact(), received("vocês entregam?"))

    assert words(turn) == ["Em que bairro?"]


def test_the_next_message_goes_on_where_the_last_ended() -> None:
    first = decide(a_contact(), received("vocês entregam?"))

    second = decide(first.contact, received("Cambuí"))

    assert words(second) == ["Entregamos em Cambuí."]


def test_a_burst_is_one_turn_with_one_outbound() -> None:
    turn = decide(a_contact(), received("oi", "vocês entregam?"))

    assert len(events(turn, Outbound)) == 1


def test_her_message_opens_the_window_and_tells_her_name() -> None:
    message = received("oi")[0]
    named = msgspec.structs.replace(
        message, inbound=msgspec.structs.replace(message.inbound, name="Ana")
    )

    turn = decide(a_contact(window_closed=True), [named])

    assert turn.contact.name == "Ana"
    assert window_open(turn.contact, NOW_MS)


def test_a_turn_tells_what_it_took_and_why() -> None:
    turn = decide(a_contact(), received("vocês entregam?"))

    (taken,) = events(turn, TurnTaken)
    assert taken.inbounds == ("wamid.1",)
    assert any(step["kind"] == "flow_started" for step in taken.steps)


def test_an_outbound_s_id_comes_from_contact_and_sequence() -> None:
    (outbound,) = events(decide(a_contact(), received("vocês entregam?")), Outbound)

    assert outbound.id == f"{KEY}-1-0"


def test_the_bot_is_silent_while_a_person_has_the_conversation() -> None:
    turn = decide(a_contact(owner="human", human_spoke_at_ms=NOW_MS), received("vocês entregam?"))

    assert words(turn) == []


def test_a_person_s_word_from_the_business_s_phone_silences_the_bot() -> None:
    turn = decide(a_contact(), received("vocês entregam?", inbound.Echo("text", "Oi, aqui é o Zé")))

    assert words(turn) == []
    assert turn.contact.owner == "human"
    assert turn.contact.owner_revision == 1


def test_what_she_writes_after_people_gave_the_conversation_back_is_answered() -> None:
    contact = a_contact(owner="human", agent="ze", human_spoke_at_ms=NOW_MS)

    turn = decide(contact, received(inbound.Return("ze"), "vocês entregam?"))

    assert words(turn) == ["Em que bairro?"]


def test_a_returned_conversation_forgets_the_open_question_and_keeps_the_slots() -> None:
    asked = decide(a_contact(), received("vocês entregam?")).contact
    claimed = decide(asked, received(inbound.Claim("ze"))).contact

    back = decide(claimed, received(inbound.Return("ze"))).contact

    assert back.session is not None
    assert back.session.question is None
    assert back.session.stack == ()


def test_after_long_silence_of_people_the_bot_answers_again() -> None:
    long_ago = NOW_MS - 13 * 3600 * 1000
    contact = a_contact(owner="human", human_spoke_at_ms=long_ago, owner_since_ms=long_ago)

    turn = decide(contact, received("vocês entregam?"))

    assert words(turn) == ["Em que bairro?"]
    assert events(turn, OwnerChanged)[0].by == "idle"


def test_asking_for_a_person_puts_her_into_the_queue() -> None:
    turn = decide(a_contact(), received("quero falar com uma pessoa"))

    assert turn.contact.owner == "queue"
    (request,) = events(turn, HandoffRequested)
    assert request.team == "balcao"
    (outbound,) = events(turn, Outbound)
    assert outbound.owner_revision == turn.contact.owner_revision  # or the sender would drop it


def test_another_app_s_control_silences_the_bot_until_it_comes_back() -> None:
    away = decide(a_contact(), received(inbound.Handover(to_us=False), "vocês entregam?"))
    back = decide(away.contact, received(inbound.Handover(to_us=True), "vocês entregam?"))

    assert words(away) == []
    assert words(back) == ["Em que bairro?"]


def test_parar_stops_marketing_and_says_so() -> None:
    turn = decide(a_contact(), received("PARAR"))

    assert turn.contact.marketing == "stopped"
    assert events(turn, PreferenceChanged)[0].source == "words"
    assert words(turn)


def test_meta_s_preference_stops_marketing() -> None:
    turn = decide(a_contact(marketing="granted"), received(inbound.Preference("stop")))

    assert turn.contact.marketing == "stopped"


@pytest.mark.parametrize(
    ("effect", "field", "value"),
    [
        ("window_closed", "window_closed", True),
        ("unreachable", "unreachable", "meta_131026"),
        ("marketing_stopped", "marketing", "stopped"),
    ],
)
def test_a_refused_send_is_noted(effect: Any, field: str, value: object) -> None:
    turn = decide(a_contact(), received(inbound.SendRefused(131026, effect)))

    assert getattr(turn.contact, field) == value


def test_a_changed_number_is_followed() -> None:
    changed = inbound.IdentityChanged(Address(phone="5519988887777"))

    turn = decide(a_contact(), received(changed))

    assert turn.contact.address.phone == "5519988887777"


def test_a_reaction_asks_for_no_answer() -> None:
    turn = decide(a_contact(), received(inbound.Reaction("wamid.0", "👍")))

    assert words(turn) == []


def test_asking_for_people_while_they_are_away_tells_when_they_answer() -> None:
    turn = decide(a_contact(), received("quero falar com uma pessoa"), rules_at(NIGHT_MS, HOURS))

    (said,) = words(turn)
    assert said.startswith("Estamos fechados agora. A equipe responde")
    assert "09:00" in said or "9h" in said, said


def test_who_waits_when_people_have_gone_hears_once_when_they_answer() -> None:
    waits = decide_at(a_contact(), "atendente por favor", NOW_MS + 5 * HOUR_MS).contact

    asked = [decide_at(waits, "alguém aí?", NOW_MS + 5 * HOUR_MS)]
    for at_ms in (NIGHT_MS, NIGHT_MS + 60_000, NIGHT_MS + 10 * HOUR_MS, NIGHT_MS + 22 * HOUR_MS):
        asked.append(decide_at(asked[-1].contact, "alguém aí?", at_ms))

    assert [len(words(turn)) for turn in asked] == [0, 1, 0, 0, 1]
    assert all(turn.contact.owner == "queue" for turn in asked)


def test_who_was_told_at_the_handoff_is_not_told_again_the_same_night() -> None:
    waits = decide(a_contact(), received("atendente por favor"), rules_at(NIGHT_MS, HOURS)).contact

    assert words(decide_at(waits, "alguém aí?", NIGHT_MS + HOUR_MS)) == []


def test_a_night_in_the_queue_is_no_silence_of_people() -> None:
    waits = decide(a_contact(), received("atendente por favor"), rules_at(NIGHT_MS, HOURS)).contact

    next_evening = decide_at(waits, "vocês entregam?", NIGHT_MS + 23 * HOUR_MS)
    day_after = decide_at(waits, "vocês entregam?", NIGHT_MS + 40 * HOUR_MS)

    assert next_evening.contact.owner == "queue"  # nine hours of theirs have passed, of twelve
    assert day_after.contact.owner == "bot"


def decide_at(contact: Contact, text: str, at_ms: int) -> Turn:
    """Let her write at a time."""
    return decide(contact, received(text, at_ms=at_ms), rules_at(at_ms, HOURS))


def test_a_handoff_carries_reason_summary_and_slots() -> None:
    told = decide(a_contact(), received("vocês entregam?")).contact
    filled = decide(told, received("Cambuí")).contact

    turn = decide(filled, received("quero falar com uma pessoa"))

    (request,) = events(turn, HandoffRequested)
    assert (request.reason, request.slots) == ("asked", {"bairro": "Cambuí"})
    assert request.summary == "bairro: Cambuí"
    assert request.owner_revision == turn.contact.owner_revision


def test_after_a_return_slots_are_kept_and_what_people_read_is_not_answered() -> None:
    filled = decide(decide(a_contact(), received("vocês entregam?")).contact, received("Cambuí"))
    claimed = decide(filled.contact, received(inbound.Claim("ze"), "e o prazo?", "alô?")).contact

    back = decide(claimed, received(inbound.Return("ze")))

    assert words(back) == []
    assert back.contact.session is not None
    assert back.contact.session.slots == {"bairro": "Cambuí"}


def test_a_reopened_conversation_reaches_the_bot() -> None:
    closed = decide(a_contact(), received(inbound.Claim("ze"), inbound.Return("ze", closed=True)))

    assert words(decide(closed.contact, received("vocês entregam?"))) == ["Em que bairro?"]


def test_the_first_message_after_a_session_has_expired_is_answered() -> None:
    asked = decide(a_contact(), received("vocês entregam?")).contact

    assert words(decide_at(asked, "vocês entregam?", NOW_MS + 48 * HOUR_MS)) == ["Em que bairro?"]


def test_a_second_agent_takes_over_from_the_first() -> None:
    first = decide(a_contact(), received(inbound.Claim("ze"))).contact

    second = decide(first, received(inbound.Claim("bia")))

    assert (second.contact.owner, second.contact.agent) == ("human", "bia")
    assert second.contact.owner_revision == first.owner_revision + 1


def test_a_transfer_to_a_team_waits_for_that_team() -> None:
    held = decide(a_contact(), received(inbound.Claim("ze"))).contact

    turn = decide(held, received(inbound.Requeue("ze", "oficina")))

    assert (turn.contact.owner, turn.contact.agent, turn.contact.team) == ("queue", "", "oficina")
    assert events(turn, HandoffRequested) == []


def test_an_answer_to_the_support_desk_is_not_the_dialogue_s() -> None:
    tap = inbound.Choice("list", "csat:01J:5", "Ótimo")

    assert words(decide(a_contact(), received(tap))) == []


def test_a_template_s_quick_reply_stays_with_the_person_who_sent_it() -> None:
    tap = inbound.Choice("template", "Quero ver", "Quero ver")

    assert words(decide(a_contact(owner="human", human_spoke_at_ms=NOW_MS), received(tap))) == []


@pytest.mark.parametrize("body", [inbound.Claim("ze"), inbound.Preference("stop")])
def test_a_fact_that_cannot_be_handled_bothers_nobody(body: Any) -> None:
    assert turns.give_up(a_contact(), received(body)[0], rules()).outbox == ()


def test_giving_up_while_people_are_away_tells_when_they_answer() -> None:
    message = received("?", at_ms=NIGHT_MS)[0]

    (said,) = words(turns.give_up(a_contact(), message, rules_at(NIGHT_MS, HOURS)))

    assert said.startswith("Tive um problema aqui e parei. Estamos fechados agora.")


def test_giving_up_tells_her_and_calls_people() -> None:
    turn = turns.give_up(a_contact(), received("?")[0], rules())

    assert words(turn)
    assert turn.contact.owner == "queue"
    assert events(turn, HandoffRequested)[0].reason == "failed"


def test_an_answer_quotes_her_message_where_the_chatbot_says_so() -> None:
    turn = decide(a_contact(), received("vocês entregam?"), rules(quote=True))

    assert events(turn, Outbound)[0].messages[0].reply_to == "wamid.1"


def test_she_sees_that_she_was_read_and_that_an_answer_is_coming() -> None:
    outbound = turns.courtesy(a_contact(), an_inbound(inbound.Text("oi")), typing=True, now_ms=1)

    assert outbound is not None
    assert outbound.messages == (MarkRead(message="wamid.1", typing=True),)


@pytest.mark.parametrize("owner", ["queue", "human", "standby"])
def test_nobody_is_shown_as_typing_for_people(owner: Any) -> None:
    contact: Contact = a_contact(owner=owner)

    assert turns.courtesy(contact, an_inbound(inbound.Text("oi")), typing=True, now_ms=1) is None
