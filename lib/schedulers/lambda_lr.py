"""LambdaLR: the optimizer's learning rate times a function of the epoch."""

from __future__ import annotations

from torch.optim import lr_scheduler

from lib.lesson.formula import formula
from lib.lesson.pieces import rates
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Choice, Example, Mistake, Pitfall, Step, Steps, Try, question


def halves_every_ten(epoch):
    return 0.5 ** (epoch // 10)


def inverse_root(epoch):
    return (epoch + 1) ** -0.5


def warm_up_then_decay(epoch):
    return min((epoch + 1) / 5, 0.95 ** (epoch - 4))


FUNCTIONS = {
    "halved every ten epochs": halves_every_ten,
    "one over the root": inverse_root,
    "warm-up, then decay": warm_up_then_decay,
}


def by_hand(lr, epoch, initial_lr, metric, state, *, lr_lambda) -> Steps:
    """The function's value at this epoch, times the optimizer's learning rate."""
    factor = yield from rates.factor_at(epoch, FUNCTIONS.get(lr_lambda, lr_lambda))
    new = yield Step(
        "lr",
        r"\gamma_t = \gamma_0\, f(t)",
        initial_lr * factor,
        worked=lambda: formula(r"<initial_lr> \cdot <factor>", initial_lr=initial_lr, factor=factor),
        words="Multiply the optimizer's own learning rate by it.",
    )
    return new, state


MISTAKES = {
    **rates.factor_mistakes(FUNCTIONS),
    "from_the_last_rate": Mistake(
        {"lr": lambda given, done: given["lr"] * done["factor"]},
        "You multiplied the last learning rate: that is MultiplicativeLR. "
        "Here the factor belongs to the optimizer's own.",
    ),
    "forgets_lr": Mistake(
        {"lr": lambda given, done: done["factor"]},
        "You took the factor itself. The optimizer's learning rate is multiplied by it.",
    ),
}

LESSON = Scheduler(
    title="LambdaLR",
    torch=lr_scheduler.LambdaLR,
    order=1,
    names=("自定义调整学习率", "function of the epoch", "lambda"),
    purpose="The optimizer's learning rate times a function of the epoch that you write.",
    use_when="No ready-made schedule fits: any curve that you can write as a function of the epoch.",
    not_when="A ready-made one does: it can be saved with its state, a lambda cannot.",
    formula=r"\gamma_t = \gamma_0\, f(t)",
    symbols=(
        rates.EPOCH,
        rates.FIRST_AND_NOW,
        (r"f(t)", "lr_lambda: your function of the epoch"),
    ),
    parameters=(
        Choice("lr_lambda", "halved every ten epochs", tuple(FUNCTIONS), "The function of the epoch.", torch=FUNCTIONS),
    ),
    examples=(
        Example("Halved every ten epochs", {"lr": 0.1, "steps": 30}, "A staircase written as a function."),
        Example(
            "One over the root",
            {"lr": 0.1, "steps": 30, "lr_lambda": "one over the root"},
            "The classic decay of theory.",
        ),
        Example(
            "Warm-up, then decay",
            {"lr": 0.1, "steps": 30, "lr_lambda": "warm-up, then decay"},
            "Up for five epochs, then down.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is the first learning rate multiplied, and not the last one?",
            ("So that the epoch alone decides: any epoch can be worked by itself.", "What came before does not enter."),
            ("Because otherwise the rate could only fall.", "With factors above 1 it could climb as well."),
            ("Because the last rate is not known.", "It is: MultiplicativeLR multiplies it."),
        ),
        "without_numbers": question(
            "The function's values all double. The learning rate …",
            ("doubles in every epoch", "It is the first rate times the function's value, no more."),
            ("doubles again with each epoch", "That is MultiplicativeLR, where the factors pile up."),
            (
                "doubles from epoch 1 on; epoch 0 keeps the first rate",
                "Epoch 0 is multiplied too, by the function's value at 0.",
            ),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "Not the learning rate, a factor",
            "The function returns what the optimizer's learning rate is multiplied by: 1 means all of it.",
        ),
        Pitfall(
            "A lambda is not saved", "state_dict() leaves lambdas and functions out; objects with __call__ are kept."
        ),
    ),
    tries=(Try("What if it fell with one over the root?", {"lr_lambda": "one over the root"}),),
)
