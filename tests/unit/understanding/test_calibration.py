"""Thresholds from a bot's own examples."""

import numpy as np
import pytest

from prosa.understanding.calibration import Judged, Thresholds, calibrate
from prosa.understanding.training import TrainingSet

EXAMPLES = {"a": ["um dois", "tres quatro"], "b": ["cinco seis", "sete oito"]}


def judged(
    *, own: float, other: float, negatives: float, gate: float
) -> tuple[TrainingSet, Judged]:
    """Let every example get `own` for its intent and `other` for the other one."""
    training = TrainingSet.prepare(EXAMPLES, "pt-BR")
    rows = np.full((len(training.texts), 3), negatives)
    for row in range(training.examples):
        rows[row, training.classes[row]], rows[row, 1 - training.classes[row]] = own, other
    return training, Judged(rows, np.full(len(training.texts), gate, dtype=np.float32))


def test_clear_intents_are_acted_on_sooner_than_blurred_ones() -> None:
    clear = calibrate(*judged(own=0.8, other=0.1, negatives=0.02, gate=0.2))
    blurred = calibrate(*judged(own=0.3, other=0.4, negatives=0.02, gate=0.2))

    assert clear.accept < Thresholds().accept < blurred.accept


def test_negatives_that_score_high_raise_the_bar() -> None:
    quiet = calibrate(*judged(own=0.8, other=0.1, negatives=0.02, gate=0.2))
    loud = calibrate(*judged(own=0.8, other=0.1, negatives=0.5, gate=0.2))

    assert loud.accept > quiet.accept


@pytest.mark.parametrize(("gate", "expected"), [(0.2, 0.0), (-0.05, -0.05), (-0.5, -0.1)])
def test_the_gate_opens_for_the_bots_own_examples_within_limits(
    gate: float, expected: float
) -> None:
    thresholds = calibrate(*judged(own=0.8, other=0.1, negatives=0.02, gate=gate))

    assert thresholds.gate == pytest.approx(expected)
