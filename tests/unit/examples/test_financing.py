"""The dealer's simulation is the Price table: equal instalments that pay interest and debt."""

from pathlib import Path

import pytest

from prosa.dialogue.compiler import compile_dialogue

DIALOGUE = Path(__file__).parents[3] / "manifests" / "examples" / "autocerto" / "dialogue.yaml"
VARIABLES = compile_dialogue(DIALOGUE.read_text()).variables


@pytest.mark.parametrize("instalments", ["12", "24", "36", "48", "60"])
def test_a_coefficient_is_that_of_the_stated_rate(instalments: str) -> None:
    rate = float(VARIABLES["taxa"].replace(",", ".")) / 100
    exact = rate / (1 - (1 + rate) ** -int(instalments))
    assert len(VARIABLES["coeficiente"]) == 5
    assert VARIABLES["coeficiente"][instalments] == pytest.approx(exact, abs=5e-7)
