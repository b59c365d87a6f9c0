"""Yes, no, corrections, giving up and opting out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.dialogue.extractors.affirmation import (
    is_cancel,
    is_correction,
    opt_in,
    opt_out,
    read_yes_no,
)

YES = [
    "sim",
    "Sim!!!",
    "siiim",
    "s",
    "ss",
    "isso",
    "isso mesmo",
    "isso aí",
    "claro",
    "claro que sim",
    "pode ser",
    "pode",
    "pode marcar",
    "com certeza",
    "ok",
    "blz",
    "beleza",
    "tá bom",
    "quero",
    "quero sim",
    "opa, sim",
    "acho que sim",
    "por que não?",
    "não tem problema",
    "fechado",
    "perfeito, obrigado",
    "confirmo",
    "aham",
    "é",
    "👍",
    "👍🏽",
    "sim 👍",
    "sim, sexta às 10",
]
NO = [
    "não",
    "nao",
    "n",
    "nn",
    "nem",
    "negativo",
    "claro que não",
    "com certeza não",
    "acho que não",
    "não quero",
    "quero não",
    "precisa não",
    "agora não",
    "não, sexta às 10",
    "não, obrigado",
    "jamais",
    "tá errado",
    "👎",
]
NEITHER = [
    "talvez",
    "não sei",
    "não entendi",
    "depende",
    "oi",
    "oi, tudo bem?",
    "bom dia",
    "quero saber o preço",
    "isso é caro",
    "pode ser sábado?",
    "no sábado às 10",
    "sim, mas não hoje",
    "sim e não",
    "não, pode ser",
    "não 👍",
    "não dá pra fazer por menos?",
    "qual o preço?",
    "❤️",
    "kkkk",
    "",
    "10h",
]


@pytest.mark.parametrize("text", YES)
def test_a_clear_yes(text: str) -> None:
    assert read_yes_no(text, "pt-BR") is True


@pytest.mark.parametrize("text", NO)
def test_a_clear_no(text: str) -> None:
    assert read_yes_no(text, "pt-BR") is False


@pytest.mark.parametrize("text", NEITHER)
def test_neither_a_clear_yes_nor_a_clear_no(text: str) -> None:
    assert read_yes_no(text, "pt-BR") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes please", True),
        ("yeah sure", True),
        ("sounds good", True),
        ("why not", True),
        ("nope", False),
        ("no thanks", False),
        ("absolutely not", False),
        ("no, friday at 10", False),
        ("yes but not today", None),
        ("i don't know", None),
        ("good morning", None),
    ],
)
def test_yes_and_no_in_english(text: str, expected: bool | None) -> None:
    assert read_yes_no(text, "en") is expected


@pytest.mark.parametrize(
    "text",
    [
        "na verdade até 95 mil",
        "aliás, sexta",
        "quer dizer, sábado",
        "errei",
        "pensando bem",
        "melhor sexta",
        "não, melhor sábado",
        "ou melhor, 10h",
    ],
)
def test_a_correction_announces_itself(text: str) -> None:
    assert is_correction(text, "pt-BR")


@pytest.mark.parametrize(
    "text", ["qual o melhor preço?", "o melhor carro", "sexta às 10", "quero trocar meu carro"]
)
def test_a_wish_is_no_correction(text: str) -> None:
    assert not is_correction(text, "pt-BR")


@pytest.mark.parametrize(
    "text", ["cancela", "cancelar por favor", "deixa pra lá", "esquece", "desisto", "nada não"]
)
def test_giving_up_is_understood(text: str) -> None:
    assert is_cancel(text, "pt-BR")


@pytest.mark.parametrize(
    "text", ["quero cancelar minha consulta", "para sexta", "deixa eu ver", "não", ""]
)
def test_a_wish_that_names_its_object_is_not_giving_up(text: str) -> None:
    assert not is_cancel(text, "pt-BR")


@pytest.mark.parametrize("text", ["PARAR", "parar", " Sair. ", "stop", "cancelar inscrição"])
def test_an_opt_out_word_alone_opts_out(text: str) -> None:
    assert opt_out(text, None, "pt-BR")


@pytest.mark.parametrize("text", ["quero parar de pagar aluguel", "ok parar", "para", "", "."])
def test_an_opt_out_word_among_others_does_not_opt_out(text: str) -> None:
    assert not opt_out(text, None, "pt-BR")


def test_a_bots_own_words_replace_the_defaults() -> None:
    assert opt_out("Chega!", ["CHEGA"], "pt-BR")
    assert not opt_out("PARAR", ["CHEGA"], "pt-BR")
    assert opt_in("quero receber", None, "pt-BR")


@given(st.text(), st.sampled_from(["pt-BR", "en"]))
def test_no_text_raises(text: str, locale: str) -> None:
    read_yes_no(text, locale)
    is_correction(text, locale)
    is_cancel(text, locale)
    opt_out(text, None, locale)
    opt_in(text, None, locale)
