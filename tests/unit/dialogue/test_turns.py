"""How a conversation goes: the order of precedence, and what a naive engine gets wrong.

Each test is a short conversation with a bike shop (`talking.BIKE_SHOP`).
"""

import pytest

from prosa.dialogue.turns import Handoff, OptIn, OptOut
from tests.unit.dialogue.talking import BIKE_SHOP, Talk, unreachable


@pytest.fixture
def talk() -> Talk:
    """Give a conversation that has not begun."""
    return Talk()


def choosing() -> Talk:
    """Talk until the bot shows its bikes."""
    talk = Talk()
    talk.says("procuro uma montanha até 80 reais", intent="alugar")
    return talk


def choosing_an_hour() -> Talk:
    """Talk until the bot asks for the hour."""
    talk = choosing()
    talk.says("a primeira")
    return talk


def confirming() -> Talk:
    """Talk until the bot asks for the confirmation."""
    talk = choosing_an_hour()
    talk.says("sexta às 10h")
    return talk


# --- consent comes before all else (0) ------------------------------------------------------------


def test_the_word_that_stops_marketing_is_obeyed_in_the_middle_of_a_question() -> None:
    talk = choosing()
    talk.says("PARAR")
    assert talk.reply.actions == (OptOut("PARAR"),)
    assert "não vai mais receber" in talk.shown[0]


def test_a_sentence_that_contains_the_word_stops_nothing(talk: Talk) -> None:
    talk.says("quero parar de pagar caro")
    assert talk.reply.actions == ()


def test_the_word_that_allows_marketing_is_answered(talk: Talk) -> None:
    talk.says("REATIVAR")
    assert talk.reply.actions == (OptIn("REATIVAR"),)


# --- a tap skips understanding (1) ----------------------------------------------------------------


def test_a_tap_fills_the_slot_whatever_its_title_could_mean(talk: Talk) -> None:
    talk.says("quais bikes vocês têm?")
    talk.taps("dobrável")
    assert talk.slots["tipo"] == "dobravel"
    assert talk.shown == ["Até quanto por dia?"]


# --- precedence (2) -------------------------------------------------------------------------------


def test_the_wish_for_a_person_comes_before_the_open_question() -> None:
    talk = choosing()
    talk.says("atendente por favor")
    (action,) = talk.reply.actions
    assert isinstance(action, Handoff)
    assert (action.team, action.reason) == ("balcao", "asked")


def test_a_person_is_told_what_is_known() -> None:
    talk = choosing()
    talk.says("atendente por favor")
    (action,) = talk.reply.actions
    assert isinstance(action, Handoff)
    assert action.summary == "escolher uma bicicleta\ntipo: mtb\ndiaria max: R$ 80"


def test_cancel_comes_before_the_open_question() -> None:
    talk = confirming()
    talk.says("deixa pra lá")
    assert talk.reply.session.stack == ()
    assert talk.shown[0].startswith("Tudo bem, cancelei")


def test_after_a_cancel_nothing_of_the_cancelled_flow_is_left() -> None:
    talk = confirming()
    talk.says("cancela")
    assert talk.says("quero alugar uma bicicleta") == ["Que tipo de bike?"]


# --- the expected slot (3) ------------------------------------------------------------------------


def test_a_value_that_will_not_do_is_answered_before_any_question_beside() -> None:
    talk = choosing_an_hour()
    shown = talk.says("domingo 10h", intent="endereco")  # defect (c): the FAQ hid the refusal
    assert shown == ["Abrimos de segunda a sábado. Que dia e hora?"]


def test_a_value_out_of_bounds_is_refused_with_the_bound(talk: Talk) -> None:
    talk.says("tem speed para alugar?")
    (shown,) = talk.says("900 reais")
    assert shown == "O máximo é R$ 500.\n\nAté quanto por dia?"


# --- the first utterance fills all that it names (4) ----------------------------------------------


def test_the_first_sentence_skips_the_questions_that_it_answers(talk: Talk) -> None:
    shown = talk.says("procuro uma montanha até 80 reais", intent="alugar")
    assert shown == ["Tenho 2. Qual?"]


def test_a_partial_date_is_kept_and_joined_to_the_hour() -> None:
    talk = choosing_an_hour()
    assert talk.says("sexta") == ["Sexta-feira, 27/11, a que horas?"]
    assert talk.says("10h") == ["Reservo a Caloi Elite 2018 para sexta-feira, 27/11, às 10h?"]


# --- a value is consumed once (5) -----------------------------------------------------------------

TWO_MONEYS = """
dialogue: v1
intents:
  simular: |
    quero simular
    simula pra mim
    dá pra parcelar?
    quero financiar
slots:
  preco: {type: money}
  entrada: {type: money}
  marca: {type: choice, options: {caloi: [], sense: []}}
  modelo: {type: choice, options: {elite: [caloi elite], impact: [sense impact]}}
flows:
  simular:
    start: {intent: simular}
    steps:
      - {ask: preco, say: "Preço?"}
      - {ask: entrada, say: "Entrada?"}
      - {ask: marca, say: "Marca?"}
      - {ask: modelo, say: "Modelo?"}
      - say: "{preco} com {entrada}, {marca} {modelo}"
"""


def test_one_amount_fills_one_slot() -> None:
    talk = Talk(TWO_MONEYS)
    talk.says("quero simular uma de R$ 500", intent="simular")
    assert dict(talk.slots) == {"preco": 500}
    assert talk.shown == ["Entrada?"]


def test_the_answer_to_a_question_fills_no_other_slot() -> None:
    talk = Talk(TWO_MONEYS)
    talk.says("quero simular")
    talk.says("R$ 500")
    talk.says("R$ 100")
    assert dict(talk.slots) == {"preco": 500, "entrada": 100}


def test_a_name_that_fits_two_choices_fills_the_one_asked_for() -> None:
    talk = Talk(TWO_MONEYS)  # defect (a): "o compass" filled both and restarted the search
    talk.says("quero simular")
    talk.says("500 reais")
    talk.says("100 reais")
    talk.says("caloi")
    assert talk.slots["marca"] == "caloi"
    assert "modelo" not in talk.slots


# --- correction (6) -------------------------------------------------------------------------------


def test_a_correction_runs_the_search_again_and_keeps_the_rest() -> None:
    talk = confirming()
    shown = talk.says("na verdade até 70 reais")
    assert shown == ["Tenho 1. Qual?"]
    assert talk.slots["tipo"] == "mtb"
    assert "bicicleta" not in talk.slots


def test_what_did_not_depend_on_the_correction_is_not_asked_again() -> None:
    talk = confirming()
    talk.says("na verdade até 70 reais")
    assert talk.says("caloi")[-1] == "Reservo a Caloi Elite 2018 para sexta-feira, 27/11, às 10h?"


def test_a_correction_without_dependents_repeats_the_open_question() -> None:
    talk = Talk(TWO_MONEYS)
    talk.says("quero simular")
    talk.says("R$ 500")
    assert talk.says("na verdade R$ 600") == ["Certo, corrigi.", "Entrada?"]
    assert talk.slots["preco"] == 600


def test_a_wish_added_while_choosing_narrows_the_search() -> None:
    talk = choosing()
    talk.says("quero de corrida até 100 reais", intent="alugar")
    assert talk.calls[-1].arguments["where"] == {
        "tipo": {"is": "speed"},
        "diaria": {"atMost": 100},
    }


# --- a denial with a value (7) --------------------------------------------------------------------


def test_a_no_with_a_new_value_asks_for_confirmation_of_that() -> None:
    talk = confirming()
    (shown,) = talk.says("não, sábado às 11h")
    assert "sábado, 28/11, às 11h?" in shown


def test_a_bare_no_asks_again() -> None:
    talk = confirming()
    assert talk.says("não") == ["Quando quer retirar?"]


def test_what_was_denied_is_never_done() -> None:
    talk = Talk(BIKE_SHOP.replace("        denied: [{clear: quando}, {goto: hora}]\n", ""))
    talk.says("procuro uma montanha até 80 reais", intent="alugar")
    for text in ("a primeira", "sexta às 10h", "não"):
        talk.says(text)
    assert "marcar" not in [call.tool for call in talk.calls]
    assert talk.shown == ["Tudo bem, não vou fazer isso."]


# --- interruption (8) -----------------------------------------------------------------------------


def test_another_flow_comes_between_and_is_come_back_from() -> None:
    furo = "  furo: |\n    furou o pneu\n    pneu furado\n    meu pneu furou\n    conserta pneu\n"
    flow = "  furo:\n    start: {intent: furo}\n    steps: [say: Traga a bike.]\n"
    source = BIKE_SHOP.replace("intents:\n", f"intents:\n{furo}")
    talk = Talk(source.replace("flows:\n", f"flows:\n{flow}"))
    talk.says("tem speed para alugar?")
    assert talk.says("furou o pneu") == [
        "Traga a bike.",
        "Voltando: vamos escolher uma bicicleta.",
        "Até quanto por dia?",
    ]


def test_an_open_flow_is_returned_to_and_never_opened_twice() -> None:
    talk = Talk()
    talk.says("tem speed para alugar?")
    talk.says("quero reservar uma bike")
    flows = [frame.flow for frame in talk.reply.session.stack]
    assert sorted(flows) == ["alugar", "reservar"]
    assert talk.shown[-1] == "Até quanto por dia?"


# --- digression (9) -------------------------------------------------------------------------------


def test_a_question_beside_is_answered_and_the_open_one_repeated() -> None:
    talk = choosing_an_hour()
    shown = talk.says("onde fica a loja?")
    assert shown == ["Ficamos na Rua das Flores, 10.", "Quando quer retirar?"]
    assert talk.session
    assert talk.session.question
    assert talk.session.question.tries == 0


# --- choices on the screen (10) -------------------------------------------------------------------


@pytest.mark.parametrize("said", ["a primeira", "1", "caloi", "a caloi elite", "kaloi"])
def test_a_choice_is_named_by_place_or_by_its_own_words(said: str) -> None:
    talk = choosing()
    talk.says(said)
    assert talk.slots["bicicleta"]["id"] == "b1"


def test_what_fits_two_choices_is_asked_back_and_not_guessed() -> None:
    talk = choosing()
    assert talk.says("2018") == ["Qual destes?"]
    assert len(talk.choices) == 2
    assert "bicicleta" not in talk.slots


# --- repair (11) ----------------------------------------------------------------------------------


def test_between_two_meanings_she_is_asked(talk: Talk) -> None:
    assert talk.says("bike", clarify=("alugar", "reservar")) == [
        "Não tenho certeza se entendi. Você quer:"
    ]
    assert list(talk.choices) == ["Escolher uma bicicleta", "Reservar a bicicleta"]
    talk.says("a primeira")
    assert talk.shown == ["Que tipo de bike?"]


def test_what_has_no_title_is_not_offered(talk: Talk) -> None:
    talk.says("bike", clarify=("endereco", "reservar"))
    assert list(talk.choices) == ["Reservar a bicicleta"]


def test_to_ask_for_the_open_flow_beyond_doubt_begins_it_again() -> None:
    talk = choosing()
    assert talk.says("quero alugar uma bicicleta") == ["Que tipo de bike?"]


def test_what_nobody_understands_starts_no_flow(talk: Talk) -> None:
    talk.says("asdf")  # defect (b): a far vector started the flow of the classifier's prior
    assert talk.reply.session.stack == ()
    assert talk.shown == ["Desculpe, não entendi. Pode dizer de outro jeito?"]


def test_the_third_time_people_are_called(talk: Talk) -> None:
    talk.says("asdf")
    talk.says("qwer")
    assert list(talk.choices) == ["Escolher uma bicicleta", "Reservar a bicicleta"]
    talk.says("zxcv")
    (action,) = talk.reply.actions
    assert isinstance(action, Handoff)
    assert action.reason == "exhausted"


def test_anything_understood_starts_the_count_anew(talk: Talk) -> None:
    talk.says("asdf")
    talk.says("onde fica a loja?")
    talk.says("asdf")
    assert talk.reply.session.misses == 1


def test_an_open_question_counts_its_own_failures() -> None:
    talk = choosing_an_hour()
    for said in ("azul", "verde", "roxo"):
        talk.says(said)
    assert talk.decisions[-2:] == [("exhausted", "reservar"), ("handed_off", "balcao")]


# --- limits (12) ----------------------------------------------------------------------------------


def test_a_dialogue_that_goes_in_circles_is_stopped() -> None:
    talk = Talk(
        "dialogue: v1\nflows:\n  roda:\n    start: {first: true}\n    steps:\n"
        "      - {id: a, tag: x}\n      - {goto: a}\n"
    )
    assert talk.says("oi") == ["Tive um problema aqui e parei."]
    assert ("too_many_steps", "roda") in talk.decisions


def test_a_near_name_is_found_and_a_far_one_is_not() -> None:
    talk = choosing()  # defect (d): whole-text similarity was below the threshold for "o compass"
    talk.says("quero a sense")
    assert talk.slots["bicicleta"]["id"] == "b2"
    talk = choosing()
    talk.says("quero a monark")
    assert "bicicleta" not in talk.slots


# --- tools ----------------------------------------------------------------------------------------


def test_a_tool_that_does_not_answer_leads_to_the_failed_steps() -> None:
    talk = Talk(answer=unreachable)
    talk.says("procuro uma montanha até 80 reais", intent="alugar")
    assert talk.shown[0] == "O estoque não respondeu."
    assert isinstance(talk.reply.actions[0], Handoff)


def test_a_call_carries_its_arguments_by_type() -> None:
    talk = confirming()
    talk.says("sim")
    assert talk.calls[-1].arguments == {
        "url": "http://agenda/v1/reservas",
        "json": {"bike": "b1", "quando": "2026-11-27T10:00:00-03:00"},
    }


# --- values as evidence ---------------------------------------------------------------------------


def test_a_value_decides_between_two_likely_meanings(talk: Talk) -> None:
    assert talk.says("montanha até 80 reais", clarify=("reservar", "alugar")) == ["Tenho 2. Qual?"]


def test_a_name_alone_starts_the_one_flow_that_it_belongs_to(talk: Talk) -> None:
    assert talk.says("montanha") == ["Até quanto por dia?"]


def test_a_name_decides_even_when_other_meanings_seem_likelier(talk: Talk) -> None:
    assert talk.says("e montanha?", clarify=("endereco",)) == ["Até quanto por dia?"]


def test_an_amount_alone_starts_nothing(talk: Talk) -> None:
    talk.says("80 reais")
    assert talk.reply.session.stack == ()
