"""Multinomial logistic regression over similarities, in numpy.

A text enters as its likeness to each example, so two hundred examples mean two hundred numbers
whatever the width of the vectors behind them, and the same numbers serve the gate. The weights are
those of ordinary ridge-penalised softmax on the vectors themselves (representer theorem).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

PENALTY = 0.01  # C = 100 in scikit-learn's terms; from 0.003 to 0.1 accuracy is the same


class Softmax:
    """Probabilities of classes from similarities to the training examples."""

    def __init__(self, gram: NDArray[np.float32], classes: NDArray[np.intp], size: int) -> None:
        """Train on the examples' similarities to each other; deterministic.

        `classes` numbers the class of each example, `size` says how many there are.
        """
        values, axes = np.linalg.eigh(gram.astype(np.float64))
        kept = values > 1e-8 * max(float(values[-1]), 1e-8)  # the Gram matrix may be singular
        scale = np.sqrt(values[kept])
        features = axes[:, kept] * scale
        weights, self._bias = _train(features, classes, size)
        self._coefficients = (axes[:, kept] / scale) @ weights

    def probabilities(self, similarities: NDArray[np.float32]) -> Matrix:
        """Return one row a text, one column a class, summing to one."""
        return _softmax(similarities @ self._coefficients + self._bias)


def _train(features: Matrix, classes: NDArray[np.intp], size: int) -> tuple[Matrix, Matrix]:
    rows, width = features.shape
    truth = np.zeros((rows, size))
    truth[np.arange(rows), classes] = 1.0

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights, bias = flat[:-size].reshape(width, size), flat[-size:]
        logits = features @ weights + bias
        logits -= logits.max(axis=1, keepdims=True)
        total = np.log(np.exp(logits).sum(axis=1))
        error = np.exp(logits - total[:, None]) - truth
        value = float(np.sum(total - (logits * truth).sum(axis=1)))
        value += 0.5 * PENALTY * float(np.vdot(weights, weights))
        gradient = features.T @ error + PENALTY * weights
        return value, np.concatenate([gradient.ravel(), error.sum(axis=0)])

    flat = _minimise(loss, np.zeros(width * size + size))
    return flat[:-size].reshape(width, size), flat[-size:]


def _minimise(  # L-BFGS: Nocedal and Wright, Numerical Optimization, algorithm 7.4
    loss: Callable[[Matrix], tuple[float, Matrix]],
    at: Matrix,
    *,
    rounds: int = 60,
    memory: int = 8,
    tolerance: float = 1e-3,
) -> Matrix:
    value, gradient = loss(at)
    steps: list[tuple[Matrix, Matrix, float]] = []
    for _ in range(rounds):
        if float(np.abs(gradient).max()) < tolerance:
            break
        direction = -_inverse_hessian(gradient, steps)
        slope = float(gradient @ direction)
        length = 1.0 if steps else min(1.0, 1.0 / float(np.abs(gradient).sum()))
        for _ in range(30):  # halve until Armijo's condition holds
            step = length * direction
            new_value, new_gradient = loss(at + step)
            if new_value <= value + 1e-4 * length * slope:
                break
            length /= 2
        else:
            break
        change = new_gradient - gradient
        curvature = float(step @ change)
        if curvature > 1e-10:  # noqa: PLR2004 - below it the pair carries rounding only
            steps = [*steps[1 - memory :], (step, change, 1.0 / curvature)]
        at, value, gradient = at + step, new_value, new_gradient
    return at


def _inverse_hessian(gradient: Matrix, steps: list[tuple[Matrix, Matrix, float]]) -> Matrix:
    """Multiply by the inverse Hessian that the last steps suggest (two-loop recursion)."""
    product = gradient.copy()
    kept: list[float] = []
    for step, change, inverse in reversed(steps):
        kept.append(inverse * float(step @ product))
        product -= kept[-1] * change
    if steps:
        step, change, _ = steps[-1]
        product *= float(step @ change) / float(change @ change)
    for (step, change, inverse), first in zip(steps, reversed(kept), strict=True):
        product += (first - inverse * float(change @ product)) * step
    return product


def _softmax(logits: Matrix) -> Matrix:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return shares
