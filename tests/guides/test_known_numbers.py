"""The clinic's numbers, with the noise of a batch, margins, vocabularies; and what it makes of a whole log."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import torch

from lib.catalog import LESSONS
from lib.guides.clinic import causes_for
from lib.guides.finding import FOCAL, WEIGHTED, Setting
from lib.guides.known_numbers import twice_floor
from lib.guides.series import course_of, losses_in
from lib.guides.stuck import findings
from lib.lesson import run
from lib.refusal import Refusal

TRIPLET, RANKING, COSINE = "triplet_margin_loss", "margin_ranking_loss", "cosine_embedding_loss"
TEN = Setting(classes=10)
RECOGNISED = {
    # what is typed, and what else is known: the sign, and a word of the sentence
    "batch noise below": ("2.2973", Setting(), "guess", "ln 10"),
    "batch noise above": ("2.3086", Setting(), "guess", "ln 10"),
    "batch noise, ten known": ("2.3086", TEN, "guess", "ln 10"),
    "a small batch": ("2.34", Setting(classes=10, answers=16), "guess", "ln 10"),
    "a large batch": ("2.34", Setting(classes=10, answers=10_000), "stuck", "worse than knowing nothing"),
    "a standard error": ("2.35", Setting(classes=10, error=0.03), "guess", "ln 10"),
    "a small standard error": ("2.31", Setting(classes=10, error=0.001), "stuck", "worse"),
    "two decimals": ("0.69", Setting(), "guess", "ln 2"),
    "one decimal": ("0.7", Setting(), "guess", "ln 2"),
    "noise around ln 2": ("0.6988", Setting(), "guess", "ln 2"),
    "a vocabulary": ("10.82", Setting(), "guess", "50257"),
    "a known vocabulary": ("10.82", Setting(classes=50257), "guess", "50,257"),
    "a thousand, not 999": ("6.907", Setting(), "guess", "ln 1000"),
    "999, if told": ("6.907", Setting(classes=999), "guess", "ln 999"),
    "a hundred": ("4.61", Setting(), "guess", "ln 100"),
    "an odd count, exactly": ("4.9200", Setting(), "guess", "ln 137"),
    "softmax twice at ten": ("1.46", Setting(), "twice", "10 classes"),
    "softmax twice at four": ("0.74", Setting(), "twice", "4 classes"),
    "softmax twice, nearly": ("1.468", TEN, "twice", "10 classes"),
    "softmax twice at a thousand": ("5.9105", Setting(classes=1000), "twice", "1000 classes"),
    "triplet at its margin": ("0.2", Setting(loss=TRIPLET, margin=0.2), "collapsed", "the same point"),
    "triplet at a usual margin": ("0.5", Setting(loss=TRIPLET), "collapsed", "if this is your margin"),
    "triplet with eps": ("1.0007", Setting(loss=TRIPLET), "collapsed", "Exactly the margin"),
    "triplet elsewhere": ("0.5", Setting(loss=TRIPLET, margin=0.2), "stuck", "margin"),
    "ranking at its margin": ("0.5", Setting(loss=RANKING, margin=0.5), "collapsed", "the same"),
    "cosine at 1 − margin": ("0.8", Setting(loss=COSINE, margin=0.2), "collapsed", "1 − margin"),
    "cosine, half unlike": ("0.5", Setting(loss=COSINE), "collapsed", "half of your pairs"),
    "hinge, half unlike": ("0.5", Setting(loss="hinge_embedding_loss"), "collapsed", "half of your pairs"),
    "multi-margin": ("0.9", Setting(loss="multi_margin_loss", classes=10), "guess", "the same score"),
    "MSE at the variance": ("1.52", Setting(loss="mse_loss", variance=1.5), "mean", "variance of your targets"),
    "MSE of scaled targets": ("0.998", Setting(loss="mse_loss"), "mean", "If your targets are scaled"),
    "MSE elsewhere": ("3.2", Setting(loss="mse_loss"), "stuck", "variance of your targets"),
    "a focal loss": ("1.865", Setting(loss=FOCAL, classes=10), "guess", "gamma 2"),
    "a focal loss at 2.303": ("2.303", Setting(loss=FOCAL), "stuck", "none of the usual"),
    "a weighted loss": ("2.303", Setting(loss=WEIGHTED), "guess", "Weights do not change that number"),
    "nobody says which loss": ("2.303", Setting(), "guess", "If this is plain cross-entropy"),
    "NaN with CTC": ("nan", Setting(loss="ctc_loss"), "nan", "longer than the input"),
    "NaN with MSE": ("nan", Setting(loss="mse_loss"), "nan", "overflowed"),
    "a negative MSE": ("-1", Setting(loss="mse_loss"), "negative", "cannot be below 0"),
    "a printed tensor": ("tensor(0.6931, grad_fn=<NllLossBackward0>)", Setting(), "guess", "ln 2"),
}


@pytest.mark.parametrize(("text", "setting", "sign", "words"), RECOGNISED.values(), ids=RECOGNISED)
def test_the_number_is_recognised_with_what_else_is_known(text, setting, sign, words):
    found = findings(text, setting)
    assert any(f.sign == sign and words in f.says for f in found), [(f.sign, f.says) for f in found]
    if sign != "negative":
        assert any(sign in cause.signs for cause in causes_for(found, setting.loss))


NARROWED = {
    "MSE is no cross-entropy": ("2.303", "mse_loss", ("ln 10", "classes")),
    "MSE is no BCE": ("0.693", "mse_loss", ("yes-or-no", "½")),
    "MSE ignores no target": ("nan", "mse_loss", ("ignored", "CTC", "longer")),
    "CTC alone has alignments": ("inf", "mse_loss", ("alignment", "probability 0")),
    "a focal loss is no plain one": ("2.303", FOCAL, ("all 10 classes",)),
    "KL is no density": ("-1", "kl_div_loss", ("density", "distance", "BCE")),
    "NLL takes logs": ("1.46", "nll_loss", ("softmax is applied twice",)),
}


@pytest.mark.parametrize(("text", "loss", "words"), NARROWED.values(), ids=NARROWED)
def test_the_chosen_loss_narrows_what_is_listed(text, loss, words):
    said = " ".join(f.says for f in findings(text, Setting(loss=loss)))
    assert not [word for word in words if word in said]


@pytest.mark.parametrize("classes", [2, 3, 4, 10, 37, 100, 1000, 50257])
def test_the_floor_of_softmax_twice_is_pytorchs_for_every_class_count(classes):
    certain = torch.zeros(1, classes, dtype=torch.float64)
    certain[0, 0] = 1.0
    floor = torch.nn.functional.cross_entropy(certain, torch.tensor([0])).item()
    assert twice_floor(classes) == pytest.approx(floor, rel=1e-9)
    assert any(f.sign == "twice" for f in findings(f"{floor:.4f}", Setting(classes=classes)))


def test_an_untrained_network_is_recognised_in_nearly_every_batch():
    """What the tolerance is for: networks of PyTorch's own start, ten classes, batches of 64."""
    torch.manual_seed(0)
    seen = 0
    for _ in range(40):
        net = torch.nn.Sequential(torch.nn.Linear(20, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
        loss = torch.nn.functional.cross_entropy(net(torch.randn(64, 20)), torch.randint(10, (64,))).item()
        seen += any(f.sign == "guess" for f in findings(f"{loss:.4f}", Setting(classes=10, answers=64)))
    assert seen >= 30


def values_of(text: str) -> list[float]:
    return [seen.value for seen in losses_in(text)]


LOGS = {
    "0.693": [0.693],
    "0,6931": [0.6931],
    "0.69 0.68 0.67": [0.69, 0.68, 0.67],
    "0.69, 0.68, nan": [0.69, 0.68, math.nan],
    "[0.69, 0.68]": [0.69, 0.68],
    "0,69; 0,68": [0.69, 0.68],
    "0.69\n0.68\n": [0.69, 0.68],
    "tensor(0.6931, grad_fn=<NllLossBackward0>)": [0.6931],
    "tensor(0.69, device='cuda:0', grad_fn=<A>)\ntensor(0.68, grad_fn=<A>)": [0.69, 0.68],
    "[tensor(0.69), tensor(0.68)]": [0.69, 0.68],
    "Epoch 1/10: loss=0.69 acc=0.5\nEpoch 2/10: loss=0.68 acc=0.6": [0.69, 0.68],
    "Epoch 1 loss: 0.69 Epoch 2 loss: 0.68": [0.69, 0.68],
    "loss: 0.69 - accuracy: 0.5 - val_loss: 0.72": [0.69],
    "train_loss 0.69 val_loss 0.72\ntrain_loss 0.68 val_loss 0.73": [0.69, 0.68],
    '{"epoch": 1, "loss": 0.69}\n{"epoch": 2, "loss": 0.68}': [0.69, 0.68],
    "step,loss\n1,0.69\n2,0.68": [0.69, 0.68],
    "loss,step\n0.69,1\n0.68,2": [0.69, 0.68],
    "1\t0.69\n2\t0.68": [0.69, 0.68],
    "| 1 | 0.69 |\n| 2 | 0.68 |": [0.69, 0.68],
    "NaN": [math.nan],
    "-inf": [-math.inf],
    "1e-3 2e-3": [0.001, 0.002],
}


@pytest.mark.parametrize(("text", "losses"), LOGS.items(), ids=LOGS)
def test_the_losses_in_a_log_are_read(text, losses):
    np.testing.assert_array_equal(values_of(text), losses)


@pytest.mark.parametrize("text", ["", "stuck", "acc 0.5", "0.69 or so", "[]", "1e", "0.6.9", "x" * 200_000])
def test_what_holds_no_loss_is_refused(text):
    with pytest.raises(Refusal):
        losses_in(text)


@pytest.mark.parametrize(
    "text",
    ["tensor(1 " * 10_000, "loss" * 20_000, "0,1" * 30_000, "(" * 90_000, "1 " * 45_000, "-" * 90_000],
    ids=["tensors", "words", "commas", "brackets", "numbers", "signs"],
)
def test_a_long_log_is_answered_soon(text):
    start = time.thread_time()
    try:
        findings(text)
    except Refusal as refusal:
        assert len(str(refusal)) < 200
    assert time.thread_time() - start < 1


def noisy(curve: np.ndarray, noise: float = 0.01) -> str:
    random = np.random.default_rng(0)
    return " ".join(f"{value:.4f}" for value in curve + noise * random.normal(size=curve.size))


EPOCHS = np.arange(30)
COURSES = {
    "at rest": (noisy(np.full(30, 2.303)), "resting"),
    "at rest, without noise": ("0.6931 0.6931 0.6931", "resting"),
    "two numbers": ("0.6931 0.6935", "resting"),
    "falling": (noisy(2.3 - 0.05 * EPOCHS), "falling"),
    "falling, few": ("0.9 0.8 0.7", "falling"),
    "fell and rests": (noisy(0.693 + 1.6 * np.exp(-EPOCHS / 3.0), 0.002), "resting"),
    "rising": (noisy(0.5 + 0.05 * EPOCHS), "rising"),
    "exploding": ("0.1 0.2 0.5 1 2 4 9", "rising"),
    "swinging": ("0.5 3 0.4 3.1 0.5 2.9 0.45 3", "swinging"),
    "ended": ("0.5 0.6 0.9 2 7 nan nan", "ended"),
    "infinite": ("0.5 0.6 inf", "ended"),
}


@pytest.mark.parametrize(("text", "kind"), COURSES.values(), ids=COURSES)
def test_a_series_is_judged_by_its_course(text, kind):
    assert course_of(losses_in(text)).kind == kind


def test_where_a_series_rests_is_recognised_within_its_own_noise():
    found = findings(noisy(np.full(60, 2.303), 0.05))
    assert found[0].says.startswith("It does not move: 60 losses around 2.3")
    assert any("ln 10" in f.says for f in found)
    fell = findings(COURSES["fell and rests"][0])
    assert "fell" in fell[0].says and any("ln 2" in f.says for f in fell)


def test_a_series_that_still_falls_has_no_causes():
    assert not causes_for(findings(COURSES["falling"][0]))


def test_a_series_that_ends_in_nan_says_where_and_lists_the_causes_of_nan():
    found = findings(COURSES["ended"][0])
    assert found[0].says == "Number 6 is NaN, after 7; it had been rising: the steps are too large."
    assert "bad_numbers" in [cause.slug for cause in causes_for(found)]


@pytest.mark.parametrize(("text", "setting", "sign", "words"), RECOGNISED.values(), ids=RECOGNISED)
def test_a_finding_leads_to_numbers_or_an_example_that_its_lesson_takes(text, setting, sign, words):
    for finding in findings(text, setting):
        lesson = LESSONS.get(finding.slug)
        if lesson and finding.values:
            run.by_hand(lesson, finding.values)
        if lesson and finding.example:
            assert finding.example in [example.title for example in lesson.examples]


@pytest.mark.parametrize(
    ("text", "setting"),
    [(t, s) for t, s, sign, _ in RECOGNISED.values() if sign in ("collapsed", "mean")],
    ids=[name for name, (_, _, sign, _) in RECOGNISED.items() if sign in ("collapsed", "mean")],
)
def test_a_collapsed_loss_opens_on_numbers_that_give_it(text, setting):
    for finding in findings(text, setting):
        if finding.values and finding.slug in LESSONS:
            values = {n: np.asarray(v, float) if isinstance(v, list) else v for n, v in finding.values.items()}
            loss = run.by_torch(LESSONS[finding.slug], values)[0]
            assert float(loss) == pytest.approx(float(text.strip()), rel=0.03)
