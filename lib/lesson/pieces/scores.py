"""Scores of classes: log-softmax, sigmoid and softplus without overflow, and the digits they would lose."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lib.lesson.formula import Formula, joined
from lib.lesson.spec import Mistake


def class_last(scores: np.ndarray) -> np.ndarray:
    """Moves the classes from torch's place (axis 1, or the only axis) to the end: (batch, d1, …, classes)."""
    return np.moveaxis(scores, 1, -1) if scores.ndim > 1 else scores


def class_second(by_class: np.ndarray) -> np.ndarray:
    """Undoes class_last."""
    return np.moveaxis(by_class, -1, 1) if by_class.ndim > 1 else by_class


def by_class(one: Callable[..., Formula], classes: int, sign: str = r",\; ") -> Callable[..., Formula]:
    """From the formula of one class, `one(*sample, class)`, that of a sample: all its classes in a list.

    Where `sign` is a plus they are added up instead.
    """
    return lambda *n: joined((one(*n, c) for c in range(classes)), sign)


def shifted(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest score of each sample, and log Σ e^(score − largest): safe where Σ e^score overflows."""
    largest = scores.max(axis=-1, initial=-np.inf)
    return largest, np.log(np.exp(scores - largest[..., None]).sum(axis=-1))


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """log of the softmax over the last axis, computed on shifted scores as torch does."""
    largest, log_total = shifted(scores)
    return scores - largest[..., None] - log_total[..., None]


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^(−x)), without overflow on either side."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + e^x), without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def carry(precise: np.ndarray, shown: np.ndarray, sent: np.ndarray) -> np.ndarray:
    """Goes on with the precise value, moved by as much as the learner's answer differs from what was shown.

    A step may show a number that has lost digits (log Σ e^x near 1e9) while the next step needs them.
    """
    return precise + np.where(sent == shown, 0.0, sent - shown)


def score_behind(sent: np.ndarray, shown: np.ndarray, score: np.ndarray) -> np.ndarray:
    """The score whose sigmoid is the learner's answer; the precise score where the answer is what was shown.

    A sigmoid near 0 or 1 has lost digits that its logarithm needs.
    """
    return np.where(sent == shown, score, np.log(sent) - np.log1p(-sent))


def logarithm_to_base_2(*steps: str) -> dict[str, Mistake]:
    """The logarithm of the wrong base, taken at each of these steps."""
    return {
        "logarithm_to_base_2": Mistake(
            {step: (lambda given, done, step=step: done[step] / np.log(2)) for step in steps},
            "You took the logarithm to base 2. PyTorch uses the natural logarithm, so losses are in nats.",
        ),
    }
