"""One spelling for what customers type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.dialogue.extractors.normalise import fold, language, normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Oiiiii, vcs tem HB20??? kkkkk", "oi, vocês tem hb20?"),
        ("qto tá o fiat uno", "quanto está o fiat uno"),
        ("pq n responde", "porque não responde"),
        ("hj tb pfv", "hoje também por favor"),
        ("p/ minha mãe", "para minha mãe"),
        ("blz, vlw 👍", "beleza, valeu 👍"),
        ("carrro 10000", "carro 10000"),
        ("  duas\nlinhas\x00 ", "duas linhas"),
        ("", ""),
    ],
)
def test_the_spelling_of_chat_is_written_out(text: str, expected: str) -> None:
    assert normalise(text, "pt-BR") == expected


def test_english_has_abbreviations_of_its_own() -> None:
    assert normalise("thx, c u tmrw plz", "en") == "thanks, c you tomorrow please"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Amanhã à Noite", "amanha a noite"), ("2ª feira", "2a feira"), ("ÔNIX\t LT", "onix lt")],
)
def test_folding_drops_case_accents_and_spaces_only(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_metas_spelling_of_a_locale_is_taken_too() -> None:
    assert language("pt_BR") == language("pt-BR") == "pt"
    assert language("en-GB") == "en"


@given(st.text(), st.sampled_from(["pt-BR", "en"]))
def test_normalising_twice_changes_nothing(text: str, locale: str) -> None:
    once = normalise(text, locale)

    assert normalise(once, locale) == once


CHAT = [
    "siiim",
    "kkk",
    "hahaha",
    "rsrs",
    "vcs",
    "q",
    "n",
    "p/",
    "c/",
    "...",
    "!!!",
    "👍",
    "não",
    "HJ",
    "obg",
    "tô",
    "vc's",
    "w/",
    "u",
    "né",
]


@given(st.lists(st.sampled_from(CHAT)).map(" ".join), st.sampled_from(["pt-BR", "en"]))
def test_normalising_chat_twice_changes_nothing(text: str, locale: str) -> None:
    once = normalise(text, locale)

    assert normalise(once, locale) == once


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
