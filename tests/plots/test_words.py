"""A figure in words."""

from __future__ import annotations

import pytest

from lib.plots.frame import axis, figure
from lib.plots.words import in_words

AXES = {"xaxis": axis("update"), "yaxis": axis("loss")}
SAYS = {
    "a line": (
        [{"type": "scatter", "name": "lr 0.1", "y": [4.0, 1.0, 2.0]}],
        "Sweep. loss against update. lr 0.1: from 4 to 2, lowest 1, highest 4.",
    ),
    "bars": ([{"type": "bar", "y": [0.25, 0.75]}], "Sweep. loss against update. 0.25, 0.75."),
    "a point": ([{"type": "scatter", "name": "now", "y": [-1.0]}], "Sweep. loss against update. now: a point at −1."),
    "what is not finite is left out": (
        [{"type": "scatter", "y": [1.0, float("nan"), float("inf"), 3.0]}],
        "Sweep. loss against update. from 1 to 3, lowest 1, highest 3.",
    ),
    "names instead of numbers": ([{"type": "bar", "y": ["a", "b"]}], "Sweep. loss against update."),
    "a map": ([{"type": "heatmap", "z": [[1.0, 2.0]]}], "Sweep. loss against update."),
    "nothing": ([], "Sweep. loss against update."),
}


@pytest.mark.parametrize(("traces", "says"), SAYS.values(), ids=SAYS)
def test_a_figure_in_words(traces, says):
    assert in_words(figure(traces, **AXES), "Sweep") == says


def test_a_figure_without_axes_is_named():
    assert in_words(figure([]), "Map") == "Map."
