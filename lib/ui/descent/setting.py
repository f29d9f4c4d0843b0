"""What the learner chose on the page on gradient descent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """A learning rate, where x starts, and how many iterations are walked."""

    lr: float
    start: float
    iterations: int
