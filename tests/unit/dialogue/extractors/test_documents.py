"""Identifiers that customers type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.dialogue.extractors.documents import (
    read_cpf,
    read_email,
    read_phone,
    read_plate,
    read_postal_code,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("meu email é Ana.Silva@Loja.com.br, ok?", "Ana.Silva@loja.com.br"),
        ("ana+carro@mail.example.com", "ana+carro@mail.example.com"),
        ("ana@loja", None),
        ("ana@loja.com ou bia@loja.com", None),
        ("@ana", None),
    ],
)
def test_an_email_address_is_read(text: str, expected: str | None) -> None:
    assert read_email(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("529.982.247-25", "529.982.247-25"),
        ("cpf 52998224725", "529.982.247-25"),
        ("529 982 247 25", "529.982.247-25"),
        ("529.982.247-24", None),  # wrong check digit
        ("111.111.111-11", None),
        ("19999990000", None),
    ],
)
def test_a_cpf_needs_its_check_digits(text: str, expected: str | None) -> None:
    assert read_cpf(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc1d23", "ABC1D23"), ("placa ABC-1234", "ABC1234"), ("abc12345", None), ("hb20", None)],
)
def test_a_plate_is_read_in_both_patterns(text: str, expected: str | None) -> None:
    assert read_plate(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(19) 99999-0000", "+5519999990000"),
        ("19999990000", "+5519999990000"),
        ("+55 19 99999-0000", "+5519999990000"),
        ("019 3232-1010", "+551932321010"),
        ("+1 415 555 2671", "+14155552671"),
        ("99999-0000", None),  # no area code
        ("52998224725", None),  # no such area: a CPF
    ],
)
def test_a_phone_is_read_with_its_area_code(text: str, expected: str | None) -> None:
    assert read_phone(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13040-001", "13040-001"),
        ("cep 13.040-001", "13040-001"),
        ("13040001", "13040-001"),
        ("1304-001", None),
    ],
)
def test_a_postal_code_is_read(text: str, expected: str | None) -> None:
    assert read_postal_code(text) == expected


def test_a_zip_code_is_read_where_the_locale_is_english() -> None:
    assert read_postal_code("zip 90210", "en-US") == "90210"


@given(st.text())
def test_no_text_raises(text: str) -> None:
    for read in (read_email, read_cpf, read_plate, read_phone, read_postal_code):
        read(text)
