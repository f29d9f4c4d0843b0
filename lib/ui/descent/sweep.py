"""Ten learning rates at once, and where float32 has no number any more."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lib.plots import descent as pictures
from lib.training.descent import descent
from lib.training.descent.descent import FAR, FLOAT32, LESSON, Path
from lib.ui.choices import choice_row
from lib.ui.descent.setting import Setting
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.text import say

SWEEP_ENDS = (0.2, 0.3, 0.5)
SWEEP_FROM, SWEEP_RATES, SWEEP_ITERATIONS, SWEEP_START = 0.01, 10, 100, 2.0


@st.cache_data(max_entries=10, show_spinner=False)
def torch_sweep(rates: tuple[float, ...]) -> Path:
    return descent.path_by_torch(np.array(rates), SWEEP_START, SWEEP_ITERATIONS)


def show_sweep(path: Path, setting: Setting) -> None:
    """Ten learning rates at once."""
    ends = {f"{rate:g}": say("0.01 to {rate:g}", rate=rate) for rate in SWEEP_ENDS}
    end = choice_row(say("Largest learning rate"), ends, key_of(LESSON, "sweep"), default=list(ends)[-1])
    rates = tuple(np.linspace(SWEEP_FROM, float(end), SWEEP_RATES).tolist())
    torch, hand = torch_sweep(rates), descent.path_by_hand(np.array(rates), SWEEP_START, SWEEP_ITERATIONS)
    left, right = st.columns([0.44, 0.56], gap="small")
    with left:
        show_figure(pictures.sweep(rates, torch.y), key_of(LESSON, "sweep_curves"), "The loss for ten learning rates")
        st.caption(say("Those that diverge are dashed, and drawn up to a loss of {far:,.0f}.", far=FAR))
    with right:
        st.markdown("\n".join(sweep_table(rates, torch.y, hand.y)))
    st.caption(
        say(
            SWEEP_SAYS,
            iterations=SWEEP_ITERATIONS,
            start=SWEEP_START,
            largest=FLOAT32.max,
            least=FLOAT32.smallest_subnormal,
        )
    )


SWEEP_SAYS = (
    "Loss at the last of {iterations} iterations from x = {start:g}. Float32 ends at {largest:.3g}: "
    "beyond it the loss is inf, although x is still a number. "
    "Once x itself is inf, the next update computes inf − inf, which is NaN. Below {least:.2g} float32 has only 0."
)


def sweep_table(rates: tuple[float, ...], torch: np.ndarray, hand: np.ndarray) -> list[str]:
    """A Markdown table: rate, factor, last loss by torch and by hand, and what became of it."""
    heads = (say("lr"), say("factor"), say("PyTorch"), say("by hand"), "")
    lines = ["| " + " | ".join(heads) + " |", "|--:|--:|--:|--:|---|"]
    for rate, by_torch, by_hand in zip(rates, torch.T, hand.T, strict=True):
        factor = f"{descent.factor_of(rate):.3f}".replace("-", "−")
        lines.append(
            f"| {rate:.3f} | {factor} | {by_torch[-1]:.3g} | {by_hand[-1]:.3g} | {sweep_verdict(rate, by_torch)} |"
        )
    return lines


def sweep_verdict(rate: float, y: np.ndarray) -> str:
    """Whether it converges, and if not, from where float32 has no number for it."""
    infinite, nan = descent.overflows(y)
    if abs(descent.factor_of(rate)) < 1:
        return f":green[{say('converges')}]"
    ends = [say("inf from {n}", n=infinite)] if infinite is not None else []
    ends += [say("NaN from {n}", n=nan)] if nan is not None else []
    return f":red[{say('diverges')}{''.join(f', {end}' for end in ends)}]"
