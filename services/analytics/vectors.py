"""The newest vectors of one bot in memory, so that a search is one product of a matrix.

In SQL the same takes three to six times as long on two cores that others use too (`python -m
benchmarks.analytics`), which is above what a person waits for without noticing. They are loaded by
the first search, kept up with what was written since, and dropped when nobody searched for a while
or the records were opened anew (an erasure).

Older messages than these are searched in SQL. Not safe for several threads: the search has one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Filter:
    """Which messages may be found; times in milliseconds, `None` for any."""

    start_ms: int | None = None
    end_ms: int | None = None
    author: str = ""
    intent: str = ""


@dataclass(frozen=True)
class Hit:
    """A message and its likeness to the question, -1 to 1."""

    message: str
    score: float


class Vectors:
    """At most `limit` vectors, the newest written; the oldest makes room."""

    def __init__(self, dimension: int, limit: int) -> None:
        self._limit = limit
        self._matrix: NDArray[np.float32] = np.zeros((0, dimension), np.float32)
        self._times: NDArray[np.int64] = np.zeros(0, np.int64)
        self._authors: NDArray[np.int32] = np.zeros(0, np.int32)
        self._intents: NDArray[np.int32] = np.zeros(0, np.int32)
        self._words: dict[str, int] = {}
        self._messages: list[str] = []
        self._next = 0
        self.changed = 0
        """The latest commit whose vectors are here."""

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def oldest_ms(self) -> int:
        """Give the time of the oldest message here; 0 while there is room for older ones."""
        return int(self._times[: len(self)].min()) if len(self) == self._limit else 0

    def add(
        self,
        messages: Sequence[str],
        vectors: NDArray[np.float32],
        *,
        times: NDArray[np.int64],
        authors: Sequence[str],
        intents: Sequence[str],
        changed: int,
    ) -> None:
        """Take vectors in the order of their writing."""
        self._grow(min(self._limit, len(self) + len(messages)))
        at = (self._next + np.arange(len(messages))) % self._limit
        self._matrix[at], self._times[at] = vectors, times
        self._authors[at] = [self._code(author) for author in authors]
        self._intents[at] = [self._code(intent) for intent in intents]
        for place, message in zip(at.tolist(), messages, strict=True):
            if place == len(self._messages):
                self._messages.append(message)
            else:
                self._messages[place] = message
        self._next = (self._next + len(messages)) % self._limit
        self.changed = changed

    def nearest(self, question: NDArray[np.float32], only: Filter, count: int) -> list[Hit]:
        """Give the messages most like a question, best first."""
        held = len(self)
        scores = self._matrix[:held] @ question
        scores[~self._allowed(only, held)] = -np.inf
        count = min(count, held)
        if count == 0:
            return []
        best = np.argpartition(-scores, count - 1)[:count]
        ranked = best[np.argsort(-scores[best], kind="stable")]
        return [
            Hit(self._messages[at], float(scores[at]))
            for at in ranked.tolist()
            if np.isfinite(scores[at])
        ]

    def _allowed(self, only: Filter, held: int) -> NDArray[np.bool_]:
        allowed = np.ones(held, np.bool_)
        times = self._times[:held]
        if only.start_ms is not None:
            allowed &= times >= only.start_ms
        if only.end_ms is not None:
            allowed &= times < only.end_ms
        for word, codes in ((only.author, self._authors), (only.intent, self._intents)):
            if word:
                allowed &= codes[:held] == self._words.get(word, -1)
        return allowed

    def _grow(self, rows: int) -> None:
        """Make room for `rows` in all, by doubling."""
        have = len(self._times)
        if rows <= have:
            return
        size = min(self._limit, max(rows, 2 * have, 1024))
        more = size - have
        self._matrix = np.vstack(
            [self._matrix, np.zeros((more, self._matrix.shape[1]), np.float32)]
        )
        self._times = np.concatenate([self._times, np.zeros(more, np.int64)])
        self._authors = np.concatenate([self._authors, np.zeros(more, np.int32)])
        self._intents = np.concatenate([self._intents, np.zeros(more, np.int32)])

    def _code(self, word: str) -> int:
        return self._words.setdefault(word, len(self._words))
