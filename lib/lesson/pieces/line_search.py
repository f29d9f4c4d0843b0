"""The line search of LBFGS: along one direction, the step length that meets the strong Wolfe conditions.

Torch's own (lswolfe.lua, after Nocedal and Wright, Numerical Optimization, chapter 3): first bracket such a step, then
zoom in by cubic interpolation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Evaluate = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
ENOUGH_DECREASE, ENOUGH_FLATTER = 1e-4, 0.9  # c1 and c2 of the two conditions


@dataclass(frozen=True, eq=False)
class Trial:
    """One evaluation: step length, loss, gradient there, and the slope along the direction."""

    t: np.ndarray
    loss: np.ndarray
    grad: np.ndarray
    slope: np.ndarray


@dataclass
class Line:
    """The line that is searched, from x along d; every evaluation is kept in `tried`."""

    evaluate: Evaluate
    x: np.ndarray
    d: np.ndarray
    start: Trial
    tried: list[Trial] = field(default_factory=list)

    def at(self, t: np.ndarray) -> Trial:
        loss, grad = self.evaluate(self.x + t * self.d)
        self.tried.append(Trial(np.asarray(t), loss, grad, grad @ self.d))
        return self.tried[-1]

    def too_high(self, trial: Trial) -> bool:
        """Whether the loss has not fallen enough for so long a step (Armijo's condition)."""
        return bool(trial.loss > self.start.loss + ENOUGH_DECREASE * trial.t * self.start.slope)

    def flat_enough(self, trial: Trial) -> bool:
        """Whether the slope has become flat enough (the curvature condition)."""
        return bool(abs(trial.slope) <= -ENOUGH_FLATTER * self.start.slope)


def strong_wolfe(line: Line, t: float, tolerance_change: float, most: int) -> Trial:
    """Searches along the line, from step length t on, with at most `most` evaluations beyond the first.

    Returns the trial to accept. It also stops where the bracket is narrower than `tolerance_change`.
    """
    bracket, done, used = _bracket(line, t, most)
    if done:
        return bracket[0]
    return _zoom(line, bracket, tolerance_change, most - used)


def _bracket(line: Line, t: float, most: int) -> tuple[list[Trial], bool, int]:
    """Goes further out until a good step lies between two trials.

    Returns the two (or the one that is good already), whether that ends the search, and how many evaluations it took.
    """
    before, new, used = line.start, line.at(np.asarray(t, dtype=np.float64)), 0
    while used < most:
        if line.too_high(new) or (used > 1 and new.loss >= before.loss):
            return [before, new], False, used
        if line.flat_enough(new):
            return [new], True, used
        if new.slope >= 0:
            return [before, new], False, used
        bounds = (new.t + 0.01 * (new.t - before.t), new.t * 10)
        before, new = new, line.at(cubic_minimum(before, new, bounds))
        used += 1
    return [line.start, new], False, used


def _zoom(line: Line, bracket: list[Trial], tolerance_change: float, most: int) -> Trial:
    """Narrows the bracket around a step that meets both conditions."""
    low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
    width, slow = np.abs(line.d).max(), False
    for _ in range(most):
        if abs(bracket[1].t - bracket[0].t) * width < tolerance_change:
            break
        t, slow = _away_from_the_ends(cubic_minimum(bracket[0], bracket[1]), bracket, slow)
        new = line.at(t)
        if line.too_high(new) or new.loss >= bracket[low].loss:
            bracket[high] = new
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
            continue
        good = line.flat_enough(new)
        if not good and new.slope * (bracket[high].t - bracket[low].t) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = new
        if good:
            break
    return bracket[low]


def _away_from_the_ends(t: np.ndarray, bracket: list[Trial], slow: bool) -> tuple[np.ndarray, bool]:
    """A trial near an end of the bracket is let through once; the next one is moved inside by a tenth of the bracket.

    Returns the step length, and whether it was let through near an end.
    """
    left, right = (f(trial.t for trial in bracket) for f in (min, max))
    room = 0.1 * (right - left)
    if min(right - t, t - left) >= room:
        return t, False
    if not (slow or t >= right or t <= left):
        return t, True
    return (right - room if abs(t - right) < abs(t - left) else left + room), False


def cubic_minimum(a: Trial, b: Trial, bounds: tuple[np.ndarray, np.ndarray] | None = None) -> np.ndarray:
    """Where the cubic through both trials (losses and slopes) is lowest, kept within the bounds.

    Where the cubic has no lowest point it is the middle of the bounds.
    """
    low, high = bounds or ((a.t, b.t) if a.t <= b.t else (b.t, a.t))
    first = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = first**2 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2
    near, far = (a, b) if a.t <= b.t else (b, a)
    root = np.sqrt(square)
    lowest = far.t - (far.t - near.t) * ((far.slope + root - first) / (far.slope - near.slope + 2 * root))
    return min(max(lowest, low), high)
