"""Exponential averages: the working against Adam and pandas, how long they remember, momentum, and the page."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import torch
from playwright.sync_api import expect

from lib.lesson import run
from lib.lesson.working.entries import judge
from lib.plots import averages as pictures
from lib.tensors.compare import compare
from lib.training.descent import averages
from lib.training.descent.averages import LESSON
from lib.training.descent.descent import Path
from lib.ui.averages.memory import memory_text
from lib.ui.averages.momentum import LEVELS, MOMENTA
from pages.exponential_averages import VIEWS, series_in
from tests.browser.driving import fits_sideways, settled, type_into, visit
from tests.pages.test_every_page import healthy, open_page

SLUG = "exponential_averages"
SERIES = np.array([10.0, 12.0, 9.0, 14.0, 11.0, 13.0])
BETAS = [0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99]


@pytest.mark.parametrize("beta", BETAS)
def test_the_average_is_what_adam_keeps(beta):
    parameter = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([parameter], betas=(beta, 0.999))
    for value, mine in zip(SERIES, averages.averages(SERIES, beta)[0], strict=True):
        parameter.grad = torch.tensor(value, dtype=torch.float64)
        optimizer.step()
        assert mine == pytest.approx(optimizer.state[parameter]["exp_avg"].item(), rel=1e-12)


@pytest.mark.parametrize("beta", BETAS)
def test_the_corrected_average_is_that_of_pandas(beta):
    expected = pd.Series(SERIES).ewm(alpha=1 - beta, adjust=True).mean()
    np.testing.assert_allclose(averages.averages(SERIES, beta)[1], expected, rtol=1e-12)


@pytest.mark.parametrize("t", [1, 2, 4, 6])
@pytest.mark.parametrize("beta", BETAS)
def test_the_working_and_its_gradient_are_torchs(beta, t):
    values = {"series": SERIES, "beta": beta, "t": t}
    value, grads = run.by_torch(LESSON, values)
    steps = run.by_hand(LESSON, values)
    assert list(steps) == [*(f"average[{day}]" for day in range(1, t + 1)), "total_weight", "corrected"]
    assert compare(steps["corrected"].value, value).same
    assert compare(run.grad_by_hand(LESSON, values)["series"], grads["series"]).same
    assert grads["series"].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("entries", "verdicts", "says"),
    [
        pytest.param("1, 2.1, 0.19, 11.05", "right right right right", "", id="right"),
        pytest.param(", , , 11.05", "blank blank blank right", "", id="right in one go"),
        pytest.param("9, 11.7, , ", "mistake mistake blank blank", "swapped", id="weights swapped"),
        pytest.param("1, 12.9, , ", "right mistake blank blank", "momentum buffer", id="the number whole"),
        pytest.param("10, 10.2, , ", "mistake earlier blank blank", "started at the first", id="other start"),
        pytest.param(", , 0.1, ", "blank blank mistake blank", "one day too few", id="t − 1"),
        pytest.param(", , 0.81, ", "blank blank mistake blank", "what is missing", id="not taken from 1"),
        pytest.param("1, 2.1, 0.19, 2.1", "right right right mistake", "left the correction out", id="no correction"),
        pytest.param("1, 2.1, 0.19, 0.399", "right right right mistake", "multiplied", id="multiplied"),
        pytest.param("2, 3, 0.19, 15.79", "wrong earlier right earlier", "", id="one slip costs one row"),
    ],
)
def test_the_working_knows_slips_from_follow_through(entries, verdicts, says):
    typed = dict(zip(("average[1]", "average[2]", "total_weight", "corrected"), entries.split(","), strict=True))
    judged = judge(LESSON, {"series": SERIES, "beta": 0.9, "t": 2}, typed, ())
    assert [j.verdict for j in judged] == verdicts.split()
    said = [mistake.says for j in judged for mistake in j.mistakes]
    assert bool(said) == bool(says)
    assert any(says in text for text in said) or not says


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"series": [[1.0, 2.0]]}, "a list with one number per day"),
        ({"series": np.zeros(0)}, "a list with one number per day"),
        ({"series": [1.0, np.inf]}, "finite"),
        ({"beta": 1.0}, "less than 1"),
        ({"beta": -0.1}, "0 or more"),
        ({"t": 0}, "from 1 to 6"),
        ({"t": 7}, "from 1 to 6"),
    ],
    ids=str,
)
def test_what_has_no_average_is_refused_in_words(values, says):
    with pytest.raises(ValueError, match=says):
        run.by_hand(LESSON, {"series": SERIES, "beta": 0.9, "t": 1, **values})


@pytest.mark.parametrize(
    ("beta", "total"), [(0.98, 0.8673804441), (0.95, 0.9940794708), (0.9, 0.9999734386), (0.8, 0.9999999998)]
)
def test_the_weights_of_a_hundred_days(beta, total):
    assert averages.weights(beta, 100).sum() == pytest.approx(total, abs=1e-10)
    assert averages.total_weight(beta, 100) == pytest.approx(total, abs=1e-10)


def test_the_memory_that_older_articles_read_off_is_not_one_measure():
    assert averages.left(0.8, 20) == pytest.approx(0.011529215)
    assert averages.left(0.98, 80) == pytest.approx(0.198648850)
    assert 0.98 ** averages.days_until(0.98, 0.8**20) == pytest.approx(0.8**20)
    text = memory_text()
    assert all(part in text for part in ("1.2%", "19.9%", "**221 days**", "gives 5 and 50 days", "37%"))


def momentum_path(lr: float, momentum: float, start: float, iterations: int) -> Path:
    """SGD with momentum on y = (2x)²: buffer ← m · buffer + gradient, x ← x − lr · buffer."""
    x, buffer = np.full(iterations, start), 0.0
    for iteration in range(1, iterations):
        buffer = momentum * buffer + 8 * x[iteration - 1]
        x[iteration] = x[iteration - 1] - lr * buffer
    return Path(x, 8 * x, (2 * x) ** 2)


@pytest.mark.parametrize("momentum", [0.0, 0.5143, 0.63, 0.9, 0.99])
@pytest.mark.parametrize("lr", [0.01, 0.03, 0.125])
def test_the_run_with_momentum_is_torchs_in_double_precision(lr, momentum):
    hand = momentum_path(lr, momentum, 2.0, 100)
    torchs = averages.momentum_path_by_torch(lr, momentum, 2.0, 100, torch.float64)
    for name in ("x", "gradient", "y"):
        assert compare(getattr(hand, name), getattr(torchs, name), rtol=1e-9, atol=1e-12).same


@pytest.mark.parametrize(
    ("lr", "momentum", "first", "stays"),
    [
        pytest.param(0.01, 0.9, [5, 16, 38, 60, 82], [24, 46, 68, 90, None], id="0.9"),
        pytest.param(0.01, 0.63, [7, 9, 10, 21, 24], [7, 9, 18, 21, 24], id="0.63"),
        pytest.param(0.03, 0.0, [6, 10, 14, 18, 22], [6, 10, 14, 18, 22], id="without"),
    ],
)
def test_when_the_articles_runs_get_below_each_level(lr, momentum, first, stays):
    losses = averages.momentum_path_by_torch(lr, momentum, 2.0, 100).y
    assert [averages.first_below(losses, level) for level in LEVELS] == first
    assert [averages.stays_below(losses, level) for level in LEVELS] == stays


@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.63, 0.9])
@pytest.mark.parametrize("lr", [0.01, 0.03])
def test_the_long_run_shrinks_as_the_roots_say(lr, momentum):
    rate, swings = averages.shrink(lr, momentum)
    x = momentum_path(lr, momentum, 2.0, 400).x
    assert swings == bool((np.diff(np.sign(x)) != 0).any())
    peaks = [np.abs(x[at : at + 40]).max() for at in (160, 320)]
    assert (peaks[1] / peaks[0]) ** (1 / 160) == pytest.approx(rate, rel=0.005)


def test_no_momentum_shrinks_faster_than_the_best():
    rates = {m: averages.shrink(0.01, m)[0] for m in np.arange(0, 1, 0.001)}
    best = min(rates, key=rates.__getitem__)
    assert averages.best_momentum(0.01) == pytest.approx(best, abs=0.001)


@pytest.mark.parametrize("dampening", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("gradients", [np.ones(40), SERIES, -SERIES], ids=["ones", "series", "negative"])
def test_the_buffer_is_torchs(gradients, dampening):
    mine, torchs = (f(gradients, 0.9, dampening) for f in (averages.buffers, averages.buffers_by_torch))
    np.testing.assert_allclose(mine, torchs, rtol=1e-12)


def test_the_buffer_is_no_average_unless_dampened():
    ones = np.ones(400)
    assert averages.buffers_by_torch(ones, 0.9, 0.0)[-1] == pytest.approx(10)
    assert averages.averages(ones, 0.9)[0][-1] == pytest.approx(1)
    apart = averages.buffers_by_torch(SERIES, 0.9, 0.9) - averages.averages(SERIES, 0.9)[0]
    np.testing.assert_allclose(apart, SERIES[0] * 0.9 ** np.arange(1, 7), rtol=1e-9)


@pytest.mark.parametrize("day", [1, 6])
@pytest.mark.parametrize("beta", BETAS)
def test_pictures_draw_the_averages_and_their_weights(beta, day):
    raw, corrected, numbers, marked = pictures.smoothed(SERIES, beta, day).data
    np.testing.assert_array_equal(numbers.y, SERIES)
    np.testing.assert_allclose(corrected.y, pd.Series(SERIES).ewm(alpha=1 - beta).mean())
    assert marked.y[0] == corrected.y[day - 1]
    before, after = pictures.shares(SERIES, beta, day).data
    assert np.dot(before.y, SERIES[:day]) == pytest.approx(raw.y[day - 1])
    assert np.dot(after.y, SERIES[:day]) == pytest.approx(corrected.y[day - 1])


def test_the_race_shows_its_level_and_zero_leaves_a_gap():
    figure = pictures.races({"one": np.array([1.0, 0.0, 0.1]), "other": np.array([np.inf, 1.0, 2.0])}, 0.01)
    assert figure.layout.shapes[0].y0 == 0.01
    assert np.isnan(figure.data[0].y[1])
    assert np.isfinite(figure.layout.yaxis.range).all()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("beta", [0.0, 0.8, 0.99])
def test_every_view_opens(view, beta):
    app = open_page(SLUG)
    healthy(app.button_group(key="averages_view").set_value(view).run())
    healthy(app.select_slider(key="averages_beta").set_value(beta).run())


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "nothing is typed"),
        ("two", "two"),
        ("[[1, 2], [3, 4]]", "one number per day"),
        ("[]", "one number per day"),
        ("[1, nan]", "finite"),
        (" ".join("1" * 61), "at most 60"),
    ],
)
def test_what_is_no_series_is_answered_in_words(typed, says):
    with pytest.raises(ValueError, match=says):
        series_in(typed)
    app = open_page(SLUG)
    healthy(app.text_input(key="averages_series").set_value(typed).run())
    assert any(":red[" in c.value and says in c.value for c in app.caption)


def test_a_shorter_series_keeps_the_day_inside():
    app = open_page(SLUG)
    healthy(app.number_input(key="averages_t").set_value(6).run())
    healthy(app.text_input(key="averages_series").set_value("[3]").run())
    assert app.number_input(key="averages_t").value == 1


@pytest.mark.parametrize(
    ("momentum", "level", "says"),
    [
        (0.9, 1.0, "**lr 0.01, m 0.9** gets there first, **lr 0.03, m 0** stays there first"),
        (0.63, 0.01, "**lr 0.01, m 0.63** gets there first, **lr 0.03, m 0** stays there first"),
        (0.63, 0.1, "**lr 0.01, m 0.63** gets there first, and is the first to stay"),
        (0.63, 1e-3, "**lr 0.03, m 0** gets there first, and is the first to stay"),
    ],
)
def test_who_is_first_depends_on_the_level(momentum, level, says):
    assert momentum in MOMENTA
    app = open_page(SLUG)
    healthy(app.button_group(key="averages_view").set_value("momentum").run())
    healthy(app.button_group(key="averages_momentum_picks").set_value(momentum).run())
    healthy(app.button_group(key="averages_level").set_value(level).run())
    assert any(says in m.value for m in app.markdown)


def test_the_buffer_view_names_both_limits():
    app = open_page(SLUG)
    healthy(app.button_group(key="averages_view").set_value("buffer").run())
    text = next(m.value for m in app.markdown if m.value.startswith("After 40 updates"))
    assert "by hand **9.8522**, of PyTorch **9.8522**, average **0.9852**" in text
    assert "1/(1 − m) = 10," in text
    healthy(app.toggle(key="averages_dampened").set_value(True).run())
    assert any("differ only by the first gradient" in m.value for m in app.markdown)


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_in_a_browser_a_slip_a_pick_and_a_reload(page):
    visit(page, f"{SLUG}?averages_way=together")
    type_into(page, "averages_forward_corrected", "2.1")
    expect(page.get_by_text("You left the correction out")).to_be_visible()
    page.get_by_role("radio", name="Momentum", exact=True).click()
    page.get_by_role("radio", name="0.63").click()
    expect(page).to_have_url(re.compile("averages_momentum=0.63"))
    expect(page.get_by_text("stays there first")).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_text("You left the correction out")).to_be_visible()
    expect(page.get_by_text("Below 0.01: lr 0.01, m 0.63 gets there first")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    fits_sideways(page)
