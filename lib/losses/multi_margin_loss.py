"""Multi-margin loss: the right class should beat every other class by a margin."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.formula import formula, joined, total
from lib.lesson.pieces import checks, class_margins, draw, reduction
from lib.lesson.pieces.class_margins import classes
from lib.lesson.pieces.margins import IGNORES_MARGIN, has_margin
from lib.lesson.pieces.reduction import REDUCTION, reduce, share, takes_mean
from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import (
    Bars,
    Curves,
    Example,
    Lesson,
    Mistake,
    Number,
    Pitfall,
    Reference,
    Step,
    Steps,
    Tensor,
    Try,
    question,
)
from lib.refusal import Refusal


def check(*, input, target, p, margin, weight, reduction):
    if p not in (1, 2):
        raise Refusal("p is {p}; expected 1 or 2.", p=p)
    class_margins.need_scores(input)
    samples = input.shape[0] if input.ndim == 2 else 1
    if not (target.ndim == 0 and samples == 1):
        checks.need_shape("target", target, (samples,), "one class index per sample")
    classes = max(input.shape[-1:], default=1)
    if weight is not None:
        checks.need_shape("weight", weight, (classes,), "one weight per class")
    if not samples:
        return  # torch does not look at an empty batch
    checks.need_floats(input=input, weight=weight)
    checks.need_class_indices(target, classes, bytes_too=False)


def by_sample(input, target):
    """Scores as (samples, classes), or (classes,) for a target without axes; and which class is the right one."""
    scores = input.reshape(*target.shape, -1) if input.size else np.zeros((0, *input.shape[-1:]))
    return scores, target[..., None] == np.arange(scores.shape[-1])


def by_hand(input, target, *, p, margin, weight, reduction) -> Steps:
    """From scores to the loss."""
    scores, is_right = by_sample(input, target)
    classes = scores.shape[-1]
    y = target.astype(np.int64)
    right = np.take_along_axis(scores, y[..., None], -1)
    yield Step("right_score", r"x_{n,y_n} = \text{input}[n, y_n]", right[..., 0], axes="n", given=True)
    gap = margin - right + scores
    lack = yield Step(
        "shortfall",
        r"h_{nc} = \begin{cases} \max\big(0,\, m - (x_{n,y_n} - x_{nc})\big) & c \ne y_n \\ 0 & c = y_n \end{cases}",
        np.where((gap > 0) & ~is_right, gap, 0.0),
        axes="nc",
        worked=lambda *n: joined(
            (
                formula(
                    "0" if own else r"\max(0, <margin> - (<right_score> - <input>))",
                    margin=margin,
                    right_score=right[n],
                    input=x,
                )
                for x, own in zip(scores[n], is_right[n], strict=True)
            ),
            r",\; ",
        ),
        words="What the right class's lead over each other class lacks to the margin, never below 0.",
    )
    power = lack**p
    w = np.ones(target.shape) if weight is None else weight[y]
    factor, square = "1" if weight is None else "<weight>", "^2" if p == 2 else ""
    each = yield Step(
        "loss_per_sample",
        rf"\ell_n = \frac{{{'1' if weight is None else 'w_{y_n}'}}}{{C}} \sum_c h_{{nc}}{square}",
        np.where(power != 0, power * w[..., None], 0.0).sum(-1) / classes,
        axes="n",
        worked=lambda *n: formula(
            rf"\frac{{{factor}}}{{{classes}}} \left(<lacking>\right)",
            weight=w[n],
            lacking=joined((formula(f"<shortfall>{square}", shortfall=h) for h in lack[n]), " + "),
        ),
        words=("Square what is lacking, add, " if p == 2 else "Add up what is lacking, ")
        + "over the number of classes"
        + (", times the right class's weight." if weight is not None else ", all of them."),
    )
    yield from reduce(each, reduction, of="loss_per_sample")


def grad_by_hand(s, input, target, *, p, margin, weight, reduction) -> Steps:
    """Each class that is too close is pushed down, and the right class pulled up by the sum of it."""
    scores, is_right = by_sample(input, target)
    classes, lack = scores.shape[-1], s["shortfall"]
    w = np.ones(target.shape) if weight is None else weight[target.astype(np.int64)]
    each = yield from share(s, reduction)
    slope = 2 * lack if p == 2 else 1.0
    factor = "1" if weight is None else "<weight>"
    push = yield Step(
        "push",
        r"g_{nc} = " + ("" if weight is None else r"w_{y_n} ") + (r"2 h_{nc}" if p == 2 else r"[h_{nc} > 0]"),
        np.where(lack > 0, slope * w[..., None], 0.0),
        axes="nc",
        worked=lambda *n: joined(
            (
                formula(
                    rf"{factor} \cdot " + (r"2 \cdot <shortfall>" if p == 2 else str(int(h > 0))),
                    weight=w[n],
                    shortfall=h,
                )
                for h in lack[n]
            ),
            r",\; ",
        ),
        words=("Twice what is lacking" if p == 2 else "1 for every class that is too close, else 0")
        + (", times the weight of the right class." if weight is not None else "."),
    )

    def worked(*n):
        pushes, own = np.atleast_2d(push)[n or 0], np.atleast_2d(is_right)[n or 0]
        all_others = formula("-(<pushes>)", pushes=total("push", pushes[~own]))
        pulls = [all_others if is_own else formula("<push>", push=g) for g, is_own in zip(pushes, own, strict=True)]
        return joined(
            (formula(rf"<share> \cdot \frac{{<pull>}}{{{classes}}}", share=each, pull=pull) for pull in pulls), r",\; "
        )

    yield Step(
        "d_input",
        r"\frac{\partial L}{\partial x_{nc}} = \frac{\partial L}{\partial \ell_n} \cdot \frac{1}{C} "
        r"\begin{cases} g_{nc} & c \ne y_n \\ -\sum_k g_{nk} & c = y_n \end{cases}",
        (each * np.where(is_right, -push.sum(-1, keepdims=True), push) / classes).reshape(input.shape),
        axes="nc" if input.ndim == target.ndim + 1 else "",
        worked=worked,
        words="Each other class its push, the right one minus their sum; over classes, times the share.",
    )


def draw_target(random, shape, drawn):
    return random.integers(0, max(1, *drawn["input"].shape[-1:], 1), shape)


def has_weight(given):
    return given["weight"] is not None


def squared(given):
    return given["p"] == 2


def own_weight(given):
    """The weight of each sample's right class; 1 without weights."""
    return 1.0 if given["weight"] is None else given["weight"][given["target"]]


def leads(given):
    """How far the right class leads each class, itself included."""
    scores, _ = by_sample(given["input"], given["target"])
    return np.take_along_axis(scores, given["target"][..., None], -1) - scores


def others(given):
    return ~by_sample(given["input"], given["target"])[1]


MISTAKES = {
    "squares_unasked": Mistake(
        {},
        "You squared the terms. With p=1 they are added up as they are.",
        when=lambda given: not squared(given),
        given=lambda given: {"p": 2},
    ),
    "goes_below_zero": Mistake(
        {"shortfall": lambda given, done: (given["margin"] - leads(given)) * others(given)},
        "You let terms go below 0. A lead of more than the margin costs nothing: each term is at least 0.",
    ),
    "compares_with_itself": Mistake(
        {"shortfall": lambda given, done: np.maximum(0, given["margin"] - leads(given))},
        "You compared the right class with itself too, which adds one margin. Only the other classes take part.",
    ),
    "lead_turned_round": Mistake(
        {"shortfall": lambda given, done: np.maximum(0, given["margin"] + leads(given)) * others(given)},
        "You turned the difference round: it is margin − (score of the right class − score of the other).",
    ),
    "leaves_out_the_margin": Mistake(
        {"shortfall": lambda given, done: np.maximum(0, -leads(given)) * others(given)},
        "You left out the margin. It is not enough to lead: the right class has to lead by the margin.",
        when=has_margin,
    ),
    "divides_by_other_classes": Mistake(
        {"loss_per_sample": lambda given, done: done["loss_per_sample"] * classes(given) / (classes(given) - 1)},
        "You divided by the number of other classes. PyTorch divides by all classes, the right one included.",
    ),
    "leaves_out_the_square": Mistake(
        {"loss_per_sample": lambda given, done: done["shortfall"].mean(-1) * own_weight(given)},
        "You forgot to square. With p=2 every term is squared before they are added up.",
        when=squared,
    ),
    "squares_the_sum": Mistake(
        {"loss_per_sample": lambda given, done: done["shortfall"].sum(-1) ** 2 / classes(given) * own_weight(given)},
        "You squared the sum. With p=2 every term is squared by itself, then they are added up.",
        when=squared,
    ),
    "strongest_rival_only": Mistake(
        {
            "loss_per_sample": lambda given, done: (
                (done["shortfall"] ** given["p"]).max(-1) / classes(given) * own_weight(given)
            )
        },
        "You looked at the strongest rival only. Every other class counts: sum over them.",
    ),
    "weight_inside_the_square": Mistake(
        {"loss_per_sample": lambda given, done: done["loss_per_sample"] * own_weight(given)},
        "You multiplied by the weight before squaring. Square first, then weight the sample.",
        when=lambda given: squared(given) and has_weight(given),
    ),
    "takes_the_margin_off": Mistake(
        {
            "loss_per_sample": lambda given, done: (
                done["loss_per_sample"] + own_weight(given) * (given["margin"] ** 2 - given["margin"]) / classes(given)
            )
        },
        "You took the margin off for the right class's own term. With p=2 that term is the margin squared: leave it "
        "out.",
        when=squared,
    ),
    "counts_rivals": Mistake(
        {"loss_per_sample": lambda given, done: (done["shortfall"] > 0).mean(-1) * own_weight(given)},
        "You counted the classes that are too close. The loss says by how much they are.",
    ),
    **IGNORES_MARGIN,
    "ignores_weight": ignoring(
        "You left out the weight. Each sample's loss is multiplied by the weight of its right class.", weight=None
    ),
    "weights_of_wrong_classes": Mistake(
        {"loss_per_sample": lambda given, done: (done["shortfall"] ** given["p"] * given["weight"]).mean(-1)},
        "You weighted each wrong class by its own weight. It is the weight of the right class that scales the sample.",
        when=has_weight,
    ),
    "divides_by_the_weights": Mistake(
        {"divisor": lambda given, done: given["weight"][given["target"]].sum()},
        "You divided by the targets' weights, as cross-entropy does. Here the mean divides by the number of samples.",
        when=lambda given: takes_mean(given) and has_weight(given),
    ),
}

GRAD_MISTAKES = {
    "pulls_beyond_the_margin": Mistake(
        {"push": lambda given, done: others(given) * np.asarray(own_weight(given))[..., None]},
        "You pushed every other class. One that trails by the margin or more is left alone.",
        when=lambda given: not squared(given),
    ),
    "leaves_out_the_two": Mistake(
        {"push": lambda given, done: done["push"] / 2},
        "You left out the 2. The slope of a square is twice what is squared.",
        when=squared,
    ),
    "leaves_out_the_right_class": Mistake(
        {"d_input": lambda given, done: np.where(others(given).reshape(given["input"].shape), done["d_input"], 0.0)},
        "You left out the right class. It gets minus the sum of all pushes.",
    ),
    "other_sign": Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: the loss falls when the right score rises, so its gradient is negative.",
    ),
}

ARTICLE = {"input": [[0.1, 0.2, 0.7], [0.2, 0.5, 0.3]], "target": [1, 2]}

LEAD = "lead of the right class over the other"


def against_zero(x):
    """One sample of two classes: the right one scores x, the other 0."""
    return {"input": [[x, 0.0]], "target": [0]}


LESSON = Lesson(
    title="Multi-margin loss",
    torch=nn.MultiMarginLoss,
    group="classification",
    order=5,
    names=("多分类间隔损失", "多分类折页损失", "多类别合页损失", "multi-class hinge loss", "SVM loss", "hinge loss"),
    purpose="Makes the right class's score beat every other score by a margin, and then leaves it alone.",
    use_when="Exactly one of several classes is right and only the order of the scores matters, "
    "as in support vector machines.",
    not_when="You want probabilities (use cross-entropy), "
    "or several classes can be right (use multi-label margin loss).",
    formula=r"\ell_n = \frac{w_{y_n}}{C} \sum_{c \ne y_n} \max\big(0,\, m - (x_{n,y_n} - x_{nc})\big)^p",
    symbols=(
        class_margins.SCORES,
        (r"y_n", "the right class of sample n"),
        (r"m", "margin: how far the right class has to lead"),
        (r"p", "1 or 2: what is lacking counts as it is, or squared"),
        (r"w_c", "the weight of class c (1 unless given)"),
        (r"h_{nc}", "what the lead over class c lacks to the margin, 0 or more"),
        *class_margins.RESULT,
        (r"g_{nc}", "how hard class c is pushed down"),
        (r"L", "the result"),
    ),
    tensors=(
        Tensor("input", "scores, one per class", "(batch, classes)"),
        Tensor("target", "the right classes", "(batch,)", kind="index", draw=draw_target),
    ),
    parameters=(
        Number("p", 1, "1: what is lacking counts as it is. 2: it is squared.", (2,), integer=True),
        Number("margin", 1.0, "How far the right class has to lead every other class.", (0.0, -0.5, 2.0)),
        Tensor("weight", "one weight per class, for imbalanced data", "(classes,)", optional=True, draw=draw.positive),
        REDUCTION,
    ),
    shapes=(
        {"input": (2, 3), "target": (2,)},
        {"input": (2, 3), "target": (2,), "weight": (3,)},
        {"input": (4,), "target": ()},
        {"input": (4,), "target": (), "weight": (4,)},
        {"input": (4,), "target": (1,)},
        {"input": (1, 3), "target": ()},
        {"input": (5, 2), "target": (5,), "weight": (2,)},
        {"input": (3, 1), "target": (3,)},
        {"input": (), "target": (), "weight": (1,)},
        {"input": (), "target": (1,)},
    ),
    examples=(
        Example(
            "Two samples, three classes",
            ARTICLE,
            "Class 1 of the first sample leads class 0 by 0.1 and trails class 2 by 0.5: it lacks 0.9 and 1.5. "
            "Divided by 3 classes, 0.8; the second sample costs 0.7.",
        ),
        Example(
            "A lead above the margin",
            {"input": [[3, 0.5, -1], [0.4, 0.5, 3]], "target": [0, 2]},
            "Both right classes lead by more than 1 everywhere. The loss is 0, not negative, and there is no gradient.",
        ),
        Example(
            "Confident and wrong",
            {"input": [[5, -5, 0], [-5, 5, 0]], "target": [0, 0]},
            "The first sample costs nothing, the second (11 + 6) / 3 = 5.667.",
        ),
        Example(
            "Squared",
            {**ARTICLE, "p": 2},
            "With p=2 large shortfalls count more and small ones less: "
            "(0.9² + 1.5²) / 3 = 1.02 and (0.9² + 1.2²) / 3 = 0.75.",
        ),
        Example(
            "Class 2 counts double",
            {**ARTICLE, "weight": [1, 1, 2]},
            "The second sample, whose right class is 2, costs 1.4 instead of 0.7. The mean still divides by 2 samples.",
        ),
        Example(
            "A tie without margin",
            {"input": [[1, 1, 2]], "target": [0], "margin": 0},
            "At exactly 0 lacking there is no loss and no gradient: "
            "the tied class 1 is left alone, class 2 pushed down.",
        ),
        Example(
            "Squared, and weighted",
            {"input": [0.5, 0.2, 0.9], "target": 0, "p": 2, "weight": [2, 1, 1]},
            "One sample without a batch: 2 · (0.7² + 1.4²) / 3.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is the right class itself left out of the sum?",
            ("Beside itself it leads by 0, so it would always miss the margin.", "Each sample would pay for nothing."),
            ("Because its score is the largest anyway.", "Often it is not: that is what the loss is there for."),
            ("Because it has no weight.", "It has: its weight multiplies the whole sum of the sample."),
        ),
        "without_numbers": question(
            "The right class leads all others by more than the margin, and its score grows further. The loss …",
            ("stays 0", "Beyond the margin nothing is left to pay."),
            ("falls below 0", "The larger of 0 and the rest is taken: it ends at 0."),
            ("falls, but ever more slowly", "That is cross-entropy. Here it is exactly 0 from the margin on."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes={**MISTAKES, **class_margins.MISTAKES},
    grad_mistakes={**reduction.GRAD_MISTAKES, **GRAD_MISTAKES},
    pitfalls=(
        class_margins.NOTHING_BELOW_ZERO,
        Pitfall(
            "p is 1 or 2",
            "No other power is offered, and PyTorch says so already when the loss is built.",
            error="only p == 1 and p == 2 supported",
            values={"input": np.array([[1.0, 2.0]], np.float32), "target": np.array([0]), "p": 3},
        ),
        Pitfall(
            "A class that does not exist",
            "With C classes the targets run from 0 to C − 1, and there is no ignore_index: −100 is refused.",
            error="target out of range",
            values={"input": np.array([[1.0, 2.0]], np.float32), "target": np.array([-100])},
        ),
        Pitfall(
            "The wrong integer type",
            "Class indices must be int64; write dtype=torch.long.",
            error="expected scalar type Long but found Int",
            values={"input": np.array([[1.0, 2.0]], np.float32), "target": np.array([0], np.int32)},
        ),
        Pitfall(
            "Divided by the classes, not by the others",
            "The sum has C − 1 terms and is divided by C. Other libraries add up without dividing.",
        ),
        Pitfall(
            "A weighted mean that is not",
            "Cross-entropy divides by the targets' weights; here the mean divides by the number of samples, "
            "so weights of 2 double the loss.",
        ),
        Pitfall(
            "No pixels",
            "Only (classes,) and (batch, classes) are accepted; move the other axes into the batch first.",
            error="Expected non-empty vector or matrix with optional 0-dim batch size",
            values={"input": np.zeros((2, 3, 4), np.float32), "target": np.zeros((2, 4), np.int64)},
        ),
        *class_margins.PITFALLS,
    ),
    references=(
        Reference(
            "Crammer and Singer, On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines (2001)",
            "https://www.jmlr.org/papers/v2/crammer01a.html",
        ),
    ),
    tries=(
        Try("What if what is lacking is squared?", {"p": 2}),
        Try("What if any lead is enough?", {"margin": 0}),
        Try("What if class 2 counts double?", {"weight": [1, 1, 2]}),
        Try("What if the first sample leads clearly?", {"input": [[0.1, 2.2, 0.7], [0.2, 0.5, 0.3]]}),
    ),
    pictures=(
        Curves(
            "The right score moves",
            "The loss falls until the lead reaches the margin and then stays 0. "
            "Squared, it starts steeper and ends gently; with a smaller margin it ends earlier.",
            values=against_zero,
            low=-2,
            high=3,
            x=LEAD,
            settings={"p 1": {}, "p 2": {"p": 2}, "margin 0": {"margin": 0.0}},
        ),
        Curves(
            "Beside cross-entropy",
            "Cross-entropy never stops pushing; the hinge is content with a lead of 1. "
            "Its height is half, because it divides by the number of classes.",
            values=against_zero,
            low=-3,
            high=4,
            x=LEAD,
            compare=("cross_entropy_loss",),
        ),
        Bars(
            "Which classes are too close",
            "What the lead over each class lacks to the margin, beside the scores.",
            "shortfall",
            beside="input",
        ),
    ),
    check=check,
    one_precision=lambda given: ("input", "weight"),
)
