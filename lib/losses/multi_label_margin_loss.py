"""Multi-label margin loss: every right class should beat every wrong one by a margin of 1."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.pieces import checks
from lib.lesson.pieces.latex import joined, num, total
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
from lib.lesson.spec import Bars, Curves, Example, Lesson, Mistake, Pitfall, Reference, Step, Steps, Tensor, Try


def check(*, input, target, reduction):
    if input.ndim > 2 or 0 in input.shape[-1:]:
        raise ValueError(
            f"input has shape {checks.words(input.shape)}; expected one score per class: (classes,) "
            f"or (batch, classes)."
        )
    checks.need_real(input=input)
    if not (
        input.ndim < 2 and target.ndim < 2 and target.size == input.size
    ):  # one class may come with or without axis
        checks.need_shape("target", target, input.shape, "one row of labels per sample, filled up with −1")
    if not input.size:
        return  # torch does not look at an empty batch
    checks.need_floats(input=input)
    if target.dtype != np.int64:
        raise ValueError(f"target holds {target.dtype.name} numbers; expected class labels as int64.")
    classes = max(input.shape[-1:], default=1)
    wrong = (target < -1) | (target >= classes)
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"target holds {target[where]} at {list(where)}; expected a class from 0 to "
            f"{classes - 1}, or −1 to fill up."
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
            (worked_cost(scores[n], label[n][j], counts[n][j]) for j in np.flatnonzero(listed[n])), r",\quad "
        ),
        words="For each label in turn: how far is its score from beating each wrong class by 1? Never less than 0. "
        "Add up over the wrong classes; the filled-up places get 0.",
    )
    each = yield Step(
        "loss_per_sample",
        r"\ell_n = \frac{1}{C} \sum_j v_{nj}",
        per_label.sum(-1) / classes,
        axes="n",
        worked=lambda *n: rf"\frac{{{total(per_label[n])}}}{{{classes}}}",
        words="Add up the labels' costs and divide by the number of classes, all of them.",
    )
    yield from reduce(each, reduction)


def worked_cost(scores, label, counts):
    return joined((rf"\max(0, 1 - ({num(scores[label])} - {num(scores[c])}))" for c in np.flatnonzero(counts)), " + ")


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
        words="For each right class, count the wrong classes that it does not beat by 1. A wrong class gets 0.",
    )
    yield Step(
        "d_input",
        r"\frac{\partial L}{\partial x_{nc}} = \frac{1}{W} \cdot \frac{a_{nc} - b_{nc}}{C}",
        (each * (down - up) / scores.shape[-1]).reshape(input.shape),
        axes="nc" if input.ndim else "",
        worked=lambda *n: joined(
            (
                rf"{num(each)} \cdot \frac{{{num(a)} - {num(b)}}}{{{scores.shape[-1]}}}"
                for a, b in zip(down[n], up[n], strict=True)
            ),
            r",\; ",
        ),
        words="Times too high less times too low, over the number of classes, times the share of the sample.",
    )


def draw_labels(random, shape, drawn):
    """Lists of different labels, at least one where there is room, filled up with −1."""
    rows = np.full(shape, -1).reshape(-1, max(1, *shape[-1:]) if shape else 1)
    for row in rows:
        several = random.integers(1, max(2, row.size))
        row[:several] = random.permutation(row.size)[:several]
    return rows.reshape(shape)


def unclipped(given, done):
    """The costs with negative terms left in."""
    gap, counts = shortfalls(np.atleast_1d(given["input"]), given["target"])
    return np.where(counts, gap, 0.0).sum(-1)


def with_own_class(given, done):
    """Every label also compared with itself: 1 − 0 more for each."""
    return done["cost_of_label"] + labels_of(given["target"])[0]


def turned_round(given, done):
    gap, counts = shortfalls(-np.atleast_1d(given["input"]), given["target"])
    return np.where(counts, np.maximum(gap, 0), 0.0).sum(-1)


def without_margin(given, done):
    gap, counts = shortfalls(np.atleast_1d(given["input"]), given["target"])
    return np.where(counts, np.maximum(gap - 1, 0), 0.0).sum(-1)


def read_past_the_end(given, done):
    """The costs when labels after the first −1 count too."""
    target = np.atleast_1d(given["target"])
    all_listed = np.take_along_axis(target, np.argsort(target < 0, axis=-1, kind="stable"), -1)
    gap, counts = shortfalls(np.atleast_1d(given["input"]), all_listed)
    return np.where(counts, np.maximum(gap, 0), 0.0).sum(-1)


def number_of_labels(given):
    return labels_of(given["target"])[0].sum(-1)


def every_pair(given):
    """For each wrong class the number of labels, whether they lead or not."""
    return wrong_classes(np.atleast_1d(given["input"]), given["target"]) * number_of_labels(given)[..., None]


MISTAKES = (
    Mistake(
        {"cost_of_label": unclipped},
        "You let terms go below 0. A label that already wins by more than 1 costs nothing: each term is at least 0.",
    ),
    Mistake(
        {"cost_of_label": with_own_class},
        "You compared a label with itself too. Only classes that are not labels take part.",
    ),
    Mistake(
        {"cost_of_label": turned_round},
        "You turned the difference round: it is 1 − (score of the label − score of the wrong class).",
    ),
    Mistake(
        {"cost_of_label": without_margin},
        "You left out the margin. A label has to win by 1, so the term is 1 minus its lead.",
    ),
    Mistake(
        {"cost_of_label": read_past_the_end},
        "You read on after the first −1. PyTorch takes the labels before it and ignores everything behind.",
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: done["cost_of_label"].sum(-1)},
        "You only added up. PyTorch divides each sample's costs by the number of classes, even with reduction='none'.",
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: done["cost_of_label"].sum(-1) / number_of_labels(given)},
        "You divided by the number of labels. PyTorch divides by the number of classes.",
    ),
    Mistake(
        {
            "loss_per_sample": lambda given, done: (
                done["cost_of_label"].sum(-1) / (number_of_labels(given) * done["is_wrong_class"].sum(-1))
            )
        },
        "You divided by the number of pairs. PyTorch divides by the number of classes.",
    ),
    Mistake(
        {"divisor": lambda given, done: given["input"].size},
        "You divided by the number of scores. The classes are divided out already; the mean counts the samples.",
        when=lambda given: given["reduction"] == "mean",
    ),
    Mistake(
        {"loss": lambda given, done: done["loss"] * done["divisor"]},
        "This is the sum. With reduction='mean', divide it by the number of samples.",
        when=lambda given: given["reduction"] == "mean",
    ),
)

GRAD_MISTAKES = (
    Mistake(
        {"share": lambda given, done: 1.0},
        "This is the gradient of the sum. The mean divides each sample's share.",
        when=lambda given: given["reduction"] == "mean",
    ),
    Mistake(
        {"times_too_high": lambda given, done: every_pair(given)},
        "You counted every pair. Pairs in which the label already leads by 1 or more do not pull.",
    ),
    Mistake(
        {"times_too_low": lambda given, done: np.minimum(done["times_too_low"], 1)},
        "You counted each label once. It is pulled up once for every wrong class that it does not beat by 1.",
    ),
    Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: the loss falls when a right class rises, so its gradient is negative.",
    ),
    Mistake(
        {"d_input": lambda given, done: done["d_input"] * np.atleast_1d(given["input"]).shape[-1]},
        "You left out the division by the number of classes.",
    ),
)

FOUR = {"input": [[0.1, 0.2, 0.4, 0.8]], "target": [[0, 3, -1, -1]]}

LESSON = Lesson(
    title="Multi-label margin loss",
    torch=nn.MultiLabelMarginLoss,
    group="classification",
    order=6,
    names=("多标签间隔损失", "多标签边界损失", "multi-label hinge loss", "multilabel margin", "multi-label ranking"),
    purpose="Makes every right class of a sample beat every wrong one by at least 1.",
    use_when="A sample can have several labels and only the order of the scores matters, not probabilities.",
    not_when="You want probabilities (use BCE with logits), or exactly one class is right (use multi margin loss or "
    "cross-entropy).",
    formula=r"\ell_n = \frac{1}{C} \sum_{j} \sum_{c \notin y_n} \max\big(0,\, 1 - (x_{n,y_{nj}} - x_{nc})\big)",
    symbols=(
        (r"x_{nc}", "the score of sample n for class c"),
        (r"y_{nj}", "the j-th label of sample n; the list ends at the first −1"),
        (r"k_{nc}", "1 if class c is not among the labels of sample n, else 0"),
        (r"v_{nj}", "the cost of the j-th label: what it lacks against all wrong classes together"),
        (r"C", "the number of classes"),
        (r"W", "what the mean divides by: the number of samples"),
        (r"\ell_n", "the loss of sample n"),
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
            "Labels 0 and 3 of four classes",
            FOUR,
            "Class 0 trails both wrong classes and costs 1.1 + 1.3; class 3 leads, but by less than 1: 0.4 + 0.6. "
            "Divided by 4 classes: 0.85.",
        ),
        Example(
            "A lead above 1 costs nothing",
            {"input": [[0.1, 0.2, 0.4, 2.0]], "target": [[0, 3, -1, -1]]},
            "Class 3 now leads by 1.8 and 1.6. Its terms are 0, not −0.8 and −0.6: the loss is 0.6, where a formula "
            "without max(0, ·) gives 0.25.",
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
            "Without a right or without a wrong class there is no pair to compare: the loss is 0 and "
            "so is the gradient.",
        ),
    ),
    by_hand=by_hand,
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "A list of labels, not zeros and ones",
            "For classes 0 and 3 of four the target is [0, 3, −1, −1]. The yes-or-no row [1, 0, 0, 1] is accepted too, "
            "and means labels 1, 0, 0 and 1.",
        ),
        Pitfall(
            "max(0, ·) in older articles",
            "Hand calculations often leave it out. That gives the same number only as long as no label leads by more "
            "than 1.",
        ),
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
        Pitfall(
            "An empty batch",
            "With no samples and reduction='mean' or 'sum', PyTorch returns whatever was in memory. Here the sum is 0 "
            "and the mean is NaN, as with the other losses. Skip empty batches.",
        ),
        Pitfall(
            "NaN goes unnoticed",
            "A comparison with NaN is never true, so a score of NaN adds 0 to the loss instead of spoiling it.",
        ),
        Pitfall(
            "size_average and reduce",
            "Old code passes size_average=False or reduce=False. Both still work with a warning and are not offered "
            "here; say reduction='sum' or reduction='none'.",
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: MultiLabelMarginLoss",
            "https://docs.pytorch.org/docs/2.13/generated/torch.nn.MultiLabelMarginLoss.html",
        ),
    ),
    tries=(
        Try("What if class 3 leads by far?", {"input": [[0.1, 0.2, 0.4, 2.0]]}),
        Try("What if only class 3 is right?", {"target": [[3, -1, -1, -1]]}),
        Try("What if there is a label behind the −1?", {"target": [[0, 3, -1, 2]]}),
        Try("What if class 0 is listed twice?", {"target": [[0, 0, 3, -1]]}),
    ),
    pictures=(
        Curves(
            "One right class moves",
            "The loss falls until class 3 leads both wrong classes by 1, then stays: what is left is "
            "the cost of class 0.",
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
)
