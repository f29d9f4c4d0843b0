"""MultiStepLR: at chosen epochs the learning rate is multiplied by gamma."""

from __future__ import annotations

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.pieces.latex import joined, num
from lib.lesson.scheduler import Scheduler, as_whole
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Tensor, Try


def check(*, lr, epoch, initial_lr, metric, state, milestones, gamma):
    if np.ndim(milestones) != 1:
        raise ValueError("milestones is not a list; expected epochs such as [10, 20].")


def by_hand(lr, epoch, initial_lr, metric, state, *, milestones, gamma) -> Steps:
    """How many milestones have been reached, and the learning rate after that many drops."""
    reached = yield Step(
        "drops",
        r"k = \text{number of milestones} \le t",
        np.asarray(sum(m <= epoch for m in milestones[milestones >= 0]), dtype=np.float64),
        worked=lambda: rf"\#\{{{joined((num(m) for m in milestones), ', ')}\}} \le {epoch}",
        words="Count the milestones that have been reached; one that is listed twice counts twice.",
    )
    new = yield Step(
        "lr",
        r"\gamma_t = \gamma_0\, g^{\,k}",
        initial_lr * gamma**reached,
        worked=lambda: rf"{num(initial_lr)} \cdot {num(gamma)}^{{{num(reached)}}}",
        words="Multiply the first learning rate by gamma, once for every drop.",
    )
    return new, state


MISTAKES = (
    Mistake(
        {"drops": lambda given, done: float(sum(m < given["epoch"] for m in given["milestones"]))},
        "You dropped one epoch too late. At the milestone itself the new learning rate is in force.",
    ),
    Mistake(
        {"drops": lambda given, done: float(given["epoch"] in given["milestones"])},
        "You forgot earlier milestones. Every one that has been reached counts.",
    ),
    Mistake(
        {"lr": lambda given, done: given["initial_lr"] * given["gamma"] * done["drops"]},
        "You multiplied by the number of drops. Gamma is taken to that power.",
    ),
)

LESSON = Scheduler(
    title="MultiStepLR",
    torch=lr_scheduler.MultiStepLR,
    order=4,
    names=("按给定间隔调整学习率", "milestones", "step decay"),
    purpose="At epochs of your choice the learning rate is multiplied by gamma.",
    use_when="You know from earlier runs where the loss stalls: the classic recipe drops at a half and at three "
    "quarters.",
    not_when="You do not know the epochs yet (ReduceLROnPlateau watches for you).",
    formula=r"\gamma_t = \gamma_0\, g^{\#\{m \le t\}}",
    symbols=(
        (r"t", "the epoch, from 0"),
        (r"\gamma_0, \gamma_t", "the optimizer's learning rate, and that of epoch t"),
        (r"m", "a milestone"),
        (r"g", "gamma: what each drop multiplies by"),
        (r"k", "how many milestones have been reached"),
    ),
    parameters=(
        Tensor("milestones", "the epochs at which the learning rate drops", "(drops)", kind="index", default=[10, 20]),
        Number("gamma", 0.1, "What each drop multiplies by.", (0.5,)),
    ),
    examples=(
        Example(
            "Two drops",
            {"lr": 0.1, "steps": 30, "milestones": [10, 20]},
            "0.1 until epoch 9, 0.01 until 19, then 0.001.",
        ),
        Example(
            "A milestone listed twice",
            {"lr": 0.1, "steps": 20, "milestones": [5, 5, 12], "gamma": 0.5},
            "At epoch 5 it drops twice.",
        ),
        Example(
            "Out of order",
            {"lr": 0.1, "steps": 20, "milestones": [12, 4], "gamma": 0.5},
            "The order of the list does not matter.",
        ),
    ),
    by_hand=by_hand,
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "Epochs or batches",
            "The scheduler counts its own step() calls. Called after every batch, milestones mean batches.",
        ),
        Pitfall("A milestone of 0 drops at once", "Already the first epoch has the smaller learning rate."),
    ),
    references=(
        Reference(
            "PyTorch documentation: MultiStepLR",
            "https://docs.pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.MultiStepLR.html",
        ),
    ),
    tries=(
        Try("What if it only halved?", {"gamma": 0.5}),
        Try("What if there were a third drop?", {"milestones": [10, 20, 25]}),
    ),
    check=check,
    build=as_whole("milestones"),
    scales=True,
)
