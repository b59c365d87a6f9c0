"""A handoff in words."""

from services.handoff.notify import wording
from services.handoff.notify.notification import Line
from tests.unit.handoff_notify.builders import (
    AT_MS,
    ENGLISH,
    PORTUGUESE,
    a_handoff,
    a_request,
)

HOUR_MS = 3_600_000


def test_it_says_who_why_and_what_in_the_bots_language() -> None:
    told = wording.tell(a_handoff(), "vendas", PORTUGUESE)

    assert told.subject == "Atendimento: Maria (vendas)"
    assert dict(told.facts) == {
        "Cliente": "Maria",
        "Telefone": "+5519999990001",
        "Equipe": "vendas",
        "Motivo": "pediu para falar com uma pessoa",
        "Resumo": "Quer um Onix até 60 mil",
        "Desde": "quarta-feira, 25/11, às 12h",
        "Horário": "a equipe está atendendo",
        "modelo": "Onix",
        "preco": "60000",
        "troca": "não",
    }


def test_her_messages_carry_the_time_of_the_bots_place() -> None:
    told = wording.tell(a_handoff(), "vendas", PORTUGUESE)

    assert told.messages == (("11:59", "oi"), ("12:00", "quero falar com alguém"))


def test_other_languages_are_told_in_english() -> None:
    text = wording.plain(wording.tell(a_handoff(), "sales", ENGLISH))

    assert "Reason: asked for a person" in text
    assert "[15:00] quero falar com alguém" in text


def test_outside_hours_it_says_when_the_team_is_back() -> None:
    handoff = a_handoff(in_hours=False, opens_at_ms=AT_MS + 21 * HOUR_MS)

    assert "fora do horário até quinta-feira, 26/11, às 9h" in wording.plain(
        wording.tell(handoff, "vendas", PORTUGUESE)
    )


def test_the_link_leads_to_the_conversation_and_is_left_out_without_an_address() -> None:
    assert (
        wording.tell(a_handoff(), "vendas", PORTUGUESE).link
        == "https://inbox.example/bots_test/all/t-1"
    )
    assert wording.tell(a_handoff(), "vendas", ENGLISH).link == ""


def test_nothing_of_hers_begins_a_line_of_its_own() -> None:
    handoff = a_handoff(
        a_request(summary="a\r\nBcc: b"),
        name="Eve\r\nTelefone: 0",
        messages=(Line(0, "x\n\ny\x00"),),
    )
    text = wording.plain(wording.tell(handoff, "vendas", PORTUGUESE))

    assert "Cliente: Eve Telefone: 0\n" in text
    assert "Resumo: a Bcc: b\n" in text
    assert "] x y\n" in text


def test_nothing_of_hers_reads_as_something_else_and_her_emoji_stay() -> None:
    handoff = a_handoff(name="Ana \u202eairaM\u202c", messages=(Line(0, "família 👨‍👩‍👧"),))
    told = wording.tell(handoff, "vendas", PORTUGUESE)

    assert told.name == "Ana airaM"
    assert told.messages[0][1] == "família 👨‍👩‍👧"


def test_a_reason_without_words_is_said_as_it_is() -> None:
    told = wording.tell(a_handoff(a_request(reason="idle")), "vendas", PORTUGUESE)

    assert told.reason == "idle"


def test_somebody_known_by_her_user_id_alone_has_no_phone_line() -> None:
    told = wording.tell(a_handoff(name="", phone=""), "vendas", PORTUGUESE)

    assert told.name == "alguém sem nome"
    assert "Telefone" not in dict(told.facts)
