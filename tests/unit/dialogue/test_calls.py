"""What a tool is asked, and what becomes of its answer."""

from typing import Any

import pytest

from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.turns import Answered, Call, CallResult, Failed, Handoff, Person
from tests.unit.dialogue.talking import BIKE_SHOP, Talk


def calls(tool: str, more: str = "") -> Call:
    """Run a dialogue that calls one tool; give the call."""
    talk = Talk(
        f"dialogue: v1\nslots: {{x: {{type: text}}, n: {{type: number}}}}\ntools:\n  t: {tool}\n"
        "flows:\n  f:\n    start: {keyword: já}\n    steps:\n"
        f"      - {{set: {{x: 'a b/ç', n: 3}}}}\n      - {{call: t}}\n{more}",
        answer=lambda _: Answered({}),
        contact=Person(attributes={"nada": None}),
    )
    talk.says("já")
    return talk.calls[0]


def test_a_value_in_an_address_is_percent_encoded() -> None:
    call = calls('{get: "https://a.example/{x}/{n}"}')
    assert call.arguments == {"url": "https://a.example/a%20b%2F%C3%A7/3"}


def test_a_query_has_texts_and_leaves_out_what_is_not_known() -> None:
    call = calls(
        '{get: https://a, query: {n: "{n}", s: "{n} {x}", z: "{contact.attributes.nada}"}}'
    )
    assert call.arguments["query"] == {"n": "3", "s": "3 a b/ç"}


def test_a_body_keeps_types() -> None:
    call = calls('{post: https://a, json: {n: "{n}", l: ["{x}", 1, true, null], d: {cel: n * 2}}}')
    assert call.arguments["json"] == {"n": 3, "l": ["a b/ç", 1, True, None], "d": 6}


def test_a_search_leaves_out_conditions_without_a_value() -> None:
    call = calls(
        "{catalogue: search, where: {a: '{x}', b: {atMost: '{contact.attributes.nada}', "
        "atLeast: 2}, c: '{contact.attributes.nada}'}, sort: -a, limit: 3}"
    )
    assert call.arguments == {
        "where": {"a": {"is": "a b/ç"}, "b": {"atLeast": 2}},
        "sort": "a",
        "descending": True,
        "limit": 3,
    }


ASKING = """
dialogue: v1
tools: {t: {get: "https://a"}}
flows:
  f:
    start: {first: true}
    steps:
      - call: t
      - {say: "{t.v}"}
"""


@pytest.mark.parametrize("answer", [Failed("timeout"), Answered({"v": "x" * 70_000})])
def test_without_failed_steps_a_failure_is_told_and_nothing_after_it_is_said(
    answer: CallResult,
) -> None:
    talk = Talk(ASKING, answer=lambda _: answer)
    assert talk.says("oi") == ["Não consegui consultar isso agora."]
    assert ("call_failed", "t") in talk.decisions


def test_without_failed_steps_people_are_called_if_there_are_any() -> None:
    talk = Talk(ASKING + "handoff: {teams: [balcao]}\n", answer=lambda _: Failed("timeout"))
    talk.says("oi")
    assert isinstance(talk.reply.actions[0], Handoff)


@pytest.mark.parametrize("goto", ["next", "fim"])
def test_failed_steps_can_go_on(goto: str) -> None:
    failed = f"{{call: t, failed: [{{say: falhou}}, {{goto: {goto}}}]}}"
    source = ASKING.replace("call: t", failed).replace('{say: "{t.v}"}', "{id: fim, say: fim}")
    talk = Talk(source, answer=lambda _: Failed("x"))
    assert talk.says("oi") == ["falhou", "fim"]


def test_failed_steps_that_do_not_go_on_end_the_flow() -> None:
    source = ASKING.replace("call: t", "{call: t, failed: [say: falhou]}")
    talk = Talk(source, answer=lambda _: Failed("x"))
    assert talk.says("oi") == ["falhou"]


def test_every_answer_of_any_shape_can_be_lived_with() -> None:
    answers: list[Any] = [
        None,
        3,
        "x",
        [],
        {"items": None},
        {"items": [None, 1, "a", {"nome": None}]},
    ]
    for answer in answers:
        talk = Talk(answer=lambda _, answer=answer: Answered(answer))  # type: ignore[misc]  # bound at once
        talk.says("procuro uma montanha até 80 reais", intent="alugar")
        talk.says("a primeira")
        assert talk.reply.session.program


# --- what others ask of a program -----------------------------------------------------------------


def test_examples_are_spoken_with_sample_values() -> None:
    program = compile_dialogue(BIKE_SHOP)
    alugar = program.intents_for("pt-BR")["alugar"]
    assert "tem mtb para alugar?" in alugar
    assert "procuro uma montanha até R$ 45.900" in alugar
    assert "quero alugar uma bicicleta" in alugar


def test_examples_take_the_names_of_the_catalogue() -> None:
    program = compile_dialogue(
        "dialogue: v1\nintents: {x: ['tem {m}?', b, c, d]}\n"
        "slots: {m: {type: choice, from: catalogue.modelo}}\nflows:\n  f:\n    start: {intent: x}\n"
        "    steps: [{ask: m, say: Qual?}]\n"
    )
    vocabulary = {"modelo": ("Elite", "Impact")}
    assert program.intents_for("pt-BR", vocabulary)["x"][:2] == ("tem Elite?", "tem Impact?")
    assert program.intents_for("pt-BR")["x"][0] == "tem m?"
    assert program.catalogue_fields_used == {"modelo"}
