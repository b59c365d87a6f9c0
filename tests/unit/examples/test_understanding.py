"""The example bots understand messages that their authors did not write as examples."""

from pathlib import Path

import pytest
import yaml

from prosa.dialogue.compiler import compile_dialogue
from prosa.understanding.embedder import Embedder, build_embedder
from prosa.understanding.evaluation import evaluate_file

DATA = Path(__file__).parents[2] / "data" / "understanding"


@pytest.fixture(scope="module")
def model() -> Embedder | None:
    return build_embedder("embedded")


@pytest.mark.parametrize(("name", "accuracy"), [("autocerto", 0.74), ("bakery", 0.80)])
def test_most_is_understood_and_little_is_invented(
    name: str, accuracy: float, model: Embedder | None
) -> None:
    report = evaluate_file(DATA / f"{name}.yaml", model)

    assert report.accuracy.value >= accuracy
    assert report.accepted_right.value >= 0.88
    assert report.out_of_scope_accepted.value <= 0.10


@pytest.mark.parametrize(("name", "least"), [("autocerto", 15), ("bakery", 10)])
def test_every_intent_is_judged_on_messages_that_are_none_of_its_examples(
    name: str, least: int
) -> None:
    data = yaml.safe_load((DATA / f"{name}.yaml").read_text())
    program = compile_dialogue((DATA / data["dialogue"]).read_text())
    examples = program.intents_for(program.locale, data.get("vocabulary"))
    known = {text.casefold() for texts in examples.values() for text in texts}

    assert data["held_out"].keys() == examples.keys()
    for texts in data["held_out"].values():
        assert len({text.casefold() for text in texts} - known) >= least
