"""Multi-label margin loss: every right class should beat every wrong one by a margin of 1."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.budget import Cost
from lib.lesson import cost
from lib.lesson.formula import formula, joined, of, total
from lib.lesson.pieces import checks, class_margins, reduction
from lib.lesson.pieces.class_margins import classes
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
from lib.lesson.spec import (
    Bars,
    Curves,
    Example,
    Lesson,
    Mistake,
    Pitfall,
    Reference,
    Step,
    Steps,
    Tensor,
    Try,
    question,
)
from lib.refusal import Refusal


def check(*, input, target, reduction):
    class_margins.need_scores(input)
    one_class = input.ndim < 2 and target.ndim < 2 and target.size == input.size  # it may come with or without its axis
    if not one_class:
        checks.need_shape("target", target, input.shape, "one row of labels per sample, filled up with −1")
    if not input.size:
        return  # torch does not look at an empty batch
    checks.need_floats(input=input)
    if target.dtype != np.int64:
        raise Refusal("target holds {dtype} numbers; expected class labels as int64.", dtype=target.dtype.name)
    last = max(input.shape[-1:], default=1) - 1
    wrong = (target < -1) | (target > last)
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise Refusal(
            "target holds {label} at {place}; expected a class from 0 to {last}, or −1 to fill up.",
            label=target[where],
            place=list(where),
            last=last,
        )


def labels_of(target):
    """Which entries are labels (those before the first −1), and the classes that they name (0 stands in elsewhere)."""
    labels = np.atleast_1d(target)
    listed = np.logical_and.accumulate(labels >= 0, axis=-1)
    return listed, np.where(listed, labels, 0).astype(np.int64)


def shortfalls(scores, target):
    """1 − (x_label − x_class) for every label and wrong class, and which pairs count: (…, labels, classes)."""
    listed, label = labels_of(target)
    of_label = np.take_along_axis(scores, label, -1)
    counts = listed[..., None] & wrong_classes(scores, target)[..., None, :]
    return 1 - of_label[..., None] + scores[..., None, :], counts


def wrong_classes(scores, target):
    """Which classes are not among the sample's labels."""
    listed, label = labels_of(target)
    return ~(listed[..., None] & (label[..., None] == np.arange(scores.shape[-1]))).any(-2)


def cost_of_pairs(given):
    """Every label of a sample is held against every class, by torch too: three arrays hold a number for each pair."""
    shape, scores = cost.shape_of(given["input"]), cost.size(given["input"])
    pairs = scores * (shape[-1] if shape else 1)
    return Cost(cost.of_numbers(pairs).numbers, cost.BYTES * (3 * pairs + 8 * scores) + cost.OBJECTS)


def by_hand(input, target, *, reduction) -> Steps:
    """From scores and lists of labels to the loss."""
    scores = np.atleast_1d(input)
    classes = scores.shape[-1]
    gap, counts = shortfalls(scores, target)
    listed, label = labels_of(target)
    yield Step("is_wrong_class", r"k_{nc} = [c \notin y_n]", wrong_classes(scores, target) + 0.0, axes="nc", given=True)
    per_label = yield Step(
        "cost_of_label",
        r"v_{nj} = \sum_{c \notin y_n} \max\big(0,\, 1 - (x_{n,y_{nj}} - x_{nc})\big)",
        np.where(counts & (gap > 0), gap, 0.0).sum(-1),
        axes="nj",
        worked=lambda *n: joined(
            (worked_cost(scores[n], *one) for one in zip(label[n], counts[n], strict=True)), r",\quad "
        ),
        words="What each label lacks to beat each wrong class by 1, never below 0, added up.",
    )
    each = yield Step(
        "loss_per_sample",
        r"\ell_n = \frac{1}{C} \sum_j v_{nj}",
        per_label.sum(-1) / classes,
        axes="n",
        worked=lambda *n: formula(rf"\frac{{<costs>}}{{{classes}}}", costs=total("cost_of_label", per_label[n])),
        words="Add up the labels' costs and divide by the number of classes, all of them.",
    )
    yield from reduce(each, reduction, of="loss_per_sample")


def worked_cost(scores, label, counts):
    """What one label lacks against each wrong class, with their scores; 0 where there is no label."""
    return joined(
        (
            formula(r"\max(0, 1 - (<label> - <wrong>))", label=of("input", scores[label]), wrong=of("input", wrong))
            for wrong in scores[counts]
        ),
        " + ",
    )


def grad_by_hand(s, input, target, *, reduction) -> Steps:
    """Each pair that is still too close pulls its label up and pushes its wrong class down, equally hard."""
    scores = np.atleast_1d(input)
    gap, counts = shortfalls(scores, target)
    too_close = counts & (gap > 0)
    _, label = labels_of(target)
    each = yield from share(s, reduction)
    down = yield Step(
        "times_too_high",
        r"a_{nc} = \#\{j : x_{n,y_{nj}} - x_{nc} < 1,\ c \notin y_n\}",
        too_close.sum(-2).astype(float),
        axes="nc",
        words="For each wrong class, count the labels that do not beat it by 1. A right class gets 0.",
    )
    named = label[..., None] == np.arange(scores.shape[-1])
    up = yield Step(
        "times_too_low",
        r"b_{nc} = \#\{(j, k) : y_{nj} = c,\ x_{nc} - x_{nk} < 1,\ k \notin y_n\}",
        (named * too_close.sum(-1)[..., None]).sum(-2).astype(float),
        axes="nc",
        words="For each right class, count the wrong ones that it does not beat by 1. Else 0.",
    )
    yield Step(
        "d_input",
        r"\frac{\partial L}{\partial x_{nc}} = \frac{1}{W} \cdot \frac{a_{nc} - b_{nc}}{C}",
        (each * (down - up) / scores.shape[-1]).reshape(input.shape),
        axes="nc" if input.ndim else "",
        worked=lambda *n: joined(
            (
                formula(
                    rf"<share> \cdot \frac{{<times_too_high> - <times_too_low>}}{{{scores.shape[-1]}}}",
                    share=each,
                    times_too_high=a,
                    times_too_low=b,
                )
                for a, b in zip(down[n], up[n], strict=True)
            ),
            r",\; ",
        ),
        words="Times too high less times too low, over the number of classes, times the share.",
    )


def draw_labels(random, shape, drawn):
    """Lists of different labels, at least one where there is room, filled up with −1."""
    rows = np.full(shape, -1).reshape(-1, max(1, *shape[-1:]) if shape else 1)
    for row in rows:
        several = random.integers(1, max(2, row.size))
        row[:several] = random.permutation(row.size)[:several]
    return rows.reshape(shape)


def costs(given, target=None, cost=lambda gap: np.maximum(gap, 0)):
    """What the labels cost by other rules: with other labels, or another cost of a pair that lacks `gap`."""
    gap, counts = shortfalls(np.atleast_1d(given["input"]), given["target"] if target is None else target)
    return np.where(counts, cost(gap), 0.0).sum(-1)


def read_past_the_end(given, done):
    """The costs when labels after the first −1 count too."""
    target = np.atleast_1d(given["target"])
    all_listed = np.take_along_axis(target, np.argsort(target < 0, axis=-1, kind="stable"), -1)
    return costs(given, all_listed)


def strongest_rival(given, done):
    """What each label lacks against the strongest wrong class."""
    gap, counts = shortfalls(np.atleast_1d(given["input"]), given["target"])
    return np.where(counts, np.maximum(gap, 0), 0.0).max(-1, initial=0.0)


def against_all_others(given, done):
    """What each label lacks against every class but itself."""
    scores = np.atleast_1d(given["input"])
    gap, _ = shortfalls(scores, given["target"])
    listed, label = labels_of(given["target"])
    counts = listed[..., None] & (label[..., None] != np.arange(scores.shape[-1]))
    return np.where(counts, np.maximum(gap, 0), 0.0).sum(-1)


def number_of_labels(given):
    return labels_of(given["target"])[0].sum(-1)


def every_pair(given):
    """For each wrong class the number of labels, whether they lead or not."""
    return wrong_classes(np.atleast_1d(given["input"]), given["target"]) * number_of_labels(given)[..., None]


MISTAKES = {
    "goes_below_zero": Mistake(
        {"cost_of_label": lambda given, done: costs(given, cost=lambda gap: gap)},
        "You let terms go below 0. A label that already wins by more than 1 costs nothing: each term is at least 0.",
    ),
    "compares_with_itself": Mistake(
        {"cost_of_label": lambda given, done: done["cost_of_label"] + labels_of(given["target"])[0]},
        "You compared a label with itself too. Only classes that are not labels take part.",
    ),
    "lead_turned_round": Mistake(
        {"cost_of_label": lambda given, done: costs(given, cost=lambda gap: np.maximum(2 - gap, 0))},
        "You turned the difference round: it is 1 − (score of the label − score of the wrong class).",
    ),
    "leaves_out_the_margin": Mistake(
        {"cost_of_label": lambda given, done: costs(given, cost=lambda gap: np.maximum(gap - 1, 0))},
        "You left out the margin. A label has to win by 1, so the term is 1 minus its lead.",
    ),
    "reads_past_the_end": Mistake(
        {"cost_of_label": read_past_the_end},
        "You read on after the first −1. PyTorch takes the labels before it and ignores everything behind.",
    ),
    "first_label_only": Mistake(
        {
            "cost_of_label": lambda given, done: (
                done["cost_of_label"] * (np.arange(done["cost_of_label"].shape[-1]) == 0)
            )
        },
        "You took the first label only. Every label before the first −1 has to beat the wrong classes.",
    ),
    "strongest_rival_only": Mistake(
        {"cost_of_label": strongest_rival},
        "You compared each label with the strongest wrong class only. It has to beat all of them: "
        "sum over the wrong classes.",
    ),
    "labels_compete": Mistake(
        {"cost_of_label": against_all_others},
        "You compared each label with all classes but itself. Labels do not compete: leave every class out that is a "
        "label.",
    ),
    "fills_up_with_class_0": Mistake(
        {},
        "You put class 0 in place of −1 and let it count. Those places hold no label: leave their terms out.",
        given=lambda given: {"target": np.where(labels_of(given["target"])[0], given["target"], 0)},
    ),
    "minus_one_is_the_last_class": Mistake(
        {},
        "You used −1 as an index, which is the last class to NumPy. Here it ends the list.",
        given=lambda given: {"target": given["target"] % classes(given)},
    ),
    "divides_by_the_labels": Mistake(
        {"loss_per_sample": lambda given, done: done["cost_of_label"].sum(-1) / number_of_labels(given)},
        "You divided by the number of labels. PyTorch divides by the number of classes.",
    ),
    "divides_by_the_pairs": Mistake(
        {
            "loss_per_sample": lambda given, done: (
                done["cost_of_label"].sum(-1) / (number_of_labels(given) * done["is_wrong_class"].sum(-1))
            )
        },
        "You divided by the number of pairs. PyTorch divides by the number of classes.",
    ),
}

GRAD_MISTAKES = {
    "pulls_beyond_the_margin": Mistake(
        {"times_too_high": lambda given, done: every_pair(given)},
        "You counted every pair. Pairs in which the label already leads by 1 or more do not pull.",
    ),
    "counts_labels_once": Mistake(
        {"times_too_low": lambda given, done: np.minimum(done["times_too_low"], 1)},
        "You counted each label once. It is pulled up once for every wrong class that it does not beat by 1.",
    ),
    "other_sign": Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: the loss falls when a right class rises, so its gradient is negative.",
    ),
    "gradient_not_divided_by_classes": Mistake(
        {"d_input": lambda given, done: done["d_input"] * classes(given)},
        "You left out the division by the number of classes.",
    ),
}

FOUR = {"input": [[0.1, 0.2, 0.4, 0.8]], "target": [[0, 3, -1, -1]]}

LESSON = Lesson(
    title="Multi-label margin loss",
    torch=nn.MultiLabelMarginLoss,
    group="classification",
    order=6,
    names=("多标签间隔损失", "多标签边界损失", "multi-label hinge loss", "multilabel margin", "multi-label ranking"),
    purpose="Makes every right class of a sample beat every wrong one by at least 1.",
    use_when="A sample can have several labels and only the order of the scores matters, not probabilities.",
    not_when="You want probabilities (use BCE with logits), "
    "or exactly one class is right (use multi margin loss or cross-entropy).",
    formula=r"\ell_n = \frac{1}{C} \sum_{j} \sum_{c \notin y_n} \max\big(0,\, 1 - (x_{n,y_{nj}} - x_{nc})\big)",
    symbols=(
        class_margins.SCORES,
        (r"y_{nj}", "the j-th label of sample n; the list ends at the first −1"),
        (r"k_{nc}", "1 if class c is not among the labels of sample n, else 0"),
        (r"v_{nj}", "the cost of the j-th label: what it lacks against all wrong classes together"),
        *class_margins.RESULT,
        (r"a_{nc}", "how many labels fail to beat class c by 1"),
        (r"b_{nc}", "how many wrong classes the right class c fails to beat by 1"),
        (r"L", "the result"),
    ),
    tensors=(
        Tensor("input", "scores, one per class", "(batch, classes)"),
        Tensor(
            "target",
            "the labels of each sample as class numbers, filled up with −1 to the width of input",
            "(batch, classes)",
            kind="index",
            draw=draw_labels,
        ),
    ),
    parameters=(REDUCTION,),
    shapes=(
        {"input": (2, 4), "target": (2, 4)},
        {"input": (4,), "target": (4,)},
        {"input": (5, 3), "target": (5, 3)},
        {"input": (1, 6), "target": (1, 6)},
        {"input": (3, 1), "target": (3, 1)},
        {"input": (1,), "target": (1,)},
        {"input": (1,), "target": ()},
        {"input": (), "target": (1,)},
        {"input": (), "target": ()},
    ),
    examples=(
        Example(
            "Two samples, three classes",
            {"input": [[0.5, 0.2, 1.6], [0.3, 0.9, -0.5]], "target": [[2, 0, -1], [1, -1, -1]]},
            "Label 2 of sample 0 leads class 1 by more than 1: no cost. Label 0 leads it by only 0.3: 0.7.",
        ),
        Example(
            "Labels 0 and 3 of four classes",
            FOUR,
            "Class 0 trails both wrong classes and costs 1.1 + 1.3; class 3 leads, but by less than 1: 0.4 + 0.6. "
            "Divided by 4 classes: 0.85.",
        ),
        Example(
            "A lead above 1 costs nothing",
            {"input": [[0.1, 0.2, 0.4, 2.0]], "target": [[0, 3, -1, -1]]},
            "Class 3 now leads by 1.8 and 1.6. Its terms are 0, not −0.8 and −0.6: the loss is 0.6, "
            "where a formula without max(0, ·) gives 0.25.",
        ),
        Example(
            "A label after −1",
            {"input": [[0.1, 0.2, 0.4, 0.8]], "target": [[0, 3, -1, 2]]},
            "The list ends at the first −1: the 2 behind it is not a label, and the loss is still 0.85.",
        ),
        Example(
            "Confident and wrong",
            {"input": [[5, -5, 0], [-5, 5, 0]], "target": [[0, -1, -1], [0, -1, -1]]},
            "The first sample leads by more than 1 everywhere and costs nothing; the second pays for its whole gap.",
        ),
        Example(
            "The same label twice",
            {"input": [0.1, 0.2, 0.4, 0.8], "target": [0, 0, 3, -1]},
            "PyTorch does not notice: a label listed twice costs twice, 1.45 instead of 0.85.",
        ),
        Example(
            "No label, and all labels",
            {"input": [[1, 2, 3], [1, 2, 3]], "target": [[-1, -1, -1], [0, 1, 2]]},
            "Without a right or without a wrong class there is no pair to compare: "
            "the loss is 0 and so is the gradient.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does a −1 stand in the target?",
            ("It ends the list of right classes.", "What follows the first −1 is not read."),
            ("It stands for the last class, as in Python.", "Not here: PyTorch stops reading at it."),
            ("It marks a class that must not be chosen.", "All classes that are not listed are those already."),
        ),
        "without_numbers": question(
            "All scores of a sample grow by 3. The loss …",
            ("stays the same", "Right classes are compared with the others, and both have grown."),
            ("falls, since the right classes score higher", "So do the others, and only the lead counts."),
            ("grows, since the wrong classes score higher", "So do the right ones, and only the lead counts."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes={**MISTAKES, **class_margins.MISTAKES},
    grad_mistakes={**reduction.GRAD_MISTAKES, **GRAD_MISTAKES},
    pitfalls=(
        Pitfall(
            "A list of labels, not zeros and ones",
            "For classes 0 and 3 of four the target is [0, 3, −1, −1]. "
            "The yes-or-no row [1, 0, 0, 1] is accepted too, and means labels 1, 0, 0 and 1.",
        ),
        class_margins.NOTHING_BELOW_ZERO,
        Pitfall(
            "Labels must be int64",
            "Class labels are whole numbers; write dtype=torch.long.",
            error="expected scalar type Long but found Float",
            values={"input": np.array([[1.0, 2.0]], np.float32), "target": np.array([[0.0, -1.0]], np.float32)},
        ),
        Pitfall(
            "Out of range, even behind −1",
            "Every entry is checked: −1 and the classes 0 to C − 1 are allowed, also where nothing counts any more.",
            error="argument #2 'target' is out of range",
            values={"input": np.array([[1.0, 2.0]], np.float32), "target": np.array([[-1, 2]])},
        ),
        Pitfall(
            "The target is as wide as the input",
            "However few labels there are, the row is filled up with −1 to one entry per class.",
            error="inconsistent target size: [1, 1] for input of size: [1, 2]",
            values={"input": np.array([[1.0, 2.0]], np.float32), "target": np.array([[0]])},
        ),
        *class_margins.PITFALLS,
    ),
    references=(
        Reference(
            "Elisseeff, Weston, A kernel method for multi-labelled classification (2001): labels that outrank the rest",
            "https://papers.nips.cc/paper/2001/hash/39dcaf7a053dc372fbc391d4e6b5d693-Abstract.html",
        ),
    ),
    tries=(
        Try("What if label 0 leads by far?", {"input": [[2.5, 0.2, 1.6], [0.3, 0.9, -0.2]]}),
        Try("What if only class 2 is right?", {"target": [[2, -1, -1], [1, -1, -1]]}),
        Try("What if there is a label behind the −1?", {"target": [[2, -1, 0], [1, -1, -1]]}),
        Try("What if class 0 is listed twice?", {"target": [[0, 0, 2], [1, -1, -1]]}),
    ),
    pictures=(
        Curves(
            "One right class moves",
            "The loss falls until class 3 leads both wrong classes by 1, then stays: "
            "what is left is the cost of class 0.",
            values=lambda x: {"input": [[0.1, 0.2, 0.4, x]], "target": [[0, 3, -1, -1]]},
            low=-1,
            high=3,
            x="score of class 3 (right, with class 0)",
        ),
        Bars(
            "What each label costs",
            "A long bar is a label that trails the wrong classes; leading all of them by 1 costs nothing.",
            "cost_of_label",
        ),
    ),
    check=check,
    cost=cost_of_pairs,
)
