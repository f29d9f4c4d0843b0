"""Where a curve bends sharply: points are added there, so that a kink is drawn as one and its slope as a step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Measure = Callable[[np.ndarray], np.ndarray]  # places -> losses and slopes, one row each

MOST_CORNERS = 8
NEAR = 1e-6  # of the curve's width: on either side of a corner
_BEND = 3.0  # times a parabola's change from one point to the next: from there on a corner is looked for
_STAYS = 0.9  # of that change, which is still there right beside the corner; a smooth bend has spread it


def with_corners(
    x: np.ndarray, loss: np.ndarray, slope: np.ndarray, measure: Measure
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The curve with its corners: each as a point, and one close by on either side where the slope is another."""
    candidates = _meetings(x, loss, slope)
    if not candidates.size:
        return x, loss, slope
    near = NEAR * float(x[-1] - x[0])
    around = (candidates[:, None] + np.array([-near, 0.0, near])).reshape(-1)
    found_loss, found_slope = measure(around)
    sides = found_slope.reshape(-1, 3)
    kept = np.repeat(_is_step(x, slope, candidates, sides), 3) & np.isfinite(found_loss + found_slope)
    return _merged((x, loss, slope), (around[kept], found_loss[kept], found_slope[kept]))


def is_corner(x: np.ndarray, slope: np.ndarray, place: int) -> bool:
    """Whether the slope changes right at this point: its neighbours are as close as only a corner's are."""
    near = 2 * NEAR * float(x[-1] - x[0])
    before, after = max(place - 1, 0), min(place + 1, len(x) - 1)
    return bool(before < place < after and x[after] - x[before] <= 2 * near and slope[after] != slope[before])


def _meetings(x: np.ndarray, loss: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Where the straight lines through two neighbouring points meet, for the pairs whose slopes differ most."""
    with np.errstate(all="ignore"):
        change = np.abs(np.diff(slope))
        spread = np.ptp(slope[np.isfinite(slope)]) if np.isfinite(slope).any() else 0.0
        meet = (np.diff(loss) + slope[:-1] * x[:-1] - slope[1:] * x[1:]) / (slope[:-1] - slope[1:])
    ranked = np.argsort(-np.where(np.isfinite(change), change, 0.0), kind="stable")[:MOST_CORNERS]
    picked = [i for i in np.sort(ranked) if change[i] > _BEND * spread / len(x) and np.isfinite(meet[i])]
    inside = np.clip(meet[picked], x[:-1][picked], x[1:][picked])
    return np.unique(inside)


def _is_step(x: np.ndarray, slope: np.ndarray, candidates: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Whether the slopes right and left of a candidate differ by what they differ by between the points around it."""
    left = np.clip(np.searchsorted(x, candidates, side="left") - 1, 0, len(x) - 1)
    right = np.clip(np.searchsorted(x, candidates, side="right"), 0, len(x) - 1)
    between, beside = np.abs(slope[right] - slope[left]), np.abs(sides[:, 2] - sides[:, 0])
    return (between > 0) & (beside >= _STAYS * between)


def _merged(one: tuple[np.ndarray, ...], other: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both sets of points in order; where they hold the same place, the first one's."""
    x, first = np.unique(np.concatenate([one[0], other[0]]), return_index=True)
    loss, slope = (np.concatenate(pair)[first] for pair in zip(one[1:], other[1:], strict=True))
    return x, loss, slope
