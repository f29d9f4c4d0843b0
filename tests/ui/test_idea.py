"""Every lesson has its idea in one picture and two sentences: with true numbers, with nothing hidden given away."""

from __future__ import annotations

import html
import math
import re
import time
from dataclasses import replace

import numpy as np
import pytest

from lib.catalog import ENTROPY, LESSONS, LOSSES, OPTIMIZERS, SCHEDULERS
from lib.lesson.pieces.draw import draw_values
from lib.lesson.run import Case, trace_by_hand
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.run.set_up import set_up
from lib.lesson.working.rows import row_of, sample_shape
from lib.ui.idea import draw_idea, idea_of
from lib.ui.idea.errors import points
from lib.ui.idea.html import html_of, spoken
from lib.ui.idea.ideas import IDEAS, in_steps
from lib.ui.idea.shown import Bars, Lattice, Plane, digits, read
from lib.ui.idea.view import View

pytestmark = pytest.mark.filterwarnings("ignore")
EVERY = {**LESSONS, **OPTIMIZERS, **SCHEDULERS}
EXAMPLES = [
    pytest.param(lesson, example.values, id=f"{slug}-{example.title}")
    for slug, lesson in EVERY.items()
    for example in lesson.examples
    if not example.rejected
]
FIRST = [pytest.param(lesson, lesson.examples[0].values, id=slug) for slug, lesson in EVERY.items()]
DRAWN = [
    pytest.param(lesson, place, id=f"{slug}-{' '.join(f'{n}{s}' for n, s in shapes.items())}")
    for slug, lesson in {**ENTROPY, **LOSSES}.items()
    for place, shapes in enumerate(lesson.shapes)
]
NUMBER = re.compile(r"\d|\?|∞|NaN")


def cases_of(lesson, values):
    """What is worked: the values, the first two updates, or two epochs."""
    if lesson.slug in LESSONS:
        return [Case.of(lesson, values)]
    if lesson.slug in OPTIMIZERS:
        return list(updates_of(lesson, set_up(lesson, values)))
    own = dict(values)
    steps, metrics = int(own.pop("steps", 30)), own.pop("metrics", None)
    rates = schedule_by_hand(lesson, own, steps, None if metrics is None else np.ravel(metrics).tolist())
    return [Case.of(lesson, rates[epoch].given) for epoch in {0, min(4, steps - 1), steps - 1}]


def updates_of(lesson, ready):
    before = {"param": ready.param, "state": {}}
    for place, update in enumerate(
        trace_by_hand(lesson, ready.param, ready.grads, ready.values, min(2, ready.updates))
    ):
        lr = ready.values.get("lr")
        rate = {"lr": lr[place]} if isinstance(lr, list) else {}
        if update.grad is not None:
            yield Case.of(lesson, {**ready.values, **rate, **before, "grad": update.grad})
        before = {"param": update.param, "state": update.state}


def strip_of(case, found=(), alone=False, last=False, steps=None, solved=()):
    steps = steps or case.forward.steps
    shape = sample_shape(steps)
    sample = tuple(size - 1 if last else 0 for size in shape)
    return idea_of(case.lesson, case, steps, sample, found, alone, solved)


def heard_and_seen(strip):
    """All words of the strip: those on the screen and those for a screen reader."""
    page = html_of(strip)
    labels = " ".join(re.findall(r'(?:aria-label|title)="([^"]*)"', page))
    return html.unescape(re.sub(r"<[^>]*>", " ", page) + " " + labels)


def styles(strip):
    return " ".join(re.findall(r'style="([^"]*)"', re.sub(r"base64,[^)]*", "", html_of(strip))))


def test_every_lesson_has_one_and_no_lesson_is_missing():
    assert set(IDEAS) == set(EVERY)


@pytest.mark.parametrize(("lesson", "values"), EXAMPLES)
def test_it_is_drawn_whatever_is_found_and_alone_without_a_number(lesson, values):
    for case in cases_of(lesson, values):
        for found in ((), set(case.forward.steps)):
            strip = strip_of(case, found, last=bool(found))
            assert strip.panels and len(strip.says) == 2 and all(strip.says)
            assert not re.search(r"nan|inf\b", styles(strip))
            assert spoken(strip) in heard_and_seen(strip)
            alone = heard_and_seen(strip_of(case, found, alone=True))
            assert not NUMBER.search(alone), alone


@pytest.mark.parametrize(("lesson", "values"), FIRST)
def test_no_number_of_an_open_step_is_written(lesson, values):
    """Each step's number is replaced by one that stands nowhere else."""
    for case in cases_of(lesson, values):
        steps = {
            name: step if step.given else replace(step, value=np.full_like(np.asarray(step.value, float), 76543.21))
            for name, step in case.forward.steps.items()
        }
        told = heard_and_seen(strip_of(case, steps=steps))
        assert "76543" not in told
        assert "?" in told


@pytest.mark.parametrize(("lesson", "values"), [p for p in FIRST if p.id in {**ENTROPY, **LOSSES}])
def test_the_loss_that_is_written_is_the_step_s_own(lesson, values):
    """The step before the reduction is replaced: what is written follows."""
    (case,) = cases_of(lesson, values)
    steps = dict(case.forward.steps)
    name = [n for n in steps if n not in ("divisor", "loss", "loss_per_label")][-1]
    if lesson.slug == "cross_entropy_loss":
        name = "log_sum_exp"
    steps[name] = replace(steps[name], value=np.full_like(np.asarray(steps[name].value, float), 4321.5))
    assert "432" in heard_and_seen(strip_of(case, set(steps), steps=steps))


@pytest.mark.parametrize(("lesson", "place"), DRAWN)
def test_numbers_in_sentences_are_the_steps_or_the_inputs(lesson, place):
    for seed in range(3):
        case = case_or_none(lesson, draw_values(lesson, lesson.shapes[place], seed))
        if case is None or 0 in sample_shape(case.forward.steps):
            continue
        strip = strip_of(case, set(case.forward.steps))
        known = known_numbers(case)
        written = re.findall(r"\*([^*]*)\*", " ".join(strip.says))
        for text in written:
            assert any(close(text, value) for value in known), (text, strip.says)
        if written:
            assert close(written[-1], loss_of_sample(case)), "the last number is what the sample costs"


def loss_of_sample(case):
    """The last step before the reduction, for the first sample."""
    steps = case.forward.steps
    name = [n for n in steps if n not in ("divisor", "loss", "loss_per_label")][-1]
    return float(np.ravel(row_of(steps[name], steps, tuple(0 for _ in sample_shape(steps))).of(steps[name].value))[0])


def case_or_none(lesson, values):
    try:
        return Case.of(lesson, values)
    except ValueError:
        return None


def known_numbers(case):
    """The sample's steps, the inputs; what is left of a probability; the shares of scores."""
    steps = case.forward.steps
    sample = tuple(0 for _ in sample_shape(steps))
    arrays = [row_of(step, steps, sample).of(step.value) for step in steps.values()]
    arrays += [np.asarray(v, float) for v in case.given.values() if isinstance(v, np.ndarray)]
    flat = np.concatenate([np.ravel(np.asarray(a, float)) for a in arrays])
    with np.errstate(all="ignore"):
        shares = []
        if case.lesson.slug == "cross_entropy_loss":
            surprise = (
                steps["log_sum_exp"].value[sample] - steps["right_score"].value[sample] if "right_score" in steps else 0
            )
            shares = [np.exp(-surprise), surprise]
        return [*flat.tolist(), *(1 - flat).tolist(), *(float(s) for s in shares)]


def close(text, value):
    return math.isclose(read(text), value, rel_tol=1e-4, abs_tol=1e-4) or text == digits(value)


SURE = {
    "[[1, 2], [1, 3]]": ([[1.0, 2.0], [1.0, 3.0]], [0, 1]),
    "sure and right": ([[40.0, 0.0]], [0]),
    "sure and wrong": ([[0.0, 1000.0]], [0]),
    "negative": ([[-3.25, -1.5, -2.0]], [2]),
    "equal": ([[0.0] * 7], [3]),
    "rounding shows": ([[2.7, -1.3, 0.7]], [0]),
}


@pytest.mark.parametrize(("scores", "target"), SURE.values(), ids=SURE.keys())
def test_minus_log_of_the_share_shown_is_the_loss_shown(scores, target):
    """The equals sign stands only where the numbers shown give each other; else it is ≈."""
    case = Case.of(LOSSES["cross_entropy_loss"], {"input": np.array(scores), "target": np.array(target)})
    strip = strip_of(case, set(case.forward.steps))
    for share, loss in re.findall(r"−log\(([^)]*)\) = \*([^*]*)\*", strip.says[1]):
        assert digits(-math.log(read(share))) == loss
    for a, b, result in re.findall(r"x = (\S+) − \(?([^\s)]+)\)? = (.*)$", strip.meets):
        assert digits(read(a) - read(b)) == result
    assert digits(case.forward.steps["loss_per_sample"].value[0]) in strip.says[1]


def test_the_right_class_is_the_target_and_stands_in_the_accent():
    case = Case.of(
        LOSSES["cross_entropy_loss"], {"input": np.array([[1.0, 2.0], [1.0, 3.0]]), "target": np.array([0, 1])}
    )
    strip = strip_of(case, {"log_sum_exp"})
    scores, powers, shares, curve = strip.panels
    for panel in (scores, powers, shares):
        assert [bar.tone for bar in panel.bars] == ["target", ""]
        assert panel.bars[0].label == "0 target"
    assert "scores x: class 0 target: 1, class 1: 2" in spoken(strip)
    assert [bar.text for bar in powers.bars] == ["2.7183", "7.3891"]
    assert curve.dots[-1].text == "?"


def test_solved_samples_are_hollow_dots():
    case = Case.of(
        LOSSES["cross_entropy_loss"], {"input": np.array([[1.0, 2.0], [1.0, 3.0]]), "target": np.array([0, 1])}
    )
    curve = strip_of(case, solved=[(1,)]).panels[-1]
    assert [dot.tone for dot in curve.dots] == ["hollow", "target"]
    assert curve.dots == strip_of(case, {"loss_per_sample_all"}).panels[-1].dots
    assert curve.dots[0].y == pytest.approx(math.log(1 + math.exp(-2)))


def test_of_many_classes_six_are_drawn_with_the_target_among_them():
    case = Case.of(
        LOSSES["cross_entropy_loss"], {"input": np.arange(10_000.0)[None] / 1e4, "target": np.array([9_000])}
    )
    strip = strip_of(case, set(case.forward.steps))
    for panel in strip.panels[:3]:
        assert len(panel.bars) == 6 and panel.more == 9_994
        assert panel.bars[-1].label == panel.bars[-1].short == "9000 target"
    assert "9,994 more" in heard_and_seen(strip)
    assert len(html_of(strip)) < 12_000


def test_negative_scores_hang_from_a_zero_line():
    case = Case.of(LOSSES["cross_entropy_loss"], {"input": np.array([[-3.0, 1.0]]), "target": np.array([0])})
    page = html_of(strip_of(case))
    assert 'class="neg "' in page and 'class="zero" style="bottom:75.0%"' in page


HARD = {"NaN": np.nan, "inf": np.inf, "-inf": -np.inf, "1e300": 1e300, "-1e300": -1e300, "1e-300": 1e-300, "0": 0.0}


@pytest.mark.parametrize("lesson", [pytest.param(lesson, id=slug) for slug, lesson in {**ENTROPY, **LOSSES}.items()])
def test_nothing_breaks_it(lesson):
    for shapes in lesson.shapes:
        drawn = draw_values(lesson, shapes, 1)
        for name, array in drawn.items():
            for number in HARD.values() if array.dtype.kind == "f" and array.size else ():
                spoilt = array.copy()
                spoilt.reshape(-1)[0] = number
                case = case_or_none(lesson, {**drawn, name: spoilt})
                if case:
                    strip = strip_of(case, set(case.forward.steps))
                    assert not re.search(r"nan|inf\b", styles(strip)), (name, number)
                    assert strip.says
        empty = case_or_none(lesson, drawn)
        if empty and 0 in sample_shape(empty.forward.steps):
            assert not strip_of(empty).panels


CORNERS = {
    "l1_loss": ({}, [0.0]),
    "huber_loss": ({"delta": 0.7}, [-0.7, 0.7]),
    "smooth_l1_loss": ({"beta": 0.3}, [-0.3, 0.3]),
    "smooth_l1_loss without a parabola": ({"beta": 0.0}, [0.0]),
}


@pytest.mark.parametrize(("settings", "corners"), CORNERS.values(), ids=CORNERS.keys())
def test_a_curve_has_its_corners(settings, corners, request):
    lesson = LOSSES[request.node.callspec.id.split()[0]]
    case = Case.of(lesson, {"input": np.array([2.0]), "target": np.array([0.3]), **settings})
    (x, y) = strip_of(case).panels[-1].curves[0]
    assert set(corners) <= set(x.tolist())
    if 0.0 in corners:
        assert y[x.tolist().index(0.0)] == 0


def test_the_hinge_bends_at_the_margin():
    case = Case.of(
        LOSSES["triplet_margin_loss"],
        {n: np.array([[float(i), 1.0]]) for i, n in enumerate(("anchor", "positive", "negative"))} | {"margin": 0.37},
    )
    (x, y) = strip_of(case).panels[-1].curves[0]
    assert y[x.tolist().index(0.37)] == 0


def test_points_hold_both_ends_and_the_corners():
    assert {0.0, 0.123, 1.0} <= set(points(0.0, 1.0, (0.123, 5.0)).tolist())


WRITTEN = [
    (1.0, "1"),
    (0.26894142, "0.26894"),
    (1.31326169, "1.3133"),
    (-2.5, "−2.5"),
    (1e-7, "1e−7"),
    (123456.0, "123456"),
    (123456.7, "1.2346e5"),
    (1234567.5, "1.2346e6"),
    (0.9999999999, "≈ 1"),
    (math.nan, "NaN"),
    (-math.inf, "−∞"),
    (0.0, "0"),
]


@pytest.mark.parametrize(("value", "text"), WRITTEN, ids=[text for _, text in WRITTEN])
def test_a_number_has_five_digits_or_is_marked(value, text):
    assert digits(value) == text


def test_a_lesson_without_a_picture_shows_its_steps_escaped():
    case = Case.of(LOSSES["l1_loss"], {"input": np.array([2.0]), "target": np.array([0.5])})
    steps = {f"<b>{name}": replace(step, name=f"<b>{name}") for name, step in case.forward.steps.items()}
    page = html_of(in_steps(View(case.lesson, case, steps, (0,))))
    assert "<b>error" not in page and "&lt;b&gt;error" in page


def test_panels_of_every_kind_are_drawn():
    kinds = {type(panel) for param in FIRST for panel in strip_of(cases_of(*param.values)[0]).panels}
    assert kinds == {Bars, Plane, Lattice}


@pytest.mark.parametrize(("lesson", "values"), FIRST)
def test_it_is_drawn_within_two_milliseconds(lesson, values):
    case = cases_of(lesson, values)[0]
    found = set(case.forward.steps)

    def once():
        start = time.thread_time()  # others may use the machine meanwhile
        html_of(strip_of(case, found))
        return time.thread_time() - start

    assert min(once() for _ in range(12)) < 2e-3


def test_it_reaches_the_page(monkeypatch):
    drawn: list[str] = []
    monkeypatch.setattr("streamlit.html", drawn.append)
    case = Case.of(LOSSES["l1_loss"], {"input": np.array([2.0]), "target": np.array([0.5])})
    draw_idea(case.lesson, case, case.forward.steps, (0,), (), False)
    (page,) = drawn
    assert page.startswith("<style>") and 'role="img"' in page
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)rem", page)]
    assert min(sizes) >= 0.75  # 12 px
