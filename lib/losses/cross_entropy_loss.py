"""Cross-entropy loss: log-softmax and negative log-likelihood in one."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.formula import formula
from lib.lesson.pieces import checks, classes, draw
from lib.lesson.pieces.classes import (
    at_class,
    class_weights,
    has_indices,
    one_hot,
    reduce_weighted,
    targets_of,
    unless_ignored,
)
from lib.lesson.pieces.reduction import OLD_ARGUMENTS, REDUCTION, reduce, share, takes_mean
from lib.lesson.pieces.scores import (
    by_class,
    carry,
    class_last,
    class_second,
    log_softmax,
    logarithm_to_base_2,
    shifted,
)
from lib.lesson.pieces.taken import ignoring
from lib.lesson.pieces.weights import has_weight, times
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
    question,
)
from lib.refusal import Refusal


def check(*, input, target, weight, ignore_index, reduction, label_smoothing):
    checks.need_floats(input=input)
    if input.ndim == 0:
        raise Refusal("input is a single number; expected one score per class: (classes,) or (batch, classes, …).")
    checks.need_class_weights(weight, classes.classes_of(input), floats=not checks.is_float(target))
    if not 0 <= label_smoothing <= 1:
        raise Refusal(
            "label_smoothing is {label_smoothing}; expected a number from 0 to 1.", label_smoothing=label_smoothing
        )
    if not checks.is_float(target):
        checks.need_shape("target", target, classes.positions_of(input), "one class index per sample")
        classes.need_class_indices(input, target, ignore_index)
        return
    checks.need_shape("target", target, input.shape, "probabilities have the shape of input")
    if ignore_index >= 0:
        raise Refusal(
            "ignore_index is {ignore_index}; with probabilities as target nothing can be ignored.",
            ignore_index=ignore_index,
        )


def by_hand(input, target, *, weight, ignore_index, reduction, label_smoothing) -> Steps:
    """From raw scores (logits) to the loss, in nats."""
    scores = class_last(input)
    largest, log_total = shifted(scores)
    shown = largest + log_total
    powers = by_class(lambda *nc: formula("e^{<input>}", input=scores[nc]), scores.shape[-1], " + ")
    log_sum_exp = yield Step(
        "log_sum_exp",
        r"s_n = \log \sum_c e^{x_{nc}}",
        shown,
        axes="n",
        worked=lambda *n: formula(r"\log(<powers>)", powers=powers(*n)),
        words="Raise e to each score of the sample, add up, take the natural logarithm.",
    )
    surprise = carry(log_total, shown, log_sum_exp)[..., None] - (scores - largest[..., None])  # s − x, digits kept

    def worked(*nc):
        return formula("(<log_sum_exp> - <input>)", log_sum_exp=log_sum_exp[nc[:-1]], input=scores[nc])

    if checks.is_float(target):
        yield from with_probabilities(surprise, worked, class_last(target), weight, reduction, label_smoothing)
    else:
        yield from with_indices(surprise, worked, scores, target, weight, ignore_index, reduction, label_smoothing)


def with_indices(surprise, worked, scores, target, weight, ignore_index, reduction, label_smoothing) -> Steps:
    """One right class per sample, and its weight. `worked` is a class's surprise with its numbers."""
    counts, y, w = targets_of(scores, target, weight, ignore_index)
    yield Step("right_score", r"x_{n,y_n} = \text{input}[n, y_n]", at_class(scores, y), axes="n", given=True)
    each = yield Step(
        "right_class_part" if label_smoothing else "loss_per_sample",
        (r"a_n" if label_smoothing else r"\ell_n")
        + (r" = (s_n - x_{n,y_n})" if weight is None else r" = w_{y_n} (s_n - x_{n,y_n})"),
        np.where(counts, w * at_class(surprise, y), 0.0),
        axes="n",
        worked=lambda *n: unless_ignored(
            counts[n], times(weight) + "<surprise>", weight=w[n], surprise=worked(*n, y[n])
        ),
        words=("The loss without smoothing: the log of the sum" if label_smoothing else "The log of the sum")
        + ", less the right class's score"
        + ("." if weight is None else ", times its weight."),
    )
    if not label_smoothing:
        yield from reduce_weighted(each, reduction, w, counts, weight)
        return
    each, own, every = yield from smoothed(each, surprise, worked, counts, weight, label_smoothing)

    def part_by_part(divisor):
        """As torch divides: where the divisor is 0, 0/0 in one part makes the whole NaN."""
        return (1 - label_smoothing) * (own.sum() / divisor) + label_smoothing * (every.sum() / divisor)

    yield from reduce_weighted(each, reduction, w, counts, weight, over_zero=part_by_part)


def smoothed(own, surprise, worked, counts, weight, eps) -> Steps:
    """The right class's part mixed with the same for all classes; returns the mix and the two parts."""
    weights, C = class_weights(weight, surprise), surprise.shape[-1]
    parts = by_class(
        lambda *nc: formula(times(weight) + "<surprise>", weight=weights[nc[-1]], surprise=worked(*nc)), C, " + "
    )
    every = yield Step(
        "all_classes_part",
        r"b_n = \frac{1}{C} \sum_c " + (r"" if weight is None else r"w_c ") + r"(s_n - x_{nc})",
        np.where(counts, (weights * surprise).sum(-1) / C, 0.0),
        axes="n",
        worked=lambda *n: unless_ignored(counts[n], r"\frac{<parts>}{<C>}", parts=parts(*n), C=C),
        words="The same for every class in turn, averaged over the classes.",
    )
    each = yield Step(
        "loss_per_sample",
        r"\ell_n = (1 - \varepsilon)\, a_n + \varepsilon\, b_n",
        (1 - eps) * own + eps * every,
        axes="n",
        worked=lambda *n: formula(
            r"<kept> \cdot <right_class_part> + <label_smoothing> \cdot <all_classes_part>",
            kept=1 - eps,
            right_class_part=own[n],
            label_smoothing=eps,
            all_classes_part=every[n],
        ),
        words="Mix the two parts: label_smoothing goes to all classes, the rest to the right class.",
    )
    return each, own, every


def with_probabilities(surprise, worked, target, weight, reduction, label_smoothing) -> Steps:
    """A probability for each class as target."""
    towards, kind, weights, C = target, "target", class_weights(weight, surprise), target.shape[-1]
    if label_smoothing:
        kind, kept, spread = "smoothed_target", 1 - label_smoothing, label_smoothing / max(1, C)
        towards = yield Step(
            kind,
            r"t'_{nc} = (1 - \varepsilon)\, t_{nc} + \frac{\varepsilon}{C}",
            target * kept + spread,
            axes="nc",
            worked=by_class(
                lambda *nc: formula(r"<kept> \cdot <target> + <spread>", kept=kept, target=target[nc], spread=spread),
                C,
            ),
            words="Move label_smoothing of each target onto all classes evenly.",
        )
    each = yield Step(
        "loss_per_sample",
        r"\ell_n = \sum_c w_c\, t_{nc} (s_n - x_{nc})",
        (surprise * towards * weights).sum(-1),
        axes="n",
        worked=by_class(
            lambda *nc: formula(
                rf"{times(weight)}<{kind}> \cdot <surprise>",
                **{kind: towards[nc]},
                weight=weights[nc[-1]],
                surprise=worked(*nc),
            ),
            C,
            " + ",
        ),
        words="For each class: its target probability times (log of the sum less its score). Add up.",
    )
    yield from reduce(each, reduction, of="loss_per_sample")


def grad_by_hand(s, input, target, *, weight, ignore_index, reduction, label_smoothing) -> Steps:
    """Softmax minus target, spread over the batch."""
    scores = class_last(input)
    log_p = log_softmax(scores)
    p = yield Step(
        "softmax",
        r"p_{nc} = e^{x_{nc} - s_n}",
        np.exp(log_p),
        axes="nc",
        worked=by_class(
            lambda *nc: formula("e^{<input> - <log_sum_exp>}", input=scores[nc], log_sum_exp=s["log_sum_exp"][nc[:-1]]),
            scores.shape[-1],
        ),
        words="The probabilities that the scores stand for.",
    )
    pull, counts, reached = yield from pull_of_targets(scores, target, weight, ignore_index, label_smoothing)
    each = yield from share(s, reduction)
    shared = np.where(reached, pull * each, 0.0)  # ignored samples: 0, even where W is 0
    two_axes = input.ndim <= 2
    yield Step(
        "d_input",
        r"\frac{\partial L}{\partial x_{nc}} = \frac{1}{W} \left(p_{nc} \sum_k q_{nk} - q_{nc}\right)",
        class_second(p * shared.sum(-1, keepdims=True) - shared),
        axes="nc" if two_axes else "",
        worked=by_class(
            lambda *nc: formula(
                r"<share>(<softmax> \cdot <pulls> - <target_pull>)" if counts[nc[:-1]] else "0",
                share=each,
                softmax=p[nc],
                pulls=pull[nc[:-1]].sum(),
                target_pull=pull[nc],
            ),
            scores.shape[-1],
        )
        if two_axes
        else None,
        words="Probability minus target, for each class, times the share of the sample.",
    )
    if checks.is_float(target):
        yield Step(
            "d_target",
            r"\frac{\partial L}{\partial t_{nc}} = \frac{w_c}{W} (s_n - x_{nc})",
            class_second(-log_p * class_weights(weight, scores) * (1 - label_smoothing) * each),
            words="How surprising each class is.",
        )


def pull_of_targets(scores, target, weight, ignore_index, label_smoothing) -> Steps:
    """The weighted target distribution of each sample; returns it, which samples count, and the classes it reaches."""
    if checks.is_float(target):
        counts, towards = np.ones(scores.shape[:-1], bool), class_last(target)
        reached = np.ones(scores.shape, bool)
    else:
        counts, y, _ = targets_of(scores, target, weight, ignore_index)
        towards = one_hot(scores, counts, y)
        reached = counts[..., None] & (towards | (label_smoothing > 0))
    smooth = (1 - label_smoothing) * towards + label_smoothing / max(1, scores.shape[-1])
    answer = yield Step(
        "target_pull",
        r"q_{nc} = w_c\, t_{nc}",
        smooth * class_weights(weight, scores) * counts[..., None],
        axes="nc",
        words="The target as probabilities"
        + ("" if checks.is_float(target) else ": 1 for the right class, else 0")
        + (", smoothed" if label_smoothing else "")
        + ("." if weight is None else ", times the class weights."),
    )
    return answer, counts, reached


def naive(*, input, target, **_):
    """The book's formula: softmax, then the logarithm."""
    e = np.exp(input)
    p = e / e.sum(-1, keepdims=True)
    return -np.log(p[np.arange(len(target)), target]).mean()


def draw_target(random, shape, drawn):
    """Probabilities where the shape is the scores' own, else class indices."""
    if shape == drawn["input"].shape:
        return draw.distribution(random, shape, axis=min(1, len(shape) - 1))
    return draw.class_index(random, shape, drawn)


def softmax_first(given):
    return {"input": class_second(np.exp(log_softmax(class_last(given["input"]))))}


def over_the_samples(given):
    """For each sample the log of its right class's sum over the samples."""
    each = np.log(np.exp(given["input"]).sum(0))
    return each[np.clip(given["target"], 0, given["input"].shape[1] - 1)]


def of_one_class(given):
    return has_indices(given) and given["label_smoothing"] == 0


def right_probability(done):
    return np.exp(done["right_score"] - done["log_sum_exp"])


def number(given):
    return classes.classes_of(given["input"])


def several_smoothed(given):
    """Whether smoothing moves something of one right class to others."""
    return has_indices(given) and given["label_smoothing"] > 0 and number(given) > 1


def counting(given):
    return given["target"] != given["ignore_index"]


def mean_surprise(given, done, weight=None):
    """The surprise of all classes, averaged, ignored samples included."""
    surprise = done["log_sum_exp"][..., None] - class_last(given["input"])
    return (surprise * class_weights(weight, surprise)).sum(-1) / number(given)


def spread_over_others(every, given, done):
    """The part of all classes without the right one, averaged; the right class keeps 1 − ε."""
    return (every * number(given) - done["right_class_part"]) / (number(given) - 1)


def ignored_softmax(given, done):
    """The softmax of ignored samples, with their share in the result; 0 everywhere else."""
    ignored = ~counting(given).reshape(done["softmax"].shape[:-1])
    return class_second(np.where(ignored[..., None], done["softmax"] * done.get("share", 1.0), 0.0))


def weighted_by_column(given, done):
    """Probability minus target, each class times its own weight, times the share."""
    pull = done["target_pull"] / np.where(done["target_pull"] == 0, 1.0, given["weight"])
    counts = counting(given).reshape(pull.shape[:-1])[..., None]
    return np.where(counts, (done["softmax"] - pull) * given["weight"] * done.get("share", 1.0), 0.0)


MISTAKES = {
    "adds_one_to_the_sum": Mistake(
        {"log_sum_exp": lambda given, done: np.log1p(np.exp(class_last(given["input"])).sum(-1))},
        "You added 1 to the sum, as log1p does. The sum of the classes' powers is all there is under the logarithm.",
    ),
    "powers_of_two": Mistake(
        {"log_sum_exp": lambda given, done: np.log((2.0 ** class_last(given["input"])).sum(-1))},
        "You raised 2 to the scores. It is e.",
    ),
    "normalises_over_the_samples": Mistake(
        {"log_sum_exp": lambda given, done: over_the_samples(given)},
        "You summed over the samples. The sum goes over the classes of one sample.",
        when=lambda given: of_one_class(given) and given["input"].ndim == 2 and len(given["input"]) > 1,
    ),
    "normalises_over_everything": Mistake(
        {"log_sum_exp": lambda given, done: np.full_like(done["log_sum_exp"], np.log(np.exp(given["input"]).sum()))},
        "You summed over all samples at once. The sum goes over the classes of one sample.",
        when=lambda given: given["input"].ndim == 2 and len(given["input"]) > 1,
    ),
    "logarithm_of_the_mean": Mistake(
        {"loss": lambda given, done: -np.log(np.mean(np.exp(-done["loss_per_sample"])))},
        "You averaged the probabilities and then took the logarithm. Each sample's logarithm comes first.",
        when=lambda given: of_one_class(given) and takes_mean(given) and not has_weight(given),
    ),
    "softmax_twice": Mistake(
        {},
        "You took the softmax of the scores first. Cross-entropy takes raw scores and does that itself; "
        "this way softmax is applied twice.",
        given=softmax_first,
    ),
    "leaves_out_the_logarithm": Mistake(
        {"log_sum_exp": lambda given, done: np.exp(class_last(given["input"])).sum(-1)},
        "You added up the exponentials and left out the logarithm.",
    ),
    **logarithm_to_base_2("log_sum_exp"),
    "leaves_out_the_exponentials": Mistake(
        {"log_sum_exp": lambda given, done: np.log(class_last(given["input"]).sum(-1))},
        "You added up the scores themselves. Raise e to each score before adding.",
    ),
    "largest_score_only": Mistake(
        {"log_sum_exp": lambda given, done: class_last(given["input"]).max(-1)},
        "You took the largest score. The log of the sum is a little more: every class adds its part.",
    ),
    "score_minus_log_sum": Mistake(
        {"loss_per_sample": lambda given, done: -done["loss_per_sample"]},
        "The sign is the other way round: the log of the sum minus the right class's score.",
    ),
    "nll_of_scores": Mistake(
        {"loss_per_sample": lambda given, done: -done["right_score"] * classes.sample_weights(given)},
        "You only took minus the score of the right class. That is NLLLoss on raw scores; add the log of the sum.",
        when=of_one_class,
    ),
    "logarithm_of_the_score": Mistake(
        {"loss_per_sample": lambda given, done: -np.log(done["right_score"]) * classes.sample_weights(given)},
        "You took minus the logarithm of the score. It is no probability yet: the softmax comes first.",
        when=of_one_class,
    ),
    "one_minus_the_probability": Mistake(
        {"loss_per_sample": lambda given, done: (1 - right_probability(done)) * classes.sample_weights(given)},
        "You took 1 minus the right class's probability. The loss is minus its logarithm.",
        when=of_one_class,
    ),
    "minus_the_probability": Mistake(
        {"loss_per_sample": lambda given, done: -right_probability(done) * classes.sample_weights(given)},
        "You left the logarithm out: this is minus the right class's probability. The loss is minus its logarithm.",
        when=of_one_class,
    ),
    "ignores_label_smoothing": ignoring(
        "You left label_smoothing out. It takes that part of every target and spreads it over all classes.",
        label_smoothing=0.0,
    ),
    "smooths_the_wrong_classes_only": Mistake(
        {"all_classes_part": lambda given, done: spread_over_others(done["all_classes_part"], given, done)},
        "You spread ε over the other classes only. PyTorch spreads it over all C, the right one included.",
        when=several_smoothed,
    ),
    "divides_by_the_other_classes": Mistake(
        {"all_classes_part": lambda given, done: done["all_classes_part"] * number(given) / (number(given) - 1)},
        "You divided by C − 1. All C classes are averaged, the right one among them.",
        when=several_smoothed,
    ),
    "smooths_without_weights": Mistake(
        {"all_classes_part": lambda given, done: np.where(counting(given), mean_surprise(given, done), 0.0)},
        "You left the weights out of the smoothed part. There each class counts with its own weight.",
        when=lambda given: several_smoothed(given) and has_weight(given),
    ),
    "smooths_ignored_samples": Mistake(
        {"all_classes_part": lambda given, done: mean_surprise(given, done, given["weight"])},
        "You set the ignored sample's loss to 0 but smoothed it afterwards, so it still adds something. Set it to 0 "
        "last.",
        when=lambda given: several_smoothed(given) and classes.some_ignored(given),
    ),
    **classes.MISTAKES,
    "divides_by_the_weights": Mistake(
        {"divisor": lambda given, done: (class_last(given["target"]) * given["weight"]).sum()},
        "You divided by the weights. With probabilities as target, PyTorch divides by the number of samples.",
        when=lambda given: not has_indices(given) and has_weight(given),
    ),
}

GRAD_MISTAKES = {
    "leaves_out_the_target": Mistake(
        {"target_pull": lambda given, done: np.zeros_like(done["target_pull"])},
        "You left the target out: the gradient is probability minus target.",
    ),
    "softmax_alone": Mistake(
        {"d_input": lambda given, done: class_second(done["softmax"] * done.get("share", 1.0))},
        "This is the softmax alone. Subtract 1 at the right class.",
    ),
    "softmax_twice": Mistake(
        {},
        "You took the softmax of the scores first. Cross-entropy takes raw scores and does that itself.",
        given=softmax_first,
    ),
    "right_class_only": Mistake(
        {"d_input": lambda given, done: np.where(classes.pulls(given), done["d_input"], 0.0)},
        "You changed the right class only. Every other class is pushed down by its probability.",
        when=of_one_class,
    ),
    "ignored_rows_pull": Mistake(
        {"d_input": lambda given, done: done["d_input"] + ignored_softmax(given, done)},
        "You left the softmax in the ignored sample's row. An ignored sample pulls at nothing: the whole row is 0.",
        when=lambda given: of_one_class(given) and classes.some_ignored(given),
    ),
    "weights_each_class": Mistake(
        {"d_input": lambda given, done: class_second(weighted_by_column(given, done))},
        "You multiplied each column by its own weight. "
        "The weight of the sample's right class multiplies the whole row.",
        when=lambda given: of_one_class(given) and has_weight(given),
    ),
    "ignores_label_smoothing": ignoring(
        "You left label_smoothing out. It takes that part of every target and spreads it over all classes.",
        label_smoothing=0.0,
    ),
    **classes.GRAD_MISTAKES,
}

DIFFERENT = {"input": [[1, 2], [1, 3], [2, 0]], "target": [0, 1, 1]}
THREE = {"input": [[1, 2], [1, 3], [1, 3]], "target": [0, 1, 1]}

LESSON = Lesson(
    title="Cross-entropy loss",
    torch=nn.CrossEntropyLoss,
    group="classification",
    order=1,
    names=("交叉熵", "交叉熵损失", "softmax loss", "log loss", "categorical cross-entropy"),
    purpose="Punishes a low score for the right class.",
    use_when="Exactly one of several classes is right (or a known mix of them), and the network ends in raw scores.",
    not_when="Several labels can be right at once (use BCE with logits), "
    "or the network already ends in log-softmax (use NLL loss).",
    formula=r"\ell_n = w_{y_n} \big(\log \textstyle\sum_c e^{x_{nc}} - x_{n,y_n}\big)",
    symbols=(
        (r"x_{nc}", "the score (logit) of sample n for class c"),
        *classes.SYMBOLS,
        (r"t_{nc}", "the target probability of class c, when targets are probabilities"),
        (r"\varepsilon", "label_smoothing"),
        *classes.RESULT,
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
        classes.WEIGHT,
        classes.IGNORE_INDEX,
        Number(
            "label_smoothing", 0.0, "How much of each target is spread over all classes, 0 to 1.", (0.1, 1.0), rare=True
        ),
    ),
    shapes=(
        *classes.SHAPES,
        {"input": (4,), "target": (4,)},
        {"input": (2, 3), "target": (2, 3), "weight": (3,)},
        {"input": (2, 3, 2), "target": (2, 3, 2), "weight": (3,)},
    ),
    examples=(
        Example(
            "Behind, ahead, far behind",
            DIFFERENT,
            "The right class trails by 1, leads by 2, trails by 2: that costs 1.313, 0.127 and 2.127.",
        ),
        Example("Three samples", THREE, "The loss is large for sample 0, whose right class has the lower score."),
        Example(
            "Weights 1 and 2",
            {**THREE, "weight": [1, 2]},
            "The mean divides by 1 + 2 + 2, the weights of the targets, not by 3.",
        ),
        Example(
            "Weights 0.5 and 2",
            {**DIFFERENT, "weight": [0.5, 2]},
            "The mean divides by 0.5 + 2 + 2: each sample brings the weight of its class.",
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
    questions={
        "why": question(
            "With class weights, why does the mean divide by W, the sum of the targets' weights, and not by N?",
            (
                "So that it is a weighted average: doubling all weights changes nothing.",
                "The sum of losses doubles, and so does W.",
            ),
            (
                "So that classes with a large weight count for less.",
                "How much a class counts is in its weight already. Dividing by W only makes an average of it.",
            ),
            (
                "Because N is not known when some samples are ignored.",
                "The samples left could be counted. Divided by that count, it would still be no average: the "
                "weights would set its size.",
            ),
        ),
        "without_numbers": question(
            "Add 10 to both scores of a sample. Its loss …",
            (
                "stays the same",
                "Only the difference of the scores counts: log Σ grows by 10, and so does the right class's score.",
            ),
            (
                "falls by 10",
                "The right class's score grows by 10, but so does the log of the sum that it is taken from.",
            ),
            (
                "grows by 10",
                "The log of the sum does grow by 10, but so does the right class's score, which is taken from it.",
            ),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "Softmax before the loss",
            "The input is raw scores, not probabilities, whatever older articles say. "
            "With a softmax before, softmax happens twice: the first sample here would cost 0.951 instead of 1.313, "
            "and with ten classes the loss could never fall below 1.461.",
        ),
        classes.WRONG_INTEGER_TYPE,
        classes.NO_SUCH_CLASS,
        classes.EVERYTHING_IGNORED,
        Pitfall(
            "Padding rows of −inf poison the gradient",
            "ignore_index leaves a row out of the loss, not out of the backward pass: there its gradient is "
            "0 times its softmax, and the softmax of a row of −inf is NaN. The loss looks fine while the weights "
            "become NaN. Fill padding with a finite number such as 0 or −1e4. "
            "A class weight of 0 and a row of target probabilities that are all 0 leave NaN behind in the same way.",
            values={
                "input": np.array([[1, 2], [-np.inf, -np.inf]], np.float32),
                "target": np.array([0, -100]),
            },
        ),
        Pitfall(
            "Weights that add up to 0",
            "If every target's class has weight 0, the mean is 0/0 = NaN and so is the gradient, "
            "with label smoothing too.",
            values={
                "input": np.array([[1, 2]], np.float32),
                "target": np.array([0]),
                "weight": np.array([0, 1], np.float32),
            },
        ),
        Pitfall(
            "The mean is weighted, the sum is not divided",
            "Dividing by 1 + 2 + 2 happens with reduction='mean' only. "
            "With probabilities as target it does not happen at all: the mean divides by the number of samples.",
        ),
        OLD_ARGUMENTS,
    ),
    references=(
        Reference(
            "Szegedy et al., Rethinking the Inception Architecture (2016): label smoothing",
            "https://arxiv.org/abs/1512.00567",
        ),
    ),
    tries=(
        Try("What if class 1 counts four times?", {"weight": [1, 4]}),
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
