"""The learner's working: rounding, follow-through, shapes, and mistakes recognised at their step."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import teaching
from lib.catalog import LESSONS, LOSSES, OPTIMIZERS, SCHEDULERS
from lib.lesson import run
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.working import judge
from lib.lesson.working.entries import gives_away
from lib.tensors import rounding
from lib.tensors.read import read
from tests.lesson.slips import mistaken

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
    ("0", 0.0, True),
    ("1e-13", 0.0, True),
    ("0", 2e-9, False),
    ("0", 1e-19, False),
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


F32 = {"input": np.array([[1, 2], [1, 3], [1, 3]], np.float32), "target": np.array([0, 1, 1])}
F16 = {**F32, "input": F32["input"].astype(np.float16)}
ONE = {"input": np.array([100.1], np.float32), "target": np.array([100.0], np.float32)}
SURE = {"input": [[12, 0]], "target": [0]}
SURER = {"input": [[30, 0]], "target": [0]}
EPS_MOVES = {"anchor": [[0, 0]], "positive": [[3, 0]], "negative": [[3, 2]], "swap": True}
CARRIED = "rounding moved the last digit"


def judged_one(slug, values, entries, key, sample=(0,), part="forward"):
    """The verdict on one row."""
    lesson = {**LESSONS, **OPTIMIZERS, **SCHEDULERS}[slug]
    return next(j for j in judge(lesson, values, entries, sample, part) if j.row.key == key)


WORTH = [
    # torch's own number
    ("cross_entropy_loss", F32, "loss", "0.5223725438117981", "right", ""),
    ("cross_entropy_loss", F32, "loss", "0.5223725", "right", ""),
    ("cross_entropy_loss", F32, "loss", "tensor(0.5224)", "right", ""),
    ("cross_entropy_loss", F32, "loss", "0.5223743", "wrong", "off by"),
    ("cross_entropy_loss", F16, "loss", "0.52294921875", "right", ""),
    ("cross_entropy_loss", F16, "loss_per_sample_all", "tensor([1.3135, 0.1273, 0.1273])", "right", ""),
    ("cross_entropy_loss", F16, "loss", "0.53", "wrong", "off by"),
    ("cross_entropy_loss", {**F32, "reduction": "sum"}, "loss", "1.5671176314353943", "right", ""),
    ("l1_loss", ONE, "loss", "0.09999847412109375", "right", ""),
    ("l1_loss", ONE, "loss", "0.10000000", "right", ""),
    # zero is not right for a small number
    ("cross_entropy_loss", SURE, "loss", "0", "digits", "power of ten"),
    ("cross_entropy_loss", SURE, "loss", "1e-5", "digits", "power of ten"),
    ("cross_entropy_loss", SURE, "loss", "6.1e-6", "digits", "three digits"),
    ("cross_entropy_loss", SURE, "loss", "6.14e-6", "right", ""),
    ("cross_entropy_loss", SURER, "loss", "0", "digits", "power of ten"),
    ("cross_entropy_loss", {"input": np.array([[20, 0]], np.float32), "target": [0]}, "loss", "0", "right", ""),
    ("l1_loss", {"input": [0.1 + 0.2], "target": [0.3]}, "loss", "0", "right", ""),
    # the last digit may carry rounding
    ("self_information", {"p": [0.5]}, "information", "0.6932", "right", CARRIED),
    ("cross_entropy_loss", THREE, "loss", "0.5223", "right", CARRIED),
    ("triplet_margin_loss", EPS_MOVES, "negative_distance", "3.6056", "right", CARRIED),
    ("cross_entropy_loss", THREE, "divisor", "3.01", "wrong", ""),
    ("cross_entropy_loss", THREE, "loss_per_sample_all", "1.3133, 0.1270, 0.1269", "right", CARRIED),
    # near is told, and where
    ("cross_entropy_loss", THREE, "log_sum_exp", "2.315", "wrong", "2.315: off by 0.002; allowed 0.0005. More digits"),
    ("cross_entropy_loss", THREE, "loss", "0.5225", "digits", "0.5225: off by 0.0001; allowed 5e-05"),
    ("cross_entropy_loss", THREE, "loss_per_sample_all", "1.3133, .1285, .127", "wrong", "[1] is 0.1285: off by 0.002"),
    # another road
    ("cross_entropy_loss", THREE, "log_sum_exp", "0.269", "wrong", "“probabilities of the classes”"),
    ("cross_entropy_loss", THREE, "log_sum_exp", "1.3133", "wrong", "“loss per sample”, a line below"),
    ("cross_entropy_loss", THREE, "loss", "1.6860", "wrong", "natural logarithm is missing"),
    # NaN and infinity are a class of their own
    ("kl_divergence", {"p": [0.5, 0.5, 0], "q": [0.2, 0.3, 0.5]}, "kl_divergence", "nan", "mistake", ""),
    ("kl_divergence", {"p": [0.5, 0.5], "q": [0.2, 0.8]}, "kl_divergence", "nan", "wrong", "0/0"),
    ("bce_with_logits_loss", {"input": [-1.0], "target": [1.0]}, "loss", "nan", "wrong", "0/0"),
    ("bce_loss", {"input": [0.0], "target": [1.0]}, "loss", "inf", "mistake", ""),
    ("cross_entropy_loss", THREE, "loss", "inf", "wrong", "infinite"),
    # the loss in bits, to all digits typed
    (
        "bce_loss",
        {"input": [[0.7, 0.2], [0.4, 0.9]], "target": [[1, 0], [1, 1]], "weight": [1, 3]},
        "loss",
        "0.8146",
        "mistake",
        "",
    ),
]


@pytest.mark.parametrize(
    ("slug", "values", "key", "text", "verdict", "says"),
    WORTH,
    ids=[f"{slug} {key} {text} {i}" for i, (slug, _, key, text, _, _) in enumerate(WORTH)],
)
def test_what_an_entry_is_worth(slug, values, key, text, verdict, says):
    sample = () if np.ndim(next(iter(values.values()))) == 1 and slug in ("kl_divergence",) else (0,)
    found = judged_one(slug, values, {key: text}, key, sample)
    assert (found.verdict, says in found.says and bool(found.says) == bool(says)) == (verdict, True), found.says


WHOLE = [("16", 16.5), ("5", 4.86), ("5.0", 4.96), ("313", 312.4)]


@pytest.mark.parametrize(("text", "value"), WHOLE, ids=[text for text, _ in WHOLE])
def test_a_whole_number_that_is_wrong_is_no_rounding(text, value):
    entry, value = read(text), np.array(value)
    assert not rounding.rounds_to(entry, value)
    assert not rounding.carried(entry, value).all()


CTC = LOSSES["ctc_loss"].examples[0].values
WAYS = [
    ("[0.2, 0.2, 0]", "earlier"),
    ("[0.2, 0.32, 0.12]", "right"),
    ("[0.2, 0.2, 0.12]", "wrong"),
    ("[0.2, 0.32, 0]", "wrong"),
]


@pytest.mark.parametrize(("text", "verdict"), WAYS, ids=[text for text, _ in WAYS])
def test_a_slice_follows_whole_or_is_true_whole(text, verdict):
    entries = {"alpha[0]": "[0.5, 0, 0]", "alpha[1]": text}
    assert judged_one("ctc_loss", CTC, entries, "alpha[1]", ()).verdict == verdict


def test_values_kept_to_four_decimals_end_in_another_digit():
    """With every alpha to four decimals the likelihood is 0.2442, and minus its logarithm 1.4098 instead of 1.4101."""
    found = judged_one("ctc_loss", CTC, {"loss": "1.4098"}, "loss", ())
    assert (found.verdict, CARRIED in found.says) == ("right", True)
    assert judged_one("ctc_loss", CTC, {"loss": "1.4094"}, "loss", ()).verdict != "right"


def test_a_slip_made_by_every_sample_is_consistent():
    entries = {"log_variance": "2.7726", "loss_per_element": "1.5113", "loss_per_element_all": "0.5, -1.3863, 1.5113"}
    values = {"input": [0, 1, 3], "target": [1, 1, 1], "var": [1, 0.25, 4]}
    found = {j.row.key: j.verdict for j in judge(LOSSES["gaussian_nll_loss"], values, entries, (2,))}
    assert found["loss_per_element_all"] == "earlier"
    swapped = {"loss_per_sample": "-1.3133", "loss_per_sample_all": "-1.3133, -0.1269, -0.1269", "loss": "-0.5224"}
    assert list(verdicts(THREE, swapped).values()) == ["blank", "mistake", "earlier", "blank", "earlier"]
    assert (
        verdicts(THREE, {**swapped, "loss_per_sample_all": "-1.3133, -0.1269, 0.5"})["loss_per_sample_all"] == "wrong"
    )


UNCHANGED = [
    ("adam", {"param": [1.9], "grad": [15.2], "state": {}, "lr": 0.1}, "param", "1.9"),
    ("sgd", {"param": [1.84], "grad": [14.72], "state": {}, "lr": 0.01}, "param", "1.84"),
]


@pytest.mark.parametrize(("slug", "values", "key", "text"), UNCHANGED, ids=[case[0] for case in UNCHANGED])
def test_the_value_before_the_update_is_told_as_that(slug, values, key, text):
    assert "before the update" in judged_one(slug, values, {key: text}, key).says


def test_a_schedules_rate_before_is_told_as_that():
    given = schedule_by_hand(SCHEDULERS["exponential_lr"], {"lr": 0.1, "gamma": 0.1}, 5)[4].given
    assert "before the update" in judged_one("exponential_lr", given, {"lr": "0.0001"}, "lr", ()).says
    assert judged_one("exponential_lr", given, {"lr": "0"}, "lr", ()).verdict == "digits"
    assert judged_one("exponential_lr", given, {"lr": "1e-5"}, "lr", ()).verdict == "right"


def test_where_rounding_and_a_mistake_fit_alike_it_is_right_and_the_mistake_is_mentioned():
    values = {"param": [1.2], "grad": [0.5], "state": {}, "lr": 0.1, "eps": 5e-4}
    lesson = OPTIMIZERS["adagrad"]
    exact = float(judged_one("adagrad", values, {}, "param").truth)
    wrong = next(m for m in lesson.mistakes.values() if m.name == "leaves_out_eps")
    worked = mistaken(lesson, values, wrong)
    assert worked
    text = f"{worked.sent['param'][0]:.4f}"
    assert f"{exact:.4f}" != text
    found = judged_one("adagrad", values, {"param": text}, "param")
    assert (found.verdict, [m.name for m in found.mistakes], CARRIED in found.says) == ("right", [wrong.name], True)


@pytest.mark.parametrize("slug", ["cross_entropy_loss", "kl_divergence", "adam", "one_cycle_lr"])
def test_no_right_answer_is_refused_and_no_other_mistake_named(slug):
    lesson = {**LESSONS, **OPTIMIZERS, **SCHEDULERS}[slug]
    right, at_result, at_step, friends = (teaching.Count() for _ in range(4))
    teaching.torchs_answers(lesson, right)
    for sheet in list(teaching.sheets(lesson))[:4]:
        teaching.right_answers(sheet, right)
        teaching.slips(sheet, at_result, at_step, friends)
    assert right.of > 50 and at_step.of > 5
    assert not right.missing + friends.missing + at_step.missing
