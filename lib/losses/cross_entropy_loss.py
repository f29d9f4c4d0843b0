"""Cross-entropy loss: log-softmax and negative log-likelihood in one."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.pieces import checks, draw
from lib.lesson.pieces.latex import joined, num, total
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
from lib.lesson.pieces.scores import carry, class_last, class_second, log_softmax, shifted
from lib.lesson.spec import (
    Bars,
    Curves,
    Example,
    Extremes,
    Lesson,
    Mistake,
    Number,
    Pitfall,
    Reference,
    Step,
    Steps,
    Tensor,
    Try,
)


def check(*, input, target, weight, ignore_index, reduction, label_smoothing):
    checks.need_floats(input=input)
    if input.ndim == 0:
        raise ValueError("input is a single number; expected one score per class: (classes,) or (batch, classes, …).")
    classes = input.shape[0 if input.ndim == 1 else 1]
    checks.need_class_weights(weight, classes, floats=not checks.is_float(target))
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing is {label_smoothing}; expected a number from 0 to 1.")
    if checks.is_float(target):
        checks.need_shape("target", target, input.shape, "probabilities have the shape of input")
        if ignore_index >= 0:
            raise ValueError(f"ignore_index is {ignore_index}; with probabilities as target nothing can be ignored.")
        return
    positions = input.shape[:1] * (input.ndim > 1) + input.shape[2:]
    checks.need_shape("target", target, positions, "one class index per sample")
    checks.need_class_indices(target, classes, ignore_index, bytes_too=input.ndim <= 2)


def class_weights(weight, scores):
    return np.ones(scores.shape[-1:], scores.dtype) if weight is None else weight


def picked(target, ignore_index):
    """Which samples count, and their class (class 0 stands in for ignored ones)."""
    counts = target != ignore_index
    return counts, np.where(counts, target, 0).astype(np.int64)


def by_hand(input, target, *, weight, ignore_index, reduction, label_smoothing) -> Steps:
    """From raw scores (logits) to the loss, in nats."""
    scores = class_last(input)
    largest, log_total = shifted(scores)
    shown = largest + log_total
    sent = yield Step(
        "log_sum_exp",
        r"s_n = \log \sum_c e^{x_{nc}}",
        shown,
        axes="n",
        worked=lambda *n: rf"\log({joined((f'e^{{{num(x)}}}' for x in scores[n]), ' + ')})",
        words="Raise e to each score of the sample, add up, take the natural logarithm.",
    )
    surprise = carry(log_total, shown, sent)[..., None] - (scores - largest[..., None])  # s − x, digits kept
    weights = class_weights(weight, scores)
    if checks.is_float(target):
        yield from with_probabilities(surprise, class_last(target), weights, reduction, label_smoothing)
    else:
        yield from with_indices(surprise, scores, sent, target, weight, ignore_index, reduction, label_smoothing)


def with_indices(surprise, scores, log_sum_exp, target, weight, ignore_index, reduction, label_smoothing) -> Steps:
    counts, y = picked(target, ignore_index)
    weights = class_weights(weight, scores)
    w = np.where(counts, weights[y], 0.0)
    right = np.take_along_axis(scores, y[..., None], -1)[..., 0]
    yield Step("right_score", r"x_{n,y_n} = \text{input}[n, y_n]", right, axes="n", given=True)
    unsmoothed = np.take_along_axis(surprise, y[..., None], -1)[..., 0]
    factor = r"w_{y_n} " if weight is not None else ""
    if label_smoothing == 0:
        each = yield Step(
            "loss_per_sample",
            rf"\ell_n = {factor}(s_n - x_{{n,y_n}})",
            np.where(counts, w * unsmoothed, 0.0),
            axes="n",
            worked=lambda *n: (
                (rf"{num(weights[y[n]])} \cdot " if weight is not None else "")
                + rf"({num(log_sum_exp[n])} - {num(right[n])})"
                if counts[n]
                else r"0 \quad \text{(ignored)}"
            ),
            words="From the log of the sum, take away the score of the right class (then times its weight, if any).",
        )
    else:
        own = yield Step(
            "right_class_part",
            rf"a_n = {factor}(s_n - x_{{n,y_n}})",
            np.where(counts, w * unsmoothed, 0.0),
            axes="n",
            worked=lambda *n: rf"{num(w[n])} \cdot ({num(log_sum_exp[n])} - {num(right[n])})",
            words="The loss without smoothing: the log of the sum, less the score of the right class.",
        )
        every = yield Step(
            "all_classes_part",
            r"b_n = \frac{1}{C} \sum_c " + (r"w_c " if weight is not None else "") + r"(s_n - x_{nc})",
            np.where(counts, (weights * surprise).sum(-1) / scores.shape[-1], 0.0),
            axes="n",
            worked=lambda *n: rf"\frac{{{total(weights * surprise[n])}}}{{{scores.shape[-1]}}}",
            words="The same for every class in turn, averaged over the classes.",
        )
        eps = label_smoothing
        each = yield Step(
            "loss_per_sample",
            r"\ell_n = (1 - \varepsilon)\, a_n + \varepsilon\, b_n",
            (1 - eps) * own + eps * every,
            axes="n",
            worked=lambda *n: rf"{num(1 - eps)} \cdot {num(own[n])} + {num(eps)} \cdot {num(every[n])}",
            words="Mix the two parts: label_smoothing goes to all classes, the rest to the right class.",
        )
    yield from reduce(
        each,
        reduction,
        divisor=w.sum(),
        divisor_latex=r"W = \sum_n w_{y_n}" if weight is not None else r"W = N",
        divisor_worked=lambda: total(w[counts]),
        divisor_words="Add up the weights of the targets' classes." if weight is not None else "Count the samples.",
    )


def with_probabilities(surprise, probabilities, weights, reduction, label_smoothing) -> Steps:
    smooth = probabilities
    if label_smoothing:
        eps, classes = label_smoothing, probabilities.shape[-1]
        smooth = yield Step(
            "smoothed_target",
            r"t'_{nc} = (1 - \varepsilon)\, t_{nc} + \frac{\varepsilon}{C}",
            probabilities * (1 - eps) + eps / classes,
            axes="nc",
            worked=lambda *n: joined(
                (rf"{num(1 - eps)} \cdot {num(t)} + {num(eps / classes)}" for t in probabilities[n]), r",\; "
            ),
            words="Move label_smoothing of each target onto all classes evenly.",
        )
    each = yield Step(
        "loss_per_sample",
        r"\ell_n = \sum_c w_c\, t_{nc} (s_n - x_{nc})",
        (surprise * smooth * weights).sum(-1),
        axes="n",
        worked=lambda *n: joined(
            (rf"{num(w * t)} \cdot {num(a)}" for w, t, a in zip(weights, smooth[n], surprise[n], strict=True)), " + "
        ),
        words="For each class: its target probability times (log of the sum less its score). Add up.",
    )
    yield from reduce(each, reduction)


def grad_by_hand(s, input, target, *, weight, ignore_index, reduction, label_smoothing) -> Steps:
    """Softmax minus target, spread over the batch."""
    scores = class_last(input)
    log_p = log_softmax(scores)
    p = yield Step(
        "softmax",
        r"p_{nc} = e^{x_{nc} - s_n}",
        np.exp(log_p),
        axes="nc",
        worked=lambda *n: joined((rf"e^{{{num(x)} - {num(s['log_sum_exp'][n])}}}" for x in scores[n]), r",\; "),
        words="The probabilities that the scores stand for.",
    )
    weights = class_weights(weight, scores)
    pull = yield from pull_of_targets(target, weights, p, ignore_index, label_smoothing)
    each = yield from share(s, reduction)
    gradient = np.where(pull.any(-1, keepdims=True), p * pull.sum(-1, keepdims=True) - pull, 0.0)
    yield Step(
        "d_input",
        r"\frac{\partial L}{\partial x_{nc}} = \frac{1}{W} \left(p_{nc} \sum_k q_{nk} - q_{nc}\right)",
        class_second(np.where(gradient == 0, 0.0, gradient * each)),
        axes="nc" if input.ndim <= 2 else "",
        worked=(
            lambda *n: joined(
                (
                    rf"{num(each)}({num(pc)} \cdot {num(pull[n].sum())} - {num(q)})"
                    for pc, q in zip(p[n], pull[n], strict=True)
                ),
                r",\; ",
            )
        )
        if input.ndim <= 2
        else None,
        words="Probability minus target, for each class, times the share of the sample.",
    )
    if checks.is_float(target):
        yield Step(
            "d_target",
            r"\frac{\partial L}{\partial t_{nc}} = \frac{w_c}{W} (s_n - x_{nc})",
            class_second(-log_p * weights * (1 - label_smoothing) * each),
            words="How surprising each class is.",
        )


def pull_of_targets(target, weights, p, ignore_index, label_smoothing) -> Steps:
    """The weighted target distribution of each sample; returns it."""
    if checks.is_float(target):
        towards = class_last(target) * (1 - label_smoothing) + label_smoothing / p.shape[-1]
        value = towards * weights
    else:
        counts, y = picked(target, ignore_index)
        one_hot = np.eye(p.shape[-1])[y]
        value = ((1 - label_smoothing) * one_hot + label_smoothing / p.shape[-1]) * weights * counts[..., None]
    answer = yield Step(
        "target_pull",
        r"q_{nc} = w_c\, t_{nc}",
        value,
        axes="nc",
        words="Write the target as probabilities (1 for the right class, 0 elsewhere), times the class weights.",
    )
    return answer


def naive(*, input, target, **_):
    """The book's formula: softmax, then the logarithm."""
    e = np.exp(input)
    p = e / e.sum(-1, keepdims=True)
    return -np.log(p[np.arange(len(target)), target]).mean()


def draw_target(random, shape, drawn):
    """Probabilities where the shape is the scores' own, else class indices."""
    scores = drawn["input"]
    if shape == scores.shape:
        return draw.distribution(random, shape, axis=min(1, scores.ndim - 1))
    return random.integers(0, max(1, scores.shape[min(1, scores.ndim - 1)]), shape)


def has_indices(given):
    return not checks.is_float(given["target"])


def softmax(scores):
    return np.exp(log_softmax(scores))


MISTAKES = (
    Mistake(
        {"log_sum_exp": lambda given, done: np.log(np.exp(softmax(class_last(given["input"]))).sum(-1))},
        "You took the softmax of the scores first. Cross-entropy takes raw scores and does that itself; "
        "this way softmax is applied twice.",
    ),
    Mistake(
        {"log_sum_exp": lambda given, done: np.exp(class_last(given["input"])).sum(-1)},
        "You added up the exponentials and left out the logarithm.",
    ),
    Mistake(
        {"log_sum_exp": lambda given, done: done["log_sum_exp"] / np.log(2)},
        "You took the logarithm to base 2. PyTorch uses the natural logarithm, so losses are in nats.",
    ),
    Mistake(
        {"log_sum_exp": lambda given, done: np.log(class_last(given["input"]).sum(-1))},
        "You added up the scores themselves. Raise e to each score before adding.",
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: -done["loss_per_sample"]},
        "The sign is the other way round: the log of the sum minus the right class's score.",
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: -done["right_score"]},
        "You only took minus the score of the right class. That is NLLLoss on raw scores; add the log of the sum.",
        when=lambda given: has_indices(given) and given["label_smoothing"] == 0 and given["weight"] is None,
    ),
    Mistake(
        {
            "loss_per_sample": lambda given, done: (
                done["loss_per_sample"]
                / np.where(
                    given["target"] == given["ignore_index"],
                    1,
                    given["weight"][picked(given["target"], given["ignore_index"])[1]],
                )
            )
        },
        "You left out the class weight. Each loss is multiplied by the weight of its target's class.",
        when=lambda given: has_indices(given) and given["weight"] is not None and given["label_smoothing"] == 0,
    ),
    Mistake(
        {"divisor": lambda given, done: given["target"].size},
        "You divided by the number of samples. PyTorch adds up the weights of the targets' classes, "
        "and ignored targets do not count.",
        when=lambda given: (
            has_indices(given)
            and (given["weight"] is not None or bool((given["target"] == given["ignore_index"]).any()))
        ),
    ),
    Mistake(
        {"divisor": lambda given, done: given["weight"].sum()},
        "You added up the weight of every class once. Add the weight of each sample's class instead.",
        when=lambda given: has_indices(given) and given["weight"] is not None,
    ),
    Mistake(
        {"divisor": lambda given, done: given["input"].size},
        "You divided by the number of scores. One sample gives one loss, so count the samples.",
    ),
    Mistake(
        {"divisor": lambda given, done: (class_last(given["target"]) * given["weight"]).sum()},
        "You divided by the weights. With probabilities as target, PyTorch divides by the number of samples.",
        when=lambda given: not has_indices(given) and given["weight"] is not None,
    ),
    Mistake(
        {"loss": lambda given, done: done["loss"] * done["divisor"]},
        "This is the sum. With reduction='mean', divide it.",
        when=lambda given: given["reduction"] == "mean",
    ),
)

GRAD_MISTAKES = (
    Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: probability minus target, so the right class is pushed up by descent.",
    ),
    Mistake(
        {"share": lambda given, done: 1.0},
        "This is the gradient of the sum. The mean divides each sample's share.",
        when=lambda given: given["reduction"] == "mean",
    ),
    Mistake(
        {"target_pull": lambda given, done: np.zeros_like(done["target_pull"]) + done["softmax"] * 0},
        "You left the target out: the gradient is probability minus target.",
    ),
    Mistake(
        {"d_input": lambda given, done: class_second(done["softmax"] * done.get("share", 1.0))},
        "This is the softmax alone. Subtract 1 at the right class.",
    ),
)

THREE = {"input": [[1, 2], [1, 3], [1, 3]], "target": [0, 1, 1]}

LESSON = Lesson(
    title="Cross-entropy loss",
    torch=nn.CrossEntropyLoss,
    group="classification",
    order=1,
    names=("交叉熵", "交叉熵损失", "softmax loss", "log loss", "categorical cross-entropy"),
    purpose="Punishes a low score for the right class.",
    use_when="Exactly one of several classes is right (or a known mix of them), and the network ends in raw scores.",
    not_when="Several labels can be right at once (use BCE with logits), or the network already ends in log-softmax "
    "(use NLL loss).",
    formula=r"\ell_n = w_{y_n} \big(\log \textstyle\sum_c e^{x_{nc}} - x_{n,y_n}\big)",
    symbols=(
        (r"x_{nc}", "the score (logit) of sample n for class c"),
        (r"y_n", "the right class of sample n"),
        (r"w_c", "the weight of class c (1 unless given)"),
        (r"t_{nc}", "the target probability of class c, when targets are probabilities"),
        (r"\varepsilon", "label_smoothing"),
        (r"W", "what the mean divides by: the sum of the targets' weights"),
        (r"\ell_n", "the loss of sample n, in nats"),
    ),
    tensors=(
        Tensor("input", "raw scores, one per class; no softmax before", "(batch, classes)"),
        Tensor(
            "target",
            "class indices, or probabilities of each class",
            "(batch,)",
            kind="index or float",
            draw=draw_target,
        ),
    ),
    parameters=(
        REDUCTION,
        Tensor("weight", "one weight per class, for imbalanced data", "(classes,)", optional=True, draw=draw.positive),
        Number("ignore_index", -100, "Samples with this target count for nothing.", integer=True, rare=True),
        Number(
            "label_smoothing", 0.0, "How much of each target is spread over all classes, 0 to 1.", (0.1, 1.0), rare=True
        ),
    ),
    shapes=(
        {"input": (3, 3), "target": (3,)},
        {"input": (3, 3), "target": (3,), "weight": (3,)},
        {"input": (4,), "target": (), "weight": (4,)},
        {"input": (4,), "target": (4,)},
        {"input": (2, 3), "target": (2, 3), "weight": (3,)},
        {"input": (2, 3, 4), "target": (2, 4), "weight": (3,)},
        {"input": (2, 3, 2, 2), "target": (2, 2, 2)},
        {"input": (2, 3, 2), "target": (2, 3, 2), "weight": (3,)},
        {"input": (1, 1), "target": (1,)},
        {"input": (0, 3), "target": (0,)},
    ),
    examples=(
        Example("Three samples", THREE, "The loss is large for sample 0, whose right class has the lower score."),
        Example(
            "Weights 1 and 2",
            {**THREE, "weight": [1, 2]},
            "The mean divides by 1 + 2 + 2, the weights of the targets, not by 3.",
        ),
        Example(
            "Confident and wrong",
            {"input": [[10, -10], [10, -10]], "target": [0, 1]},
            "The second sample costs its whole gap of 20; the first costs almost nothing.",
        ),
        Example(
            "Ten classes, no idea",
            {"input": [[0] * 10], "target": [3]},
            "Equal scores cost ln 10 = 2.303: what an untrained network shows.",
        ),
        Example(
            "One sample ignored",
            {"input": [[1, 2], [1, 3], [5, 0]], "target": [0, 1, -100]},
            "A target of −100 adds nothing to the sum and nothing to the divisor.",
        ),
        Example(
            "Label smoothing",
            {**THREE, "label_smoothing": 0.1},
            "A tenth of each target is spread over all classes, so being too sure costs something.",
        ),
        Example(
            "Probabilities as target",
            {"input": [[1, 2], [1, 3]], "target": [[0.5, 0.5], [0.1, 0.9]]},
            "Soft targets have the shape of input. The mean divides by the number of samples.",
        ),
        Example(
            "Probabilities and weights",
            {"input": [[1, 2], [1, 3]], "target": [[0.5, 0.5], [0.1, 0.9]], "weight": [1, 2]},
            "Weights scale each class's part, and the mean still divides by the number of samples.",
        ),
        Example(
            "A row of pixels",
            {"input": [[[1, 3], [2, 1]]], "target": [[0, 1]]},
            "Segmentation: classes are axis 1, and every pixel is a sample.",
        ),
    ),
    by_hand=by_hand,
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "Softmax before the loss",
            "The input is raw scores, not probabilities, whatever older articles say. With a softmax before, softmax "
            "happens twice: the first sample here would cost 0.951 instead of 1.313, and with ten classes the loss "
            "could never fall below 1.461.",
        ),
        Pitfall(
            "The wrong integer type",
            "Class indices must be int64 (or uint8).",
            error="expected target dtype to be Long or Byte, but got Int",
            values={"input": np.array([[1.0, 2.0]], np.float32), "target": np.array([0], np.int32)},
        ),
        Pitfall(
            "A class that does not exist",
            "With C classes the targets run from 0 to C − 1. Labels that start at 1 fail on the last class.",
            error="Target 2 is out of bounds.",
            values={"input": np.array([[1.0, 2.0]], np.float32), "target": np.array([2])},
        ),
        Pitfall(
            "Everything ignored",
            "If every target is ignored, the mean is 0/0 = NaN and the NaN spreads to the weights' update. "
            "Skip such batches.",
            values={"input": np.array([[1.0, 2.0]], np.float32), "target": np.array([-100])},
        ),
        Pitfall(
            "The mean is weighted, the sum is not divided",
            "Dividing by 1 + 2 + 2 happens with reduction='mean' only. With probabilities as target it does not "
            "happen at all: the mean divides by the number of samples.",
        ),
        Pitfall(
            "size_average and reduce",
            "Old code passes size_average=False or reduce=False. Both still work with a warning and are not offered "
            "here; say reduction='sum' or reduction='none'.",
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: CrossEntropyLoss",
            "https://docs.pytorch.org/docs/2.13/generated/torch.nn.CrossEntropyLoss.html",
        ),
        Reference(
            "Szegedy et al., Rethinking the Inception Architecture (2016): label smoothing",
            "https://arxiv.org/abs/1512.00567",
        ),
    ),
    tries=(
        Try("What if class 1 counts double?", {"weight": [1, 2]}),
        Try("What if a tenth of each target is spread out?", {"label_smoothing": 0.1}),
        Try("What if the losses are only added up?", {"reduction": "sum"}),
    ),
    extremes=Extremes(
        values=lambda x: {"input": [[x, 0.0]], "target": [0]},
        naive=naive,
        says="Computing the softmax first overflows for large scores (inf/inf) and takes log 0 for very negative ones. "
        "PyTorch subtracts the largest score before raising e to it.",
    ),
    pictures=(
        Bars("Scores as probabilities", "What softmax makes of the chosen sample's scores.", "softmax", beside="input"),
        Curves(
            "One score moves",
            "The loss falls along a straight line while the right class is behind, and flattens once it leads. "
            "Smoothing makes too much confidence cost again.",
            values=lambda x: {"input": [[x, 0.0]], "target": [0]},
            low=-6,
            high=6,
            x="score of the right class (the other has 0)",
            settings={
                "no smoothing": {},
                "smoothing 0.1": {"label_smoothing": 0.1},
                "smoothing 0.3": {"label_smoothing": 0.3},
            },
        ),
    ),
    check=check,
    one_precision=lambda given: ("input", "weight") if has_indices(given) else (),
)
