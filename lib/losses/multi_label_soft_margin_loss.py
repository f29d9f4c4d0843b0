"""Multi-label soft margin loss: binary cross-entropy on scores, averaged over the classes of each sample."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import formula, total
from lib.lesson.pieces import checks, draw, logistic, reduction
from lib.lesson.pieces.difference import gathered
from lib.lesson.pieces.logistic import COX, cost, cost_mistakes, other_sign, probability_of
from lib.lesson.pieces.reduction import OLD_ARGUMENTS, REDUCTION, reduce, share
from lib.lesson.pieces.scores import by_class, sigmoid, softplus
from lib.lesson.pieces.weights import has_weight
from lib.lesson.spec import (
    Bars,
    Curves,
    Example,
    Extremes,
    Lesson,
    Mistake,
    Pitfall,
    Step,
    Steps,
    Tensor,
    Try,
    question,
)
from lib.refusal import Refusal


def check(*, input, target, weight, reduction):
    checks.need_floats(input=input)
    checks.need_arithmetic(target=target)
    checks.need_real(weight=weight)
    if input.ndim == 0:
        raise Refusal("input is a single number; expected one score per class: (classes,) or (batch, …, classes).")
    checks.need_broadcastable(input=input, target=target, **({} if weight is None else {"weight": weight}))


def common_shape(input, target, weight):
    """The three in one shape, with the axis that input's classes are on at the end; weights are 1 unless given."""
    tensors = (input, target, np.ones((), input.dtype) if weight is None else weight)
    shape = np.broadcast_shapes(*(tensor.shape for tensor in tensors))
    return [np.moveaxis(np.broadcast_to(tensor, shape), input.ndim - 1, -1) for tensor in tensors]


def by_hand(input, target, *, weight, reduction) -> Steps:
    """From raw scores (logits) to the loss, in nats."""
    x, y, w = common_shape(input, target, weight)
    classes = input.shape[-1]
    p, score = yield from probability_of(x, axes="nc")
    per_class = yield Step(
        "loss_per_class",
        rf"b_{{nc}} = -{'' if weight is None else 'w_c '}\big(y_{{nc}} \log p_{{nc}} + (1 - y_{{nc}}) "
        r"\log (1 - p_{nc})\big)",
        (y * softplus(-score) + (1 - y) * softplus(score)) * w,
        axes="nc",
        worked=by_class(
            lambda *nc: formula(cost(p[nc], weight), probability=p[nc], input=score[nc], target=y[nc], weight=w[nc]),
            x.shape[-1],
        ),
        words="Minus the log of the probability for a label; for any other class, of 1 minus it."
        if weight is None
        else "Minus the log of the probability (label) or of 1 minus it, times the class's weight.",
    )
    each = yield Step(
        "loss_per_sample",
        r"\ell_n = \frac{1}{C} \sum_c b_{nc}",
        per_class.sum(-1) / classes,
        axes="n",
        worked=lambda *n: formula(
            r"\frac{<costs>}{<classes>}", costs=total("loss_per_class", per_class[n]), classes=classes
        ),
        words="Average over the classes. This happens with every reduction, even with 'none'.",
    )
    yield from reduce(each, reduction, of="loss_per_sample")


def grad_by_hand(s, input, target, *, weight, reduction) -> Steps:
    """Probability minus answer, for every class."""
    *_, w = common_shape(input, target, weight)
    classes = input.shape[-1]
    each = yield from share(s, reduction)
    part = yield Step(
        "share_per_class",
        rf"u_{{nc}} = \frac{{\partial L}}{{\partial \ell_n}} \cdot \frac{{{1 if weight is None else 'w_c '}}}{{C}}",
        each / classes * w,
        axes="nc",
        worked=by_class(
            lambda *nc: formula(
                r"<share> \cdot \frac{1}{<classes>}" if weight is None else r"<share> \cdot \frac{<weight>}{<classes>}",
                share=each,
                weight=w[nc],
                classes=classes,
            ),
            w.shape[-1],
        ),
        words="The share of the sample, over the number of classes."
        if weight is None
        else "The share of the sample, over the number of classes, times the weight.",
    )
    pull = gathered(np.moveaxis(part, -1, input.ndim - 1), np.broadcast_shapes(input.shape, target.shape))
    fits = target.shape == input.shape == np.shape(part)
    p = sigmoid(input)

    def product(template):
        """The share of a class times what `template` says, for every class of a sample."""
        return by_class(
            lambda *nc: formula(
                rf"<share_per_class> \cdot {template}",
                share_per_class=part[nc],
                probability=p[nc],
                target=target[nc],
                input=input[nc],
            ),
            classes,
        )

    yield Step(
        "d_input",
        r"\frac{\partial L}{\partial x_{nc}} = u_{nc}\, (p_{nc} - y_{nc})",
        gathered(pull * (1 - target), input.shape) * p - gathered(pull * target, input.shape) * sigmoid(-input),
        axes="nc" if fits else "",
        worked=product("(<probability> - <target>)") if fits else None,
        words="Probability minus answer, times the share of the class."
        if fits
        else "Probability minus answer, times the share; what was stretched adds its parts up.",
    )
    if checks.is_float(target):
        yield Step(
            "d_target",
            r"\frac{\partial L}{\partial y_{nc}} = -u_{nc}\, x_{nc}",
            gathered(pull * softplus(-input), target.shape) - gathered(pull * softplus(input), target.shape),
            axes="nc" if fits else "",
            worked=product("(-<input>)") if fits else None,
            words="What a label costs less what another class costs: minus the score, times the share."
            if fits
            else "Minus the score, times the share; what was stretched adds its parts up.",
        )


def naive(*, input, target, **_):
    """The formula as in the documentation: 1/(1 + e^−x) and e^−x/(1 + e^−x), then the logarithms."""
    e = np.exp(-input)
    return -(target * np.log(1 / (1 + e)) + (1 - target) * np.log(e / (1 + e))).mean()


MISTAKES = {
    **logistic.PROBABILITY_MISTAKES,
    **cost_mistakes("loss_per_class"),
    "adds_up_the_classes": Mistake(
        {"loss_per_sample": lambda given, done: done["loss_per_class"].sum(-1)},
        "You only added up. PyTorch averages over the classes, with every reduction.",
    ),
    "divides_by_the_labels": Mistake(
        {"loss_per_sample": lambda given, done: done["loss_per_class"].sum(-1) / given["target"].sum(-1)},
        "You divided by the number of labels. PyTorch divides by the number of classes.",
    ),
    "divides_by_the_weights": Mistake(
        {"loss_per_sample": lambda given, done: done["loss_per_class"].sum(-1) / given["weight"].sum()},
        "You divided by the sum of the weights. PyTorch divides by the number of classes.",
        when=has_weight,
    ),
    **reduction.DIVIDES_BY_ELEMENTS,
    **reduction.MISTAKES,
}

GRAD_MISTAKES = {
    **reduction.GRAD_MISTAKES,
    "share_not_averaged": Mistake(
        {"share_per_class": lambda given, done: done["share_per_class"] * given["input"].shape[-1]},
        "You left out the average over the classes.",
    ),
    "pull_without_weight": Mistake(
        {"share_per_class": lambda given, done: done["share_per_class"] / given["weight"]},
        "You left out the class weight.",
        when=has_weight,
    ),
    **other_sign(),
    "pull_without_sigmoid": Mistake(
        {"d_input": lambda given, done: done["share_per_class"] * (given["input"] - given["target"])},
        "You took the answer off the score. Take it off the probability, the sigmoid of the score.",
    ),
}

ARTICLE = {"input": [[0.3, 0.7, 0.8]], "target": [[0, 1, 1]]}

LESSON = Lesson(
    title="Multi-label soft margin loss",
    torch=nn.MultiLabelSoftMarginLoss,
    group="classification",
    order=7,
    names=(
        "多标签软间隔损失",
        "多标签交叉熵",
        "multi-label logistic loss",
        "multi-label classification",
        "sigmoid loss",
    ),
    purpose="Asks a yes-or-no question about every class and averages what the answers cost.",
    use_when="A sample can have several labels, the target says 0 or 1 for each class, "
    "and you want one loss per sample.",
    not_when="You need pos_weight (use BCE with logits, which gives the same mean), "
    "or the target is a list of labels (use multi-label margin loss).",
    formula=r"\ell_n = -\frac{1}{C} \sum_c w_c \big(y_{nc} \log \sigma(x_{nc}) "
    r"+ (1 - y_{nc}) \log (1 - \sigma(x_{nc}))\big)",
    symbols=(
        (r"x_{nc}", "the score (logit) of sample n for class c"),
        (r"y_{nc}", "1 if class c is a label of sample n, else 0"),
        logistic.SIGMOID,
        (r"p_{nc}", "the probability of class c"),
        (r"w_c", "the weight of class c (1 unless given)"),
        (r"b_{nc}", "what class c costs"),
        (r"C", "the number of classes: the last axis of input"),
        (r"W", "what the mean divides by: the number of samples"),
        (r"\ell_n", "the loss of sample n, in nats"),
        (r"u_{nc}", "how much the result moves when what class c costs moves by 1"),
        (r"L", "the result"),
    ),
    tensors=(
        Tensor("input", "raw scores, one per class; no sigmoid before", "(batch, classes)"),
        Tensor("target", "1 for each label, 0 for the other classes", "(batch, classes)", draw=draw.yes_or_no),
    ),
    parameters=(
        Tensor("weight", "one weight per class", "(classes,)", optional=True, draw=draw.positive),
        REDUCTION,
    ),
    shapes=(
        {"input": (2, 3), "target": (2, 3)},
        {"input": (2, 3), "target": (2, 3), "weight": (3,)},
        {"input": (4,), "target": (4,), "weight": (4,)},
        {"input": (2, 3, 4), "target": (2, 3, 4), "weight": (4,)},
        {"input": (2, 3), "target": (3,)},
        {"input": (2, 1), "target": (3,)},
        {"input": (2, 3), "target": (2, 1), "weight": (2, 1)},
        {"input": (2, 3), "target": (2, 2, 3)},
        {"input": (2, 3), "target": (2, 3), "weight": (2, 1, 3)},
        {"input": (1, 1), "target": (1, 1)},
        {"input": (0, 3), "target": (0, 3), "weight": (3,)},
        {"input": (2, 0), "target": (2, 0)},
        {"input": (0,), "target": (0,)},
    ),
    examples=(
        Example(
            "Two samples",
            {"input": [[2, -1.5, 0.5], [-1, 0.25, 3]], "target": [[1, 0, 0], [0, 1, 1]]},
            "Each sample is averaged over its 3 classes first. With reduction='none' there are two losses, not six.",
        ),
        Example(
            "Labels 1 and 2 of three classes",
            ARTICLE,
            "Class 0 is no label and costs 0.8544; the labels cost 0.4032 and 0.3711. Averaged over 3 classes: 0.5429.",
        ),
        Example(
            "Confident and wrong",
            {"input": [[8, -8, 8], [8, -8, 8]], "target": [[1, 0, 1], [0, 1, 0]]},
            "Three right answers cost 0.0003 on average, three wrong ones 8.",
        ),
        Example(
            "A weight per class",
            {**ARTICLE, "weight": [1, 3, 0.5]},
            "Class 1 counts three times and class 2 half, and the sum is still divided by 3 classes.",
        ),
        Example(
            "Many classes, one label",
            {"input": [[-3, -3, -3, -3, -3, -3, -3, -3, -3, -3]], "target": [[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]]},
            "Saying “no” to everything costs only 0.3486, though the one label is missed: nine easy classes hide it.",
        ),
        Example(
            "No idea",
            {"input": [[0, 0, 0], [0, 0, 0]], "target": [[1, 0, 0], [1, 1, 1]]},
            "Scores of 0 cost ln 2 = 0.693, however many labels there are.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why a sigmoid for each label, and no softmax over all?",
            (
                "Several labels may be right at once.",
                "Softmax shares out one whole: one label could only gain what another loses.",
            ),
            ("Because softmax cannot take negative scores.", "It can: e to any power is positive."),
            ("Because there are only two labels.", "There may be any number of them, each a yes or a no of its own."),
        ),
        "without_numbers": question(
            "One more label comes in, right, with a score far above 0. The loss of the sample …",
            ("falls", "The new label costs almost nothing, and the loss is the mean over the labels."),
            ("stays the same", "It would if the labels' losses were added up; here their mean is taken."),
            ("grows", "Only a label that costs more than the mean so far would raise it."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "The average over classes comes first",
            "C is the number of classes, not of samples. reduction='none' gives one loss per sample, "
            "and 'sum' adds up averages: BCE with logits would give C times as much.",
        ),
        Pitfall(
            "The same mean as BCE with logits",
            "For equal shapes and reduction='mean' the two agree. This one has no pos_weight.",
        ),
        Pitfall(
            "Targets of another shape are stretched",
            "BCE with logits refuses targets of another shape; this loss stretches them without a warning, "
            "and then divides by the classes of input.",
        ),
        Pitfall(
            "One number is not enough",
            "There must be an axis of classes, even if it has one entry.",
            error="Dimension specified as -1 but tensor has no dimensions",
            values={"input": np.float32(0.5).reshape(()), "target": np.float32(1).reshape(())},
        ),
        Pitfall(
            "Targets as booleans",
            "A mask has to be turned into numbers: target.float(). Whole numbers 0 and 1 are taken.",
            error="Subtraction, the `-` operator, with a bool tensor is not supported.",
            values={"input": np.array([[1.0, 2.0]], np.float32), "target": np.array([[True, False]])},
        ),
        Pitfall(
            "A list of labels",
            "Labels [1, 2] of three classes are written [0, 1, 1] here. "
            "Class numbers as in multi-label margin loss are taken for answers, "
            "and an answer of 2 makes losses below 0.",
        ),
        Pitfall(
            "Infinite scores",
            "A score of +∞ for a label, or −∞ for another class, gives 0 · ∞ = NaN, though it could not be better.",
        ),
        OLD_ARGUMENTS,
    ),
    references=(COX,),
    tries=(
        Try("What if class 1 is a label of both?", {"target": [[1, 1, 0], [0, 1, 1]]}),
        Try("What if class 1 counts double?", {"weight": [1, 2, 1]}),
        Try("What if the score of a label is very low?", {"input": [[2, -1.5, 0.5], [-1, -20, 3]]}),
    ),
    extremes=Extremes(
        values=lambda x: {"input": np.array([[x, -x]]), "target": np.array([[0.0, 1.0]])},
        naive=naive,
        says="The formula in the documentation divides e^−x by 1 + e^−x: "
        "for scores below −709 (−88 in float32) that is ∞/∞ = NaN. "
        "PyTorch takes the logarithm of the sigmoid in one go.",
    ),
    pictures=(
        Bars(
            "Probability of each class", "A sigmoid for each class by itself: they need not add up to 1.", "probability"
        ),
        Bars("What each class costs", "Which classes of the chosen sample the loss comes from.", "loss_per_class"),
        Curves(
            "One score of three moves",
            "Each class moves the loss by a third of its own cost, because the classes are averaged.",
            values=lambda x: {"input": [[x, 0.0, 0.0]], "target": [[1, 0, 0]]},
            low=-6,
            high=6,
            x="score of class 0 (the others have 0)",
            settings={"class 0 is the label": {}, "class 0 is no label": {"target": [[0, 1, 0]]}},
        ),
    ),
    check=check,
    cost=of_stretched("input", "target", "weight"),
)
