"""Figures say what the hand calculation says, survive what learners type, and are the same each time."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.catalog import LESSONS
from lib.lesson import run
from lib.lesson.spec import Bars, Curves, Heatmap, Vectors
from lib.plots import own, probe, reduction
from lib.plots.contour import contour
from lib.plots.moving import moving
from lib.plots.probe import movable

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
EXAMPLES = [
    pytest.param(lesson, example.values, id=f"{slug}-{example.title}")
    for slug, lesson in LESSONS.items()
    for example in lesson.examples
    if not example.rejected
]
FIRST = [pytest.param(lesson, lesson.examples[0].values, id=slug) for slug, lesson in LESSONS.items()]
PICTURES = [
    pytest.param(lesson, picture, id=f"{slug}-{picture.title}")
    for slug, lesson in LESSONS.items()
    for picture in lesson.pictures
]
CROSS_ENTROPY = LESSONS["cross_entropy_loss"]
WEIGHTED = {"input": [[1, 2], [1, 3], [1, 3]], "target": [0, 1, 1], "weight": [1, 2]}


def words_in(figure):
    """All that the figure writes: titles, notes, texts."""
    return json.dumps(json.loads(figure.to_json()), ensure_ascii=False)


def is_sentence(figure):
    return not figure.data and len(figure.layout.annotations) == 1


def there(figure: go.Figure | None) -> go.Figure:
    assert figure is not None
    return figure


def shapes_of(lesson):
    for shapes in lesson.shapes:
        random = np.random.default_rng(1)
        values: dict[str, np.ndarray] = {}
        for spec in lesson.fields:
            if spec.name in shapes:
                values[spec.name] = spec.draw(random, shapes[spec.name], values)
        if probe.accepted(lesson, run.given_values(lesson, values)):
            yield values


@pytest.mark.parametrize(("lesson", "values"), EXAMPLES)
def test_moving_passes_through_the_present_value(lesson, values):
    given = run.given_values(lesson, values)
    with np.errstate(all="ignore"):
        result = float(np.sum(list(run.by_hand(lesson, given).values())[-1].value))
    for place in movable(lesson, values)[:3]:
        figure = moving(lesson, values, *place)
        if is_sentence(figure):
            continue
        marked = figure.data[3]
        if np.isfinite(result):
            assert marked.x[0] == probe.value_at(given, place)
            assert marked.y[0] == pytest.approx(result)


@pytest.mark.parametrize(("lesson", "values"), FIRST)
def test_the_gradient_panel_is_the_gradient_by_hand(lesson, values):
    grads = run.grad_by_hand(lesson, values)
    given = run.given_values(lesson, values)
    for name, index in movable(lesson, values):
        if name in grads and not probe.motion(lesson, given, (name, index)).shared:
            marked = moving(lesson, values, name, index).data[4]
            assert marked.y[0] == pytest.approx(grads[name][index])
            return


@pytest.mark.parametrize(("lesson", "values"), FIRST)
def test_slope_of_a_parameter_is_a_finite_difference(lesson, values):
    for place in [p for p in movable(lesson, values) if p[1] is None]:
        figure = moving(lesson, values, *place)
        if not is_sentence(figure):
            assert "slope" in words_in(figure) and "gradient" not in words_in(figure)


@pytest.mark.parametrize(("lesson", "values"), FIRST)
def test_same_values_same_figure(lesson, values):
    """A figure that did not change is not sent again."""
    places = movable(lesson, values)
    drawn = [lambda: reduction.shares(lesson, values), lambda: reduction.divisor(lesson, values)]
    drawn += [partial(own.picture, lesson, values, picture) for picture in lesson.pictures]
    drawn += [lambda: moving(lesson, values, *places[0])] if places else []
    drawn += [lambda: contour(lesson, values, *places[:2])] if len(places) > 1 else []
    for draw in drawn:
        first, second = draw(), draw()
        assert (first and first.to_json()) == (second and second.to_json())


@pytest.mark.parametrize("lesson", [pytest.param(x, id=slug) for slug, x in LESSONS.items()])
def test_every_shape_that_torch_takes_can_be_drawn(lesson):
    for values in shapes_of(lesson):
        places = movable(lesson, values)
        for place in places[:1]:
            assert isinstance(moving(lesson, values, *place), go.Figure)
        for figure in (reduction.shares(lesson, values), reduction.divisor(lesson, values)):
            assert figure is None or isinstance(figure, go.Figure)
        for picture in lesson.pictures:
            if not isinstance(picture, Curves):
                assert isinstance(own.picture(lesson, values, picture, (1, 1)), go.Figure)


def own_figure(*of: Any) -> go.Figure:
    """A lesson's own picture, where there must be one."""
    figure = own.picture(*of)
    assert figure is not None
    return figure


@pytest.mark.parametrize(("lesson", "picture"), PICTURES)
def test_own_picture_shows_something_for_the_first_example(lesson, picture):
    shown = [own_figure(lesson, example.values, picture) for example in lesson.examples if not example.rejected]
    assert any(not is_sentence(figure) for figure in shown), "every example gets a sentence instead of a picture"
    if isinstance(picture, Curves):
        assert all(np.isfinite(np.asarray(trace.y, dtype=float)).any() for trace in shown[0].data), "an empty line"
    for figure in shown:
        assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
        assert figure.layout.title.text is None, "the title stands on the page"


def test_movable_lists_floats_and_never_classes():
    places = movable(CROSS_ENTROPY, WEIGHTED)
    assert places[0] == ("input", (0, 0))
    assert {name for name, _ in places} == {"input", "weight", "label_smoothing"}
    assert len(movable(CROSS_ENTROPY, {"input": np.ones((100, 10)), "target": np.zeros(100, int)})) == 64
    assert movable(CROSS_ENTROPY, {"input": np.zeros((0, 3)), "target": np.zeros(0, np.int64)}) == [
        ("label_smoothing", None)
    ]
    assert movable(CROSS_ENTROPY, {"input": [[1, 2]]}) == []
    assert movable(CROSS_ENTROPY, {"input": [[1, 2]], "target": [9]}) == []


REACHES = {
    "a score is free": (("input", (0, 0)), -2.0, 4.0),
    "a weight is positive": (("weight", (1,)), 0.0, 5.0),
    "label_smoothing is a part of one": (("label_smoothing", None), 0.0, 1.0),
}


@pytest.mark.parametrize(("place", "low", "high"), REACHES.values(), ids=REACHES)
def test_reach_stays_in_the_domain(place, low, high):
    given = run.given_values(CROSS_ENTROPY, WEIGHTED)
    found = probe.reach(CROSS_ENTROPY, given, place)
    assert found == pytest.approx((low, high), abs=0.02)
    assert all(probe.accepted(CROSS_ENTROPY, probe.Motion(given, (place,)).to(end)) for end in found)


def test_probabilities_stay_probabilities():
    values = {"input": [[1, 2], [1, 3]], "target": [[0.5, 0.5], [0.1, 0.9]]}
    figure = moving(CROSS_ENTROPY, values, "target", (0, 0))
    assert tuple(figure.layout.xaxis.range) == (0.0, 1.0)


def test_a_range_of_ones_own():
    figure = moving(CROSS_ENTROPY, WEIGHTED, "input", (0, 0), low=-50, high=50)
    assert tuple(figure.layout.xaxis.range) == (-50.0, 50.0)
    outside = moving(CROSS_ENTROPY, WEIGHTED, "input", (0, 0), low=5, high=9)
    assert len(outside.data[3].x) == 0, "the marker is not in the picture"


def test_refused_and_infinite_points_are_gaps():
    figure = moving(CROSS_ENTROPY, WEIGHTED, "label_smoothing", low=-1.0, high=2.0)
    loss = np.asarray(figure.data[0].y, dtype=float)
    assert np.isnan(loss[0]) and np.isnan(loss[-1]) and np.isfinite(loss).any()


def test_nothing_finite_is_a_sentence():
    ignored = {"input": [[1, 2]], "target": [-100]}
    assert is_sentence(moving(CROSS_ENTROPY, ignored, "input", (0, 0)))
    assert is_sentence(contour(CROSS_ENTROPY, ignored, ("input", (0, 0)), ("input", (0, 1))))
    infinite = {"input": [[np.inf, 2.0]], "target": [0]}
    assert isinstance(moving(CROSS_ENTROPY, infinite, "input", (0, 0)), go.Figure)


def test_the_sum_is_named_where_the_losses_are_kept():
    kept = moving(CROSS_ENTROPY, {**WEIGHTED, "reduction": "none"}, "input", (0, 0))
    assert kept.layout.yaxis.title.text == "sum of the losses (nats)"
    assert moving(CROSS_ENTROPY, WEIGHTED, "input", (0, 0)).layout.yaxis.title.text == "loss (nats)"


def test_tangent_has_the_gradient_as_its_slope():
    figure = moving(CROSS_ENTROPY, WEIGHTED, "input", (0, 0))
    line, gradient = figure.data[1], figure.data[4].y[0]
    assert (line.y[1] - line.y[0]) / (line.x[1] - line.x[0]) == pytest.approx(gradient)


def test_contour_marks_the_present_point_and_holds_the_loss_everywhere():
    first, second = ("input", (0, 0)), ("input", (0, 1))
    figure = contour(CROSS_ENTROPY, WEIGHTED, first, second)
    area, mark = figure.data
    assert (mark.x[0], mark.y[0]) == (1.0, 2.0)
    x, y, z = (np.asarray(a, dtype=float) for a in (area.x, area.y, area.z))
    moved = {**WEIGHTED, "input": [[x[3], y[5]], [1, 3], [1, 3]]}
    assert z[5, 3] == pytest.approx(float(run.by_hand(CROSS_ENTROPY, moved)["loss"].value))
    with pytest.raises(ValueError, match="chosen twice"):
        contour(CROSS_ENTROPY, WEIGHTED, first, first)


@pytest.mark.parametrize(("lesson", "values"), EXAMPLES)
def test_shares_add_up_to_the_result(lesson, values):
    figure = reduction.shares(lesson, values)
    if figure is not None:
        with np.errstate(all="ignore"):
            result = float(np.sum(list(run.by_hand(lesson, values).values())[-1].value))
        assert sum(figure.data[0].y) == pytest.approx(result)


def test_shares_in_percent_only_where_parts_do_not_cancel():
    figure = there(reduction.shares(CROSS_ENTROPY, WEIGHTED))
    assert figure.data[0].customdata[0] == "72.1 %"
    cancelling = {"input": [[0.0, 4.0], [0.0, 4.0]], "target": [[-1.0, 0.5], [1.0, 0.0]]}
    assert set(there(reduction.shares(CROSS_ENTROPY, cancelling)).data[0].customdata) == {""}


def test_only_the_largest_of_many_shares_are_drawn():
    values = {"input": np.arange(400.0).reshape(200, 2), "target": np.zeros(200, int)}
    figure = there(reduction.shares(CROSS_ENTROPY, values))
    assert len(figure.data[0].x) == 40
    assert figure.layout.xaxis.title.text == "sample (the 40 largest of 200)"


def test_the_weighted_mean_divides_by_the_weights_and_says_what_the_count_would_give():
    notes = [note.text for note in there(reduction.divisor(CROSS_ENTROPY, WEIGHTED)).layout.annotations]
    assert len(notes) == 4
    assert "1.821 ÷ (1 + 2 + 2) = 0.3642" in notes[2]
    assert "÷ 3, the count = 0.607" in notes[3]


def test_the_plain_mean_needs_no_such_warning():
    unweighted = {**WEIGHTED, "weight": None}
    notes = [note.text for note in there(reduction.divisor(CROSS_ENTROPY, unweighted)).layout.annotations]
    assert len(notes) == 3 and not any("not PyTorch's" in note for note in notes)


@pytest.mark.parametrize(("lesson", "values"), EXAMPLES)
def test_bars_of_each_reduction_are_as_long_as_the_result(lesson, values):
    figure = reduction.divisor(lesson, values)
    if figure is None:
        return
    lengths = np.sum([trace.x for trace in figure.data], axis=0)
    for way, length in zip(figure.data[0].customdata, lengths, strict=True):
        if way in ("mean", "sum", "batchmean"):
            result = run.by_hand(lesson, {**values, "reduction": way})["loss"].value
            assert length == pytest.approx(float(result), nan_ok=True)


def test_bars_stand_beside_the_same_samples_input():
    values = {"input": [[1.0, 2.0], [5.0, 7.0]], "target": [0, 1]}
    figure = own_figure(CROSS_ENTROPY, values, Bars("", "", "softmax", beside="input"), (1,))
    assert list(figure.data[0].y) == [5.0, 7.0]
    assert sum(figure.data[1].y) == pytest.approx(1.0)


TARGETS = {
    "a class": ("cross_entropy_loss", {"input": [[1.0, 2.0], [3.0, 4.0]], "target": [1, 0]}, ["0 target", "1"]),
    "no batch": ("cross_entropy_loss", {"input": [1.0, 2.0], "target": 1}, ["0", "1 target"]),
    "probabilities": ("cross_entropy_loss", {"input": [[1.0, 2.0]], "target": [[0.0, 1.0]]}, ["0", "1"]),
    "ignored": ("cross_entropy_loss", {"input": [[1.0, 2.0]], "target": [-100]}, ["0", "1"]),
}


@pytest.mark.parametrize(("slug", "values", "classes"), TARGETS.values(), ids=TARGETS)
def test_the_right_class_is_marked_target(slug, values, classes):
    picture = own.picture(LESSONS[slug], values, Bars("", "", "softmax", beside="input"), (1,))
    assert picture is not None and all(list(bars.x) == classes for bars in picture.data)


def test_bars_of_pixels_follow_the_classes():
    values = {"input": np.arange(12.0).reshape(1, 3, 2, 2), "target": np.zeros((1, 2, 2), int)}
    figure = own_figure(CROSS_ENTROPY, values, Bars("", "", "softmax", beside="input"), (0, 1, 0))
    assert list(figure.data[0].y) == [2.0, 6.0, 10.0]


EMPTY = {"input": np.zeros((0, 3)), "target": np.zeros(0, int)}
NOTHING = {
    "bars of a step that is not there": (WEIGHTED, Bars("", "", "smoothed_target")),
    "a heatmap of one": (WEIGHTED, Heatmap("", "", "alpha")),
    "bars of no samples": (EMPTY, Bars("", "", "softmax")),
    "a heatmap of no samples": (EMPTY, Heatmap("", "", "softmax")),
}


@pytest.mark.parametrize(("values", "spec"), NOTHING.values(), ids=NOTHING)
def test_what_these_values_do_not_have_is_no_picture(values, spec):
    assert own.picture(CROSS_ENTROPY, values, spec) is None


def test_heatmap_leaves_infinite_cells_empty_and_writes_into_small_maps():
    values = {"input": [[0.0, -np.inf, 1.0], [0.0, 1.0, 2.0]], "target": [0, 1]}
    figure = own_figure(CROSS_ENTROPY, values, Heatmap("", "", "softmax", x="class", y="sample"))
    assert np.asarray(figure.data[0].z).shape == (2, 3)
    assert figure.data[0].text[1][2] == "0.665"


def test_heatmap_stacks_a_loop():
    lesson = LESSONS["ctc_loss"]
    steps = run.by_hand(lesson, lesson.examples[0].values)
    alphas = [step.value for step in steps.values() if step.base == "alpha"]
    figure = own_figure(lesson, lesson.examples[0].values, Heatmap("", "", "alpha"))
    assert np.asarray(figure.data[0].z).shape[0] == len(alphas)


def test_vectors_are_drawn_to_scale_with_their_distance():
    lesson = LESSONS["triplet_margin_loss"]
    values = {"anchor": [[0.0, 0.0]], "positive": [[3.0, 4.0]], "negative": [[1.0, 0.0]]}
    spec = Vectors("", "", ("anchor", "positive", "negative"), lines=(("anchor", "positive"),))
    figure = own_figure(lesson, values, spec)
    assert figure.layout.yaxis.scaleanchor == "x"
    assert [note.text for note in figure.layout.annotations] == ["5"]
    on_a_line = {name: [[number[0][0]]] for name, number in values.items()}
    assert own_figure(lesson, on_a_line, spec).layout.annotations[0].text == "3"
    angle = own_figure(lesson, values, Vectors("", "", ("positive", "negative"), origin=True))
    assert "angle 53°, cosine 0.6" in words_in(angle)
    empty = {name: np.zeros((0, 2)) for name in values}
    assert own.picture(lesson, empty, spec) is None
    assert is_sentence(own_figure(lesson, {**values, "anchor": [[np.nan, 0.0]]}, spec))


def test_curves_compare_lessons_and_leave_out_what_they_do_not_know():
    others = [slug for slug in LESSONS if slug != "cross_entropy_loss"][:1]
    spec = Curves(
        "",
        "",
        values=lambda x: {"input": [[x, 0.0]], "target": [0]},
        low=-1,
        high=1,
        x="score",
        settings={"plain": {}, "smooth": {"label_smoothing": 0.5}},
        compare=("nll_loss",) if "nll_loss" in LESSONS else (),
    )
    figure = own_figure(CROSS_ENTROPY, WEIGHTED, spec)
    assert [trace.name for trace in figure.data][:2] == ["plain", "smooth"]
    assert figure.data[0].y[0] == pytest.approx(np.log1p(np.e))
    assert others


@pytest.mark.parametrize(("lesson", "values"), FIRST)
def test_figures_are_fast(lesson, values):
    """Generous, for slow machines: the limit on an idle one is 60 and 120 ms."""
    places = movable(lesson, values)
    if len(places) < 2:
        return
    moving(lesson, values, *places[0])
    start = time.process_time()
    moving(lesson, values, *places[0])
    middle = time.process_time()
    contour(lesson, values, *places[:2])
    assert middle - start < 0.3
    assert time.process_time() - middle < 0.6


def test_the_rest_of_a_distribution_makes_room():
    lesson, values = LESSONS["entropy"], {"p": [0.5, 0.3, 0.2]}
    assert movable(lesson, values)[0] == ("p", (0,))
    given = run.given_values(lesson, values)
    way = probe.motion(lesson, given, ("p", (0,)))
    np.testing.assert_allclose(way.to(0.0)["p"], [0, 0.6, 0.4])
    figure = moving(lesson, values, "p", (0,))
    assert figure.layout.xaxis.title.text == "p[0] (the others share the rest)"
    assert figure.layout.yaxis2.title.text == "slope"
    both = probe.motion(lesson, given, ("p", (0,)), ("p", (1,)))
    np.testing.assert_allclose(both.to(0.1, 0.2)["p"], [0.1, 0.2, 0.7])
    assert not is_sentence(contour(lesson, values, ("p", (0,)), ("p", (1,))))
