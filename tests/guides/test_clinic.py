"""The clinic's lines really tell a sick training loop from a healthy one, and its numbers are PyTorch's."""

from __future__ import annotations

import io
import math
import textwrap
import warnings
from contextlib import redirect_stdout

import numpy as np
import pytest

from lib.catalog import LESSONS
from lib.guides import clinic, stuck
from lib.guides.stuck import Setting
from lib.lesson import run

HEALTHY = """
import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(16, 4)
y = x[:, :3].argmax(1)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()
"""
YES_NO = """
y = torch.randint(2, (16, 3)).float()
loss_fn = nn.BCEWithLogitsLoss()
"""
PROBABILITIES = """
model = nn.Sequential(nn.Linear(4, 3), nn.Sigmoid())
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
y, loss_fn = torch.randint(2, (16, 3)).float(), nn.BCELoss()
"""
LOGS = """
model = nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.NLLLoss()
"""
SHARED = """
y, loss_fn = torch.full((16, 3), 1 / 3), nn.KLDivLoss(reduction="batchmean")
model = nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""
REGRESSION = "y, loss_fn = torch.randn(16, 3), nn.MSELoss()\n"
DISTANCES = """
class Distance(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Linear(4, 1)
    def forward(self, x):
        return self.scale(x).squeeze(1).abs()
model, y = Distance(), torch.tensor([1.0, -1.0] * 8)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss_fn = nn.HingeEmbeddingLoss()
"""
SPREAD = """
class Gaussian(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean, self.least = nn.Linear(4, 1), 1.5
    def forward(self, x):
        return self.mean(x), torch.full((16, 1), self.least)
model, y, gaussian = Gaussian(), torch.randn(16, 1), nn.GaussianNLLLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss_fn = lambda output, y: gaussian(output[0], y, output[1])
"""
FRAMES = """
x, y = torch.randn(4, 6, 5), torch.tensor([[1, 2, 3], [1, 1, 0], [3, 2, 0], [2, 2, 1]])
target_lengths, input_lengths = torch.tensor([3, 2, 2, 3]), torch.full((4,), 6)
model, ctc = nn.Linear(5, 4), nn.CTCLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss_fn = lambda output, y: ctc(output.log_softmax(2).transpose(0, 1), y, input_lengths, target_lengths)
"""
COUNTS = """
model, y, loss_fn = nn.Linear(4, 1), torch.randint(0, 5, (16, 1)).float(), nn.PoissonNLLLoss(full=True)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
"""

# cause -> what makes the loop sick, and what the healthy loop of that loss starts from
SICK = {
    "softmax_twice": ("model.append(nn.Softmax(1))", ""),
    "sigmoid_twice": ("model.append(nn.Sigmoid())", YES_NO),
    "not_held": ("model[2] = nn.Linear(8, 3)", ""),
    "no_gradient": ("model[0].requires_grad_(False)", ""),
    "tiny_step": ("optimizer = torch.optim.SGD(model.parameters(), lr=1e-9)", ""),
    "large_step": ("optimizer = torch.optim.SGD(model.parameters(), lr=300.0)", ""),
    "stale_gradients": ("optimizer.zero_grad = lambda: None", ""),
    "same_input": ("x = x / 255 / 255", ""),
    "same_output": ("nn.init.zeros_(model[2].weight)", ""),
    "majority": ("y = torch.tensor([0] * 15 + [1]); model[2].bias.data = torch.tensor([9.0, 0, 0])", ""),
    "broadcast": ("y = y[:, :1].squeeze(1)[:3]", REGRESSION),
    "summed": ("loss_fn = nn.CrossEntropyLoss(reduction='sum')", ""),
    "cannot_learn": ("x = torch.ones_like(x)", ""),
    "bad_numbers": ("x[3, 2] = float('nan')", ""),
    "broken_weights": ("model[0].weight.data[0, 0] = float('nan')", ""),
    "all_ignored": ("y = torch.full_like(y, -100)", ""),
    "zero_weights": ("y = y * 0; loss_fn = nn.CrossEntropyLoss(weight=torch.tensor([0.0, 1, 1]))", ""),
    "exploding": ("x = x * 1e6; model = nn.Linear(4, 3); optimizer = torch.optim.SGD(model.parameters(), lr=1.0)", ""),
    "infinite_scores": ("x[0] = float('inf'); model = nn.Linear(4, 3)", ""),
    "log_of_zero": ("x = x * 1e4; model = nn.Linear(4, 3)", ""),
    "exp_overflow": ("x = x * 1e4; model = nn.Linear(4, 3)", ""),
    "infinite_slope": ("loss_fn = lambda output, y: (output - output.detach()).pow(2).sum().sqrt()", ""),
    "too_long": ("input_lengths = torch.tensor([3, 2, 6, 6])", FRAMES),
    "ruled_out": ("model = nn.Sequential(model[0], nn.Threshold(-0.9, -torch.inf))", SHARED),
    "not_logs": ("model = model[:1]", LOGS),
    "target_range": ("y = y * 2 - 1", YES_NO),
    "density": ("model.least = 0.5", SPREAD),
    "left_out_term": ("loss_fn = nn.PoissonNLLLoss()", COUNTS),
    "no_distance": ("model.forward = lambda x: -model.scale(x).squeeze(1).abs()", DISTANCES),
    "certain_and_wrong": ("x = x * 1e4", PROBABILITIES),
    "one_output": ("model, y = nn.Linear(4, 1), y * 0", ""),
    "leak": ("x[:, 2] = y", ""),
    "margin_kept": ("y = -torch.ones(16); loss_fn = nn.HingeEmbeddingLoss(margin=1e-9)", DISTANCES),
}
HEAD = """
for _ in range({rounds}):
    optimizer.zero_grad()
    output = model(x)
    loss = loss_fn(output, y)
"""
TAIL = {
    clinic.AFTER_LOSS: "{code}\nloss.backward()\noptimizer.step()\n",
    clinic.BEFORE_STEP: "loss.backward()\n{code}\noptimizer.step()\n",
    clinic.FOR_STEP: "loss.backward()\n{code}\n",
}


def said_in_a_loop(cause: clinic.Cause, setup: str) -> str:
    """What the cause's lines print in the last round of a training loop."""
    body = textwrap.indent(TAIL[cause.place].format(code=cause.code), "    ")
    rounds = 2 if cause.slug == "stale_gradients" else 1
    printed = io.StringIO()
    with warnings.catch_warnings(), redirect_stdout(printed):
        warnings.simplefilter("ignore")  # PyTorch warns about a broadcast target: that is what the lines look for
        exec(HEALTHY + setup + HEAD.format(rounds=rounds) + body, {})
    return printed.getvalue().splitlines()[-1]


def test_every_cause_is_tried_on_a_sick_and_a_healthy_loop():
    assert list(SICK) == [cause.slug for cause in clinic.CAUSES]


@pytest.mark.parametrize("cause", clinic.CAUSES, ids=lambda cause: cause.slug)
def test_the_lines_find_the_cause_and_nothing_in_a_healthy_loop(cause):
    sickness, start = SICK[cause.slug]
    assert said_in_a_loop(cause, start + sickness).startswith("found it")
    assert said_in_a_loop(cause, start).startswith("not it")


@pytest.mark.parametrize("cause", clinic.CAUSES, ids=lambda cause: cause.slug)
def test_the_lines_are_at_most_five_and_fit_a_loop(cause):
    assert len(cause.code.splitlines()) <= 5
    assert max(map(len, cause.code.splitlines())) <= 120
    assert cause.place in clinic.LOOP


@pytest.mark.parametrize("cause", [c for c in clinic.CAUSES if c.lesson in LESSONS], ids=lambda cause: cause.slug)
def test_a_cause_opens_a_lesson_on_an_example_that_exists(cause):
    lesson = LESSONS[cause.lesson]
    assert not cause.example or cause.example in [example.title for example in lesson.examples]
    if cause.values:
        run.by_hand(lesson, cause.values)


SHARES = (0.9, 0.1)
RECOGNISED = [
    ("0.3251", Setting(shares=SHARES), "shares", "entropy"),
    ("0.8018", Setting(shares=(0.7, 0.2, 0.1)), "shares", "entropy"),
    ("6.9078", Setting(classes=1000), "guess", "cross_entropy_loss"),
    ("2.3026", Setting(), "guess", "cross_entropy_loss"),
    ("1.4612", Setting(classes=10), "twice", "cross_entropy_loss"),
    ("0.3133", Setting(), "twice", "cross_entropy_loss"),
    ("3.125", Setting(), "clamped", "bce_loss"),
    ("9.375", Setting(answers=32), "clamped", "bce_loss"),
    ("20", Setting(loss="bce_loss", answers=5), "clamped", "bce_loss"),
    ("1", Setting(loss="triplet_margin_loss"), "collapsed", "triplet_margin_loss"),
    ("nan", Setting(), "nan", "cross_entropy_loss"),
    ("inf", Setting(loss="kl_div_loss"), "infinite", "kl_divergence"),
    ("-0.4", Setting(loss="poisson_nll_loss"), "negative", "poisson_nll_loss"),
    ("0", Setting(), "zero", "hinge_embedding_loss"),
]


@pytest.mark.parametrize(("text", "setting", "sign", "slug"), RECOGNISED, ids=[f"{r[0]} {r[2]}" for r in RECOGNISED])
def test_the_sign_is_recognised_and_has_causes_to_test(text, setting, sign, slug):
    found = stuck.findings(text, setting)
    assert any(f.sign == sign and f.slug == slug for f in found)
    assert any(sign in cause.signs for cause in clinic.causes_for(found, setting.loss))


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("0.5", Setting()),
        ("0.3251", Setting(shares=SHARES)),
        ("1.0986", Setting()),
        ("0.3133", Setting()),
        ("1.4612", Setting()),
        ("100", Setting()),
        ("12.5", Setting()),
        ("60", Setting(answers=5)),
    ],
    ids=str,
)
def test_the_lesson_opens_on_numbers_that_give_the_typed_loss(text, setting):
    found = stuck.findings(text, setting)
    shown = [torch_value(f.slug, f.values) for f in found if f.values]
    assert any(np.isclose(value, float(text), atol=5e-4) for value in shown)


def torch_value(slug, values):
    kinds = {t.name: t.kind for t in LESSONS[slug].tensors}
    arrays = {
        name: np.asarray(v, dtype=float) if kinds.get(name) == "float" and not np.isscalar(v) else v
        for name, v in values.items()
    }
    return float(run.by_torch(LESSONS[slug], arrays)[0])


@pytest.mark.parametrize("finding", stuck.NAN, ids=lambda finding: finding.slug)
def test_what_is_said_to_give_nan_gives_nan_where_it_has_numbers(finding):
    assert finding.values is None or math.isnan(torch_value(finding.slug, finding.values))


def test_other_classes_than_typed_are_not_recognised():
    assert {f.sign for f in stuck.findings("1.0986", Setting(classes=10))} == {"stuck"}
    assert "better" in stuck.findings("1.0986", Setting(classes=10))[0].says
    assert "worse than knowing nothing" in stuck.findings("4.5", Setting(classes=10))[0].says


def test_findings_of_the_chosen_loss_come_first():
    assert stuck.findings("-1", Setting(loss="kl_div_loss"))[0].slug == "kl_div_loss"


def test_causes_of_other_losses_are_left_out():
    slugs = [cause.slug for cause in clinic.causes_for(stuck.findings("nan"), "mse_loss")]
    assert "all_ignored" not in slugs
    assert "bad_numbers" in slugs
