"""Curves that bend sharply are drawn with their corners, and what never changes on an axis that says so."""

from __future__ import annotations

import numpy as np
import pytest

from lib.catalog import LESSONS
from lib.plots.moving import moving
from lib.plots.schedule import metric_curve, rate_curve, rate_lines

KINKS = {
    "l1_loss: the error is 0": ("l1_loss", {"input": [0.3, 2.0], "target": [1.0, 2.5]}, "input", (0,), {1.0}),
    "l1_loss: it stands on the kink": ("l1_loss", {"input": [1.0, 2.0], "target": [1.0, 2.5]}, "input", (0,), {1.0}),
    "multi_label_margin_loss: a step for each wrong class": (
        "multi_label_margin_loss",
        {"input": [0.1, 0.2, 0.4, 0.8], "target": [3, 0, -1, 1]},
        "input",
        (3,),
        {1.2, 1.4},
    ),
    "multi_margin_loss: a step for each other class": (
        "multi_margin_loss",
        {"input": [[0.1, 0.2, 0.7]], "target": [1]},
        "input",
        (0, 1),
        {1.1, 1.7},
    ),
    "hinge_embedding_loss: the margin": (
        "hinge_embedding_loss",
        {"input": [0.3], "target": [-1.0]},
        "input",
        (0,),
        {1.0},
    ),
}
SMOOTH = {
    "mse_loss": ({"input": [0.3, 2.0], "target": [1.0, 2.5]}, (0,)),
    "cross_entropy_loss": ({"input": [[1.0, 2.0], [1.0, 3.0]], "target": [0, 1]}, (0, 0)),
    "bce_loss": ({"input": [0.3, 0.6], "target": [1.0, 0.0]}, (0,)),
}


def curve(slug, values, name, index):
    """x, loss and gradient of the picture."""
    lesson = LESSONS[slug]
    arrays = {
        k: np.array(v, dtype=None if k != "target" or slug not in ("l1_loss",) else float) for k, v in values.items()
    }
    loss, _, slope, *_ = moving(lesson, arrays, name, index).data
    return np.array(loss.x), np.array(loss.y), np.array(slope.y)


@pytest.mark.parametrize(("slug", "values", "name", "index", "corners"), KINKS.values(), ids=KINKS.keys())
def test_a_corner_is_a_point_and_its_slope_a_step(slug, values, name, index, corners):
    x, _, slope = curve(slug, values, name, index)
    wide = np.diff(x) > 1e-3
    assert np.allclose(np.diff(slope)[wide], 0, atol=1e-12), "the gradient slants where it should step"
    steps = {round(float(at), 4) for at in x[:-1][~wide & (np.abs(np.diff(slope)) > 1e-9)]}
    assert corners <= steps


@pytest.mark.parametrize(("values", "index"), SMOOTH.values(), ids=SMOOTH.keys())
def test_a_smooth_curve_gets_no_corner(values, index, request):
    slug = request.node.callspec.id
    x, _, _ = curve(slug, values, "input", index)
    gaps = np.diff(x) / np.ptp(x)
    assert not ((gaps > 1e-12) & (gaps < 1e-4)).any()


def test_there_is_no_tangent_at_a_corner():
    figure = moving(LESSONS["l1_loss"], {"input": np.array([1.0, 2.0]), "target": np.array([1.0, 2.5])}, "input", (0,))
    assert len(figure.data[1].x) == 0


@pytest.mark.parametrize("rate", [0.1, 1e-7, 3.0, 0.0], ids=str)
def test_a_constant_learning_rate_stands_above_a_zero_line(rate):
    rates = np.full(5, rate)
    for figure in (rate_curve(rates, rates, 1), rate_lines({"constant": rates})):
        low, high = figure.layout.yaxis.range
        assert low == 0 < high
        assert rate < high <= max(2 * rate, 1)


@pytest.mark.parametrize("level", [0.9, -2.0, 1e-4], ids=str)
def test_what_never_changes_has_room_on_both_sides(level):
    same = np.full(5, level)
    for figure in (metric_curve(same, 1), rate_curve(same, same, 1, "momentum")):
        low, high = figure.layout.yaxis.range
        assert low < level < high
        assert high - low <= 2 * abs(level)
