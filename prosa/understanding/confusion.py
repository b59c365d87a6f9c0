"""Examples that fall into another intent, for the compiler to warn of.

An example counts when a classifier that has not seen it is clearly for another intent: mostly the
same wish under two names, or a sentence in the wrong list.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from prosa.understanding.calibration import Judged, leave_out
from prosa.understanding.embedder import Embedder
from prosa.understanding.training import TrainingSet, likenesses

CLEARLY = 2.5  # times likelier than its own intent; below it, most are merely short of examples
LIKELY = 0.30


class Confusion(msgspec.Struct, frozen=True):
    """One example, as written, that reads like another intent's; scores from 0 to 1."""

    example: str
    intent: str
    score: float
    other: str
    other_score: float


def find_confusions(
    examples: Mapping[str, Sequence[str]],
    *,
    locale: str,
    embedder: Embedder | None = None,
    samples: Mapping[str, Sequence[str]] | None = None,
) -> list[Confusion]:
    """Return the examples that fall into another intent, the clearest first.

    Raises ValueError for an intent without an example.
    """
    training = TrainingSet.prepare(examples, locale, samples=samples)
    grams = [view.similarities(training.texts) for view in likenesses(training, embedder)]
    return confusions(training, leave_out(training, grams))


def confusions(training: TrainingSet, judged: Judged) -> list[Confusion]:
    """Return the examples that fall into another intent, the clearest first."""
    found = []
    for row, written in enumerate(training.written):
        scores = judged.probabilities[row, : len(training.intents)]
        own, other = int(training.classes[row]), int(np.argmax(scores))
        if other != own and scores[other] >= max(LIKELY, CLEARLY * scores[own]):
            found.append(
                Confusion(
                    example=written,
                    intent=training.intents[own],
                    score=float(scores[own]),
                    other=training.intents[other],
                    other_score=float(scores[other]),
                )
            )
    return sorted(found, key=lambda confusion: confusion.other_score, reverse=True)
