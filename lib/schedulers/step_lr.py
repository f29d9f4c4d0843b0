"""StepLR: every few epochs the learning rate is multiplied by gamma."""

from __future__ import annotations

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import alone, formula
from lib.lesson.pieces import rates
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, step_size, **_):
    if step_size == 0:
        raise Refusal("step_size is 0; expected the number of epochs between two drops.")


def by_hand(lr, epoch, initial_lr, metric, state, *, step_size, gamma) -> Steps:
    """How many drops there have been, and the learning rate after them."""
    drops = yield Step(
        "drops",
        r"k = \left\lfloor t / s \right\rfloor",
        np.asarray(epoch // abs(step_size), dtype=np.float64),
        worked=lambda: formula(
            r"\left\lfloor <epoch> / <step_size> \right\rfloor"
            if step_size > 0
            else r"\left\lfloor <epoch> / |<step_size>| \right\rfloor",
            epoch=epoch,
            step_size=alone(step_size),
        ),
        words="How many times has a whole step size passed? Divide and drop the rest.",
    )
    new = yield from rates.after_drops(initial_lr, gamma, drops)
    return new, state


MISTAKES = {
    "keeps_the_fraction": Mistake(
        {"drops": lambda given, done: given["epoch"] / given["step_size"]},
        "You kept the fraction. Between two drops nothing happens: drop the rest.",
    ),
    "one_epoch_ahead": Mistake(
        {"drops": lambda given, done: (given["epoch"] + 1) // given["step_size"]},
        "You dropped one epoch too early. The first drop comes at epoch step_size itself.",
    ),
    "drops_every_epoch": Mistake(
        {"drops": lambda given, done: given["epoch"]},
        "You dropped in every epoch: that is ExponentialLR.",
    ),
    "one_epoch_behind": Mistake(
        {"drops": lambda given, done: max(given["epoch"] - 1, 0) // given["step_size"]},
        "You dropped one epoch too late. The first drop comes at epoch step_size itself.",
    ),
    "drops_in_epoch_0": Mistake(
        {"drops": lambda given, done: done["drops"] + 1},
        "You dropped in epoch 0 already, since 0 is a multiple of step_size too. "
        "The first drop comes at epoch step_size.",
    ),
    "rounds_to_the_nearest": Mistake(
        {"drops": lambda given, done: np.round(given["epoch"] / given["step_size"])},
        "You rounded to the nearest whole number, so the drops come half a stair too early. Round down: // does.",
    ),
    **rates.DROP_MISTAKES,
}

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
        rates.EPOCH,
        rates.FIRST_AND_NOW,
        (r"s", "step_size: epochs between two drops"),
        (r"g", "gamma: what each drop multiplies by"),
        (r"k", "how many drops there have been"),
    ),
    parameters=(
        Number("step_size", 10, "Epochs between two drops.", (1, 7), integer=True),
        Number("gamma", 0.1, "What each drop multiplies by.", (0.5, 1.0)),
    ),
    examples=(
        Example("A drop every ten epochs", {"lr": 0.3, "steps": 30, "step_size": 10}, "0.3, then 0.03, then 0.003."),
        Example("Halved every five", {"lr": 0.1, "steps": 30, "step_size": 5, "gamma": 0.5}, "A gentler staircase."),
        Example(
            "Every epoch",
            {"lr": 0.1, "steps": 30, "step_size": 1, "gamma": 0.9},
            "With step_size 1 it is ExponentialLR.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is the fraction dropped when the epoch is divided by step_size?",
            (
                "So that nothing changes between two drops: stairs, and no slope.",
                "With the fraction kept, the rate would fall a little in every epoch.",
            ),
            ("Because epochs are whole numbers.", "Both are, but their quotient need not be."),
            ("So that the rate never reaches 0.", "It does not anyway, however often it is multiplied by gamma."),
        ),
        "without_numbers": question(
            "step_size doubles. After many epochs the rate is …",
            ("higher: there were about half as many drops", "Each drop still multiplies by the same gamma."),
            ("half as high", "step_size says when it drops; gamma says by how much."),
            ("the same: the drops only come later", "Later drops are fewer drops by any given epoch."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "Epochs or batches",
            "The scheduler counts its own step() calls. Called after every batch, step_size means batches.",
        ),
        Pitfall(
            "The optimizer steps first",
            "Call optimizer.step(), then scheduler.step(); "
            "the other way round PyTorch warns, and the first learning rate is lost.",
        ),
        Pitfall(
            "step_size=0",
            "Nothing can be divided by it.",
            error="integer modulo by zero",
            values={"step_size": 0},
        ),
    ),
    tries=(Try("What if it dropped twice as often?", {"step_size": 5}), Try("What if it only halved?", {"gamma": 0.5})),
    check=check,
    scales=True,
)
