"""StepLR: every few epochs the learning rate is multiplied by gamma."""

from __future__ import annotations

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.pieces.latex import num
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Try


def check(*, lr, epoch, initial_lr, metric, state, step_size, gamma):
    if step_size == 0:
        raise ValueError("step_size is 0; expected the number of epochs between two drops.")


def by_hand(lr, epoch, initial_lr, metric, state, *, step_size, gamma) -> Steps:
    """How many drops there have been, and the learning rate after them."""
    drops = yield Step(
        "drops",
        r"k = \left\lfloor t / s \right\rfloor",
        np.asarray(epoch // abs(step_size), dtype=np.float64),
        worked=lambda: rf"\left\lfloor {epoch} / {step_size} \right\rfloor",
        words="How many times has a whole step size passed? Divide and drop the rest.",
    )
    new = yield Step(
        "lr",
        r"\gamma_t = \gamma_0\, g^{\,k}",
        initial_lr * gamma**drops,
        worked=lambda: rf"{num(initial_lr)} \cdot {num(gamma)}^{{{num(drops)}}}",
        words="Multiply the first learning rate by gamma, once for every drop.",
    )
    return new, state


MISTAKES = (
    Mistake(
        {"drops": lambda given, done: given["epoch"] / given["step_size"]},
        "You kept the fraction. Between two drops nothing happens: drop the rest.",
    ),
    Mistake(
        {"drops": lambda given, done: (given["epoch"] + 1) // given["step_size"]},
        "You dropped one epoch too early. The first drop comes at epoch step_size itself.",
    ),
    Mistake(
        {"drops": lambda given, done: given["epoch"]},
        "You dropped in every epoch: that is ExponentialLR.",
    ),
    Mistake(
        {"lr": lambda given, done: given["initial_lr"] * given["gamma"] * done["drops"]},
        "You multiplied by the number of drops. Gamma is taken to that power.",
    ),
)

LESSON = Scheduler(
    title="StepLR",
    torch=lr_scheduler.StepLR,
    order=3,
    names=("等间隔调整学习率", "step decay", "staircase"),
    purpose="Every few epochs the learning rate is multiplied by gamma.",
    use_when="You train image networks for a fixed number of epochs and want the classic staircase.",
    not_when="The drops should come at epochs of your own choice (MultiStepLR) or gently (CosineAnnealingLR).",
    formula=r"\gamma_t = \gamma_0\, g^{\lfloor t/s \rfloor}",
    symbols=(
        (r"t", "the epoch, from 0"),
        (r"\gamma_0, \gamma_t", "the optimizer's learning rate, and that of epoch t"),
        (r"s", "step_size: epochs between two drops"),
        (r"g", "gamma: what each drop multiplies by"),
        (r"k", "how many drops there have been"),
    ),
    parameters=(
        Number("step_size", 10, "Epochs between two drops.", (1, 7), integer=True),
        Number("gamma", 0.1, "What each drop multiplies by.", (0.5, 1.0)),
    ),
    examples=(
        Example("A drop every ten epochs", {"lr": 0.1, "steps": 30, "step_size": 10}, "0.1, then 0.01, then 0.001."),
        Example("Halved every five", {"lr": 0.1, "steps": 30, "step_size": 5, "gamma": 0.5}, "A gentler staircase."),
        Example(
            "Every epoch",
            {"lr": 0.1, "steps": 30, "step_size": 1, "gamma": 0.9},
            "With step_size 1 it is ExponentialLR.",
        ),
    ),
    by_hand=by_hand,
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "Epochs or batches",
            "The scheduler counts its own step() calls. Called after every batch, step_size means batches.",
        ),
        Pitfall(
            "The optimizer steps first",
            "Call optimizer.step(), then scheduler.step(); the other way round PyTorch warns, and the first learning "
            "rate is lost.",
        ),
        Pitfall(
            "step_size=0",
            "Nothing can be divided by it.",
            error="integer modulo by zero",
            values={"step_size": 0},
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: StepLR",
            "https://docs.pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.StepLR.html",
        ),
    ),
    tries=(Try("What if it dropped twice as often?", {"step_size": 5}), Try("What if it only halved?", {"gamma": 0.5})),
    check=check,
    scales=True,
)
