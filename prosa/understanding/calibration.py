"""Thresholds from a bot's own examples: each is judged by a classifier that has not seen it.

Leaving out one example of every intent at a time trains as often as the largest intent has
examples, and not once for each example; the difference is within the noise. Few examples make a
poor estimate and the judge is handicapped by those it lacks, so the platform's defaults count for
two thirds of the result.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from prosa.understanding.ranking import Decision
from prosa.understanding.softmax import Matrix, Softmax
from prosa.understanding.training import TrainingSet, gates

FOLDS = 8  # at most; a bot with 40 examples an intent is judged in groups of five
RIGHT = 0.90  # of what is accepted, by a judge that trained on less than the bot will
REFUSED = 0.95  # of the negatives
CLARIFY = 0.4  # of the score to act is enough to ask


class Thresholds(msgspec.Struct, frozen=True):
    """What a text needs: score to act, score to ask, and the gate.

    The defaults were read off two held-out sets (docs/reference/understanding.md): at 0.30 the
    first intent is right in 92 to 94 % of what is accepted, and 4 to 7 % of what is out of scope
    is accepted.
    """

    accept: float = 0.30
    clarify: float = 0.12
    gate: float = 0.0

    def decide(self, score: float, gate: float) -> Decision:
        """Decide on the likeliest intent of a text."""
        if gate < self.gate or score < self.clarify:
            return "reject"
        return "accept" if score >= self.accept else "clarify"


class Judged(msgspec.Struct, frozen=True):
    """Each training text as a classifier without it sees it: one row a text."""

    probabilities: Matrix
    gates: NDArray[np.float32]


def leave_out(training: TrainingSet, grams: Sequence[NDArray[np.float32]]) -> Judged:
    """Judge each training text by classifiers trained without it; deterministic.

    `grams` are the training texts' similarities to each other, one matrix a view.
    """
    classes = training.classes
    place_in_class = np.array([np.sum(classes[:at] == classes[at]) for at in range(len(classes))])
    largest = int(np.bincount(classes[: training.examples]).max())
    folds = place_in_class % max(2, min(FOLDS, largest))
    probabilities = np.zeros((len(classes), len(training.intents) + 1))
    for fold in range(int(folds.max()) + 1):
        held, kept = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        for gram in grams:
            softmax = Softmax(gram[np.ix_(kept, kept)], classes[kept], probabilities.shape[1])
            probabilities[held] += softmax.probabilities(gram[np.ix_(held, kept)]) / len(grams)
    others = np.mean(grams, axis=0)
    np.fill_diagonal(others, -1.0)
    return Judged(probabilities, gates(others, training.examples))


def calibrate(training: TrainingSet, judged: Judged) -> Thresholds:
    """Choose a bot's thresholds.

    `accept` is where enough of the accepted is right and enough of the negatives is refused;
    `clarify` is a part of it; the gate opens as far as the bot's own examples need, never further
    than -0.1, and never closes above 0.
    """
    default = Thresholds()
    intents = judged.probabilities[:, : len(training.intents)]
    inside, outside = intents[: training.examples], intents[training.examples :]
    best = inside.max(axis=1)
    right = inside.argmax(axis=1) == training.classes[: training.examples]
    needed = float(np.quantile(outside.max(axis=1), REFUSED)) if len(outside) else 0.0
    for score in np.arange(0.20, 0.61, 0.02):
        accepted = best >= score
        if score >= needed and accepted.any() and right[accepted].mean() >= RIGHT:
            needed = float(score)
            break
    else:
        needed = max(needed, 0.45)  # nothing is good enough: ask more often than act
    accept = min(0.60, max(0.20, (2 * default.accept + needed) / 3))
    gate = float(np.quantile(judged.gates[: training.examples], 0.05))
    return Thresholds(accept=accept, clarify=CLARIFY * accept, gate=min(0.0, max(-0.10, gate)))
