"""What is wrong with a dialogue, where, and what to do about it.

A compilation collects every problem before it refuses, so that a file is mended in one go.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One fault of a dialogue, at a line and a column that both count from 1."""

    file: str
    line: int
    column: int
    message: str
    remedy: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}\n  {self.remedy}"


class DialogueRefused(Exception):
    """The text is no valid dialogue; `problems` holds errors and warnings, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Name the nearest known word, or all of them when none is near and they are few."""
    words = sorted(set(known))
    if near := get_close_matches(word, words, n=1, cutoff=0.6):
        return f"Did you mean `{near[0]}`?"
    if otherwise:
        return otherwise
    if not words:
        return "There is none yet."
    few = 12
    listed = ", ".join(f"`{known_word}`" for known_word in words[:few])
    return f"Known here: {listed}{', …' if len(words) > few else ''}."
