"""CosineAnnealingWarmRestarts: half a wave of the cosine, again and again, each time from the top."""

from __future__ import annotations

import math

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import formula
from lib.lesson.pieces import rates
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, T_0, T_mult, **_):
    if T_0 <= 0:
        raise Refusal("T_0 is {T_0}; expected a number of epochs above 0.", T_0=T_0)
    if T_mult < 1:
        raise Refusal("T_mult is {T_mult}; expected a whole number of 1 or more.", T_mult=T_mult)


def by_hand(lr, epoch, initial_lr, metric, state, *, T_0, T_mult, eta_min) -> Steps:
    """Which epoch of which cycle this is, where the wave stands, and the learning rate."""
    passed, whole = place_in_cycle(epoch, T_0, T_mult)
    length = yield Step("cycle_length", r"T_i = T_0\, m^i", np.asarray(float(whole)), given=True)
    since = yield Step(
        "since_restart",
        r"t_i = t - \text{epochs of the cycles that are over}",
        np.asarray(float(passed)),
        words="How many epochs have passed since the last restart?",
    )
    wave = yield Step(
        "wave",
        r"w_t = \frac{1 + \cos(\pi t_i / T_i)}{2}",
        np.asarray((1 + math.cos(math.pi * float(since) / float(length))) / 2),
        worked=lambda: formula(
            r"\frac{1 + \cos(\pi \cdot <since_restart> / <cycle_length>)}{2}", since_restart=since, cycle_length=length
        ),
        words="Where does the cosine stand? 1 right after a restart, towards 0 at the end of the cycle.",
    )
    rate = eta_min + (initial_lr - eta_min) * wave
    new = yield from rates.above_eta_min(initial_lr, eta_min, wave, rate)
    return new, state


def place_in_cycle(epoch, T_0, T_mult) -> tuple[int, int]:
    """Epochs since the last restart, and the length of the present cycle."""
    since, length = epoch, T_0
    while since >= length:
        since, length = since - length, length * T_mult
    return since, length


def by_addition(given) -> tuple[float, float]:
    """Epochs since the restart, and the wave's length, if each wave were T_0 longer than the last."""
    since, length = given["epoch"], given["T_0"]
    while since >= length:
        since, length = since - length, length + given["T_0"] * (given["T_mult"] - 1)
    return float(since), float(length)


def growing_once(given) -> tuple[float, float]:
    """Epochs since the restart, and the wave's length, if only the first wave were shorter."""
    since, later = given["epoch"] - given["T_0"], given["T_0"] * given["T_mult"]
    return (float(given["epoch"]), float(given["T_0"])) if since < 0 else (float(since % later), float(later))


MISTAKES = {
    "counts_from_the_beginning": Mistake(
        {"since_restart": lambda given, done: given["epoch"]},
        "You counted from the beginning. Count from the last restart.",
        when=lambda given: given["epoch"] >= given["T_0"],
    ),
    "cycles_of_one_length": Mistake(
        {"since_restart": lambda given, done: given["epoch"] % given["T_0"]},
        "You took every cycle to be as long as the first. Each one is T_mult times as long as the last.",
        when=lambda given: given["T_mult"] > 1,
    ),
    "grows_by_addition": Mistake(
        {
            "cycle_length": lambda given, done: by_addition(given)[1],
            "since_restart": lambda given, done: by_addition(given)[0],
        },
        "You added to the length of the wave: 1, 2, 3 times T_0. It is multiplied: with T_mult = 2 it is 1, 2, 4.",
        when=lambda given: given["T_mult"] > 1,
    ),
    "grows_once": Mistake(
        {
            "cycle_length": lambda given, done: growing_once(given)[1],
            "since_restart": lambda given, done: growing_once(given)[0],
        },
        "You made all waves after the first equally long. Each one is T_mult times as long as the one before it.",
        when=lambda given: given["T_mult"] > 1,
    ),
    "one_epoch_ahead": Mistake(
        {"since_restart": lambda given, done: done["since_restart"] + 1},
        "You are one epoch ahead: a wave begins with 0 epochs since the restart.",
    ),
    "one_epoch_behind": Mistake(
        {"since_restart": lambda given, done: max(done["since_restart"] - 1, 0)},
        "You are one epoch behind: in epoch 1 one epoch has passed.",
    ),
    "length_of_the_first": Mistake(
        {"wave": lambda given, done: (1 + math.cos(math.pi * done["since_restart"] / given["T_0"])) / 2},
        "You divided by the first wave's length. This one is longer.",
        when=lambda given: given["T_mult"] > 1,
    ),
    "down_to_the_bottom": Mistake(
        {
            "wave": lambda given, done: (
                (1 + math.cos(math.pi * float(done["since_restart"]) / max(float(done["cycle_length"]) - 1, 1))) / 2
            )
        },
        "You let each wave run all the way down to eta_min. It is cut off before: its last epoch has the part "
        "(T − 1) / T behind it.",
    ),
    "leaves_out_pi": Mistake(
        {"wave": lambda given, done: (1 + math.cos(float(done["since_restart"]) / float(done["cycle_length"]))) / 2},
        "You left π out.",
    ),
    "whole_wave": Mistake(
        {
            "wave": lambda given, done: (
                (1 + math.cos(2 * math.pi * float(done["since_restart"]) / float(done["cycle_length"]))) / 2
            )
        },
        "You took a whole wave, 2π. Between two restarts it is half a wave: π.",
    ),
    **rates.WAVE_MISTAKES,
    "from_the_last_rate": Mistake(
        {"lr": lambda given, done: given["eta_min"] + (given["lr"] - given["eta_min"]) * done["wave"]},
        "You multiplied the last learning rate. The wave belongs to the first one.",
        when=rates.from_epoch_2,
    ),
}

LESSON = Scheduler(
    title="CosineAnnealingWarmRestarts",
    torch=lr_scheduler.CosineAnnealingWarmRestarts,
    order=15,
    names=("带热重启的余弦退火", "SGDR", "warm restarts"),
    purpose="Half a wave of the cosine, again and again, each time from the top.",
    use_when="You want a usable model at the end of each cycle, or several models from one training.",
    not_when="One model at the end is all you want (CosineAnnealingLR).",
    formula=r"\gamma_t = \eta + (\gamma_0 - \eta)\, \frac{1 + \cos(\pi t_i / T_i)}{2}",
    symbols=(
        rates.EPOCH,
        rates.FIRST_AND_NOW,
        (r"T_0, m", "T_0: the length of the first cycle; T_mult: how much longer each next one is"),
        (r"T_i, t_i", "the length of the present cycle, and the epochs since its start"),
        rates.ETA_MIN,
        rates.WAVE,
    ),
    parameters=(
        Number("T_0", 10, "The length of the first cycle.", (1, 7), integer=True),
        Number("T_mult", 1, "How many times as long each next cycle is.", (2, 3), integer=True),
        Number("eta_min", 0.0, "The lowest learning rate.", (0.01,)),
    ),
    examples=(
        Example("Ten epochs each", {"lr": 0.1, "steps": 35}, "Back to 0.1 in epochs 10, 20 and 30."),
        Example(
            "Each twice as long", {"lr": 0.1, "steps": 40, "T_0": 5, "T_mult": 2}, "Restarts in epochs 5, 15 and 35."
        ),
        Example("Not down to 0", {"lr": 0.1, "steps": 30, "eta_min": 0.01}, "It comes near eta_min and jumps back."),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why jump back to the full rate?",
            (
                "To leave the place it has settled in and perhaps find a better one.",
                "At the end of each cycle stands a model that can be kept.",
            ),
            ("Because the cosine has no lower values.", "It could stay at eta_min; the jump is on purpose."),
            ("To undo the last cycle.", "The parameter stays where it is; only the rate returns."),
        ),
        "without_numbers": question(
            "T_mult is 2. Each cycle …",
            (
                "lasts twice as long as the one before",
                "The rate starts equally high each time and comes down more slowly.",
            ),
            ("starts half as high as the one before", "The height stays; the length grows."),
            ("lasts two epochs longer than the one before", "T_mult multiplies, it does not add."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall("The lowest point is never quite reached", "In the epoch that would have it, the next cycle begins."),
        Pitfall(
            "T_0 of 0",
            "A cycle has at least one epoch.",
            error="Expected positive integer T_0, but got 0",
            values={"T_0": 0},
        ),
        Pitfall(
            "T_mult below 1",
            "Cycles do not get shorter.",
            error="Expected integer T_mult >= 1, but got 0",
            values={"T_mult": 0},
        ),
    ),
    references=(rates.SGDR,),
    tries=(
        Try("What if each cycle were twice as long?", {"T_mult": 2}),
        Try("What if it stopped at 0.01?", {"eta_min": 0.01}),
    ),
    check=check,
)
