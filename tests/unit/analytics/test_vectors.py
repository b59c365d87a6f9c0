"""The newest vectors, nearest first."""

import numpy as np
import pytest

from services.analytics.vectors import Filter, Vectors

ANYTHING = Filter()


def some(limit: int, *names: str) -> Vectors:
    """Hold unit vectors, each a little further from the first axis than the one before."""
    held = Vectors(2, limit)
    for number, name in enumerate(names):
        angle = np.float32(number / 10)
        held.add(
            [name],
            np.array([[np.cos(angle), np.sin(angle)]], np.float32),
            times=np.array([number], np.int64),
            authors=["customer" if number % 2 else "bot"],
            intents=["buscar" if number > 1 else ""],
            changed=number,
        )
    return held


def found(held: Vectors, only: Filter, count: int = 10) -> list[str]:
    question = np.array([1, 0], np.float32)
    return [hit.message for hit in held.nearest(question, only, count)]


def test_the_most_alike_come_first() -> None:
    assert found(some(9, "a", "b", "c"), ANYTHING, 2) == ["a", "b"]


def test_the_oldest_makes_room() -> None:
    held = some(2, "a", "b", "c")

    assert found(held, ANYTHING) == ["b", "c"]
    assert held.oldest_ms == 1


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (Filter(author="customer"), ["b", "d"]),
        (Filter(intent="buscar"), ["c", "d"]),
        (Filter(start_ms=1, end_ms=3), ["b", "c"]),
        (Filter(author="agent"), []),
    ],
)
def test_only_what_was_asked_for_is_found(only: Filter, expected: list[str]) -> None:
    assert found(some(9, "a", "b", "c", "d"), only) == expected


def test_nothing_is_found_among_nothing() -> None:
    assert found(Vectors(2, 4), ANYTHING) == []
