"""Likeness of spelling: TF-IDF over the character n-grams of words.

Catches what a sentence encoder blurs (model names, typos, short answers). It compares with the
texts it was fitted on and keeps these as postings, so that memory follows the examples' length and
not the size of the vocabulary.
"""

from array import array
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from prosa.dialogue.extractors.normalise import fold

SHORTEST, LONGEST = 2, 5  # letters of an n-gram: whole words would not survive a typo


class TfIdf:
    """Texts to compare with, under smoothed inverse document frequency and unit length."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.size = len(texts)
        counted = [Counter(_grams(text)) for text in texts]
        frequency: Counter[str] = Counter()
        for grams in counted:
            frequency.update(grams.keys())
        self._index = {gram: at for at, gram in enumerate(frequency)}
        share = np.fromiter(frequency.values(), np.float64, len(frequency))
        self._idf = np.log((1 + self.size) / (1 + share)) + 1
        self._post(counted)

    def similarities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the cosine of each text with each fitted one; a row of zeros if none is shared."""
        likeness = np.zeros((len(texts), self.size), dtype=np.float32)
        for row, text in zip(likeness, texts, strict=True):
            grams, weights = self._weigh(Counter(_grams(text)))
            if not len(grams):
                continue
            spans = [slice(self._starts[gram], self._starts[gram + 1]) for gram in grams]
            rows = np.concatenate([self._rows[span] for span in spans])
            values = np.concatenate([self._values[span] for span in spans])
            spread = np.repeat(weights, [span.stop - span.start for span in spans])
            row[:] = np.bincount(rows, values * spread, minlength=self.size)
        return likeness

    def _weigh(self, grams: Counter[str]) -> tuple[list[int], NDArray[np.float64]]:
        """Return the known n-grams and their weights; unknown ones lengthen the vector only."""
        known = [(self._index[gram], count) for gram, count in grams.items() if gram in self._index]
        indices = [index for index, _ in known]
        weights = np.array([count for _, count in known]) * self._idf[indices]
        rare = (np.log(1 + self.size) + 1) ** 2
        unknown = sum(count * count for gram, count in grams.items() if gram not in self._index)
        length = np.sqrt(np.dot(weights, weights) + unknown * rare)
        return indices, weights / length if length else weights

    def _post(self, counted: list[Counter[str]]) -> None:
        postings: list[tuple[int, int, float]] = []
        for row, grams in enumerate(counted):
            indices, weights = self._weigh(grams)
            postings += zip(indices, [row] * len(indices), weights.tolist(), strict=True)
        postings.sort()
        self._rows = np.fromiter((row for _, row, _ in postings), np.int32, len(postings))
        self._values = np.fromiter((value for *_, value in postings), np.float64, len(postings))
        counts = np.bincount([index for index, *_ in postings], minlength=len(self._index))
        self._starts = array("l", [0, *np.cumsum(counts).tolist()])


def _grams(text: str) -> list[str]:
    """Return the n-grams of each word with a space at both ends, as `char_wb` of scikit-learn."""
    grams: list[str] = []
    words = "".join(c if c.isalnum() else " " for c in fold(text)).split()
    for word in words:
        padded = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            if len(padded) <= size:
                grams.append(padded)
                break
            grams += [padded[at : at + size] for at in range(len(padded) - size + 1)]
    return grams
