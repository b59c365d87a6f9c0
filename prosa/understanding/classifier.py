"""Tell which intent a text expresses, and whether it is any of this bot's business.

Two views of the same examples, meaning (an embedder) and spelling (TF-IDF), each give
probabilities; their mean ranks the intents. The gate is apart from the ranking: a softmax is sure
of something even about noise, so the text must also be closer to the bot's examples than to the
negatives. Both thresholds are calibrated on the bot's own examples.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prosa.dialogue.extractors.normalise import normalise
from prosa.understanding.calibration import Thresholds, calibrate, leave_out
from prosa.understanding.embedder import Embedder
from prosa.understanding.ranking import Decision, Ranking, Scored
from prosa.understanding.softmax import Softmax
from prosa.understanding.training import Likeness, TrainingSet, gates, likenesses

TOP = 5
TOO_NEAR = 0.65  # to an example: such a negative is this bot's business after all
MAX_CHARACTERS = 400  # of a text that are read; the rest costs time and blurs the meaning
CACHE_SIZE = 4096  # greetings repeat; about 1 kB an entry
_CACHED_LENGTH = 120  # longer texts hardly ever repeat
_LETTER = re.compile(r"[^\W_]")


class View(NamedTuple):
    """One way to compare texts, and the softmax trained on it."""

    likeness: Likeness
    softmax: Softmax


class IntentClassifier:
    """A bot's intents, ready to rank texts. Build it with `train`.

    Not for several threads at once: the cache is not locked.
    """

    def __init__(
        self,
        views: Sequence[View],
        *,
        intents: tuple[str, ...],
        examples: int,
        locale: str,
        thresholds: Thresholds,
    ) -> None:
        self.intents = intents
        self.thresholds = thresholds
        self._views = views
        self._examples = examples
        self._locale = locale
        self._cache: OrderedDict[str, Ranking] = OrderedDict()

    @classmethod
    def train(
        cls,
        examples: Mapping[str, Sequence[str]],
        *,
        locale: str,
        negatives: Iterable[str] = (),
        embedder: Embedder | None = None,
        samples: Mapping[str, Sequence[str]] | None = None,
        thresholds: Thresholds | None = None,
    ) -> "IntentClassifier":
        """Train on the examples of each intent, in the order given; deterministic.

        `negatives` are added to those shipped for the locale. `samples` has values for the
        placeholders of examples (`tem {modelo}?`); without them a placeholder is left out.
        `thresholds` overrides the calibration. Raises ValueError for an intent without an example.
        """
        training = TrainingSet.prepare(examples, locale, negatives=negatives, samples=samples)
        compared = likenesses(training, embedder)
        grams = [likeness.similarities(training.texts) for likeness in compared]
        near = grams[0][:, : training.examples].max(axis=1) >= TOO_NEAR
        near[: training.examples] = False
        if near.any():  # a baker's bot hears of pizza and cake all day
            training = training.without(near)
            compared = likenesses(training, embedder)
            grams = [likeness.similarities(training.texts) for likeness in compared]
        size = len(training.intents) + 1
        return cls(
            [
                View(likeness, Softmax(gram, training.classes, size))
                for likeness, gram in zip(compared, grams, strict=True)
            ],
            intents=training.intents,
            examples=training.examples,
            locale=locale,
            thresholds=thresholds or calibrate(training, leave_out(training, grams)),
        )

    def classify(self, texts: Sequence[str]) -> list[Ranking]:
        """Rank the intents for each text; never raises, and encodes unknown texts in one batch."""
        rankings = self._recalled(texts)
        if len(rankings) == len(texts):  # the common case has to be quick
            return [rankings[text] for text in texts]
        spelt = {
            text: normalise(text[:MAX_CHARACTERS], self._locale)
            for text in texts
            if text not in rankings
        }
        rankings |= self._recalled(spelt.values())
        fresh = [text for text in dict.fromkeys(spelt.values()) if text not in rankings]
        rankings |= zip(fresh, self._rank(fresh), strict=True)
        rankings |= {text: rankings[normal] for text, normal in spelt.items()}
        self._remember(rankings)
        return [rankings[text] for text in texts]

    def _rank(self, texts: Sequence[str]) -> list[Ranking]:
        if not texts:
            return []
        similar = [view.likeness.similarities(texts) for view in self._views]
        probabilities = np.mean(
            [view.softmax.probabilities(s) for view, s in zip(self._views, similar, strict=True)],
            axis=0,
        )
        distances = gates(np.mean(similar, axis=0), self._examples)
        # what resembles nothing would be ranked by the intents' sizes alone
        heard = np.max([s.max(axis=1) for s in similar], axis=0) > 0
        return [
            self._ranking(row, float(distance), heard=bool(known and _LETTER.search(text)))
            for text, row, distance, known in zip(
                texts, probabilities, distances, heard, strict=True
            )
        ]

    def _ranking(self, row: NDArray[np.float64], distance: float, *, heard: bool) -> Ranking:
        best = np.argsort(-row[: len(self.intents)], kind="stable")[:TOP]
        scored = tuple(Scored(self.intents[i], float(row[i])) for i in best)
        needed = self.thresholds
        decision: Decision = needed.decide(scored[0].score, distance) if heard else "reject"
        return Ranking(scored, distance, decision, needed.accept, needed.clarify)

    def _recalled(self, texts: Iterable[str]) -> dict[str, Ranking]:
        found = {text: ranking for text in texts if (ranking := self._cache.get(text))}
        for text in found:
            self._cache.move_to_end(text)
        return found

    def _remember(self, rankings: Mapping[str, Ranking]) -> None:
        self._cache.update(
            (text, ranking) for text, ranking in rankings.items() if len(text) <= _CACHED_LENGTH
        )
        while len(self._cache) > CACHE_SIZE:
            self._cache.popitem(last=False)
