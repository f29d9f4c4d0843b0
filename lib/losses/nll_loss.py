"""Negative log-likelihood loss: minus the log-probability of the right class."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.formula import formula
from lib.lesson.pieces import checks, classes, draw
from lib.lesson.pieces.classes import (
    at_class,
    one_hot,
    reduce_weighted,
    sample_weights,
    some_ignored,
    targets_of,
    unless_ignored,
    weights_in,
)
from lib.lesson.pieces.reduction import OLD_ARGUMENTS, REDUCTION, share, takes_mean
from lib.lesson.pieces.scores import by_class, class_last, class_second
from lib.lesson.pieces.weights import has_weight, times
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


def check(*, input, target, weight, ignore_index, reduction):
    checks.need_floats(input=input)
    if input.ndim == 0:
        raise Refusal("input is a single number; expected one log-probability per class: (classes,) or (batch, …).")
    checks.need_class_weights(weight, classes.classes_of(input))
    if not input.shape == target.shape == (1,):  # torch takes [0] for 0 here, where the sizes agree by chance
        checks.need_shape("target", target, classes.positions_of(input), "one class index per sample")
    classes.need_class_indices(input, target, ignore_index)


def by_hand(input, target, *, weight, ignore_index, reduction) -> Steps:
    """From log-probabilities to the loss, in nats."""
    log_p = class_last(input)
    counts, y, w = targets_of(log_p, target, weight, ignore_index)
    right = at_class(log_p, y)
    yield Step(
        "right_log_probability",
        r"x_{n,y_n} = \text{input}[n, y_n]",
        np.where(counts, right, 0.0),
        axes="n",
        given=True,
    )
    each = yield Step(
        "loss_per_sample",
        r"\ell_n = -x_{n,y_n}" if weight is None else r"\ell_n = -w_{y_n} x_{n,y_n}",
        np.where(counts, -right * w, 0.0),
        axes="n",
        worked=lambda *n: unless_ignored(
            counts[n], f"-{times(weight)}<right_log_probability>", weight=w[n], right_log_probability=right[n]
        ),
        words="Turn the sign of the right class's log-probability."
        if weight is None
        else "Turn the sign of the right class's log-probability, times the class's weight.",
    )
    yield from reduce_weighted(each, reduction, w, counts, weight)


def grad_by_hand(s, input, target, *, weight, ignore_index, reduction) -> Steps:
    """Only the right class's log-probability is pulled, and always with the same strength."""
    log_p = class_last(input)
    counts, y, w = targets_of(log_p, target, weight, ignore_index)
    at_target = one_hot(log_p, counts, y)
    each = yield from share(s, reduction)
    pull = yield Step(
        "target_pull",
        r"q_{nc} = w_c\, [c = y_n]",
        np.where(at_target, w[..., None], 0.0),
        axes="nc",
        words="A row of zeros with a 1 at the right class" + ("." if weight is None else ", times its weight."),
    )
    two_axes = input.ndim <= 2
    yield Step(
        "d_input",
        r"\frac{\partial L}{\partial x_{nc}} = -\frac{q_{nc}}{W}"
        if reduction == "mean"
        else r"\frac{\partial L}{\partial x_{nc}} = -q_{nc}",
        class_second(np.where(at_target | (pull != 0), -pull * each, 0.0)),
        axes="nc" if two_axes else "",
        worked=by_class(
            lambda *nc: formula(
                r"-<share> \cdot <target_pull>" if counts[nc[:-1]] else "0", share=each, target_pull=pull[nc]
            ),
            log_p.shape[-1],
        )
        if two_axes
        else None,
        words="Minus the share of the sample at its right class, 0 everywhere else.",
    )


def draw_log_probabilities(random, shape, drawn):
    """Logarithms of probabilities, to two decimals."""
    if not shape or 0 in shape:
        return np.zeros(shape)
    return np.round(np.log(draw.distribution(random, shape, axis=min(1, len(shape) - 1))), 2)


def ignored_last_class(given):
    """The last class's log-probability at ignored samples, times its weight; 0 elsewhere."""
    last = class_last(given["input"])[..., -1] * (1 if given["weight"] is None else given["weight"][-1])
    return np.where(given["target"] == given["ignore_index"], last, 0.0)


MISTAKES = {
    "another_logarithm": Mistake(
        {"loss_per_sample": lambda given, done: -np.log(np.abs(done["right_log_probability"]))},
        "You took a logarithm again. The input holds log-probabilities already.",
        when=lambda given: given["weight"] is None,
    ),
    "averages_everything": Mistake(
        {"loss": lambda given, done: -np.mean(given["input"])},
        "You averaged all classes. Only the right class of each sample counts.",
        when=lambda given: takes_mean(given) and given["weight"] is None,
    ),
    "leaves_out_the_minus": Mistake(
        {"loss_per_sample": lambda given, done: -done["loss_per_sample"]},
        "You left out the minus. Log-probabilities are negative, so the loss turns them round to be positive.",
    ),
    "takes_the_logarithm": Mistake(
        {"loss_per_sample": lambda given, done: -np.log(done["right_log_probability"]) * sample_weights(given)},
        "You took the logarithm. NLL loss takes none: its input is logarithms already.",
        not_finite=True,
    ),
    "back_to_probability": Mistake(
        {"loss_per_sample": lambda given, done: -np.exp(done["right_log_probability"]) * sample_weights(given)},
        "You turned the logarithm back into a probability. The loss is minus the log-probability itself.",
    ),
    "one_minus_the_probability": Mistake(
        {"loss_per_sample": lambda given, done: (1 - np.exp(done["right_log_probability"])) * sample_weights(given)},
        "You took 1 minus the probability. The loss is minus the log-probability itself.",
    ),
    "adds_up_all_classes": Mistake(
        {"loss_per_sample": lambda given, done: -class_last(given["input"]).sum(-1)},
        "You added up all classes. Only the right class counts.",
    ),
    "cross_entropy": Mistake(
        {
            "loss_per_sample": lambda given, done: (
                sample_weights(given)
                * (np.log(np.exp(class_last(given["input"])).sum(-1)) - done["right_log_probability"])
            )
        },
        "You worked out cross-entropy, with a softmax in it. NLL loss only picks; log-softmax has to come before it.",
    ),
    "counts_the_ignored": Mistake(
        {"loss_per_sample": lambda given, done: done["loss_per_sample"] - ignored_last_class(given)},
        "You counted the ignored sample, as if its target meant the last class. Its loss is 0.",
        when=some_ignored,
    ),
    **classes.MISTAKES,
}

GRAD_MISTAKES = {
    "pull_without_weight": Mistake(
        {"target_pull": lambda given, done: done["target_pull"] / weights_in(given)[..., None]},
        "You left the class weight out of the pull. It counts above and below.",
        when=has_weight,
    ),
    "pull_of_cross_entropy": Mistake(
        {"target_pull": lambda given, done: done["target_pull"] - np.exp(class_last(given["input"]))},
        "You took the probabilities off: that is the gradient of cross-entropy, through log-softmax. "
        "NLL loss itself pulls at the right class only.",
    ),
    **classes.GRAD_MISTAKES,
}

DIFFERENT = {"input": [[-1.3133, -0.3133], [-2.1269, -0.1269], [-0.1269, -2.1269]], "target": [0, 1, 1]}
THREE = {"input": [[-1.3133, -0.3133], [-2.1269, -0.1269], [-2.1269, -0.1269]], "target": [0, 1, 1]}
RAW = {"input": [[1, 2], [1, 3], [1, 3]], "target": [0, 1, 1]}

LESSON = Lesson(
    title="NLL loss",
    torch=nn.NLLLoss,
    group="classification",
    order=2,
    names=("负对数似然", "负对数似然损失", "negative log-likelihood", "log loss"),
    purpose="Punishes a low log-probability for the right class.",
    use_when="Exactly one of several classes is right and the network already ends in log-softmax.",
    not_when="The network ends in raw scores (use cross-entropy, which is log-softmax and NLL loss in one) "
    "or in probabilities (take their logarithm first).",
    formula=r"\ell_n = -w_{y_n}\, x_{n,y_n}",
    symbols=(
        (r"x_{nc}", "the log-probability of class c for sample n, at most 0"),
        *classes.SYMBOLS,
        *classes.RESULT,
        (r"q_{nc}", "the weight of sample n at its right class, 0 at the others"),
    ),
    tensors=(
        Tensor(
            "input", "log-probabilities, as log-softmax gives them", "(batch, classes)", draw=draw_log_probabilities
        ),
        Tensor("target", "the right classes", "(batch,)", kind="index", draw=draw.class_index),
    ),
    parameters=(REDUCTION, classes.WEIGHT, classes.IGNORE_INDEX),
    shapes=(
        *classes.SHAPES,
        {"input": (4,), "target": ()},
        {"input": (2, 3, 2, 2), "target": (2, 2, 2), "weight": (3,)},
        {"input": (2, 3, 2, 1, 2), "target": (2, 2, 1, 2)},
        {"input": (2, 3, 0), "target": (2, 0)},
        {"input": (0, 3, 2), "target": (0, 2), "weight": (3,)},
    ),
    examples=(
        Example(
            "Behind, ahead, far behind",
            DIFFERENT,
            "The log-softmax of scores [1, 2], [1, 3] and [2, 0]. Each loss is minus the number of the right class.",
        ),
        Example(
            "Three samples",
            THREE,
            "Log-softmax of the scores [1, 2], [1, 3], [1, 3]. "
            "The mean, 0.5224, is what cross-entropy gives for the scores themselves.",
        ),
        Example(
            "Raw scores by mistake",
            RAW,
            "Often shown, but these are no log-probabilities: minus a score of 3 is −3, "
            "and a loss below 0 means nothing. The mean is −2.3333.",
        ),
        Example(
            "Weights 1 and 2",
            {**THREE, "weight": [1, 2]},
            "The mean divides by 1 + 2 + 2, the weights of the targets, not by 3 samples and not by 1 + 2.",
        ),
        Example(
            "Confident and wrong",
            {"input": [[-0.0001, -9.21], [-0.0001, -9.21]], "target": [0, 1]},
            "Both rows give class 0 a probability of 0.9999. Being right costs 0.0001, being wrong 9.21.",
        ),
        Example(
            "One sample ignored",
            {"input": [[-0.69, -0.69], [-0.11, -2.3], [-3, -0.05]], "target": [0, 1, -100]},
            "A target of −100 adds nothing to the sum and nothing to the divisor.",
        ),
        Example(
            "An impossible class",
            {"input": [[0, -np.inf], [0, -np.inf]], "target": [0, 1]},
            "Probability 0 has the log-probability −∞. If that class is the right one, the loss is infinite; "
            "if not, it does no harm.",
        ),
        Example(
            "A row of pixels",
            {"input": [[[-0.11, -1.2], [-2.3, -0.36]]], "target": [[0, 1]]},
            "Segmentation: classes are axis 1, and every pixel is a sample.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is there no logarithm in this loss?",
            (
                "Its input holds logarithms already.",
                "LogSoftmax took them; what is left is to pick one and turn its sign.",
            ),
            (
                "Because the class index takes the logarithm's place.",
                "The index only says which of the numbers to pick.",
            ),
            (
                "Because a logarithm would make the loss negative.",
                "Logarithms of probabilities are negative, and the minus of the loss turns them.",
            ),
        ),
        "without_numbers": question(
            "By mistake you hand it probabilities instead of log-probabilities. The loss …",
            (
                "is between −1 and 0, and nothing warns you",
                "It is minus the right class's probability: a negative loss is how you notice.",
            ),
            ("is refused by PyTorch", "PyTorch takes any numbers here. You have to see it by the sign."),
            (
                "is the same, since the order of the classes is",
                "The order is, but the numbers and their slopes are others.",
            ),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "No logarithm inside",
            "Despite its name NLL loss takes no logarithm. Give it log-softmax, not softmax: "
            "with probabilities the loss lies between −1 and 0 and hardly learns. A negative loss is the sign of it.",
        ),
        Pitfall(
            "What the mean divides by",
            "“The sum of the weights” in older articles means the sum over the samples: "
            "each sample brings the weight of its class. "
            "Three samples of two classes with weights 1 and 1 are divided by 3, not by 2.",
        ),
        classes.EVERYTHING_IGNORED,
        classes.WRONG_INTEGER_TYPE,
        classes.NO_SUCH_CLASS,
        Pitfall(
            "One-hot targets",
            "The target is one class index per sample, not a row of zeros and ones.",
            error="0D or 1D target tensor expected, multi-target not supported",
            values={"input": np.array([[-1.0, -0.5]], np.float32), "target": np.array([[1, 0]])},
        ),
        Pitfall(
            "Without a batch",
            "One sample alone has a target without axes: tensor(1), not tensor([1]). "
            "With [1] the loss is computed, and backward() fails.",
            error="size mismatch (got input: [2], target: [1])",
            values={"input": np.array([-1.0, -0.5], np.float32), "target": np.array([1])},
        ),
        OLD_ARGUMENTS,
    ),
    references=(
        Reference(
            "Fisher, On the Mathematical Foundations of Theoretical Statistics (1922): likelihood",
            "https://doi.org/10.1098/rsta.1922.0009",
        ),
    ),
    tries=(
        Try("What if class 1 counts four times?", {"weight": [1, 4]}),
        Try("What if class 1 is ignored?", {"ignore_index": 1}),
        Try("What if raw scores come in?", {"input": [[1, 2], [1, 3], [2, 0]]}),
        Try("What if every loss is kept?", {"reduction": "none"}),
    ),
    pictures=(
        Curves(
            "The right class's probability moves",
            "Minus the logarithm: being fairly sure costs little, and the cost of being wrong grows without end.",
            values=lambda p: {"input": [[np.log(p), np.log(1 - p)]], "target": [0]},
            low=0.01,
            high=0.99,
            x="probability of the right class",
        ),
        Bars(
            "What the sample predicts",
            "The log-probabilities beside the pull on them: only the right class is pulled.",
            "target_pull",
            beside="input",
        ),
    ),
    check=check,
    one_precision=lambda given: ("input", "weight"),
)
