"""Three ways to work a lesson, and what they count for."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.practice.record import LessonRecord
from lib.tensors.read import read
from lib.ui.lesson_progress import EARLY
from tests.pages.test_every_page import field, healthy, open_page, torch_number

CE, MSE = "cross_entropy_loss", "mse_loss"


def press(app: AppTest, label: str) -> AppTest:
    return healthy(next(b for b in reversed(app.button) if b.label.partition(" :gray")[0] == label).click().run())


def entries(app: AppTest, slug: str) -> list[str]:
    return [
        str(t.key).removeprefix(f"{slug}_forward_") for t in app.text_input if str(t.key).startswith(f"{slug}_forward_")
    ]


def typed(app: AppTest, slug: str, **texts: str) -> AppTest:
    for row, text in texts.items():
        healthy(field(app, slug, f"forward_{row}").set_value(text).run())
    return app


def words(app: AppTest) -> str:
    return "\n".join(m.value for m in app.markdown)


def record(app: AppTest, slug: str) -> LessonRecord:
    """What the browser is about to be told of the lesson."""
    return app.session_state[EARLY][slug] if EARLY in app.session_state else LessonRecord()


def test_watching_shows_one_step_at_a_time_of_this_sample_alone():
    app = open_page(CE, "watch")
    assert not entries(app, CE) and "2.3133" not in words(app)
    press(app, "Just show it")
    assert "**2.3133**" in words(app) and "**1.3133**" not in words(app)
    press(app, "Just show it")
    assert "**1.3133**" in words(app) and "0.1269" not in words(app)  # the loss of another sample


@pytest.mark.parametrize("guess", ["larger", "smaller"])
def test_a_guess_is_answered(guess):
    app = open_page(CE, "watch")
    press(app, guess)
    said = [m.value for m in app.markdown if "than" in m.value]
    assert any("as you said" in one or "You said" in one for one in said)


def test_after_watching_the_last_step_then_one_more():
    app = open_page(CE, "watch")
    for _ in range(2):
        press(app, "Just show it")
    press(app, "Only the last step")
    assert entries(app, CE) == ["loss_per_sample"] and app.session_state[f"{CE}_sample_forward"] == "1"
    typed(app, CE, loss_per_sample="0.1269")
    press(app, "All steps")
    assert "log_sum_exp" in entries(app, CE) and app.session_state[f"{CE}_sample_forward"] == "2"


def test_alone_asks_for_two_results_and_covers_what_would_tell():
    app = open_page(CE, "alone")
    assert entries(app, CE) == ["loss_per_sample", "loss"] and torch_number(app) == "?"
    formula = r"\log \textstyle\sum_c"
    assert not any(formula in m.value and not m.value.startswith("$$") for m in app.markdown)
    typed(app, CE, loss="1")
    assert torch_number(app) == "1.1890"
    healthy(app.run())
    assert any(formula in m.value and not m.value.startswith("$$") for m in app.markdown)


@pytest.mark.parametrize(
    ("tries", "row"), [(["1.189"], 1), (["1", "1.189"], 0)], ids=["at the first try", "after PyTorch's number was seen"]
)
def test_alone_a_result_counts_at_the_first_try(tries, row):
    app = open_page(CE, "alone")
    for text in tries:
        typed(app, CE, loss=text)
    healthy(app.run())
    assert record(app, CE).row == row


def test_i_know_this_asks_one_result_of_new_numbers_twice():
    app = open_page(MSE)
    before = field(app, MSE, "input").value
    press(app, "I know this")
    healthy(app.run())
    assert entries(app, MSE) == ["loss"] and field(app, MSE, "input").value != before
    for _ in range(2):
        left, right = (read(field(app, MSE, name).value).array for name in ("input", "target"))
        typed(app, MSE, loss=repr(float(np.mean((left - right) ** 2))))
        if not record(app, MSE).done:
            press(app, "Same again, new numbers")
            healthy(app.run())
    assert record(app, MSE).done


def test_hints_belong_to_their_sheet():
    app = open_page(CE)
    for _ in range(2):
        healthy(app.button(key=f"{CE}_hint_forward_log_sum_exp_button").click().run())
    assert "Here it is **2.3133**" in words(app)
    healthy(app.button_group(key=f"{CE}_sample_forward").set_value("1").run())
    assert "Here it is" not in words(app)


@pytest.mark.parametrize(("texts", "offered"), [(("7", "8"), True), (("7", "", "7"), False)], ids=["two", "one twice"])
def test_two_different_misses_offer_the_step(texts, offered):
    app = open_page(CE)
    for text in texts:
        typed(app, CE, log_sum_exp=text)
    assert any(b.label.startswith("show this step") for b in app.button) == offered
