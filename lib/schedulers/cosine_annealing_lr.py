"""CosineAnnealingLR: the learning rate follows half a wave of the cosine, from its start down to eta_min."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import formula
from lib.lesson.pieces import rates
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Step, Steps, Try, always, question
from lib.refusal import Refusal


def check(*, T_max, **_):
    if T_max == 0:
        raise Refusal("T_max is 0; expected the number of epochs from the highest to the lowest learning rate.")


def by_hand(lr, epoch, initial_lr, metric, state, *, T_max, eta_min) -> Steps:
    """Where the wave stands in this epoch, and how far above eta_min that is.

    Torch computes each rate from the last one; on paper the closed form gives the same. Only where torch leaves the
    curve (the last rate has lost the digits that it would need) does the step follow torch.
    """
    if epoch == 0:
        new = yield from rates.unchanged(lr, "The optimizer's own learning rate.", rates.AT_FIRST)
        return new, state
    closed = (1 + math.cos(math.pi * epoch / T_max)) / 2
    wave = yield Step(
        "wave",
        r"w_t = \frac{1 + \cos(\pi t / T)}{2}",
        np.asarray(closed),
        worked=lambda: formula(r"\frac{1 + \cos(\pi \cdot <epoch> / <T_max>)}{2}", epoch=epoch, T_max=T_max),
        words="Where does the cosine stand? From 1 at the start to 0 at T_max.",
    )
    rate = from_the_last(lr, epoch, initial_lr, T_max, eta_min) + (initial_lr - eta_min) * (wave - closed)
    new = yield from rates.above_eta_min(initial_lr, eta_min, wave, rate)
    return new, state


def from_the_last(lr, epoch, initial_lr, T_max, eta_min) -> float:
    """Torch's own recursion from the learning rate of the epoch before."""
    if (epoch - 1 - T_max) % (2 * T_max) == 0:
        return lr + (initial_lr - eta_min) * (1 - math.cos(math.pi / T_max)) / 2
    now, before = (1 + math.cos(math.pi * e / T_max) for e in (epoch, epoch - 1))
    return now / before * (lr - eta_min) + eta_min


def wave_at(passed: float) -> float:
    """Where the wave stands when so many half waves have passed."""
    return (1 + math.cos(math.pi * passed)) / 2


def waved(wave: Callable[[Any], float], says: str, when: Callable[[Any], bool] = always) -> Mistake:
    """The slip of whoever takes another wave, from epoch 0 on, and puts it into the closed form."""
    return Mistake(
        {
            "wave": lambda given, done: wave(given),
            "lr": lambda given, done: given["eta_min"] + (given["initial_lr"] - given["eta_min"]) * wave(given),
        },
        says,
        when=when,
    )


MISTAKES = {
    "leaves_out_pi": waved(
        lambda given: (1 + math.cos(given["epoch"] / given["T_max"])) / 2,
        "You left π out.",
    ),
    "degrees": waved(
        lambda given: (1 + math.cos(math.radians(math.pi * given["epoch"] / given["T_max"]))) / 2,
        "Your calculator is set to degrees. The cosine wants radians.",
    ),
    "whole_wave": waved(
        lambda given: wave_at(2 * given["epoch"] / given["T_max"]),
        "You took a whole wave, 2π, so the lowest rate comes at half of T_max. From lr to eta_min it is half: π.",
    ),
    "quarter_of_a_wave": waved(
        lambda given: wave_at(given["epoch"] / given["T_max"] / 2),
        "You took π/2. From lr to eta_min it is half a wave: π.",
    ),
    "ends_one_epoch_early": waved(
        lambda given: wave_at(given["epoch"] / (given["T_max"] - 1)),
        "You divided by T_max − 1, so the lowest rate comes one epoch too early. It comes in epoch T_max.",
        when=lambda given: given["T_max"] > 1,
    ),
    "ends_one_epoch_late": waved(
        lambda given: wave_at(given["epoch"] / (given["T_max"] + 1)),
        "You divided by T_max + 1, so the lowest rate comes one epoch too late. It comes in epoch T_max.",
    ),
    "one_epoch_ahead": waved(
        lambda given: wave_at((given["epoch"] + 1) / given["T_max"]),
        "You are one epoch ahead: in epoch 0 the wave stands at 1.",
    ),
    "one_epoch_behind": waved(
        lambda given: wave_at((given["epoch"] - 1) / given["T_max"]),
        "You are one epoch behind: in epoch 1 the wave has begun to fall.",
    ),
    "jumps_back": waved(
        lambda given: wave_at(given["epoch"] % given["T_max"] / given["T_max"]),
        "You jump back to lr at T_max. Those are warm restarts; here the wave climbs as gently as it fell.",
        when=lambda given: given["epoch"] >= given["T_max"],
    ),
    "stays_at_the_bottom": waved(
        lambda given: wave_at(min(given["epoch"], given["T_max"]) / given["T_max"]),
        "You held the lowest rate after T_max. PyTorch's wave goes on: it climbs again, and is back at lr in epoch 2 · "
        "T_max.",
        when=lambda given: given["epoch"] > given["T_max"],
    ),
    "sine": waved(
        lambda given: (1 + math.sin(math.pi * given["epoch"] / given["T_max"])) / 2,
        "You took the sine. The cosine starts at its highest point.",
    ),
    "straight_line": waved(
        lambda given: 1 - given["epoch"] / given["T_max"],
        "You went down in a straight line. The rate follows half a wave of the cosine.",
    ),
    **rates.WAVE_MISTAKES,
    "cosine_itself": waved(
        lambda given: 2 * wave_at(given["epoch"] / given["T_max"]) - 1,
        "You took the cosine itself. It is lifted by 1 and halved, so that it runs from 1 to 0.",
    ),
    "upside_down": waved(
        lambda given: 1 - wave_at(given["epoch"] / given["T_max"]),
        "You took 1 − cos, which climbs from eta_min. With 1 + cos it starts at lr.",
    ),
    "not_halved": waved(
        lambda given: 2 * wave_at(given["epoch"] / given["T_max"]),
        "You did not halve: 1 + cos runs from 2 to 0.",
    ),
    "not_lifted": waved(
        lambda given: wave_at(given["epoch"] / given["T_max"]) - 0.5,
        "You left the 1 out: the cosine is lifted by 1, and then halved.",
    ),
    "from_the_last_rate": Mistake(
        {
            "lr": lambda given, done: (
                given["eta_min"] + (given["lr"] - given["eta_min"]) * done["wave"] if "wave" in done else done["lr"]
            )
        },
        "You multiplied the last learning rate. The wave belongs to the first one.",
        when=rates.from_epoch_2,
    ),
}

LESSON = Scheduler(
    title="CosineAnnealingLR",
    torch=lr_scheduler.CosineAnnealingLR,
    order=9,
    names=("余弦退火调整学习率", "cosine annealing", "half cosine"),
    purpose="The learning rate follows half a wave of the cosine down to eta_min.",
    use_when="You know how many epochs you train: set T_max to them. The usual choice today, mostly after a warm-up.",
    not_when="Training may go on after T_max: the learning rate climbs again.",
    formula=r"\gamma_t = \eta + (\gamma_0 - \eta)\, \frac{1 + \cos(\pi t / T)}{2}",
    symbols=(
        rates.EPOCH,
        rates.FIRST_AND_NOW,
        (r"T", "T_max: epochs from the highest to the lowest learning rate"),
        rates.ETA_MIN,
        rates.WAVE,
    ),
    parameters=(
        Number("T_max", 20, "Epochs from the highest to the lowest learning rate.", (1, 7, 50), integer=True),
        Number("eta_min", 0.0, "The lowest learning rate.", (0.01,)),
    ),
    examples=(
        Example(
            "Half a wave",
            {"lr": 0.1, "steps": 21, "T_max": 20},
            "Slow at first, quick in the middle, slow at the end: 0.05 after half the time.",
        ),
        Example("Not down to 0", {"lr": 0.1, "steps": 21, "T_max": 20, "eta_min": 0.01}, "It ends at eta_min."),
        Example(
            "Beyond T_max", {"lr": 0.1, "steps": 45, "T_max": 20}, "It climbs again: after 40 epochs it is back at 0.1."
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why half a cosine, and not a straight line?",
            (
                "It stays high for a while and lands gently.",
                "The line between the same ends has the same mean rate, but it falls evenly.",
            ),
            ("Because it ends lower.", "Both end at eta_min."),
            (
                "Because its mean rate is higher.",
                "It is the same: what is higher in the first half is lower in the second.",
            ),
        ),
        "without_numbers": question(
            "Half of T_max is over. The rate is …",
            ("halfway between the first one and eta_min", "The cosine is 0 there."),
            ("eta_min", "That comes at T_max."),
            ("half of the first one, whatever eta_min is", "Only if eta_min is 0: the way is halved, not the rate."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "It climbs again", "After T_max the wave goes up. Let T_max be the number of step() calls that you make."
        ),
        Pitfall("Epochs or batches", "Called after every batch, T_max must be counted in batches."),
        Pitfall(
            "T_max=0",
            "Nothing can be divided by it.",
            error="integer modulo by zero",
            values={"T_max": 0},
        ),
    ),
    references=(rates.SGDR,),
    tries=(
        Try("What if it stopped at 0.01?", {"eta_min": 0.01}),
        Try("What if T_max were half of the training?", {"T_max": 10}),
    ),
    check=check,
)
