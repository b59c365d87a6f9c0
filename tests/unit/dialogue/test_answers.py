"""Answers to questions of every type: taken, refused with a reason, or not recognised."""

import pytest

from tests.unit.dialogue.talking import Talk


def asked(slot: str, *, ask: str = "say: Pergunta") -> Talk:
    """Talk until the one question of a dialogue is open."""
    talk = Talk(
        f"dialogue: v1\nslots:\n  x: {slot}\nflows:\n  f:\n    start: {{first: true}}\n"
        f"    steps:\n      - {{ask: x, {ask}}}\n      - {{say: '{{x}}'}}\n"
    )
    talk.says("oi")
    return talk


TAKEN = [
    ("{type: text}", " Ana  Maria ", "Ana Maria"),
    ("{type: number}", "três", 3),
    ("{type: number}", "2,5", 2.5),
    ("{type: money}", "R$ 45.900,00", 45900),
    ("{type: money, thousands: true}", "50", 50000),
    ("{type: money, bound: upper}", "de 50 a 80 mil", 80000),
    ("{type: money, bound: lower}", "de 50 a 80 mil", 50000),
    ("{type: date}", "sexta", "2026-11-27"),
    ("{type: datetime}", "sexta às 10h", "2026-11-27T10:00:00-03:00"),
    ("{type: yes_no}", "claro", True),
    ("{type: yes_no}", "não", False),
    ("{type: email}", "é ana@x.com.br", "ana@x.com.br"),
    ("{type: cpf}", "52998224725", "529.982.247-25"),
    ("{type: phone}", "19 99999-0000", "+5519999990000"),
    ("{type: plate}", "abc1d23", "ABC1D23"),
    ("{type: postal_code}", "13040001", "13040-001"),
    ("{type: choice, options: {a: [alfa], b: [beta]}}", "beta", "b"),
    ("{type: number, valid: value % 2 == 0}", "4", 4),
    ("{type: text, pattern: '[A-Z]{{3}}'}".replace("{{", "{").replace("}}", "}"), "ABC", "ABC"),
]


@pytest.mark.parametrize(("slot", "text", "value"), TAKEN)
def test_an_answer_is_taken(slot: str, text: str, value: object) -> None:
    talk = asked(slot)
    talk.says(text)
    assert talk.slots["x"] == value


REFUSED = [
    ("{type: number, min: 2}", "1", "O mínimo é 2."),
    ("{type: number, max: 2}", "3", "O máximo é 2."),
    ("{type: money, min: 10000}", "R$ 5", "O mínimo é R$ 10.000."),
    ("{type: text, minLength: 3}", "ab", "Escreva pelo menos 3 caracteres."),
    ("{type: text, maxLength: 3}", "abcd", "Escreva no máximo 3 caracteres."),
    ("{type: text, pattern: '[0-9]+'}", "abc", "Essa resposta não serve."),
    ("{type: number, valid: value % 2 == 0}", "3", "Essa resposta não serve."),
    ("{type: date}", "31/02", "Esse dia não existe no calendário."),
    ("{type: datetime}", "hoje às 25h", "Essa hora não existe."),
    ("{type: date, within: business}", "domingo", "Não atendemos nesse dia e horário."),
    ("{type: datetime, within: business}", "sexta às 22h", "Não atendemos nesse dia e horário."),
    ("{type: date, only: past}", "sexta", "Essa data ainda não chegou."),
    ("{type: datetime, only: past}", "sexta às 10h", "Essa data ainda não chegou."),
    ("{type: date, only: future}", "ontem", "Essa data já passou."),
]


@pytest.mark.parametrize(("slot", "text", "reason"), REFUSED)
def test_an_answer_that_will_not_do_is_refused_with_the_reason(
    slot: str, text: str, reason: str
) -> None:
    talk = asked(slot)
    assert talk.says(text) == [f"{reason}\n\nPergunta"]
    assert "x" not in talk.slots


UNRECOGNISED = [
    ("{type: number}", "azul", "Preciso de um número."),
    ("{type: money}", "azul", "Preciso de um valor em reais, como 50 mil."),
    ("{type: date}", "azul", "Preciso de um dia, como sexta-feira ou 15/12."),
    ("{type: yes_no}", "azul", "Responda sim ou não, por favor."),
    ("{type: email}", "ana@", "Esse e-mail não parece completo. Pode conferir?"),
    ("{type: cpf}", "123.456.789-00", "Esse CPF não confere. Pode enviar os 11 números de novo?"),
    ("{type: image}", "azul", "Preciso de uma foto."),
    ("{type: choice, options: [a, b]}", "zebra", "Não encontrei essa opção."),
]


@pytest.mark.parametrize(("slot", "text", "words"), UNRECOGNISED)
def test_what_is_no_answer_is_said_to_be_none(slot: str, text: str, words: str) -> None:
    talk = asked(slot)
    assert talk.says(text) == [f"{words}\n\nPergunta"]


def test_the_words_of_the_slot_come_before_the_engines() -> None:
    talk = asked("{type: number, max: 3, again: De novo, invalid: Demais}")
    assert talk.says("azul") == ["De novo"]
    assert talk.says("9") == ["Demais"]


def test_the_words_of_the_question_come_before_the_slots() -> None:
    talk = asked("{type: number, again: De novo}", ask="say: Pergunta, again: Outra vez")
    assert talk.says("azul") == ["Outra vez"]


def test_a_day_without_an_hour_is_asked_for_the_hour_and_the_reverse() -> None:
    assert asked("{type: datetime}").says("sexta") == ["Sexta-feira, 27/11, a que horas?"]
    assert asked("{type: datetime}").says("às 10h") == ["Em que dia?"]


def test_a_question_given_up_goes_to_its_own_steps() -> None:
    talk = asked("{type: number}", ask="say: Pergunta, tries: 2, exhausted: [{say: Deixa.}]")
    talk.says("azul")
    assert talk.says("verde") == ["Deixa."]


def test_not_to_mind_can_be_tapped() -> None:
    talk = asked("{type: choice, options: [a, b]}", ask="say: Pergunta, optional: true")
    talk.taps("Tanto faz")
    assert talk.reply.session.skipped == ("x",)
    assert talk.reply.session.stack == ()


def test_a_yes_can_be_tapped() -> None:
    talk = asked("{type: yes_no}")
    talk.taps("Sim")
    assert talk.slots["x"] is True


def test_a_confirmation_is_asked_again_until_it_is_answered() -> None:
    talk = Talk(
        "dialogue: v1\nflows:\n  f:\n    start: {first: true}\n    steps:\n"
        "      - {confirm: Certeza?, tries: 2}\n      - {say: feito}\n"
    )
    talk.says("oi")
    assert talk.says("azul") == ["Responda sim ou não, por favor.\n\nCerteza?"]
    talk.says("verde")
    assert talk.reply.session.stack == ()
    assert "feito" not in talk.shown
