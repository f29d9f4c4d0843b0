"""ChainedScheduler: several schedules at once; each one works on what the others have left."""

from __future__ import annotations

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import formula, joined
from lib.lesson.pieces import rates
from lib.lesson.run.parts import check_parts, part_rate, torch_part
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Choice, Example, Mistake, Pitfall, Step, Steps, Try, question
from lib.schedulers.constant_lr import LESSON as CONSTANT
from lib.schedulers.exponential_lr import LESSON as EXPONENTIAL
from lib.schedulers.linear_lr import LESSON as LINEAR
from lib.schedulers.reduce_lr_on_plateau import LESSON as PLATEAU
from lib.schedulers.step_lr import LESSON as STEP

COMBINATIONS = {
    "warm-up and decay": (
        (LINEAR, {"start_factor": 0.25, "total_iters": 4}),
        (EXPONENTIAL, {"gamma": 0.9}),
    ),
    "half at first, and steps": ((CONSTANT, {"factor": 0.5, "total_iters": 4}), (STEP, {"step_size": 8, "gamma": 0.5})),
}


def parts_of(values):
    """The schedules that are chained, and nothing else."""
    chosen = values.get("schedulers", next(iter(COMBINATIONS)))
    return list(COMBINATIONS[chosen] if isinstance(chosen, str) else chosen), {}


def check(*, initial_lr, schedulers, **_):
    check_parts("ChainedScheduler", parts_of({"schedulers": schedulers})[0], initial_lr)


def by_hand(lr, epoch, initial_lr, metric, state, *, schedulers) -> Steps:
    """What each schedule multiplies by in this epoch, and all of that together."""
    parts, _ = parts_of({"schedulers": schedulers})
    now, factors, after = lr, [], []
    for (part, values), (own, kept) in zip(parts, state.get("own", ((initial_lr, {}),) * len(parts)), strict=True):
        before = own if part.scales else now  # the others do not change the factor of one that scales
        rate, kept = part_rate(part, values, before, epoch, initial_lr, kept)
        factors.append(rate / before if before else 1.0)
        now = now * factors[-1] if part.scales else rate
        after.append((rate, kept))
    each = yield Step(
        "factors",
        r"f_k = \text{what schedule } k \text{ multiplies by}",
        np.array(factors),
        words="By what does each schedule multiply the learning rate from the last epoch to this one?",
    )
    new = yield Step(
        "lr",
        r"\gamma_t = \gamma_{t-1} \prod_k f_k",
        np.asarray(now + lr * (each.prod() - np.prod(factors))),
        worked=lambda: formula(
            r"<old> \cdot <factors>",
            old=lr,
            factors=joined((formula("<factors>", factors=factor) for factor in each), r" \cdot "),
        ),
        words="Multiply the last learning rate by all of them.",
    )
    return new, {"own": tuple(after)}


def build(scheduler, optimizer, parameters):
    """Torch's parts, and the chain of them."""
    parts, _ = parts_of(parameters)
    return scheduler.torch([torch_part(part, optimizer, values) for part, values in parts], optimizer=optimizer)


def own_rates(given, done):
    """What each schedule alone would make of the first learning rate, in this epoch."""
    parts, _ = parts_of(given)
    kept = given["state"].get("own", ((given["initial_lr"], {}),) * len(parts))
    return done["factors"] * np.array([rate for rate, _ in kept])


MISTAKES = {
    "last_schedule_alone": Mistake(
        {"factors": lambda given, done: np.array([*np.ones(len(done["factors"]) - 1), done["factors"][-1]])},
        "You took the last schedule alone. All of them work in every epoch.",
    ),
    "whole_factors": Mistake(
        {"factors": lambda given, done: own_rates(given, done) / given["initial_lr"]},
        "You took what each schedule makes of the first learning rate. A factor leads from the last epoch to this one.",
        when=rates.later,
    ),
    "averages_the_factors": Mistake(
        {"lr": lambda given, done: given["lr"] * done["factors"].mean()},
        "You took the mean of the factors. They are multiplied.",
    ),
    "smallest_factor": Mistake(
        {"lr": lambda given, done: given["lr"] * done["factors"].min()},
        "You took the smallest factor. All of them are multiplied.",
    ),
    "multiplies_the_rates": Mistake(
        {"lr": lambda given, done: own_rates(given, done).prod()},
        "You multiplied learning rates with each other. It is the factors that are multiplied, with one rate.",
    ),
    "averages_the_rates": Mistake(
        {"lr": lambda given, done: own_rates(given, done).mean()},
        "You took the mean of the schedules' rates. Each one multiplies what the others have left.",
    ),
    "smallest_rate": Mistake(
        {"lr": lambda given, done: own_rates(given, done).min()},
        "You took the smallest of the schedules' rates. Each one multiplies what the others have left.",
    ),
    "one_epoch_ahead": Mistake(
        {},
        "You are one epoch ahead. Epochs count from 0.",
        given=lambda given: {"epoch": given["epoch"] + 1},
    ),
    "one_epoch_behind": Mistake(
        {},
        "You are one epoch behind. The first step() is epoch 1.",
        when=rates.from_epoch_2,
        given=lambda given: {"epoch": given["epoch"] - 1},
    ),
    "first_schedule_alone": Mistake(
        {"factors": lambda given, done: np.array([done["factors"][0], *np.ones(len(done["factors"]) - 1)])},
        "You took the first schedule alone. All of them work in every epoch.",
    ),
    "adds_the_factors": Mistake(
        {"lr": lambda given, done: given["lr"] * done["factors"].sum()},
        "You added the factors. They are multiplied.",
    ),
    "from_the_first_rate": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * done["factors"].prod()},
        "You started from the first learning rate. The factors are those from the last epoch to this one.",
        when=rates.from_epoch_2,
    ),
}

LESSON = Scheduler(
    title="ChainedScheduler",
    torch=lr_scheduler.ChainedScheduler,
    order=10,
    names=("链式调度器", "several schedules at once"),
    purpose="Several schedules at once: in every epoch each one works on what the others have left.",
    use_when="A warm-up should be laid over a decay.",
    not_when="One should follow the other (SequentialLR).",
    formula=r"\gamma_t = \gamma_{t-1} \prod_k f_k",
    symbols=(
        rates.EPOCH,
        rates.LAST_AND_NOW,
        (r"f_k", "what schedule k multiplies by in this epoch"),
    ),
    parameters=(
        Choice("schedulers", next(iter(COMBINATIONS)), tuple(COMBINATIONS), "Which schedules are chained.", torch={}),
    ),
    examples=(
        Example(
            "Warm-up and decay",
            {"lr": 0.1, "steps": 20},
            "It climbs for four epochs although the decay is at work already.",
        ),
        Example(
            "Half at first, and steps",
            {"lr": 0.1, "steps": 30, "schedulers": "half at first, and steps"},
            "Doubled at epoch 4, halved at 8, 16 and 24.",
        ),
        Example(
            "A small learning rate",
            {"lr": 0.001, "steps": 20},
            "The shape does not depend on the optimizer's learning rate.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Each part multiplies the rate by a factor. Why does their order not matter?",
            ("All of them act in each epoch, and factors may be exchanged.", "Two times three is three times two."),
            ("Because only the last one counts.", "Each multiplies what the others have left."),
            ("Because they take turns.", "That is SequentialLR. Here all act in every epoch."),
        ),
        "without_numbers": question(
            "One of two chained schedules multiplies by 1 always. The rate …",
            ("follows the other one alone", "A factor of 1 changes nothing."),
            ("stays constant", "The other schedule still acts."),
            ("lies halfway between the two", "Factors are multiplied, not averaged."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "At once, not one after the other",
            "All of them work in every epoch. To let one follow the other use SequentialLR.",
        ),
        Pitfall(
            "No ReduceLROnPlateau",
            "It needs a number at every step, which the chain does not hand on.",
            error="ChainedScheduler does not support `ReduceLROnPlateau`",
            values={"schedulers": [(PLATEAU, {})]},
        ),
        Pitfall(
            "Some start from nothing",
            "LambdaLR and CosineAnnealingWarmRestarts set the rate anew in every epoch: what came before them is lost.",
        ),
    ),
    tries=(Try("What if it were steps?", {"schedulers": "half at first, and steps"}),),
    check=check,
    build=build,
    parts=parts_of,
)
