"""ExponentialLR: every epoch the learning rate is multiplied by gamma."""

from __future__ import annotations

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import formula
from lib.lesson.pieces import rates
from lib.lesson.pieces.taken import ignoring
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Step, Steps, Try, question


def by_hand(lr, epoch, initial_lr, metric, state, *, gamma) -> Steps:
    """Gamma to the power of the epoch."""
    decay = yield Step(
        "decay",
        r"d_t = g^{\,t}",
        np.float64(gamma) ** float(epoch) + 0 * initial_lr,  # beyond every float: inf, as torch's products
        worked=lambda: formula("<gamma>^{<epoch>}", gamma=gamma, epoch=epoch),
        words="Gamma times itself, once for every epoch so far.",
    )
    new = yield Step(
        "lr",
        r"\gamma_t = \gamma_0\, d_t",
        initial_lr * decay,
        worked=lambda: formula(r"<initial_lr> \cdot <decay>", initial_lr=initial_lr, decay=decay),
        words="Multiply the first learning rate by it.",
    )
    return new, state


MISTAKES = {
    "one_epoch_ahead": Mistake(
        {"decay": lambda given, done: given["gamma"] ** (given["epoch"] + 1)},
        "You counted epochs from 1. The first epoch is 0 and has the whole learning rate.",
    ),
    "one_epoch_behind": Mistake(
        {"decay": lambda given, done: given["gamma"] ** (given["epoch"] - 1)},
        "You are one epoch behind. In epoch 1 gamma has multiplied once.",
    ),
    "e_to_the_minus_gamma": Mistake(
        {"decay": lambda given, done: np.exp(-given["gamma"] * given["epoch"])},
        "You took e to the power −gamma · t. Here gamma itself is taken to the power t.",
    ),
    "straight_line": Mistake(
        {"decay": lambda given, done: 1 - (1 - given["gamma"]) * given["epoch"]},
        "You went down in a straight line, by the same amount each epoch. Each epoch keeps the same share: multiply.",
    ),
    "gamma_once": Mistake(
        {"decay": lambda given, done: given["gamma"]},
        "You multiplied by gamma once. Every epoch multiplies once more.",
    ),
    "share_taken_off": Mistake(
        {"decay": lambda given, done: (1 - given["gamma"]) ** given["epoch"]},
        "You took the share gamma off. Gamma is what each epoch keeps.",
    ),
    "ignores_gamma": ignoring("You used 0.9 always. That is only gamma's default.", gamma=0.9),
    "forgets_lr": Mistake(
        {"lr": lambda given, done: done["decay"]},
        "You left the first learning rate out. Gamma's power says which share of lr is left: multiply by lr.",
    ),
    "lr_to_the_power": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * (given["initial_lr"] * given["gamma"]) ** given["epoch"]},
        "You took lr · gamma to the power. Only gamma is; lr is multiplied in once.",
    ),
    "multiplies_by_the_epoch": Mistake(
        {"decay": lambda given, done: given["gamma"] * given["epoch"]},
        "You multiplied by the epoch. Gamma is taken to that power.",
    ),
    "from_the_last_rate": Mistake(
        {"lr": lambda given, done: given["lr"] * done["decay"]},
        "You started from the last learning rate, so earlier epochs count twice. Start from the first one.",
        when=rates.from_epoch_2,
    ),
}

LESSON = Scheduler(
    title="ExponentialLR",
    torch=lr_scheduler.ExponentialLR,
    order=7,
    names=("指数衰减调整学习率", "exponential decay"),
    purpose="Every epoch the learning rate is multiplied by gamma.",
    use_when="You want a smooth decay with one setting, and gamma close to 1.",
    not_when="Training should end at a given epoch: the curve never reaches an end (CosineAnnealingLR does).",
    formula=r"\gamma_t = \gamma_0\, g^{\,t}",
    symbols=(
        rates.EPOCH,
        rates.FIRST_AND_NOW,
        (r"g", "gamma"),
        (r"d_t", "what is left of the first learning rate"),
    ),
    parameters=(Number("gamma", 0.9, "What each epoch multiplies by.", (0.5, 1.05)),),
    examples=(
        Example("A tenth less each epoch", {"lr": 0.1, "steps": 30, "gamma": 0.9}, "After 22 epochs a tenth is left."),
        Example("Halved each epoch", {"lr": 0.1, "steps": 20, "gamma": 0.5}, "After ten epochs it is a thousandth."),
        Example(
            "It grows", {"lr": 0.001, "steps": 30, "gamma": 1.2}, "A gamma above 1 is a range test: how high can it go?"
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does the rate never reach 0?",
            ("Each epoch takes away only a share of what is left.", "A share of something is never all of it."),
            ("Because eta_min stops it.", "It has none; CosineAnnealingLR has."),
            ("Because it stops after total_iters.", "It has no end: it falls as long as you train."),
        ),
        "without_numbers": question(
            "In which epoch does the rate fall by the largest amount?",
            ("the first", "The share is always the same, and at first it is a share of the most."),
            ("the last", "By then little is left to take a share of."),
            ("in all by the same", "That is LinearLR. Here the share is the same, and the amount shrinks."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "Per batch it collapses",
            "Called after every batch, 0.9 leaves nothing after a hundred batches. Then take a gamma such as 0.999.",
        ),
        Pitfall("gamma has no default", "It must be given."),
    ),
    tries=(Try("What if it halved?", {"gamma": 0.5}), Try("What if it grew?", {"gamma": 1.1})),
    scales=True,
)
