"""Taps on buttons and rows, those on the screen and those long gone by."""

import pytest

from prosa.contracts import outbound
from prosa.dialogue.turns import Handoff
from tests.unit.dialogue.talking import BIKE_SHOP, Talk

PAYLOADS = """
dialogue: v1
slots:
  cor: {type: choice, options: [azul, verde]}
  nome: {type: text}
flows:
  inicio:
    title: começar
    start: {first: true}
    steps:
      - say: "Olá!"
        buttons:
          - {title: Pintar, flow: pintar}
          - {title: De azul, set: {cor: azul}}
          - {title: Gente, handoff: balcao}
  pintar:
    title: pintar a bicicleta
    start: [{payload: PINTAR_JA}, {keyword: pintar}]
    steps:
      - {ask: cor, say: "Que cor?"}
      - {ask: nome, say: "Seu nome?"}
      - {say: "{nome}, pinto de {cor}."}
handoff: {teams: [balcao]}
"""


def choosing() -> Talk:
    """Talk until the bot shows its bikes."""
    talk = Talk()
    talk.says("procuro uma montanha até 80 reais", intent="alugar")
    return talk


def test_a_button_starts_its_flow() -> None:
    talk = Talk(PAYLOADS)
    talk.says("oi")
    assert talk.taps("Pintar") == ["Que cor?"]


def test_a_button_calls_people() -> None:
    talk = Talk(PAYLOADS)
    talk.says("oi")
    talk.taps("Gente")
    assert isinstance(talk.reply.actions[0], Handoff)


def test_a_button_that_sets_a_slot_goes_on_with_the_flow_that_asks_for_it() -> None:
    talk = Talk(PAYLOADS)
    talk.says("oi")
    assert talk.taps("De azul") == ["Seu nome?"]


def test_a_campaigns_button_starts_the_flow_that_names_its_payload() -> None:
    talk = Talk(PAYLOADS)
    assert talk.taps_id("PINTAR_JA", "Pintar já!") == ["Que cor?"]


def test_a_foreign_button_is_understood_by_its_title() -> None:
    talk = Talk(PAYLOADS)
    assert talk.taps_id("0f3c", "pintar") == ["Que cor?"]


def test_another_choice_of_the_same_list_is_taken_after_the_first() -> None:
    talk = choosing()
    rows = dict(talk.choices)
    talk.taps_id(rows["Caloi Elite 2018 por R$…"])
    assert talk.shown == ["Caloi Elite 2018: R$ 60 por dia.", "Quando quer retirar?"]
    talk.taps_id(rows["Sense Impact 2018 por R…"])
    assert talk.shown == ["Sense Impact 2018: R$ 75 por dia.", "Quando quer retirar?"]


def test_an_old_list_still_works_when_its_flow_has_ended() -> None:
    talk = choosing()
    rows = dict(talk.choices)
    for text in ("a primeira", "sexta às 10h", "sim"):
        talk.says(text)
    assert talk.reply.session.stack == ()
    talk.taps_id(rows["Sense Impact 2018 por R…"])
    assert talk.shown[0] == "Sense Impact 2018: R$ 75 por dia."


def test_an_option_whose_list_is_gone_says_so_and_the_question_stays() -> None:
    talk = Talk()
    talk.says("tem speed para alugar?")
    assert talk.taps_id("bicicleta=b1") == ["Essa opção já não vale.", "Até quanto por dia?"]


def test_yes_to_an_older_confirmation_confirms_nothing() -> None:
    talk = choosing()
    for text in ("a primeira", "sexta às 10h"):
        talk.says(text)
    older = talk.choices["Sim"]
    talk.says("não, sábado às 11h")
    talk.taps_id(older)
    assert [call.tool for call in talk.calls] == ["procurar"]
    assert talk.shown[0] == "Essa opção já não vale."


def test_yes_to_the_confirmation_on_the_screen_acts() -> None:
    talk = choosing()
    for text in ("a primeira", "sexta às 10h"):
        talk.says(text)
    talk.taps("Sim")
    assert talk.calls[-1].tool == "marcar"


def test_an_earlier_question_answered_anew_by_its_button_is_gone_back_to() -> None:
    talk = Talk()
    talk.says("quero alugar uma bicicleta")
    older = dict(talk.choices)
    talk.taps("mtb")
    talk.says("80 reais")
    talk.taps_id(older["dobrável"])
    assert talk.slots["tipo"] == "dobravel"
    assert talk.calls[-1].arguments["where"]["tipo"] == {"is": "dobravel"}


MANY = """
dialogue: v1
slots: {modelo: {type: choice, from: catalogue.modelo}}
flows:
  f:
    start: {first: true}
    steps:
      - {ask: modelo, say: "Qual?", optional: true}
      - {say: "Certo, {modelo|or:qualquer}."}
"""


def long_list() -> Talk:
    """Talk until a list of 24 and one options is on the screen."""
    talk = Talk(MANY, vocabulary={"modelo": tuple(f"modelo {n}" for n in range(1, 25))})
    talk.says("oi")
    return talk


def test_more_than_ten_options_are_turned_page_by_page() -> None:
    talk = long_list()
    seen = []
    while "Mais opções" in talk.choices:
        seen += [title for title in talk.choices if title != "Mais opções"]
        talk.taps("Mais opções")
    seen += talk.choices
    assert seen == [*(f"modelo {n}" for n in range(1, 25)), "Tanto faz"]


def test_an_option_of_another_page_may_be_typed() -> None:
    talk = long_list()
    assert talk.says("modelo 17") == ["Certo, modelo 17."]


def test_a_place_counts_on_the_page_that_is_shown() -> None:
    talk = long_list()
    talk.taps("Mais opções")
    assert talk.says("o segundo") == ["Certo, modelo 11."]


def test_a_number_is_no_place_in_a_list_that_is_not_on_the_screen() -> None:
    source = MANY.replace("slots: {", "slots: {cor: {type: choice, options: [a, b, c]}, ")
    talk = Talk(
        source.replace("- {ask: modelo", "- {ask: cor, say: Cor}\n      - {ask: modelo"),
        vocabulary={"modelo": tuple(f"modelo {n}" for n in "abcdef")},
    )
    talk.says("oi")
    talk.says("5")
    assert dict(talk.slots) == {}


def test_not_to_mind_is_an_answer_to_an_optional_question() -> None:
    talk = long_list()
    assert talk.says("tanto faz") == ["Certo, qualquer."]


@pytest.mark.parametrize(
    ("count", "kind"), [(2, outbound.Buttons), (3, outbound.Buttons), (4, outbound.List)]
)
def test_few_options_are_buttons_and_many_a_list(count: int, kind: type) -> None:
    options = ", ".join("abcd"[:count])
    talk = Talk(
        f"dialogue: v1\nslots: {{x: {{type: choice, options: [{options}]}}}}\nflows:\n  f:\n"
        "    start: {first: true}\n    steps: [{ask: x, say: Qual}]\n"
    )
    talk.says("oi")
    assert isinstance(talk.reply.messages[-1], kind)


def test_a_question_can_insist_on_a_list() -> None:
    talk = Talk(BIKE_SHOP.replace('say: "Que tipo de bike?"', 'say: "Que tipo?", list: options'))
    talk.says("quero alugar uma bicicleta")
    assert isinstance(talk.reply.messages[-1], outbound.List)


def test_a_question_can_do_without_buttons() -> None:
    talk = Talk(BIKE_SHOP.replace('say: "Que tipo de bike?"', 'say: "Que tipo?", show: text'))
    assert talk.says("quero alugar uma bicicleta") == ["Que tipo?\n1. mtb\n2. speed\n3. dobrável"]
    talk.says("2")
    assert talk.slots["tipo"] == "speed"


def test_several_rows_of_an_old_list_can_be_looked_at_one_after_the_other() -> None:
    talk = choosing()
    rows = list(talk.choices.values())
    for text in ("a primeira", "sexta às 10h", "sim"):
        talk.says(text)
    for row, name in zip((*rows, rows[0]), ("Caloi", "Sense", "Caloi"), strict=True):
        talk.taps_id(row)
        assert talk.shown[0].startswith(name)
        assert talk.shown[-1] == "Quando quer retirar?"
