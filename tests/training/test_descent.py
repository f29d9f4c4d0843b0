"""Gradient descent on 4x²: the walk against torch, what a learning rate promises, the working, and the page."""

from __future__ import annotations

import contextlib
import io
import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from lib.lesson import run
from lib.lesson.working.entries import judge
from lib.plots import descent as pictures
from lib.tensors.compare import compare
from lib.training.descent import descent, directions
from lib.training.descent.descent import FAR, LESSON, NEAR
from lib.ui.descent.sweep import SWEEP_ENDS, sweep_verdict
from pages.gradient_descent import PICKS, RATES, VIEWS
from tests.browser.driving import fits_sideways, settled, type_into, visit
from tests.pages.test_every_page import healthy, open_page

SLUG = "gradient_descent"


def article_loop(lr, start, iterations, dtype=torch.float32):
    """The loop as articles print it: losses, and x before each update."""
    x = torch.tensor([start], dtype=dtype, requires_grad=True)
    xs, losses = [], []
    for _ in range(iterations):
        y = torch.pow(2 * x, 2)
        y.backward()
        xs.append(x.item())
        losses.append(y.item())
        x.data.sub_(lr * x.grad)
        x.grad.zero_()
    return np.array(xs), np.array(losses)


@pytest.mark.parametrize("start", [2.0, -0.3, 0.0, 100.0])
@pytest.mark.parametrize("lr", [*PICKS, 0.245, 0.255])
def test_the_walk_by_hand_is_torchs_in_double_precision(lr, start):
    hand, torchs = (
        descent.path_by_hand(lr, start, 60),
        descent.path_by_torch(lr, start, 60, torch.float64),
    )
    for name in ("x", "gradient", "y"):
        found = compare(getattr(hand, name), getattr(torchs, name), rtol=1e-9, atol=1e-12)
        assert found.same, (name, found.says)


@pytest.mark.parametrize("lr", PICKS)
def test_the_walk_of_torch_is_the_loop_of_articles(lr):
    path = descent.path_by_torch(lr, 2.0, 200)
    xs, losses = article_loop(lr, 2.0, 200)
    np.testing.assert_array_equal(path.x, xs.astype(np.float32))
    np.testing.assert_array_equal(path.y, losses.astype(np.float32))


@pytest.mark.parametrize("end", SWEEP_ENDS)
def test_ten_rates_at_once_walk_as_ten_alone(end):
    rates = np.linspace(0.01, end, 10)
    together = descent.path_by_torch(rates, 2.0, 100).y
    alone = [article_loop(rate, 2.0, 100)[1].astype(np.float32) for rate in rates.tolist()]
    np.testing.assert_array_equal(together, np.array(alone).T)


@pytest.mark.parametrize(
    ("lr", "iterations", "last_x", "last_y"),
    [
        pytest.param(1.0, 4, -686.0, 1882384.0, id="1 explodes"),
        pytest.param(0.5, 4, -54.0, 11664.0, id="a half explodes"),
        pytest.param(0.25, 9, 2.0, 16.0, id="a quarter swings"),
        pytest.param(0.2, 3, 0.72, 2.0736, id="0.2 converges"),
        pytest.param(0.125, 20, 0.0, 0.0, id="an eighth arrives"),
        pytest.param(0.01, 6, 1.3181631, 6.950216, id="0.01 creeps"),
    ],
)
def test_numbers_worked_on_paper(lr, iterations, last_x, last_y):
    path = descent.path_by_hand(lr, 2.0, iterations)
    assert path.x[-1] == pytest.approx(last_x)
    assert path.y[-1] == pytest.approx(last_y)


@pytest.mark.parametrize("start", [2.0, -0.05, 1e-5, 100.0])
@pytest.mark.parametrize("lr", RATES)
def test_the_outlook_comes_true(lr, start):
    future = descent.outlook(lr, start)
    with np.errstate(over="ignore", invalid="ignore"):
        y = descent.path_by_hand(lr, start, 2000).y
    if future.kind == "swings":
        assert y[-1] == y[0]
        return
    assert future.passes is not None
    if future.kind == "diverges":
        assert lr > 0.25
        passed = y > FAR
    else:
        assert lr < 0.25
        assert (future.kind == "arrives") == (lr == 0.125)
        passed = y < NEAR if future.kind == "falls" else y == 0
    assert passed.argmax() == future.passes
    assert passed.any()


def test_at_the_minimum_nothing_moves():
    assert descent.outlook(0.2, 0.0).kind == "still"


def test_float32_ends_where_it_must():
    y = descent.path_by_torch(np.linspace(0.01, 0.5, 10), 2.0, 100).y
    ends = [descent.overflows(column) for column in y.T]
    assert [infinite is not None for infinite, _ in ends] == [False] * 6 + [True] * 4
    assert [nan is not None for _, nan in ends] == [False] * 8 + [True] * 2
    for column, (infinite, nan) in zip(y.T, ends, strict=True):
        if infinite is not None:
            assert np.isfinite(column[:infinite]).all()
            assert np.isinf(column[infinite])
        if nan is not None:
            assert np.isnan(column[nan:]).all()
            assert not np.isnan(column[:nan]).any()
    assert "NaN" in sweep_verdict(0.5, y[:, -1])
    assert "converges" in sweep_verdict(0.01, y[:, 0])


@pytest.mark.parametrize("shape", LESSON.shapes, ids=lambda shape: str(shape["x"]))
@pytest.mark.parametrize("lr", [0.2, *LESSON.parameters[0].also])  # type: ignore[union-attr]
def test_one_update_and_its_slope_are_torchs(lr, shape):
    values = {"x": np.random.default_rng(3).normal(0, 2, shape["x"]), "lr": lr}
    value, grads = run.by_torch(LESSON, values)
    np.testing.assert_allclose(run.by_hand(LESSON, values)["next_x"].value, value, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(run.grad_by_hand(LESSON, values)["x"], grads["x"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("gradient", "next_x", "verdicts", "says"),
    [
        pytest.param("12", "-0.9", ["right", "right"], "", id="right"),
        pytest.param("", "-0.9", ["blank", "right"], "", id="right in one go"),
        pytest.param("6", "0.3", ["mistake", "earlier"], "one more factor 2", id="inner derivative forgotten"),
        pytest.param("", "0.3", ["blank", "mistake"], "one more factor 2", id="inner derivative forgotten, in one go"),
        pytest.param("3", "0.9", ["mistake", "earlier"], "gradient of x²", id="square of 2x forgotten"),
        pytest.param("12", "3.9", ["right", "mistake"], "uphill", id="sign"),
        pytest.param("12", "-10.5", ["right", "mistake"], "learning rate takes its share", id="no learning rate"),
        pytest.param("12", "-2.4", ["right", "mistake"], "the step alone", id="only the step"),
        pytest.param("12", "-0.3", ["right", "mistake"], "share of the loss", id="loss for gradient"),
        pytest.param("-12", "3.9", ["wrong", "earlier"], "sign is the other way", id="sign of the gradient"),
        pytest.param("12", "0.123", ["right", "wrong"], "", id="something else"),
    ],
)
def test_the_working_knows_slips_from_follow_through(gradient, next_x, verdicts, says):
    judged = judge(LESSON, {"x": np.asarray(1.5), "lr": 0.2}, {"gradient": gradient, "next_x": next_x}, ())
    assert [j.verdict for j in judged] == verdicts
    said = [text for j in judged for text in (*(m.says for m in j.mistakes), j.says) if text]
    assert len(said) == (1 if says else 0)
    assert all(says in text for text in said)


def test_the_program_on_the_page_prints_the_table():
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(descent.pytorch_lines(0.3, -1.5, 5), {})
    rows = np.array([line.split() for line in printed.getvalue().splitlines()], dtype=np.float64)
    path = descent.path_by_torch(0.3, -1.5, 5)
    np.testing.assert_array_equal(rows.T, [np.arange(5), path.x, path.gradient, path.y])


def plots_tensors():
    torch.pow(2 * torch.tensor([2.0], requires_grad=True), 2).numpy()


def updates_outside_no_grad():
    x = torch.tensor([2.0], requires_grad=True)
    x -= 0.1 * torch.ones(1)


@pytest.mark.parametrize("does", [plots_tensors, updates_outside_no_grad])
def test_pitfalls_show_what_torch_says_today(does):
    with pytest.raises(RuntimeError) as raised:
        does()
    assert f"RuntimeError: {raised.value}" in [pitfall.error for pitfall in LESSON.pitfalls]


POINTS = [(1.0, 1.0), (-0.5, 2.0), (0.0, 1.5), (3.0, -3.0), (0.0, 0.0)]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("degrees", [0, 45, 90, 137, 270, 360])
def test_a_slope_is_torchs_and_that_of_a_small_step(point, degrees):
    slope = float(directions.slope(point, degrees))
    assert slope == pytest.approx(directions.slope_by_torch(point, degrees), rel=1e-9, abs=1e-12)
    small = 1e-6
    ahead, behind = (directions.bowl(*(point + sign * small * directions.unit(degrees))) for sign in (1, -1))
    assert slope == pytest.approx((ahead - behind) / (2 * small), abs=1e-6)


@pytest.mark.parametrize("point", POINTS[:-1])
def test_no_direction_is_steeper_than_the_gradient(point):
    around = np.arange(0, 360, 0.25)
    slopes = directions.slope(point, around)
    up = directions.steepest(point)
    assert up is not None
    assert directions.apart(around[slopes.argmax()], up) <= 0.125 + 1e-9
    assert slopes.max() <= directions.slope(point, up) + 1e-12
    assert directions.slope(point, up + 90) == pytest.approx(0, abs=1e-12)


def test_at_the_minimum_no_direction_is_steepest():
    assert directions.steepest((0.0, 0.0)) is None


@pytest.mark.parametrize(
    ("one", "other", "between"), [(10, 350, 20), (350, 10, 20), (0, 180, 180), (90, 90, 0), (0, 360, 0)]
)
def test_angles_between_directions(one, other, between):
    assert directions.apart(one, other) == between


@pytest.mark.parametrize("iterations", [1, 20, 200])
@pytest.mark.parametrize("lr", RATES)
def test_pictures_of_a_walk_are_never_empty_and_end_where_it_leaves(lr, iterations):
    path = descent.path_by_torch(lr, 2.0, iterations)
    steps, falling = pictures.walk(path).data[1], pictures.losses(path)
    assert 1 <= len(steps.x) <= iterations
    assert np.isfinite(steps.y).all()
    assert (np.asarray(steps.y[:-1]) <= FAR).all()
    assert np.isfinite(falling.data[0].y[0])
    notes = " ".join(note.text for note in falling.layout.annotations)
    assert ("beyond 1,000,000" in notes) == (len(steps.x) < iterations)
    assert ("exactly 0" in notes) == bool((path.y == 0).any())


def test_a_walk_that_starts_at_the_minimum_gets_a_sentence():
    assert "minimum" in pictures.losses(descent.path_by_torch(0.2, 0.0, 5)).layout.annotations[0].text


def test_the_sweep_dashes_what_diverges():
    rates = np.linspace(0.01, 0.5, 10).tolist()
    lines = pictures.sweep(rates, descent.path_by_torch(np.array(rates), 2.0, 100).y).data
    assert [line.line.dash for line in lines] == ["solid"] * 5 + ["dash"] * 5
    assert all(np.nanmax(np.asarray(line.y)[:-1]) <= FAR for line in lines)


@pytest.mark.parametrize("lr", [0.005, 0.125, 0.25, 1.0])
def test_the_factor_is_marked_on_its_curve(lr):
    curve, now = pictures.shrinking(lr).data
    assert now.y[0] == pytest.approx(np.interp(lr, curve.x, curve.y), abs=1e-9)


@pytest.mark.parametrize("point", POINTS)
def test_direction_pictures_stand_at_the_point(point):
    arrows = [trace for trace in pictures.compass(point, 60).data if trace.name]
    assert [arrow.name for arrow in arrows] == (["gradient"] if any(point) else []) + ["direction"]
    assert all((arrow.x[0], arrow.y[0]) == point for arrow in arrows)
    assert pictures.slopes_around(point, 60).data[1].y[0] == pytest.approx(directions.slope_by_torch(point, 60))


def slider(app):
    return app.select_slider(key="descent_lr")


def pills(app):
    return app.button_group(key="descent_lr_picks")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_at_every_pick(view):
    app = open_page(SLUG)
    healthy(app.button_group(key="descent_view").set_value(view).run())
    for lr in PICKS:
        healthy(pills(app).set_value(lr).run())
        assert slider(app).value == lr


@pytest.mark.parametrize(
    ("lr", "start", "says"),
    [
        (1.0, 2.0, "−7, 7 times further away. The loss is beyond 1,000,000 at iteration 3"),
        (0.255, 2.0, "The loss is beyond 1,000,000 at iteration 141"),
        (0.25, 2.0, "jumps between 2 and −2"),
        (0.125, 2.0, "Arrives in one update"),
        (0.2, 2.0, "the loss by 0.36. It is below 0.000001 from iteration 17 on"),
        (0.2, 0.0, "Nothing moves"),
    ],
)
def test_the_page_says_what_will_happen(lr, start, says):
    app = open_page(SLUG)
    app.number_input(key="descent_start").set_value(start)
    healthy(slider(app).set_value(lr).run())
    assert says in app.info[0].value


def test_a_slip_is_explained_and_a_new_rate_starts_afresh():
    app = open_page(SLUG)
    app.session_state["descent_way"] = "together"
    healthy(app.run())
    healthy(app.text_input(key="descent_forward_next_x").set_value("0.4").run())
    assert any("one more factor 2" in m.value for m in app.markdown)
    healthy(pills(app).set_value(0.1).run())
    assert app.text_input(key="descent_forward_next_x").value == ""
    assert not any("one more factor 2" in m.value for m in app.markdown)


def test_the_iteration_to_work_stays_inside_when_there_are_fewer():
    app = open_page(SLUG)
    healthy(app.number_input(key="descent_iteration").set_value(19).run())
    healthy(app.number_input(key="descent_iterations").set_value(5).run())
    assert app.number_input(key="descent_iteration").value in range(5)


def test_the_table_stands_torch_beside_hand():
    app = open_page(SLUG)
    healthy(app.button_group(key="descent_view").set_value("table").run())
    table = app.dataframe[0].value
    assert len(table) == 20
    assert list(table.iloc[1]) == ["-1.2", "-1.2", "-9.6", "-9.6", "5.76", "5.76"]


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_in_a_browser_a_pick_a_prediction_and_a_reload(page):
    visit(page, f"{SLUG}?descent_way=together")
    page.get_by_role("radio", name="0.1", exact=True).click()
    expect(page).to_have_url(re.compile("descent_lr=0.1"))
    expect(page.get_by_text("multiplies x by 1 − 8 · 0.1 = 0.2")).to_be_visible()
    type_into(page, "descent_forward_next_x", "0.4")
    expect(page.get_by_text("✓ right", exact=True)).to_be_visible()
    page.get_by_role("radio", name="Directions").click()
    expect(page.get_by_text("The gradient has length 8.2462")).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_text("multiplies x by 1 − 8 · 0.1 = 0.2")).to_be_visible()
    expect(page.get_by_text("✓ right", exact=True)).to_be_visible()
    expect(page.get_by_text("The gradient has length 8.2462")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    fits_sideways(page)
