"""ConstantLR: a part of the learning rate for the first epochs, then all of it."""

from __future__ import annotations

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import formula
from lib.lesson.pieces import rates
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, factor, **_):
    if factor > 1 or factor < 0:
        raise Refusal("factor is {factor:g}; expected a part from 0 to 1 of the learning rate.", factor=factor)


def by_hand(lr, epoch, initial_lr, metric, state, *, factor, total_iters) -> Steps:
    """Epoch 0 multiplies by the factor, epoch total_iters divides by it again."""
    if epoch not in (0, total_iters):
        new = yield from rates.unchanged(lr, "Nothing happens in this epoch.")
        return new, state
    if epoch and factor == 0:
        raise Refusal("factor is 0, and in epoch {epoch} torch divides by it; expected more than 0.", epoch=epoch)
    new = yield Step(
        "lr",
        r"\gamma_0^{\text{now}} = f\, \gamma_0" if epoch == 0 else r"\gamma_t = \frac{1}{f}\, \gamma_{t-1}",
        np.asarray(lr * factor if epoch == 0 else lr * (1.0 / factor)),
        worked=lambda: formula(
            r"<factor> \cdot <old>" if epoch == 0 else r"\frac{<old>}{<factor>}", factor=factor, old=lr
        ),
        words="Start with a part of the learning rate: multiply by the factor."
        if epoch == 0
        else "The waiting is over: divide by the factor, which gives the whole learning rate back.",
    )
    return new, state


def at_the_end(given):
    return given["epoch"] == given["total_iters"]


MISTAKES = {
    "forgets_lr": Mistake(
        {"lr": lambda given, done: done["lr"] / given["initial_lr"]},
        "You left the learning rate out: this is the factor alone.",
        when=lambda given: given["initial_lr"] not in (0, 1),
    ),
    "takes_a_share_of_the_factor_off": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * (1 - given["factor"])},
        "You took the share off. The factor is what is left.",
        when=lambda given: given["epoch"] < given["total_iters"] and given["factor"] != 0.5,
    ),
    "whole_rate_at_once": Mistake(
        {"lr": lambda given, done: given["initial_lr"]},
        "You took the whole learning rate. Until total_iters it is multiplied by the factor.",
        when=lambda given: given["epoch"] < given["total_iters"],
    ),
    "one_epoch_early": Mistake(
        {"lr": lambda given, done: given["initial_lr"]},
        "You gave the whole rate back one epoch too early. The first epoch with all of it is total_iters.",
        when=lambda given: given["epoch"] > 0 and given["epoch"] == given["total_iters"] - 1,
    ),
    "multiplies_every_epoch": Mistake(
        {"lr": lambda given, done: given["lr"] * given["factor"]},
        "You multiplied once more. In epoch 0 the factor comes in; after that nothing happens until total_iters.",
        when=lambda given: 0 < given["epoch"] < given["total_iters"],
    ),
    "whole_rate_times_the_factor": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * given["factor"]},
        "You went on multiplying by the factor. From total_iters on the whole rate counts.",
        when=lambda given: given["epoch"] > given["total_iters"],
    ),
    "divides_by_the_factor": Mistake(
        {"lr": lambda given, done: given["initial_lr"] / given["factor"]},
        "You divided by the factor. At first it multiplies.",
        when=lambda given: given["epoch"] < given["total_iters"] and given["factor"] not in (0, 1),
    ),
    "multiplies_again": Mistake(
        {"lr": lambda given, done: given["factor"] * given["lr"]},
        "You multiplied again. In this epoch the factor is taken out.",
        when=at_the_end,
    ),
    "leaves_the_rate": Mistake(
        {"lr": lambda given, done: given["lr"]},
        "You left it as it is. In this epoch the factor is taken out.",
        when=at_the_end,
    ),
}

LESSON = Scheduler(
    title="ConstantLR",
    torch=lr_scheduler.ConstantLR,
    order=5,
    names=("常数因子学习率", "constant factor", "warm-up"),
    purpose="For the first epochs a part of the learning rate, then all of it.",
    use_when="The first epochs should be careful and you want no curve; mostly as a part of SequentialLR.",
    not_when="The warm-up should be gradual (LinearLR).",
    formula=r"\gamma_t = f\, \gamma_0 \text{ while } t < T, \text{ then } \gamma_0",
    symbols=(
        rates.EPOCH,
        rates.FIRST_AND_NOW,
        (r"f", "factor"),
        (r"T", "total_iters: the first epoch with the whole learning rate"),
    ),
    parameters=(
        Number("factor", 1.0 / 3, "The part of the learning rate to start with.", (0.5, 1.0)),
        Number("total_iters", 5, "From this epoch on all of it.", (1, 12), integer=True),
    ),
    examples=(
        Example("A third for five epochs", {"lr": 0.3, "steps": 15}, "0.1 in epochs 0 to 4, then 0.3."),
        Example("A half for two", {"lr": 0.1, "steps": 10, "factor": 0.5, "total_iters": 2}, "0.05 twice, then 0.1."),
        Example(
            "Never the whole",
            {"lr": 0.1, "steps": 10, "total_iters": 20},
            "Training that ends before total_iters never sees the whole rate.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why begin with a factor below 1?",
            (
                "It is a warm-up: early gradients are not to be trusted yet.",
                "Averages and statistics in the network have to settle first.",
            ),
            ("So that the rate ends above the first one.", "It ends at the first one exactly."),
            ("So that an epoch takes less time.", "Shorter steps take just as long."),
        ),
        "without_numbers": question(
            "total_iters epochs are over. The rate …",
            ("jumps to the optimizer's own and stays there", "The factor counts only before."),
            ("climbs to the optimizer's own little by little", "That is LinearLR."),
            ("is multiplied by the factor once more", "The factor is taken away again, not put on."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "A factor above 1",
            "It is meant for starting low.",
            error="Constant multiplicative factor expected to be between 0 and 1.",
            values={"factor": 1.5},
        ),
        Pitfall(
            "A factor of 0",
            "It is taken at first; in epoch total_iters torch divides by it and stops with a ZeroDivisionError.",
        ),
    ),
    tries=(Try("What if it started with a tenth?", {"factor": 0.1}),),
    check=check,
)
