"""Losses with a margin: what is lacking to it costs, and nothing goes below 0; beside what goes wrong with that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.formula import formula
from lib.lesson.pieces import draw
from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import Mistake, Step, Steps

Given = Mapping[str, Any]


def cut_at_zero(shortfall: np.ndarray, name: str = "loss_per_pair", symbol: str = r"\ell_n") -> Steps:
    """What is lacking to the margin, and 0 where nothing is; returns it."""
    cost = yield Step(
        name,
        rf"{symbol} = \max(0, s_n)",
        np.maximum(shortfall, 0),
        axes="n",
        worked=lambda *n: formula(r"\max(0, <shortfall>)", shortfall=shortfall[n]),
        words="What keeps the margin costs nothing: nothing goes below 0.",
    )
    return cost


def pull_of(each: Any, shortfall: np.ndarray) -> Steps:
    """How hard each shortfall pulls at the result: with its share, or not at all; returns it.

    At a shortfall of exactly 0 torch passes the gradient on.
    """
    pull = yield Step(
        "pull",
        r"h_n = \frac{\partial L}{\partial \ell_n}\,[s_n \ge 0]",
        np.where(shortfall >= 0, each, 0.0),
        axes="n",
        worked=lambda *n: formula("<share>" if shortfall[n] >= 0 else "0", share=each),
        words="What keeps the margin does not move: 0. Everything else counts with its share.",
    )
    return pull


def draw_target(random: np.random.Generator, shape: tuple[int, ...], drawn: Mapping[str, np.ndarray]) -> np.ndarray:
    """Targets of 1 and −1, and now and then 0, which is neither."""
    return np.where(random.random(shape) < 0.1, 0.0, draw.sign(random, shape, drawn))


def has(target: float) -> Callable[[Given], bool]:
    """Whether this number is among the targets."""
    return lambda given: bool((given["target"] == target).any())


def has_margin(given: Given) -> bool:
    return given["margin"] != 0


def goes_below_zero(cut: str) -> dict[str, Mistake]:
    """The slip of not stopping at 0; `cut` names the step that does."""
    return {
        "goes_below_zero": Mistake(
            {cut: lambda given, done: done["shortfall"]},
            "You forgot to stop at 0. What keeps the margin costs nothing and earns nothing.",
        ),
    }


MARGIN_IS_ADDED = {
    "margin_taken_away": Mistake(
        {"shortfall": lambda given, done: done["shortfall"] - 2 * given["margin"]},
        "You took the margin away. It is added, so that a narrow win still costs something.",
        when=has_margin,
    ),
    "leaves_out_the_margin": Mistake(
        {"shortfall": lambda given, done: done["shortfall"] - given["margin"]},
        "You left out the margin. It is added before anything is cut off at 0.",
        when=has_margin,
    ),
}

CUTS_OFF_THE_MEAN = {
    "cuts_off_the_mean": Mistake(
        {"loss": lambda given, done: np.maximum(0, added_up(given, done["shortfall"]))},
        "You cut off at 0 after the losses were put together. Each is cut off by itself, "
        "or one that keeps the margin pays for another.",
        when=lambda given: given["reduction"] != "none",
    ),
}


def added_up(given: Given, shortfall: np.ndarray) -> Any:
    return shortfall.mean() if given["reduction"] == "mean" else shortfall.sum()


IGNORES_MARGIN = {
    "ignores_margin": ignoring("You used 1 where the margin belongs. The caller says how large it is.", margin=1.0),
}
IGNORES_THE_MARGIN = {
    "ignores_the_margin": ignoring("You used 1 where the margin belongs: it decides what still pulls.", margin=1.0),
}

DIVIDES_BY_THOSE_THAT_PULL = {
    "divides_by_those_that_pull": Mistake(
        {"pull": lambda given, done: np.sign(done["pull"]) / max(np.count_nonzero(done["pull"]), 1)},
        "You divided by the number of those that still pull. PyTorch's mean counts all of them.",
        when=lambda given: given["reduction"] == "mean",
    ),
}

PULLS_BEYOND_THE_MARGIN = {
    "pulls_beyond_the_margin": Mistake(
        {"pull": lambda given, done: np.full_like(done["pull"], done.get("share", 1.0))},
        "You moved what keeps the margin. Where the shortfall is below 0 the loss is flat: no pull.",
    ),
}
