"""What a search finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.handoff import words


@given(st.text())
def test_nothing_that_is_typed_is_part_of_the_language_of_searches(asked: str) -> None:
    terms = [term for term in words.query(asked).split(" & ") if term]

    assert all(term.endswith(":*") and term[:-2].isalnum() for term in terms)
    assert len(terms) <= words.MOST_WORDS


@pytest.mark.parametrize("asked", ["joao", "JOÃO", "joão sou", "0042", "990042", "so jo"])
def test_a_name_and_any_end_of_a_phone_find_her(asked: str) -> None:
    found_by = words.searchable("João Souza", phone="5519990042").split()

    for term in words.query(asked).split(" & "):
        assert any(word.startswith(term.removesuffix(":*")) for word in found_by)
