"""The reference of the language is true: its examples compile, its tables are complete."""

import re
from pathlib import Path

import pytest

from prosa.dialogue.compiler import RECEIVED, SECTIONS, compile_dialogue
from prosa.dialogue.declarations import OPERATORS, SLOT_KEYS, TYPES
from prosa.dialogue.filters import FILTERS
from prosa.dialogue.phrases import PHRASES
from prosa.dialogue.speech import EXTRAS
from prosa.dialogue.steps import VERBS

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "dialogue.md"
TEXT = REFERENCE.read_text(encoding="utf-8")
WORDS = (*SECTIONS, *RECEIVED, *TYPES, *SLOT_KEYS, *OPERATORS, *FILTERS, *EXTRAS, *VERBS)
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_compiles_without_a_warning(example: str) -> None:
    assert compile_dialogue(example).warnings == ()


@pytest.mark.parametrize("word", sorted({*WORDS}))
def test_a_word_of_the_language_is_described(word: str) -> None:
    assert re.search(rf"[`{{ ]{word}[`:,}}{{]", TEXT), f"docs/reference/dialogue.md lacks `{word}`"


@pytest.mark.parametrize("phrase", PHRASES["en"])
def test_a_phrase_is_listed(phrase: str) -> None:
    assert f"`{phrase}`" in TEXT or phrase.startswith(("wrong_", "got_"))


def test_every_language_has_every_phrase() -> None:
    assert {frozenset(phrases) for phrases in PHRASES.values()} == {frozenset(PHRASES["en"])}
