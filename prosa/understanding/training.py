"""A bot's examples made ready to train on, and the views under which they are compared."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from prosa.dialogue.extractors.normalise import normalise
from prosa.understanding.embedder import Embedder, Vectors
from prosa.understanding.negatives import negatives_for
from prosa.understanding.tfidf import TfIdf

_PLACEHOLDER = re.compile(r"\{([\w.]+)(?:\|[^{}]*)?\}")


class TrainingSet(NamedTuple):
    """The texts to compare with: the examples, intent by intent, then the negatives.

    `classes` numbers the intent of each text; negatives have the number after the last intent.
    `written` are the examples as the author wrote them.
    """

    intents: tuple[str, ...]
    texts: tuple[str, ...]
    classes: NDArray[np.intp]
    written: tuple[str, ...]

    @property
    def examples(self) -> int:
        """How many of the texts are examples; the rest are negatives."""
        return len(self.written)

    @classmethod
    def prepare(
        cls,
        examples: Mapping[str, Sequence[str]],
        locale: str,
        *,
        negatives: Iterable[str] = (),
        samples: Mapping[str, Sequence[str]] | None = None,
    ) -> "TrainingSet":
        """Fill the placeholders, normalise, and add the negatives of the platform and the bot."""
        texts: list[str] = []
        classes: list[int] = []
        written: list[str] = []
        for number, (intent, sentences) in enumerate(examples.items()):
            if not sentences:
                raise ValueError(f"intent {intent!r} has no example; give it at least four")
            for turn, sentence in enumerate(sentences):
                texts.append(normalise(filled(sentence, samples or {}, turn), locale))
                classes.append(number)
                written.append(sentence)
        if not texts:
            raise ValueError("there is no intent to train; give at least one with its examples")
        own = {normalise(text, locale) for text in texts}
        for sentence in (*negatives_for(locale), *negatives):
            if (text := normalise(sentence, locale)) not in own:  # the bot's word wins
                texts.append(text)
                classes.append(len(examples))
        return cls(tuple(examples), tuple(texts), np.array(classes), tuple(written))

    def without(self, dropped: NDArray[np.bool_]) -> "TrainingSet":
        """Return the set without the marked texts; only negatives may be marked."""
        texts = tuple(text for text, drop in zip(self.texts, dropped, strict=True) if not drop)
        return self._replace(texts=texts, classes=self.classes[~dropped])


class Likeness(Protocol):
    """Compares texts with those of the training set."""

    def similarities(self, texts: Sequence[str]) -> Vectors:
        """Return the cosine of each text (a row) with each training text (a column)."""
        ...


class Meanings:
    """Likeness of meaning, by an embedder."""

    def __init__(self, embedder: Embedder, texts: Sequence[str]) -> None:
        self._embedder = embedder
        self._vectors = embedder.encode(texts)

    def similarities(self, texts: Sequence[str]) -> Vectors:
        """Return the cosine of each text with each training text."""
        likeness: Vectors = self._embedder.encode(texts) @ self._vectors.T
        return likeness


def likenesses(training: TrainingSet, embedder: Embedder | None) -> list[Likeness]:
    """Return the views to compare under: meaning where there is an embedder, then spelling."""
    spelling = TfIdf(training.texts)
    return [Meanings(embedder, training.texts), spelling] if embedder else [spelling]


def gates(likeness: Vectors, examples: int) -> NDArray[np.float32]:
    """Return how much closer each text is to an example than to any negative."""
    inside = likeness[:, :examples].max(axis=1)
    outside = likeness[:, examples:].max(axis=1, initial=0.0)
    distance: NDArray[np.float32] = inside - outside
    return distance


def filled(sentence: str, samples: Mapping[str, Sequence[str]], turn: int) -> str:
    """Put sample values into `tem {modelo} automático?`, another at each turn, or nothing."""

    def value(found: re.Match[str]) -> str:
        values = samples.get(found[1], ())
        return values[turn % len(values)] if values else " "

    return _PLACEHOLDER.sub(value, sentence)
