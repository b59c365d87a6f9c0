"""Texts made to hang a pattern: every reader stays quick."""

import datetime as dt
import time

import pytest

from prosa.dialogue.extractors.affirmation import is_cancel, is_correction, opt_out, read_yes_no
from prosa.dialogue.extractors.choices import Option, match_choice
from prosa.dialogue.extractors.dates import read_when
from prosa.dialogue.extractors.documents import read_cpf, read_email, read_phone, read_plate
from prosa.dialogue.extractors.money import read_money
from prosa.dialogue.extractors.normalise import normalise
from prosa.dialogue.extractors.numbers import read_number

NOW = dt.datetime(2026, 11, 24, 15, 0, tzinfo=dt.UTC)
SECONDS = 5.0  # for all readers; without a bound on the length the worst takes a minute


@pytest.mark.parametrize(
    "piece",
    ["a", "1", "1.", "as 1 ", "80 mil ", "mil e ", "dia 5 ", "a@a.", "+55 ", "(19) 9", "ha"],
)
def test_a_long_text_of_one_piece_over_and_over_hangs_no_reader(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    started = time.process_time()

    for locale in ("pt-BR", "en"):
        read_when(text, now=NOW, locale=locale)
        read_money(text, locale=locale, expected=True)
        read_number(text, locale)
        read_yes_no(text, locale)
        is_correction(text, locale)
        is_cancel(text, locale)
        opt_out(text, None, locale)
        normalise(text, locale)
        match_choice(text, [Option("a", "Corolla 2020"), Option("b", "Onix 2020")], locale)
    for read in (read_email, read_cpf, read_phone, read_plate):
        read(text)

    assert time.process_time() - started < SECONDS
