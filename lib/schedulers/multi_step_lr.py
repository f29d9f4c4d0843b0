"""MultiStepLR: at chosen epochs the learning rate is multiplied by gamma."""

from __future__ import annotations

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import formula, joined
from lib.lesson.pieces import rates
from lib.lesson.scheduler import Scheduler, as_whole
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Step, Steps, Tensor, Try, question
from lib.refusal import Refusal


def check(*, milestones, **_):
    if np.ndim(milestones) != 1:
        raise Refusal("milestones is not a list; expected epochs such as [10, 20].")


def by_hand(lr, epoch, initial_lr, metric, state, *, milestones, gamma) -> Steps:
    """How many milestones have been reached, and the learning rate after that many drops."""
    to_come = milestones[milestones >= 0]  # an epoch below 0 never comes
    drops = yield Step(
        "drops",
        r"k = \text{number of milestones} \le t",
        np.asarray(np.count_nonzero(to_come <= epoch), dtype=np.float64),
        worked=lambda: (
            formula(
                r"\#\{<milestones>\} \le <epoch>",
                milestones=joined((formula("<milestones>", milestones=m) for m in to_come), ", "),
                epoch=epoch,
            )
            if to_come.size
            else formula("0")
        ),
        words="Count the milestones that have been reached; one that is listed twice counts twice.",
    )
    new = yield from rates.after_drops(initial_lr, gamma, drops)
    return new, state


MISTAKES = {
    "one_epoch_behind": Mistake(
        {"drops": lambda given, done: float(sum(m < given["epoch"] for m in given["milestones"]))},
        "You dropped one epoch too late. At the milestone itself the new learning rate is in force.",
    ),
    "forgets_earlier_milestones": Mistake(
        {"drops": lambda given, done: float(given["epoch"] in given["milestones"])},
        "You forgot earlier milestones. Every one that has been reached counts.",
    ),
    "one_epoch_ahead": Mistake(
        {"drops": lambda given, done: float(sum(m <= given["epoch"] + 1 for m in given["milestones"]))},
        "You dropped one epoch too early. The drop comes at the milestone itself.",
    ),
    "counts_a_repeated_one_once": Mistake(
        {"drops": lambda given, done: float(len({m for m in given["milestones"].tolist() if m <= given["epoch"]}))},
        "You counted a milestone once however often it is listed. Each time that it stands there multiplies by gamma "
        "once more.",
        when=lambda given: len(set(given["milestones"].tolist())) < len(given["milestones"]),
    ),
    "gaps_between_drops": Mistake(
        {"drops": lambda given, done: float(np.count_nonzero(np.cumsum(given["milestones"]) <= given["epoch"]))},
        "You took the milestones for distances from one drop to the next. They are epochs, counted from the beginning.",
    ),
    "drops_every_epoch": Mistake(
        {"drops": lambda given, done: float(sum(max(given["epoch"] - m + 1, 0) for m in given["milestones"]))},
        "You dropped in every epoch from the milestone on. A milestone drops once.",
    ),
    **rates.DROP_MISTAKES,
}

LESSON = Scheduler(
    title="MultiStepLR",
    torch=lr_scheduler.MultiStepLR,
    order=4,
    names=("按给定间隔调整学习率", "milestones", "step decay"),
    purpose="At epochs of your choice the learning rate is multiplied by gamma.",
    use_when="You know from earlier runs where the loss stalls: "
    "the classic recipe drops at a half and at three quarters.",
    not_when="You do not know the epochs yet (ReduceLROnPlateau watches for you).",
    formula=r"\gamma_t = \gamma_0\, g^{\#\{m \le t\}}",
    symbols=(
        rates.EPOCH,
        rates.FIRST_AND_NOW,
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
            {"lr": 0.3, "steps": 30, "milestones": [10, 20]},
            "0.3 until epoch 9, 0.03 until 19, then 0.003.",
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
    questions={
        "why": question(
            "Why name the epochs of the drops, and not a step size?",
            (
                "So that they can come at uneven distances, such as late in training.",
                "Often the first drop waits long, and the others follow soon.",
            ),
            ("So that each drop can have a size of its own.", "All of them multiply by the same gamma."),
            ("So that the rate can climb again.", "With a gamma below 1 it only falls."),
        ),
        "without_numbers": question(
            "One milestone is listed twice. There the rate is …",
            ("multiplied by gamma twice", "PyTorch counts how often an epoch is listed."),
            ("multiplied by gamma once", "The list is no set: each mention is a drop."),
            ("refused", "PyTorch takes such a list and drops twice."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "Epochs or batches",
            "The scheduler counts its own step() calls. Called after every batch, milestones mean batches.",
        ),
        Pitfall("A milestone of 0 drops at once", "Already the first epoch has the smaller learning rate."),
    ),
    tries=(
        Try("What if it only halved?", {"gamma": 0.5}),
        Try("What if there were a third drop?", {"milestones": [10, 20, 25]}),
    ),
    check=check,
    build=as_whole("milestones"),
    scales=True,
)
