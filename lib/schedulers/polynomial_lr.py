"""PolynomialLR: the learning rate falls to 0 along a power of the time that is left."""

from __future__ import annotations

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import alone, formula
from lib.lesson.pieces import rates
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Step, Steps, Try, question
from lib.refusal import Refusal


def by_hand(lr, epoch, initial_lr, metric, state, *, total_iters, power) -> Steps:
    """The part of the time that is left, to a power."""
    if epoch == 0:
        new = yield from rates.unchanged(lr, "The whole learning rate.", r"\gamma_t = \gamma_0")
        return new, state
    if epoch > total_iters:
        new = yield from rates.unchanged(lr, "The time is over: nothing changes.")
        return new, state
    if epoch == total_iters and power < 0:
        raise Refusal(
            "power is {power:g}, and in epoch {epoch} torch takes 0 to it; expected 0 or more.",
            power=power,
            epoch=epoch,
        )
    left = yield Step(
        "time_left",
        r"u_t = 1 - \frac{t}{T}",
        np.asarray(1.0 - epoch / total_iters),
        worked=lambda: formula(r"1 - \frac{<epoch>}{<total_iters>}", epoch=epoch, total_iters=total_iters),
        words="Which part of the time is left?",
    )
    new = yield Step(
        "lr",
        r"\gamma_t = \gamma_0\, u_t^{\,p}",
        initial_lr * left**power,
        worked=lambda: formula(
            r"<initial_lr> \cdot <time_left>^{<power>}", initial_lr=initial_lr, time_left=left, power=alone(power)
        ),
        words="Take it to the power, times the optimizer's learning rate.",
    )
    return new, state


def within(given):
    return 0 < given["epoch"] <= given["total_iters"]


def below_zero_too(given):
    """The power of what is left of the time, also where less than nothing is left: NaN where it is a root."""
    with np.errstate(invalid="ignore"):
        return np.power(1 - given["epoch"] / given["total_iters"], given["power"])


MISTAKES = {
    "part_that_has_passed": Mistake(
        {
            "time_left": lambda given, done: given["epoch"] / given["total_iters"],
            "lr": lambda given, done: given["initial_lr"] * (given["epoch"] / given["total_iters"]) ** given["power"],
        },
        "You took the part that has passed. The part that is left counts.",
        when=lambda given: given["epoch"] <= given["total_iters"],
    ),
    "one_epoch_behind": Mistake(
        {"time_left": lambda given, done: 1 - (given["epoch"] - 1) / given["total_iters"]},
        "You are one epoch behind: epoch 0 has the whole learning rate.",
        when=within,
    ),
    "one_epoch_ahead": Mistake(
        {"time_left": lambda given, done: 1 - min((given["epoch"] + 1) / given["total_iters"], 1.0)},
        "You are one epoch ahead: epoch 0 has the whole learning rate.",
        when=within,
    ),
    "ends_one_epoch_early": Mistake(
        {"time_left": lambda given, done: 1 - min(given["epoch"] / (given["total_iters"] - 1), 1.0)},
        "Your rate is 0 one epoch too early. It takes total_iters steps from lr to 0, so epoch total_iters is the "
        "first with 0.",
        when=lambda given: within(given) and given["total_iters"] > 1,
    ),
    "ends_one_epoch_late": Mistake(
        {"time_left": lambda given, done: 1 - given["epoch"] / (given["total_iters"] + 1)},
        "Your rate is 0 one epoch too late. Epoch total_iters is the first with 0.",
        when=within,
    ),
    "power_of_lr_too": Mistake(
        {"lr": lambda given, done: (given["initial_lr"] * done.get("time_left", 1.0)) ** given["power"]},
        "You took lr to the power as well. Only what is left of the time is; lr is multiplied in at the end.",
        when=lambda given: given["epoch"] <= given["total_iters"] and given["power"] != 1,
    ),
    "power_of_what_has_passed": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * (1 - (1 - done["time_left"]) ** given["power"])},
        "You took the power of the time that has passed. Take it of the time that is left: first 1 − t / T, then the "
        "power.",
        when=lambda given: within(given) and given["power"] != 1,
    ),
    "power_upside_down": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * done["time_left"] ** (1 / given["power"])},
        "You took the root. What is left of the time is raised to the power.",
        when=lambda given: within(given) and given["power"] not in (0, 1),
    ),
    "multiplies_by_the_power": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * done["time_left"] * given["power"]},
        "You multiplied by the power. What is left of the time is raised to it.",
        when=lambda given: within(given) and given["power"] != 1,
    ),
    "from_the_last_rate": Mistake(
        {"lr": lambda given, done: given["lr"] * done["time_left"] ** given["power"]},
        "You multiplied the last learning rate. The part that is left belongs to the first one.",
        when=lambda given: within(given) and rates.from_epoch_2(given),
    ),
    "stays_where_it_began": Mistake(
        {"lr": lambda given, done: given["initial_lr"]},
        "You gave lr back after total_iters. The learning rate has reached 0 by then, and stays 0.",
        when=lambda given: given["epoch"] >= given["total_iters"],
    ),
    "climbs_again": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * below_zero_too(given)},
        "You did not stop at total_iters: what is left becomes negative, and squared it climbs again. Cut it off at 0 "
        "before you take the power.",
        when=lambda given: given["epoch"] > given["total_iters"],
        not_finite=True,
    ),
    "leaves_out_the_power": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * done["time_left"]},
        "You left the power out.",
        when=lambda given: within(given) and given["power"] != 1,
    ),
}

LESSON = Scheduler(
    title="PolynomialLR",
    torch=lr_scheduler.PolynomialLR,
    order=8,
    names=("多项式学习率", "poly schedule", "polynomial decay"),
    purpose="The learning rate falls to 0 along a power of the time that is left.",
    use_when="You train segmentation networks, where a power of 0.9 is usual, or want a linear decay (power 1).",
    not_when="Training may go on beyond total_iters: from then on the learning rate is 0.",
    formula=r"\gamma_t = \gamma_0 \left(1 - \frac{\min(t, T)}{T}\right)^p",
    symbols=(
        rates.EPOCH,
        rates.FIRST_AND_NOW,
        (r"T", "total_iters: the epoch in which it reaches 0"),
        (r"p", "power"),
        (r"u_t", "the part of the time that is left"),
    ),
    parameters=(
        Number("total_iters", 5, "The epoch in which the learning rate reaches 0.", (1, 40), integer=True),
        Number("power", 1.0, "1 is a straight line; 2 falls quickly at first.", (2.0, 0.9)),
    ),
    examples=(
        Example("A straight line", {"lr": 0.1, "steps": 15, "total_iters": 10}, "0.1, 0.09, … and 0 from epoch 10 on."),
        Example(
            "Squared", {"lr": 0.1, "steps": 30, "total_iters": 30, "power": 2.0}, "Quick at first, gentle at the end."
        ),
        Example(
            "The segmentation recipe", {"lr": 0.01, "steps": 30, "total_iters": 30, "power": 0.9}, "Nearly straight."
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why take a power above 1?",
            ("The rate then falls fast at first and lands gently.", "With power 1 it is a straight line to 0."),
            ("So that it ends above 0.", "It ends at 0 with every power."),
            ("So that it lasts longer.", "total_iters alone says how long it lasts."),
        ),
        "without_numbers": question(
            "total_iters epochs are over and training goes on. The rate …",
            ("stays 0", "Nothing is learned any more: look at total_iters."),
            ("falls below 0", "The epoch is counted up to total_iters only."),
            ("returns to the first one", "That is what restarts do. Here it stays at 0."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "It ends at 0",
            "From total_iters on nothing is learnt any more. Let it be the number of epochs you train for.",
        ),
        Pitfall("The default is short", "total_iters is 5 unless given."),
    ),
    tries=(Try("What if it were squared?", {"power": 2.0}), Try("What if it took 20 epochs?", {"total_iters": 20})),
    scales=True,
)
