"""ReduceLROnPlateau: when what is watched stops getting better, the learning rate is reduced."""

from __future__ import annotations

import math

import numpy as np
from torch.optim import lr_scheduler

from lib.lesson.formula import formula
from lib.lesson.pieces import rates
from lib.lesson.pieces.taken import ignoring
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Choice, Example, Mistake, Number, Pitfall, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, factor, **_):
    if factor >= 1:
        raise Refusal("factor is {factor:g}; expected less than 1: the learning rate is reduced.", factor=factor)


def by_hand(
    lr, epoch, initial_lr, metric, state, *, mode, factor, patience, threshold, threshold_mode, cooldown, min_lr, eps
) -> Steps:
    """Is it better than the best so far? How many epochs in a row were not? Then reduce, or wait."""
    state = {"best": math.inf if mode == "min" else -math.inf, "num_bad_epochs": 0, "cooldown_counter": 0, **state}
    if epoch == 0:
        new = yield from rates.unchanged(lr, "Nothing has been watched yet.", rates.AT_FIRST)
        return new, state
    sign = "-" if mode == "min" else "+"
    relative = threshold_mode == "rel"
    metric = yield Step("metric", r"x_t = \text{what is watched}", np.asarray(float(metric)), given=True)
    border = yield Step(
        "border",
        rf"b = x_{{\text{{best}}}} \cdot (1 {sign} h)" if relative else rf"b = x_{{\text{{best}}}} {sign} h",
        np.asarray(border_of(state["best"], mode, threshold, threshold_mode)),
        worked=lambda: formula(
            rf"<best> \cdot (1 {sign} <threshold>)" if relative else f"<best> {sign} <threshold>",
            best=state["best"],
            threshold=threshold,
        ),
        words="How good must it be to count as better? The best so far, and the threshold beyond it.",
    )
    better = bool(metric < border if mode == "min" else metric > border)
    cooling = state["cooldown_counter"] > 0
    bad = yield Step(
        "num_bad_epochs",
        r"n = \begin{cases} 0 & x_t \text{ beats } b \text{, or cooling down} \\ "
        r"n^{\text{old}} + 1 & \text{otherwise} \end{cases}",
        np.asarray(0.0 if better or cooling else state["num_bad_epochs"] + 1.0),
        words="Better than the border: start counting again. Not better: one more epoch in vain.",
    )
    reduce = bool(bad > patience)
    lower = max(lr * factor, min_lr)
    moves = reduce and lr - lower > eps
    new = yield Step(
        "lr",
        r"\gamma_t = \begin{cases} \max(\gamma_{t-1}\, f, \gamma_{\min}) & n > \text{patience} \\ "
        r"\gamma_{t-1} & \text{otherwise} \end{cases}",
        np.asarray(lower if moves else lr),
        worked=lambda: formula(
            r"\max(<old> \cdot <factor>, <min_lr>)" if moves else "<old>", old=lr, factor=factor, min_lr=min_lr
        ),
        words="More epochs in vain than patience? Times the factor, but no lower than min_lr.",
    )
    waiting = state["cooldown_counter"] - 1 if cooling else state["cooldown_counter"]
    return new, {
        "best": float(metric) if better else state["best"],
        "num_bad_epochs": 0 if reduce else int(bad),
        "cooldown_counter": cooldown if reduce else waiting,
    }


def border_of(best, mode, threshold, threshold_mode) -> float:
    """What has to be beaten."""
    sign = -1 if mode == "min" else 1
    return best * (1.0 + sign * threshold) if threshold_mode == "rel" else best + sign * threshold


def counted(given):
    return given["state"].get("num_bad_epochs", 0)


def better(given, done) -> bool:
    """Whether what is watched beats the border."""
    metric, border = done["metric"], done["border"]
    return bool(metric < border if given["mode"] == "min" else metric > border)


MISTAKES = {
    "leaves_out_the_threshold": Mistake(
        {"border": lambda given, done: given["state"]["best"]},
        "You left the threshold out: it must be better by a little more than nothing.",
        when=rates.from_epoch_2,
    ),
    "epoch_not_counted": Mistake(
        {"num_bad_epochs": lambda given, done: counted(given)},
        "You did not count this epoch.",
    ),
    "counts_on": Mistake(
        {"num_bad_epochs": lambda given, done: counted(given) + 1.0},
        "You counted on. A better epoch (or one of the cooldown) sets the count to 0.",
    ),
    "patience_counts_the_last": Mistake(
        {
            "lr": lambda given, done: (
                max(given["lr"] * given["factor"], given["min_lr"])
                if done["num_bad_epochs"] >= max(given["patience"], 1)
                else given["lr"]
            )
        },
        "You reduced one epoch too early. Patience must be exceeded, not reached.",
        when=rates.later,
    ),
    "patience_counts_one_more": Mistake(
        {
            "lr": lambda given, done: (
                max(given["lr"] * given["factor"], given["min_lr"])
                if done["num_bad_epochs"] > given["patience"] + 1
                else given["lr"]
            )
        },
        "You waited one epoch too long. The epoch that goes beyond patience reduces.",
        when=rates.later,
    ),
    "ignores_mode": ignoring(
        "You waited for the number to fall in any case. With mode='max' more is better.", mode="min"
    ),
    "threshold_as_a_distance": ignoring(
        "You took the threshold for a distance. It is a part of the best so far: best · (1 − threshold).",
        when=rates.from_epoch_2,
        threshold_mode="abs",
    ),
    "threshold_the_other_way": Mistake(
        {"border": lambda given, done: 2 * given["state"]["best"] - done["border"]},
        "You put the threshold on the other side. It must be better by it, not worse.",
        when=rates.from_epoch_2,
    ),
    "ignores_cooldown": Mistake(
        {"num_bad_epochs": lambda given, done: 0.0 if better(given, done) else counted(given) + 1.0},
        "You left the cooldown out. After a reduction that many epochs do not count as bad.",
        when=lambda given: given["state"].get("cooldown_counter", 0) > 0,
    ),
    "no_lowest_rate": Mistake(
        {
            "lr": lambda given, done: (
                given["lr"] * given["factor"]
                if done["num_bad_epochs"] > given["patience"] and given["lr"] * (1 - given["factor"]) > given["eps"]
                else given["lr"]
            )
        },
        "You went below min_lr. A reduction ends there: max(lr · factor, min_lr).",
        when=rates.later,
    ),
    "from_the_first_rate": Mistake(
        {
            "lr": lambda given, done: (
                given["initial_lr"] * given["factor"] if done["num_bad_epochs"] > given["patience"] else given["lr"]
            )
        },
        "You reduced the first learning rate. It is the last one that is multiplied.",
        when=rates.later,
    ),
    "takes_the_factor_off": Mistake(
        {
            "lr": lambda given, done: (
                given["lr"] * (1 - given["factor"]) if done["num_bad_epochs"] > given["patience"] else given["lr"]
            )
        },
        "You took that part off. The factor is what is left.",
        when=rates.later,
    ),
    "leaves_the_rate": Mistake(
        {"lr": lambda given, done: given["lr"]},
        "You left it as it is. The count is above patience: reduce.",
        when=rates.later,
    ),
}

STALL = [1.0, 0.8, 0.7, 0.7, 0.7, 0.7, 0.7]

LESSON = Scheduler(
    title="ReduceLROnPlateau",
    torch=lr_scheduler.ReduceLROnPlateau,
    order=12,
    names=("自适应调整学习率", "plateau", "patience"),
    purpose="When what is watched stops getting better, the learning rate is reduced.",
    use_when="You do not know in advance how long training takes, and watch the loss on validation data.",
    not_when="The number you watch is noisy: it stalls by chance.",
    formula=r"\gamma_t = \max(\gamma_{t-1}\, f, \gamma_{\min})",
    symbols=(
        rates.EPOCH,
        rates.LAST_AND_NOW,
        (r"x_t, x_{\text{best}}", "what is watched, after the last epoch; and the best of it so far"),
        (r"h", "threshold"),
        (r"b", "the border that must be beaten"),
        (r"n", "epochs in vain, one after the other"),
        (r"f, \gamma_{\min}", "factor, and min_lr"),
    ),
    parameters=(
        Choice("mode", "min", ("min", "max"), "Is less better (a loss), or more (an accuracy)?"),
        Number("factor", 0.1, "What a reduction multiplies by.", (0.5,)),
        Number("patience", 10, "How many epochs in vain are put up with.", (0, 2), integer=True),
        Number("threshold", 1e-4, "By how much it must be better.", (0.1,), rare=True),
        Choice("threshold_mode", "rel", ("rel", "abs"), "Is the threshold a part of the best, or a number?", rare=True),
        Number("cooldown", 0, "Epochs after a reduction in which nothing is counted.", (2,), integer=True, rare=True),
        Number("min_lr", 0, "No lower than this.", (0.01,), rare=True),
        Number("eps", 1e-8, "A reduction smaller than this is not made.", (0.05,), rare=True),
    ),
    examples=(
        Example(
            "Two epochs in vain",
            {"lr": 0.1, "steps": 12, "metrics": STALL, "patience": 2, "factor": 0.5},
            "After the third epoch in vain it is halved.",
        ),
        Example(
            "PyTorch's patience",
            {"lr": 0.1, "steps": 30, "metrics": STALL},
            "Ten epochs in vain are put up with; the eleventh reduces.",
        ),
        Example(
            "A cooldown",
            {"lr": 0.1, "steps": 20, "metrics": STALL, "patience": 1, "factor": 0.5, "cooldown": 2},
            "After a reduction two epochs are not counted.",
        ),
        Example(
            "An accuracy",
            {"lr": 0.1, "steps": 12, "metrics": [0.5, 0.6, 0.6, 0.6, 0.6], "mode": "max", "patience": 1, "factor": 0.5},
            "With mode max more is better.",
        ),
        Example(
            "Not lower than",
            {"lr": 0.1, "steps": 20, "metrics": [1.0, 1.0], "patience": 0, "factor": 0.1, "min_lr": 0.005},
            "With patience 0 every epoch in vain reduces, down to min_lr.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why wait for some epochs (patience) before it acts?",
            ("Losses are noisy: one bad epoch says little.", "Without patience the rate would be cut at each bump."),
            ("Because a new rate takes a while to show.", "That is what cooldown is for, after a cut."),
            ("So that the rate is cut by less.", "factor says by how much; patience says when."),
        ),
        "without_numbers": question(
            "The loss stays exactly the same in every epoch. The rate …",
            ("is cut again and again", "Not getting better is bad enough, each time patience runs out."),
            (
                "stays, since the loss does not grow",
                "A loss that stays is no better than the best so far: the epoch counts as bad.",
            ),
            ("is cut once, then stays", "After a cut it starts to count anew."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall("step() needs the number", "scheduler.step(loss), not scheduler.step()."),
        Pitfall(
            "mode min with an accuracy", "It waits for the accuracy to fall, and reduces while training goes well."
        ),
        Pitfall(
            "A factor of 1 or more", "It would not reduce.", error="Factor should be < 1.0.", values={"factor": 1.0}
        ),
        Pitfall("NaN is never better", "With a loss of NaN it reduces on and on; it does not stop training."),
    ),
    tries=(Try("What if it waited longer?", {"patience": 4}), Try("What if it fell to a tenth?", {"factor": 0.1})),
    check=check,
    watches_metric=True,
)
