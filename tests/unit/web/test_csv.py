"""A table becomes a file that no spreadsheet runs, whoever wrote the texts in it."""

import csv as reader
import io
from typing import Any

import pytest

from prosa.web import csv


def read(columns: list[str], rows: list[list[Any]], locale: str = "en") -> list[list[str]]:
    text = b"".join(csv.lines(columns, rows, locale=locale)).decode("utf-8-sig")
    return list(reader.reader(io.StringIO(text), delimiter=";" if locale == "pt-BR" else ","))


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://evil.example";"clique")',
        "+55 19 99999-0000",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "\t=1+1",
        "\r=1+1",
        "  =1+1",
        "\uff1d1+1",
    ],
)
def test_a_text_that_a_spreadsheet_would_run_stays_a_text(text: str) -> None:
    _, (found,) = read(["text"], [[text]])

    assert found.startswith("'")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x,=1+1", "x,'=1+1"),
        ("x;\t@SUM(1)", "x;\t'@SUM(1)"),
        ('x"\n-2', "x\"\n'-2"),
        ("a - b = c, d", "a - b = c, d"),
    ],
)
def test_a_formula_behind_another_separator_stays_a_text_too(text: str, written: str) -> None:
    assert read(["text"], [[text]])[1] == [written]


def test_numbers_stay_numbers_even_below_zero() -> None:
    assert read(["n"], [[-5], [0.25], [None], [True]])[1:] == [["-5"], ["0.25"], [""], ["true"]]


def test_separators_quotes_and_line_ends_come_back_as_they_were() -> None:
    text = 'uma "frase"; com, tudo\nem duas linhas'

    assert read(["text"], [[text]])[1] == [text]
    assert read(["text"], [[text]], "pt-BR")[1] == [text]


def test_brazilian_spreadsheets_get_their_own_marks() -> None:
    assert b"".join(csv.lines(["a", "b"], [[1.5, 2]], locale="pt-BR")).endswith(b"1,5;2\r\n")


def test_many_rows_leave_in_pieces() -> None:
    pieces = list(csv.lines(["n"], ([n] for n in range(1200))))

    assert len(pieces) == 3
    assert b"".join(pieces).count(b"\r\n") == 1201
