"""Numbers and places in a list."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.dialogue.extractors.numbers import LAST, read_number, read_place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", "2"),
        ("duas", "2"),
        ("2 portas", "2"),
        ("vinte e cinco", "25"),
        ("mil e duzentos", "1200"),
        ("1.234,5", "1234.5"),
        ("meia dúzia", "6"),
        ("98 mil", "98000"),
        ("mais ou menos 85mil", "85000"),
        ("120k", "120000"),
        ("um carro com 4 portas", "4"),
        ("o segundo", "2"),
        ("3ª", "3"),
        ("a última", "-1"),
    ],
)
def test_a_number_is_read_from_digits_words_and_ordinals(text: str, expected: str) -> None:
    assert read_number(text, "pt-BR") == Decimal(expected)


@pytest.mark.parametrize("text", ["2 ou 3", "não sei", "", "hb20", "99999999999999999999"])
def test_no_number_or_two_are_no_answer(text: str) -> None:
    assert read_number(text, "pt-BR") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("twenty-five", "25"), ("1,234.5", "1234.5"), ("one hundred and five", "105"), ("3rd", "3")],
)
def test_numbers_in_english(text: str, expected: str) -> None:
    assert read_number(text, "en") == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", 2),
        ("opção 2", 2),
        ("quero a segunda", 2),
        ("2)", 2),
        ("a primeira por favor", 1),
        ("o último", LAST),
        ("quero 2 carros", None),
        ("o do meio", None),
        ("0", None),
    ],
)
def test_a_place_in_a_list_says_little_else(text: str, expected: int | None) -> None:
    assert read_place(text, "pt-BR") == expected


@given(st.integers(0, 999_999_999))
def test_a_number_that_is_written_out_is_read_back(number: int) -> None:
    assert read_number(str(number), "pt-BR") == number
    assert read_number(f"{number:,}", "en") == number


@given(st.text(), st.sampled_from(["pt-BR", "en"]))
def test_no_text_raises(text: str, locale: str) -> None:
    read_number(text, locale)
    read_place(text, locale)
