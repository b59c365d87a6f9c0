"""Likeness of spelling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.understanding.tfidf import TfIdf

TEXTS = ("quero um corolla", "que horas abre", "vocês financiam")


def test_a_text_is_entirely_like_itself() -> None:
    assert np.diag(TfIdf(TEXTS).similarities(TEXTS)) == pytest.approx(1.0)


def test_a_misspelt_word_is_nearer_to_its_own_text_than_to_others() -> None:
    (row,) = TfIdf(TEXTS).similarities(["tem corola"])

    assert row.argmax() == 0
    assert 0 < row[0] < 1


@pytest.mark.parametrize("text", ["", "😀", "жжж"])
def test_a_text_that_shares_nothing_is_like_nothing(text: str) -> None:
    assert not TfIdf(TEXTS).similarities([text]).any()


def test_accents_and_case_do_not_count() -> None:
    assert TfIdf(TEXTS).similarities(["VOCES FINANCIAM"])[0, 2] == pytest.approx(1.0)


@given(st.lists(st.text(), min_size=1), st.text())
def test_likeness_lies_between_none_and_full(texts: list[str], text: str) -> None:
    row = TfIdf(texts).similarities([text])

    assert (row >= 0).all()
    assert (row <= 1 + 1e-5).all()
