"""What the optimizers minimise: small functions of one or two numbers with known gradients, and their minimum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

Value = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Objective:
    """A function to minimise.

    `value(p)` and `gradient(p, update)` take the numbers along the last axis, with any axes in front; only a noisy
    gradient depends on the number of the update (from 0). `lowest` are the minima, `window` is what a picture shows:
    (low, high) per number.
    """

    title: str
    formula: str
    expression: str  # in Python, of x (and y)
    value: Value
    gradient: Callable[[np.ndarray, int], np.ndarray]
    start: tuple[float, ...]
    lowest: tuple[tuple[float, ...], ...]
    window: tuple[tuple[float, float], ...]
    says: str
    noise: str = ""  # how the gradient differs from the slope, if it does
    noise_lines: str = ""  # the noise of an update, in Python

    @property
    def size(self) -> int:
        """How many numbers it takes."""
        return len(self.start)


def _bowl(p: np.ndarray) -> np.ndarray:
    return 4 * p[..., 0] ** 2


def _bowl_gradient(p: np.ndarray, update: int) -> np.ndarray:
    return 8 * p


def _quadratic(p: np.ndarray, steep: float) -> np.ndarray:
    return 0.5 * (p[..., 0] ** 2 + steep * p[..., 1] ** 2)


def _quadratic_gradient(p: np.ndarray, update: int, steep: float) -> np.ndarray:
    return p * np.array([1.0, steep])


def _noisy_gradient(p: np.ndarray, update: int, steep: float, seed: int) -> np.ndarray:
    """The slope plus noise that belongs to the update, as a mini-batch's gradient has it."""
    noise = np.random.default_rng((seed, update)).normal(0, 1, 2)
    return _quadratic_gradient(p, update, steep) + noise


def _rosenbrock(p: np.ndarray) -> np.ndarray:
    x, y = p[..., 0], p[..., 1]
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _rosenbrock_gradient(p: np.ndarray, update: int) -> np.ndarray:
    x, y = p[..., 0], p[..., 1]
    return np.stack([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)], -1)


def _beale_parts(p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y = p[..., 0], p[..., 1]
    return 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3


def _beale(p: np.ndarray) -> np.ndarray:
    a, b, c = _beale_parts(p)
    return a**2 + b**2 + c**2


def _beale_gradient(p: np.ndarray, update: int) -> np.ndarray:
    x, y = p[..., 0], p[..., 1]
    a, b, c = _beale_parts(p)
    along_x = 2 * (a * (y - 1) + b * (y**2 - 1) + c * (y**3 - 1))
    along_y = 2 * x * (a + 2 * b * y + 3 * c * y**2)
    return np.stack([along_x, along_y], -1)


def _himmelblau(p: np.ndarray) -> np.ndarray:
    x, y = p[..., 0], p[..., 1]
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _himmelblau_gradient(p: np.ndarray, update: int) -> np.ndarray:
    x, y = p[..., 0], p[..., 1]
    first, second = x**2 + y - 11, x + y**2 - 7
    return np.stack([4 * x * first + 2 * second, 2 * first + 4 * y * second], -1)


def _saddle(p: np.ndarray) -> np.ndarray:
    return p[..., 0] ** 2 - p[..., 1] ** 2


def _saddle_gradient(p: np.ndarray, update: int) -> np.ndarray:
    return p * np.array([2.0, -2.0])


def _absolute(p: np.ndarray) -> np.ndarray:
    return np.abs(p[..., 0])


def _absolute_gradient(p: np.ndarray, update: int) -> np.ndarray:
    return np.sign(p)


STEEP = 25.0  # the condition number of the two quadratics: the steepest curvature over the flattest
TYPED = "typed gradients"  # instead of a function: the gradient of each update, for a parameter of any shape

OBJECTIVES: Mapping[str, Objective] = {
    "bowl": Objective(
        "y = (2x)²",
        "f(x) = (2x)^2",
        "(2 * x)**2",
        _bowl,
        _bowl_gradient,
        (2.0,),
        ((0.0,),),
        ((-2.5, 2.5),),
        "One number, gradient 8x.",
    ),
    "quadratic": Objective(
        "Long valley",
        r"f(x, y) = \tfrac12 (x^2 + 25\, y^2)",
        "0.5 * (x**2 + 25 * y**2)",
        partial(_quadratic, steep=STEEP),
        partial(_quadratic_gradient, steep=STEEP),
        (2.0, 1.0),
        ((0.0, 0.0),),
        ((-2.5, 2.5), (-1.5, 1.5)),
        "A quadratic, 25 times as steep along y as along x: its condition number.",
    ),
    "noisy quadratic": Objective(
        "Long valley with noise",
        r"f(x, y) = \tfrac12 (x^2 + 25\, y^2)",
        "0.5 * (x**2 + 25 * y**2)",
        partial(_quadratic, steep=STEEP),
        partial(_noisy_gradient, steep=STEEP, seed=0),
        (2.0, 1.0),
        ((0.0, 0.0),),
        ((-2.5, 2.5), (-1.5, 1.5)),
        "The same valley, but every gradient comes with noise of size 1, as from a mini-batch (seed 0).",
        noise="The gradient carries noise, so it is not the slope of the loss drawn.",
        noise_lines="np.random.default_rng((0, update)).normal(0, 1, 2)",
    ),
    "rosenbrock": Objective(
        "Rosenbrock's banana",
        "f(x, y) = (1 - x)^2 + 100\\,(y - x^2)^2",
        "(1 - x)**2 + 100 * (y - x**2)**2",
        _rosenbrock,
        _rosenbrock_gradient,
        (-1.5, 2.0),
        ((1.0, 1.0),),
        ((-2.0, 2.0), (-1.0, 3.0)),
        "A curved, flat valley: easy to reach, hard to follow.",
    ),
    "beale": Objective(
        "Beale",
        r"f(x, y) = (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
        "(1.5 - x + x * y)**2 + (2.25 - x + x * y**2)**2 + (2.625 - x + x * y**3)**2",
        _beale,
        _beale_gradient,
        (1.0, 1.0),
        ((3.0, 0.5),),
        ((-1.0, 4.5), (-2.0, 2.0)),
        "Flat near the minimum, steep at the corners.",
    ),
    "himmelblau": Objective(
        "Himmelblau",
        "f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2",
        "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
        _himmelblau,
        _himmelblau_gradient,
        (0.0, 0.0),
        ((3.0, 2.0), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)),
        ((-5.0, 5.0), (-5.0, 5.0)),
        "Four minima, all 0 deep: where a path ends depends on where it starts.",
    ),
    "saddle": Objective(
        "Saddle",
        "f(x, y) = x^2 - y^2",
        "x**2 - y**2",
        _saddle,
        _saddle_gradient,
        (1.0, 0.01),
        (),
        ((-1.5, 1.5), (-1.5, 1.5)),
        "Down along y without end: there is no minimum, only a point where the gradient is 0.",
    ),
    "absolute": Objective(
        "y = |x|",
        "f(x) = |x|",
        "abs(x)",
        _absolute,
        _absolute_gradient,
        (1.05,),
        ((0.0,),),
        ((-1.5, 1.5),),
        "The gradient is 1 or −1 however near the minimum is.",
    ),
}
