"""MultiplicativeLR: each epoch multiplies the last learning rate by a function of the epoch."""

from __future__ import annotations

from torch.optim import lr_scheduler

from lib.lesson.formula import formula
from lib.lesson.pieces import rates
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Choice, Example, Mistake, Pitfall, Step, Steps, Try, question


def five_percent_less(epoch):
    return 0.95


def less_and_less(epoch):
    return 1 - 1 / (epoch + 2)


def every_third_epoch(epoch):
    return 0.5 if epoch % 3 == 0 else 1.0


FUNCTIONS = {
    "five percent less": five_percent_less,
    "less and less": less_and_less,
    "half every third epoch": every_third_epoch,
}


def by_hand(lr, epoch, initial_lr, metric, state, *, lr_lambda) -> Steps:
    """The function's value at this epoch, times the last learning rate."""
    if epoch == 0:
        new = yield from rates.unchanged(lr, "The optimizer's own learning rate.", rates.AT_FIRST)
        return new, state
    factor = yield from rates.factor_at(epoch, FUNCTIONS.get(lr_lambda, lr_lambda))
    new = yield Step(
        "lr",
        r"\gamma_t = \gamma_{t-1}\, f(t)",
        lr * factor,
        worked=lambda: formula(r"<old> \cdot <factor>", old=lr, factor=factor),
        words="Multiply the last learning rate by it.",
    )
    return new, state


MISTAKES = {
    **rates.factor_mistakes(FUNCTIONS),
    "from_the_first_rate": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * done["factor"]},
        "You multiplied the first learning rate: that is LambdaLR. Here each epoch starts from the last one.",
        when=rates.from_epoch_2,
    ),
    "adds_the_factor": Mistake(
        {"lr": lambda given, done: given["lr"] + done["factor"]},
        "You added the factor. The last learning rate is multiplied by it.",
        when=rates.later,
    ),
    "divides_by_the_factor": Mistake(
        {"lr": lambda given, done: given["lr"] / done["factor"]},
        "You divided by the factor. The last learning rate is multiplied by it.",
        when=rates.later,
    ),
    "takes_that_share_off": Mistake(
        {"lr": lambda given, done: given["lr"] * (1 - done["factor"])},
        "You took that share off. The factor is what is left.",
        when=rates.later,
    ),
    "adds_that_share": Mistake(
        {"lr": lambda given, done: given["lr"] * (1 + done["factor"])},
        "You added that share to the last learning rate. It is multiplied by the factor.",
        when=rates.later,
    ),
    "forgets_lr": Mistake(
        {"lr": lambda given, done: done["factor"]},
        "You left the last learning rate out: multiply it by the factor.",
        when=rates.later,
    ),
    "power_of_the_factor": Mistake(
        {"lr": lambda given, done: given["lr"] * done["factor"] ** given["epoch"]},
        "You raised the factor to the power of the epoch. "
        "The last learning rate holds the earlier factors already: multiply once.",
        when=rates.from_epoch_2,
    ),
    "same_factor_throughout": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * done["factor"] ** given["epoch"]},
        "You took this epoch's factor for all epochs. Each epoch has its own.",
        when=rates.from_epoch_2,
    ),
    "takes_the_factor_away": Mistake(
        {"lr": lambda given, done: given["lr"] - done["factor"]},
        "You took the factor away. The last learning rate is multiplied by it.",
        when=rates.later,
    ),
}

LESSON = Scheduler(
    title="MultiplicativeLR",
    torch=lr_scheduler.MultiplicativeLR,
    order=2,
    names=("乘法调整学习率", "factor per epoch"),
    purpose="Each epoch multiplies the last learning rate by a function of the epoch.",
    use_when="A schedule is easier to say as 'so much less than last time'.",
    not_when="You know the learning rate of each epoch itself (LambdaLR): errors of the factors add up here.",
    formula=r"\gamma_t = \gamma_{t-1}\, f(t)",
    symbols=(
        rates.EPOCH,
        rates.LAST_AND_NOW,
        (r"f(t)", "lr_lambda: your function of the epoch"),
    ),
    parameters=(
        Choice("lr_lambda", "five percent less", tuple(FUNCTIONS), "The function of the epoch.", torch=FUNCTIONS),
    ),
    examples=(
        Example("Five percent less", {"lr": 0.1, "steps": 30}, "The same as ExponentialLR with gamma 0.95."),
        Example(
            "Less and less",
            {"lr": 0.1, "steps": 30, "lr_lambda": "less and less"},
            "The factors move towards 1, the rate towards 0.",
        ),
        Example(
            "Half every third epoch", {"lr": 0.1, "steps": 30, "lr_lambda": "half every third epoch"}, "A staircase."
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is the function not asked in epoch 0?",
            (
                "There is no earlier rate to multiply: the optimizer's own stands.",
                "The first factor comes with epoch 1.",
            ),
            ("Because its value at 0 is always 1.", "It may be anything: it is not looked at."),
            ("Because PyTorch counts epochs from 1.", "It counts from 0, and so does the function."),
        ),
        "without_numbers": question(
            "The function gives one half once, and 1 in all other epochs. From then on the rate …",
            ("stays halved", "Each epoch multiplies what the one before left."),
            ("is the first one again in the next epoch", "That is LambdaLR, which multiplies the first rate."),
            ("is halved in each epoch", "Only if the function gave one half each time."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall("A factor, not a rate", "The function returns what the last learning rate is multiplied by."),
        Pitfall("Not at epoch 0", "The function is first asked in epoch 1."),
        Pitfall(
            "It must be a function",
            "A number is refused.",
            error="lr_lambda should be a function",
            values={"lr_lambda": 0.9},
        ),
    ),
    tries=(Try("What if it only halved every third epoch?", {"lr_lambda": "half every third epoch"}),),
)
