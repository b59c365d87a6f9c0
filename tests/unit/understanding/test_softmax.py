"""Logistic regression in numpy."""

import numpy as np
import pytest

from prosa.understanding.softmax import Softmax

POINTS = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9], [-1, -1]], dtype=np.float32)
CLASSES = np.array([0, 0, 1, 1, 2])
GRAM = POINTS @ POINTS.T


def test_it_learns_its_examples() -> None:
    probabilities = Softmax(GRAM, CLASSES, 3).probabilities(GRAM)

    assert probabilities.argmax(axis=1).tolist() == CLASSES.tolist()
    assert probabilities.sum(axis=1) == pytest.approx(1.0)


def test_it_finds_the_least_of_its_loss() -> None:
    """At the optimum the mean probability of each class is its share: the bias is unpenalised."""
    probabilities = Softmax(GRAM, CLASSES, 3).probabilities(GRAM)

    assert probabilities.sum(axis=0) == pytest.approx([2, 2, 1], abs=0.01)


def test_a_point_between_two_classes_is_shared() -> None:
    likeness = np.array([[1.0, 1.0]], dtype=np.float32) @ POINTS.T

    first, second, third = Softmax(GRAM, CLASSES, 3).probabilities(likeness)[0]

    assert first == pytest.approx(second, abs=0.01)
    assert third < first


def test_examples_that_are_all_alike_do_not_break_it() -> None:
    same = np.ones((4, 4), dtype=np.float32)

    probabilities = Softmax(same, np.array([0, 0, 1, 1]), 2).probabilities(same)

    assert probabilities == pytest.approx(0.5, abs=0.01)
