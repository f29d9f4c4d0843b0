"""The learner's working: rounding, follow-through, shapes, and mistakes recognised at their step."""

from __future__ import annotations

import numpy as np
import pytest

from lib.catalog import LESSONS, LOSSES, SCHEDULERS
from lib.lesson import run
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.working import judge
from lib.lesson.working.entries import gives_away
from lib.tensors import rounding
from lib.tensors.read import read

CROSS_ENTROPY = LOSSES["cross_entropy_loss"]
THREE = {"input": [[1, 2], [1, 3], [1, 3]], "target": [0, 1, 1]}
WEIGHTED = {**THREE, "weight": [1, 2]}


def verdicts(values, entries, sample=(0,), part="forward"):
    judged = judge(CROSS_ENTROPY, values, entries, sample, part)
    return {j.row.key: j.verdict for j in judged}


def says(values, entries, row):
    judged = judge(CROSS_ENTROPY, values, entries, (0,))
    return " ".join(m.says for j in judged if j.row.key == row for m in j.mistakes)


def test_rows_are_the_sample_then_all_losses_then_the_reduction():
    assert list(verdicts(THREE, {})) == ["log_sum_exp", "loss_per_sample", "loss_per_sample_all", "divisor", "loss"]


def test_one_sample_is_not_asked_twice_and_a_divisor_of_one_not_at_all():
    assert list(verdicts({"input": [[1, 2]], "target": [0]}, {})) == ["log_sum_exp", "loss_per_sample", "loss"]


ROUNDED = [
    ("loss", "0.522", "right"),
    ("loss", "0.5224", "right"),
    ("loss", "0.52237", "right"),
    ("loss", "0.524", "wrong"),
    ("loss", "0.52", "digits"),
    ("loss", "1", "wrong"),
    ("loss", "0.52240001", "wrong"),
    ("loss_per_sample", "1.31", "right"),
    ("loss_per_sample", "1.3", "digits"),
    ("loss_per_sample_all", "1.31, .127, .127", "right"),
    ("divisor", "3", "right"),
    ("divisor", "6/2", "right"),
]


@pytest.mark.parametrize(("row", "text", "verdict"), ROUNDED, ids=[f"{r} {t}" for r, t, _ in ROUNDED])
def test_rounding(row, text, verdict):
    assert verdicts(THREE, {row: text})[row] == verdict


def test_rounded_losses_then_the_result_as_they_give_it_or_as_it_is():
    losses = {"loss_per_sample_all": "1.31, .127, .127"}
    assert verdicts(THREE, {**losses, "loss": "0.522"})["loss"] == "right"
    assert verdicts(THREE, {**losses, "loss": "0.5213"})["loss"] == "earlier"


def test_one_slip_costs_one_row():
    found = verdicts(THREE, {"log_sum_exp": "3.313", "loss_per_sample": "2.313", "divisor": "3"})
    assert found["log_sum_exp"] == "wrong"
    assert found["loss_per_sample"] == "earlier"
    assert found["divisor"] == "right"


def test_the_wrong_divisor_is_named_and_the_result_follows_from_it():
    entries = {"divisor": "3", "loss": "0.607"}
    found = verdicts(WEIGHTED, entries)
    assert (found["divisor"], found["loss"]) == ("mistake", "earlier")
    assert "number of samples" in says(WEIGHTED, entries, "divisor")


def test_a_mistake_is_recognised_from_the_result_alone():
    assert "number of samples" in says(WEIGHTED, {"loss": "0.607"}, "loss")


def test_a_mistake_in_a_step_that_was_answered_rightly_is_not_blamed():
    assert "number of samples" not in says(WEIGHTED, {"divisor": "5", "loss": "0.607"}, "loss")


def test_two_mistakes_that_fit_are_both_named():
    """With weights [1, 2] the weights of all classes sum to 3, which is also the number of samples."""
    text = says(WEIGHTED, {"divisor": "3"}, "divisor")
    assert "number of samples" in text
    assert "every class once" in text


SHAPES = [
    ("divisor", "[3]", "a list of 1"),
    ("loss_per_sample_all", "1.31", "one number"),
    ("loss", "1 2", "a list of 2"),
]


@pytest.mark.parametrize(("row", "text", "words"), SHAPES, ids=[s[0] for s in SHAPES])
def test_a_wrong_shape_is_said_and_the_true_value_goes_on(row, text, words):
    judged = {j.row.key: j for j in judge(CROSS_ENTROPY, THREE, {row: text, "loss": "0.522"}, (0,))}
    if row != "loss":
        assert judged["loss"].verdict == "right"
        assert judged[row].verdict == "shape"
        assert words in judged[row].says


def test_text_that_is_no_number_is_said_and_nothing_else_suffers():
    judged = {j.row.key: j for j in judge(CROSS_ENTROPY, THREE, {"divisor": "three", "loss": "0.522"}, (0,))}
    assert judged["divisor"].verdict == "unreadable"
    assert "three" in judged["divisor"].says
    assert judged["loss"].verdict == "right"


def test_the_chosen_sample_is_judged_by_its_own_numbers():
    assert verdicts(THREE, {"loss_per_sample": "0.127"}, (1,))["loss_per_sample"] == "right"


def test_the_gradient_has_its_own_working_and_mistakes():
    found = verdicts(THREE, {"softmax": "0.269 0.731", "d_input": "-0.244 0.244"}, part="gradient")
    assert (found["softmax"], found["d_input"]) == ("right", "right")
    judged = judge(CROSS_ENTROPY, THREE, {"d_input": "0.244 -0.244"}, (0,), "gradient")
    assert any("sign" in m.says.lower() for j in judged for m in j.mistakes)


def test_a_shown_step_does_not_give_an_answer_away():
    lesson = LESSONS["cross_entropy"]
    values = {"p": [0.75, 0.25], "q": [0.5, 0.5]}
    shown = next(s for s in run.by_hand(lesson, values).values() if s.name == "entropy_plus_kl")
    assert gives_away(shown, judge(lesson, values, {}, ()))
    assert not gives_away(shown, judge(lesson, values, {"cross_entropy": "0.693"}, ()))


def test_the_gradient_refuses_what_the_result_refuses():
    """Torch takes these, and stops on the way back."""
    values = {"input": np.zeros(2, np.float32), "target": np.ones(2, np.float64)}
    for work in (run.by_hand, run.grad_by_hand, lambda lesson, values: judge(lesson, values, {}, (0,), "gradient")):
        with pytest.raises(ValueError, match="one precision only, but input is float32, target is float64"):
            work(LOSSES["huber_loss"], values)


INFINITE = [
    ("inf", np.inf, True),
    ("-inf", np.inf, False),
    ("nan", np.nan, True),
    ("1e9", np.inf, False),
    ("0", 2e-9, True),
]


@pytest.mark.parametrize(("text", "expected", "fits"), INFINITE, ids=[f"{t} for {e}" for t, e, _ in INFINITE])
def test_values_at_the_end_of_the_scale(text, expected, fits):
    assert bool(rounding.fits(read(text), np.array(expected))) is fits


@pytest.mark.parametrize("entry", ["nan", "inf", "1e308", "-1e308"])
@pytest.mark.parametrize("row", ["turn", "own_epoch"])
def test_an_entry_that_cannot_be_gone_on_with_is_wrong_and_the_rest_is_judged_from_the_truth(row, entry):
    lesson = SCHEDULERS["sequential_lr"]
    values = {name: value for name, value in lesson.examples[0].values.items() if name != "steps"}
    given = schedule_by_hand(lesson, values, 9)[8].given
    truth = {j.row.key: j.truth for j in judge(lesson, given, {}, ())}
    found = {j.row.key: j.verdict for j in judge(lesson, given, {row: entry, "lr": f"{truth['lr']:.6g}"}, ())}
    assert found[row] in ("wrong", "mistake") and found["lr"] == "right"
