"""The Train page, driven without a browser: every full run of the page trains for one slice."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.plots import training as plots
from lib.training.net.optimizers import OPTIMIZERS
from lib.training.net.run import DIVERGED, DONE, RUNNING, STOPPED, Run
from lib.training.net.schedulers import SCHEDULERS
from lib.training.net.seats import SECONDS_UNHEARD, Seats
from lib.ui.train import set_up, stage, views


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(stage, "SEATS", Seats())  # others' runs of a moment ago still have theirs
    app = AppTest.from_file("../../lib/router.py", default_timeout=60)
    app.session_state["goto"] = "train"
    return healthy(app.run())


def healthy(app: AppTest) -> AppTest:
    assert not app.exception, [e.message for e in app.exception]
    return app


def small(app: AppTest, epochs: int = 2) -> AppTest:
    app.number_input(key="train_points").set_value(50)
    app.number_input(key="train_epochs").set_value(epochs)
    return healthy(app.run())


def press(app: AppTest, name: str) -> AppTest:
    return healthy(app.button(key=f"train_{name}").click().run())


def latest(app: AppTest) -> Run:
    return app.session_state["train_runs"][-1]


def to_the_end(app: AppTest) -> Run:
    for _ in range(300):
        if latest(app).state != RUNNING:
            break
        healthy(app.run())
    return latest(app)


def text_of(app: AppTest) -> str:
    return " ".join(element.value for kind in (app.markdown, app.caption, app.error, app.info) for element in kind)


def test_start_trains_to_the_end_and_every_view_opens(page):
    press(small(page), "start")
    run = to_the_end(page)
    assert (run.state, run.epoch) == (DONE, 2)
    assert f"test loss **{run.scores.test_loss:.4g}**" in text_of(page)
    for view in views.VIEWS:
        healthy(page.button_group(key="train_view").set_value(view).run())


@pytest.mark.parametrize("view", views.VIEWS)
def test_every_view_opens_before_the_first_run(page, view):
    healthy(page.button_group(key="train_view").set_value(view).run())


def test_stop_holds_and_continue_goes_on(page):
    press(small(page, epochs=2000), "start")
    press(page, "stop")
    at = latest(page).update
    healthy(page.run())
    assert (latest(page).state, latest(page).update) == (STOPPED, at)
    assert "Stopped in epoch" in text_of(page)
    press(page, "continue")
    healthy(page.run())
    assert latest(page).update > at


def test_a_stopped_run_can_be_continued_although_the_set_up_has_changed(page):
    press(small(page, epochs=2000), "start")
    press(page, "stop")
    small(page, epochs=3)
    assert "The set-up has changed" in text_of(page)
    press(page, "continue")
    assert (len(page.session_state["train_runs"]), latest(page).state) == (1, RUNNING)
    press(page, "stop")
    assert to_the_end(press(page, "start")).epoch == 3


def test_a_run_that_nobody_watched_has_ended(page, monkeypatch):
    press(small(page, epochs=2000), "start")
    later = stage.time.monotonic() + SECONDS_UNHEARD + 1
    monkeypatch.setattr(stage.time, "monotonic", lambda: later)
    healthy(page.run())
    assert latest(page).state == STOPPED


def test_others_wait_with_a_sentence_and_then_begin(page):
    now = stage.time.monotonic()
    for other in range(stage.SEATS.most):
        stage.SEATS.ahead(-1 - other, now)
    press(small(page), "start")
    assert latest(page).update == 0 and "yours begins after 1 more" in text_of(page)
    for other in range(stage.SEATS.most):
        stage.SEATS.leave(-1 - other)
    assert to_the_end(page).state == DONE


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_starts_or_says_why_not(page, name):
    page.selectbox(key="train_optimizer").set_value(name)
    small(page, epochs=1)
    if name == "SparseAdam":
        assert "sparse gradients" in page.error[0].value
        assert not any(button.key == "train_start" for button in page.button)
    else:
        assert not page.error
        assert to_the_end(press(page, "start")).state == DONE


@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_scheduler_starts(page, name):
    page.selectbox(key="train_scheduler").set_value(name)
    assert to_the_end(press(small(page, epochs=1), "start")).state == DONE


@pytest.mark.parametrize("data", ["spirals", "blobs", "sine"])
def test_the_loss_follows_the_data(page, data):
    page.selectbox(key="train_data").set_value(data)
    small(page)
    losses = page.selectbox(key=f"train_{data}_loss").options
    assert ("MSELoss" in losses) == (data == "sine") and ("BCEWithLogitsLoss" in losses) == (data == "spirals")
    assert to_the_end(press(page, "start")).settings.loss == losses[0]


def test_divergence_is_said(page):
    page.selectbox(key="train_data").set_value("sine")
    page.selectbox(key="train_activation").set_value("Identity")
    page.selectbox(key="train_optimizer").set_value("SGD")
    healthy(page.run())
    page.number_input(key="train_SGD_lr").set_value(1e4)
    press(small(page, epochs=50), "start")
    run = to_the_end(page)
    assert run.state == DIVERGED and f"Diverged in epoch {run.epoch}" in text_of(page)


def test_runs_are_kept_side_by_side_named_and_removed(page):
    small(page, epochs=1)
    for activation in ("ReLU", "Tanh"):
        page.selectbox(key="train_activation").set_value(activation)
        to_the_end(press(healthy(page.run()), "start"))
    first, second = page.session_state["train_runs"]
    healthy(page.text_input(key=f"train_name_{id(first)}").set_value("with ReLU").run())
    assert first.name == "with ReLU" and "2 → 8" in text_of(page)
    press(page, f"remove_{id(first)}")
    assert page.session_state["train_runs"] == [second]


def test_only_so_many_runs_are_kept(page):
    small(page, epochs=1)
    for _ in range(stage.MOST_RUNS + 1):
        to_the_end(press(page, "start"))
    names = [run.name for run in page.session_state["train_runs"]]
    assert len(names) == stage.MOST_RUNS and names[0].startswith("2:") and names[-1].startswith("7:")


GARBAGE = {"train_layers": "eight", "train_Adam_betas": "0.9"}


@pytest.mark.parametrize(("key", "text"), GARBAGE.items(), ids=GARBAGE)
def test_what_cannot_be_read_is_answered_under_the_field(page, key, text):
    healthy(page.text_input(key=key).set_value(text).run())
    assert any(":red[" in caption.value for caption in page.caption)
    assert "Training waits" in text_of(page)


def test_torchs_refusal_reaches_the_page(page):
    healthy(page.number_input(key="train_Adam_lr").set_value(-1.0).run())
    assert "Invalid learning rate" in page.error[0].value


NUMBERS = {"0.9, 0.99": (0.9, 0.99), "none,1e-3": (None, 0.001)}


@pytest.mark.parametrize(("text", "found"), NUMBERS.items(), ids=NUMBERS)
def test_several_numbers_in_one_field(text, found):
    assert set_up.numbers_in("betas", text, 2) == found


@pytest.mark.parametrize("text", ["", "0.9", "a, b", "1, 2, 3"])
def test_other_texts_are_not_two_numbers(text):
    with pytest.raises(ValueError, match="betas"):
        set_up.numbers_in("betas", text, 2)


# Losses on a logarithmic axis, and what is written beside it: whole numbers, never the digit 2 for 0.02.
TICKS = {
    "two powers": ([0.02, 0.5], ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5"]),
    "a run that diverges": (
        [0.5, 3e7],
        ["0.1", "1", "10", "100", "1000", "10000", "100000", "1e+06", "1e+07", "1e+08"],
    ),
    "hardly any change": ([0.6, 0.7], None),
    "a power of ten alone": ([1.0, float("nan")], None),
}


@pytest.mark.parametrize(("losses", "texts"), TICKS.values(), ids=TICKS)
def test_a_logarithmic_axis_names_its_numbers_in_full(losses, texts):
    shown = plots.lines("epoch", "loss", {"train": (range(2), losses)}, log=True).layout.yaxis.ticktext
    assert (shown and list(shown)) == texts
