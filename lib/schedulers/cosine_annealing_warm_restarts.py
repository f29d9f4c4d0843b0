"""CosineAnnealingWarmRestarts: half a wave of the cosine, again and again, each time from the top."""

from __future__ import annotations

import math

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.pieces.latex import num
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Try


def check(*, lr, epoch, initial_lr, metric, state, T_0, T_mult, eta_min):
    if T_0 <= 0:
        raise ValueError(f"T_0 is {T_0}; expected a number of epochs above 0.")
    if T_mult < 1:
        raise ValueError(f"T_mult is {T_mult}; expected a whole number of 1 or more.")


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
        worked=lambda: rf"\frac{{1 + \cos(\pi \cdot {num(since)} / {num(length)})}}{{2}}",
        words="Where does the cosine stand? 1 right after a restart, towards 0 at the end of the cycle.",
    )
    new = yield Step(
        "lr",
        r"\gamma_t = \eta + (\gamma_0 - \eta)\, w_t",
        eta_min + (initial_lr - eta_min) * wave,
        worked=lambda: rf"{num(eta_min)} + ({num(initial_lr)} - {num(eta_min)}) \cdot {num(wave)}",
        words="Start from eta_min, and add that part of the distance to the first learning rate.",
    )
    return new, state


def place_in_cycle(epoch, T_0, T_mult) -> tuple[int, int]:
    """Epochs since the last restart, and the length of the present cycle."""
    since, length = epoch, T_0
    while since >= length:
        since, length = since - length, length * T_mult
    return since, length


MISTAKES = (
    Mistake(
        {"since_restart": lambda given, done: given["epoch"]},
        "You counted from the beginning. Count from the last restart.",
        when=lambda given: given["epoch"] >= given["T_0"],
    ),
    Mistake(
        {"since_restart": lambda given, done: given["epoch"] % given["T_0"]},
        "You took every cycle to be as long as the first. Each one is T_mult times as long as the last.",
        when=lambda given: given["T_mult"] > 1,
    ),
    Mistake(
        {"wave": lambda given, done: math.cos(math.pi * float(done["since_restart"]) / float(done["cycle_length"]))},
        "You took the cosine itself. It is lifted by 1 and halved, so that it runs from 1 to 0.",
    ),
    Mistake(
        {"lr": lambda given, done: given["eta_min"] + given["initial_lr"] * done["wave"]},
        "You added too much: eta_min is counted twice. The distance from eta_min to the first learning rate is what "
        "waves.",
        when=lambda given: given["eta_min"] != 0,
    ),
)

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
        (r"t", "the epoch, from 0"),
        (r"\gamma_0, \gamma_t", "the optimizer's learning rate, and that of epoch t"),
        (r"T_0, m", "T_0: the length of the first cycle; T_mult: how much longer each next one is"),
        (r"T_i, t_i", "the length of the present cycle, and the epochs since its start"),
        (r"\eta", "eta_min: the lowest learning rate"),
        (r"w_t", "where the wave stands: from 1 to 0"),
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
    references=(
        Reference(
            "PyTorch documentation: CosineAnnealingWarmRestarts",
            "https://docs.pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html",
        ),
        Reference(
            "Loshchilov, Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts (2017)",
            "https://arxiv.org/abs/1608.03983",
        ),
    ),
    tries=(
        Try("What if each cycle were twice as long?", {"T_mult": 2}),
        Try("What if it stopped at 0.01?", {"eta_min": 0.01}),
    ),
    check=check,
)
