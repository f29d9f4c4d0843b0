"""A small learning rate with momentum against one three times as large without: who is first below a level."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lib.plots import averages as pictures
from lib.training.descent import averages
from lib.training.descent.averages import LESSON
from lib.training.descent.descent import Path
from lib.ui.bound import BOUND
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.picks import slider_with_picks
from lib.ui.text import say

BETAS = tuple(step / 100 for step in range(100))
LEVELS = (1.0, 0.1, 0.01, 1e-3, 1e-4)
LEVEL = 0.01
SLOW, FAST, START, ITERATIONS = 0.01, 0.03, 2.0, 100  # the article's race: momentum for the slow one only
MOMENTA = (0.9, 0.63)


@st.cache_data(max_entries=200, show_spinner=False)
def torch_run(lr: float, momentum: float) -> Path:
    return averages.momentum_path_by_torch(lr, momentum, START, ITERATIONS)


def show_momentum(series: np.ndarray, beta: float, day: int) -> None:
    """A small learning rate with momentum against one three times as large without."""
    left, right = st.columns(2, gap="medium")
    with left:
        momentum = slider_with_picks(
            say("Momentum of the small learning rate"), key_of(LESSON, "momentum"), BETAS, MOMENTA[0], MOMENTA
        )
    with right:
        chosen = st.segmented_control(
            say("Level to get below"),
            LEVELS,
            default=LEVEL,
            required=True,
            format_func=lambda value: f"{value:g}",
            key=key_of(LESSON, "level"),
            **BOUND,
        )
        level = LEVEL if chosen is None else chosen  # none, where the address holds it empty
    slow, fast = torch_run(SLOW, momentum), torch_run(FAST, 0.0)
    names = (say("lr {lr:g}, m {m:g}", lr=SLOW, m=momentum), say("lr {lr:g}, m 0", lr=FAST))
    left, right = st.columns(2, gap="small")
    with left:
        show_figure(
            pictures.races(dict(zip(names, (slow.y, fast.y), strict=True)), level),
            key_of(LESSON, "races"),
            "The losses of two runs",
        )
    with right:
        show_figure(
            pictures.crossings(dict(zip(names, (slow.x, fast.x), strict=True))),
            key_of(LESSON, "crossings"),
            "x of the two runs",
        )
    st.markdown(verdict_text(names, slow.y, fast.y, level))
    st.markdown("\n".join(level_table(names, slow.y, fast.y)))
    st.caption(long_run_text(momentum))


def verdict_text(names: tuple[str, str], slow: np.ndarray, fast: np.ndarray, level: float) -> str:
    """Who is first below the level, and who stays there first."""
    arrives = earlier(names, [averages.first_below(losses, level) for losses in (slow, fast)])
    settles = earlier(names, [averages.stays_below(losses, level) for losses in (slow, fast)])
    if arrives == settles:
        return say("Below {level:g}: **{name}** gets there first, and is the first to stay.", level=level, name=arrives)
    return say(
        "Below {level:g}: **{arrives}** gets there first, **{settles}** stays there first.",
        level=level,
        arrives=arrives,
        settles=settles,
    )


def earlier(names: tuple[str, str], iterations: list[int | None]) -> str:
    """Whose iteration is the smaller one; a run that never gets there comes last."""
    one, other = (ITERATIONS if i is None else i for i in iterations)
    return names[0] if one < other else names[1] if other < one else say("neither")


def level_table(names: tuple[str, str], slow: np.ndarray, fast: np.ndarray) -> list[str]:
    """A Markdown table: for each level the first iteration below it, and the one from which the loss stays below."""
    heads = ["", *(say("{name}: first / stays", name=name) for name in names)]
    lines = ["| " + " | ".join(heads) + " |", "|--:|--:|--:|"]
    for level in LEVELS:
        cells = []
        for losses in (slow, fast):
            pair = averages.first_below(losses, level), averages.stays_below(losses, level)
            cells.append(" / ".join(say("not yet") if i is None else str(i) for i in pair))
        lines.append(f"| {say('below {level:g}', level=level)} | " + " | ".join(cells) + " |")
    return lines


def long_run_text(momentum: float) -> str:
    """What decides in the long run: how much x shrinks per update."""
    (slow, swings), (fast, _) = averages.shrink(SLOW, momentum), averages.shrink(FAST, 0.0)
    return say(
        "{iterations} iterations on y = 4x² from x = {start:g}, counted from 0, with the loss before each update. "
        "In the long run an update multiplies the distance by {slow:.3f} with momentum {momentum:g}{swinging}, "
        "by {fast:.3f} without. For lr {lr:g} the fastest momentum is (1 − √(8 · {lr:g}))² = {best:.3f}.",
        iterations=ITERATIONS,
        start=START,
        slow=slow,
        momentum=momentum,
        swinging=say(" (swinging through 0, so it is √m)") if swings else "",
        fast=fast,
        best=averages.best_momentum(SLOW),
        lr=SLOW,
    )
