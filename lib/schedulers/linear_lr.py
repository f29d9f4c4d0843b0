"""LinearLR: the learning rate moves in a straight line from one part of it to another."""

from __future__ import annotations

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import formula
from lib.lesson.pieces import rates
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, start_factor, end_factor, **_):
    if start_factor > 1 or start_factor <= 0:
        raise Refusal("start_factor is {factor:g}; expected more than 0, and 1 at most.", factor=start_factor)
    if end_factor > 1 or end_factor < 0:
        raise Refusal("end_factor is {factor:g}; expected a part from 0 to 1.", factor=end_factor)


def by_hand(lr, epoch, initial_lr, metric, state, *, start_factor, end_factor, total_iters) -> Steps:
    """The part of the learning rate in this epoch, on the line from the first to the last."""
    if epoch and epoch > total_iters:
        new = yield from rates.unchanged(lr, "The line has ended: nothing changes.")
        return new, state
    share = yield Step(
        "share",
        r"f_t = f_a + (f_b - f_a)\, \frac{t}{T}",
        np.asarray(start_factor + (end_factor - start_factor) * (epoch / total_iters if epoch else 0.0)),
        worked=lambda: formula(
            r"<start_factor> + (<end_factor> - <start_factor>) \cdot \frac{<epoch>}{<total_iters>}"
            if total_iters
            else "<start_factor>",
            start_factor=start_factor,
            end_factor=end_factor,
            epoch=epoch,
            total_iters=total_iters,
        ),
        words="How far is this epoch? Go that part of the way from the first factor to the last.",
        called="factor of this epoch",
    )
    new = yield Step(
        "lr",
        r"\gamma_t = f_t\, \gamma_0",
        initial_lr * share,
        worked=lambda: formula(r"<share> \cdot <initial_lr>", share=share, initial_lr=initial_lr),
        words="Multiply the optimizer's learning rate by it.",
    )
    return new, state


def within(given):
    return given["epoch"] <= given["total_iters"]


def line(given, share):
    """The factor when that share of the way is behind."""
    return given["start_factor"] + (given["end_factor"] - given["start_factor"]) * share


MISTAKES = {
    "forgets_lr": Mistake(
        {"lr": lambda given, done: done["lr"] / given["initial_lr"]},
        "You left the learning rate out: this is the factor alone.",
        when=lambda given: given["initial_lr"] not in (0, 1),
    ),
    "starts_from_nothing": Mistake(
        {"share": lambda given, done: given["epoch"] / given["total_iters"]},
        "You started from 0. The line starts at start_factor.",
        when=within,
    ),
    "one_epoch_ahead": Mistake(
        {
            "share": lambda given, done: (
                given["start_factor"]
                + (given["end_factor"] - given["start_factor"]) * (given["epoch"] + 1) / given["total_iters"]
            )
        },
        "You are one epoch ahead: epoch 0 has start_factor itself.",
        when=within,
    ),
    "starts_from_nothing_at_1": Mistake(
        {"share": lambda given, done: min((given["epoch"] + 1) / given["total_iters"], 1.0)},
        "You warmed up with (t + 1) / T. The line starts at start_factor, in epoch 0.",
        when=within,
    ),
    "one_epoch_behind": Mistake(
        {"share": lambda given, done: line(given, max(given["epoch"] - 1, 0) / given["total_iters"])},
        "You are one epoch behind: in epoch 1 the first step along the line has been made.",
        when=within,
    ),
    "ends_one_epoch_early": Mistake(
        {"share": lambda given, done: line(given, min(given["epoch"] / (given["total_iters"] - 1), 1.0))},
        "You spread the line over total_iters epochs, both ends included, so it ends one epoch too early. It has "
        "total_iters steps, and so total_iters + 1 epochs.",
        when=lambda given: within(given) and given["total_iters"] > 1,
    ),
    "ends_one_epoch_late": Mistake(
        {"share": lambda given, done: line(given, given["epoch"] / (given["total_iters"] + 1))},
        "Your line ends one epoch too late. It reaches end_factor in epoch total_iters.",
        when=within,
    ),
    "grows_exponentially": Mistake(
        {
            "share": lambda given, done: (
                given["start_factor"]
                * (max(given["end_factor"], 1e-12) / given["start_factor"]) ** (given["epoch"] / given["total_iters"])
            )
        },
        "You multiplied by the same factor each epoch, which is a curve. A line adds the same amount each epoch.",
        when=lambda given: within(given) and given["start_factor"] != 0,
    ),
    "ends_swapped": Mistake(
        {"share": lambda given, done: line(given, 1 - given["epoch"] / given["total_iters"])},
        "You swapped the two ends: the line starts at start_factor.",
        when=within,
    ),
    "adds_the_whole_end": Mistake(
        {
            "share": lambda given, done: (
                given["start_factor"] + given["end_factor"] * given["epoch"] / given["total_iters"]
            )
        },
        "You added too much: from start to end it is end_factor minus start_factor.",
        when=within,
    ),
    "factors_as_rates": Mistake(
        {
            "lr": lambda given, done: (
                given["start_factor"]
                + (given["initial_lr"] * given["end_factor"] - given["start_factor"])
                * min(given["epoch"] / given["total_iters"], 1.0)
            )
        },
        "You took the factors for learning rates: the line runs from start_factor to lr. They are parts of lr, so "
        "multiply them by it.",
    ),
    "full_rate_afterwards": Mistake(
        {"lr": lambda given, done: given["initial_lr"]},
        "You went back to lr after the line. It stays at its last point, end_factor · lr.",
        when=lambda given: given["epoch"] >= given["total_iters"],
    ),
    "goes_on_for_ever": Mistake(
        {"lr": lambda given, done: line(given, given["epoch"] / given["total_iters"]) * given["initial_lr"]},
        "You let the line run on beyond total_iters. From that epoch on the learning rate stays as it is.",
        when=lambda given: given["epoch"] > given["total_iters"],
    ),
    "from_the_last_rate": Mistake(
        {"lr": lambda given, done: given["lr"] * done["share"]},
        "You multiplied the last learning rate. The factor belongs to the optimizer's own.",
        when=lambda given: within(given) and rates.later(given),
    ),
}

LESSON = Scheduler(
    title="LinearLR",
    torch=lr_scheduler.LinearLR,
    order=6,
    names=("线性学习率", "线性预热", "linear warm-up", "linear decay"),
    purpose="The learning rate moves in a straight line from one part of it to another.",
    use_when="You want a warm-up: "
    "large batches, and transformers, diverge when they start with the whole learning rate.",
    not_when="It should come down at the end as well: put it before another one in SequentialLR.",
    formula=r"\gamma_t = \gamma_0 \left(f_a + (f_b - f_a)\, \frac{\min(t, T)}{T}\right)",
    symbols=(
        rates.EPOCH,
        rates.FIRST_AND_NOW,
        (r"f_a, f_b", "start_factor and end_factor"),
        (r"T", "total_iters: the epoch in which the line ends"),
        (r"f_t", "the part of the learning rate in epoch t"),
    ),
    parameters=(
        Number("start_factor", 1.0 / 3, "The part to start with.", (0.1, 1.0)),
        Number("end_factor", 1.0, "The part to end with.", (0.5, 0.0)),
        Number("total_iters", 5, "The epoch in which the line ends.", (1, 12), integer=True),
    ),
    examples=(
        Example("Warm-up from a third", {"lr": 0.3, "steps": 12}, "0.1 in epoch 0, 0.3 from epoch 5 on."),
        Example(
            "From a tenth in ten", {"lr": 0.1, "steps": 20, "start_factor": 0.1, "total_iters": 10}, "A gentle start."
        ),
        Example(
            "Down to nothing",
            {"lr": 0.1, "steps": 15, "start_factor": 1.0, "end_factor": 0.0, "total_iters": 10},
            "The other way round: linear decay.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why climb along a line, and not at one jump?",
            (
                "The optimizer's averages follow, and no single step comes as a shock.",
                "ConstantLR jumps: its last warm-up step and the first full one are far apart.",
            ),
            ("Because a line ends at a lower rate.", "Both end at the rate that you set."),
            ("Because a jump cannot be written in PyTorch.", "It can: that is ConstantLR."),
        ),
        "without_numbers": question(
            "start_factor and end_factor are the same. The rate …",
            ("is that factor times the first one, for ever", "end_factor goes on counting when the line has ended."),
            ("returns to the first one after total_iters", "ConstantLR does. Here end_factor stays."),
            ("falls to 0", "The line is level: nothing moves."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "A start of 0",
            "torch computes each rate from the last one, so a start of 0 would stay 0.",
            error="Starting multiplicative factor expected to be greater than 0 and less or equal to 1.",
            values={"start_factor": 0.0},
        ),
        Pitfall(
            "An end above 1",
            "Factors are parts of the optimizer's learning rate.",
            error="Ending multiplicative factor expected to be between 0 and 1.",
            values={"end_factor": 1.5},
        ),
    ),
    references=(rates.WARM_UP,),
    tries=(
        Try("What if it started at a tenth?", {"start_factor": 0.1}),
        Try("What if it took ten epochs?", {"total_iters": 10}),
    ),
    check=check,
    scales=True,
)
