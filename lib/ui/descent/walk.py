"""The walk itself: on the parabola, and as a table of PyTorch's numbers beside those by hand."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lib.plots import descent as pictures
from lib.training.descent import descent
from lib.training.descent.descent import FLOAT32, LESSON, Path
from lib.ui.descent.setting import Setting
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.text import say


@st.cache_data(max_entries=200, show_spinner=False)
def torch_path(lr: float, start: float, iterations: int) -> Path:
    return descent.path_by_torch(lr, start, iterations)


def show_walk(path: Path, setting: Setting) -> None:
    """Both pictures of the walk, from torch's own numbers."""
    walked = torch_path(setting.lr, setting.start, setting.iterations)
    left, right = st.columns(2, gap="small")
    with left:
        show_figure(pictures.walk(walked), key_of(LESSON, "walk"), "The iterations on the parabola")
    with right:
        show_figure(pictures.losses(walked), key_of(LESSON, "losses"), "The loss at each iteration")


def show_table(path: Path, setting: Setting) -> None:
    """Every iteration: torch beside hand."""
    import pandas as pd  # 0.4 s that no other view needs

    torch = torch_path(setting.lr, setting.start, setting.iterations)
    columns = {}
    for name, by_torch, by_hand in (
        ("x", torch.x, path.x),
        (say("gradient"), torch.gradient, path.gradient),
        ("y", torch.y, path.y),
    ):
        columns[say("{name}, PyTorch", name=name)] = by_torch.astype(np.float64)
        columns[say("{name}, by hand", name=name)] = by_hand
    table = pd.DataFrame(columns).map(lambda value: f"{value:.7g}")
    table.index.name = say("iteration")
    st.dataframe(table, height="content" if setting.iterations <= 20 else 420, key=key_of(LESSON, "table"))
    st.caption(say(precision_text(torch, path)))


def precision_text(torch: Path, hand: Path) -> str:
    """How far float32 is from the hand calculation in float64, or where it ends."""
    infinite, nan = descent.overflows(torch.y)
    if infinite is not None or nan is not None:
        return (
            f"PyTorch computes in float32 here, whose largest number is {FLOAT32.max:.3g}: "
            f"the loss passes it at iteration {infinite if infinite is not None else nan}. "
            "The hand calculation in float64 goes on."
        )
    off = float(np.max(np.abs(torch.x - hand.x)))
    return (
        f"PyTorch computes in float32, which keeps about seven digits; by hand it is float64. "
        f"The two x are never further apart than {off:.2g}."
    )
