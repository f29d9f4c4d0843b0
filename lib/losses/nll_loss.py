"""Negative log-likelihood loss: minus the log-probability of the right class."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.pieces import checks, draw
from lib.lesson.pieces.latex import num, total
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
from lib.lesson.pieces.scores import class_last, class_second
from lib.lesson.spec import Bars, Curves, Example, Lesson, Mistake, Number, Pitfall, Reference, Step, Steps, Tensor, Try


def check(*, input, target, weight, ignore_index, reduction):
    checks.need_floats(input=input)
    if input.ndim == 0:
        raise ValueError("input is a single number; expected one log-probability per class: (classes,) or (batch, …).")
    classes = input.shape[0 if input.ndim == 1 else 1]
    checks.need_class_weights(weight, classes)
    positions = input.shape[:1] * (input.ndim > 1) + input.shape[2:]
    if not input.shape == target.shape == (1,):  # torch takes [0] for 0 here, where the sizes agree by chance
        checks.need_shape("target", target, positions, "one class index per sample")
    if classes == 0 and target.size and input.ndim not in (1, 2, 4):
        raise ValueError(f"input has shape {checks.words(input.shape)}; expected at least one class.")
    checks.need_class_indices(target, classes, ignore_index, bytes_too=input.ndim <= 2)


def picked(log_p, target, ignore_index):
    """Which samples count, their class (0 stands in for ignored ones), and the log-probability found there."""
    target = target.reshape(log_p.shape[:-1])
    counts = target != ignore_index
    y = np.where(counts, target, 0).astype(np.int64)
    if not log_p.shape[-1]:
        return counts, y, np.zeros(target.shape)  # no classes: every sample is ignored
    return counts, y, np.take_along_axis(log_p, y[..., None], -1)[..., 0]


def weights_of_targets(weight, counts, y):
    """The weight of each sample's class; 0 for ignored samples."""
    return np.where(counts, 1.0 if weight is None or not weight.size else weight[y], 0.0)


def by_hand(input, target, *, weight, ignore_index, reduction) -> Steps:
    """From log-probabilities to the loss, in nats."""
    log_p = class_last(input)
    counts, y, right = picked(log_p, target, ignore_index)
    w = weights_of_targets(weight, counts, y)
    yield Step(
        "right_log_probability",
        r"x_{n,y_n} = \text{input}[n, y_n]",
        np.where(counts, right, 0.0),
        axes="n",
        given=True,
    )
    weighted = weight is not None
    each = yield Step(
        "loss_per_sample",
        r"\ell_n = -" + (r"w_{y_n} " if weighted else "") + r"x_{n,y_n}",
        np.where(counts, -right * w, 0.0),
        axes="n",
        worked=lambda *n: (
            r"-" + (rf"{num(w[n])} \cdot " if weighted else "") + num(right[n])
            if counts[n]
            else r"0 \quad \text{(ignored)}"
        ),
        words="Turn the sign of the right class's log-probability"
        + (", times the class's weight." if weighted else "."),
    )
    yield from reduce(
        each,
        reduction,
        divisor=w.sum(),
        divisor_latex=r"W = \sum_n w_{y_n}" if weighted else r"W = N",
        divisor_worked=lambda: total(w[counts]),
        divisor_words="Add up the weights of the targets' classes."
        if weighted
        else "Count the samples that are not ignored.",
    )


def grad_by_hand(s, input, target, *, weight, ignore_index, reduction) -> Steps:
    """Only the right class's log-probability is pulled, and always with the same strength."""
    log_p = class_last(input)
    counts, y, _ = picked(log_p, target, ignore_index)
    w = weights_of_targets(weight, counts, y)
    each = yield from share(s, reduction)
    at_target = (y[..., None] == np.arange(log_p.shape[-1])) & counts[..., None]
    pull = yield Step(
        "target_pull",
        r"q_{nc} = w_c\, [c = y_n]",
        np.where(at_target, w[..., None], 0.0),
        axes="nc",
        words="Write the target as a row of zeros with a 1 at the right class, times the class's weight.",
    )
    two_axes = input.ndim <= 2
    yield Step(
        "d_input",
        r"\frac{\partial L}{\partial x_{nc}} = -\frac{q_{nc}}{W}"
        if reduction == "mean"
        else r"\frac{\partial L}{\partial x_{nc}} = -q_{nc}",
        class_second(np.where(at_target | (pull != 0), -pull * each, 0.0)),
        axes="nc" if two_axes else "",
        worked=(lambda *n: r",\; ".join(rf"-{num(each)} \cdot {num(q)}" for q in pull[n]) or "0") if two_axes else None,
        words="Minus the share of the sample at its right class, 0 everywhere else.",
    )


def draw_target(random, shape, drawn):
    log_p = drawn["input"]
    return random.integers(0, max(1, log_p.shape[min(1, log_p.ndim - 1)]), shape)


def draw_log_probabilities(random, shape, drawn):
    """Logarithms of probabilities, to two decimals."""
    if not shape or 0 in shape:
        return np.zeros(shape)
    return np.round(np.log(draw.distribution(random, shape, axis=min(1, len(shape) - 1))), 2)


def has_weight(given):
    return given["weight"] is not None


def takes_mean(given):
    return given["reduction"] == "mean"


def some_ignored(given):
    return bool((given["target"] == given["ignore_index"]).any())


def ignored_last_class(given):
    """The last class's log-probability at ignored samples, 0 elsewhere."""
    return np.where(given["target"] == given["ignore_index"], class_last(given["input"])[..., -1], 0.0)


def weights_in(given):
    counts, y, _ = picked(class_last(given["input"]), given["target"], given["ignore_index"])
    return weights_of_targets(given["weight"], counts, y)


MISTAKES = (
    Mistake(
        {"loss_per_sample": lambda given, done: -done["loss_per_sample"]},
        "You left out the minus. Log-probabilities are negative, so the loss turns them round to be positive.",
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: -np.log(done["right_log_probability"])},
        "You took the logarithm. NLL loss takes none: its input is logarithms already.",
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: -np.exp(done["right_log_probability"])},
        "You turned the logarithm back into a probability. The loss is minus the log-probability itself.",
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: -class_last(given["input"]).sum(-1)},
        "You added up all classes. Only the right class counts.",
    ),
    Mistake(
        {
            "loss_per_sample": lambda given, done: (
                np.log(np.exp(class_last(given["input"])).sum(-1)) - done["right_log_probability"]
            )
        },
        "You worked out cross-entropy, with a softmax in it. NLL loss only picks; log-softmax has to come before it.",
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: -done["right_log_probability"]},
        "You left out the class weight. Each loss is multiplied by the weight of its target's class.",
        when=has_weight,
    ),
    Mistake(
        {"loss_per_sample": lambda given, done: done["loss_per_sample"] - ignored_last_class(given)},
        "You counted the ignored sample, as if its target meant the last class. Its loss is 0.",
        when=lambda given: some_ignored(given) and not has_weight(given),
    ),
    Mistake(
        {"divisor": lambda given, done: given["target"].size},
        "You divided by the number of samples. PyTorch adds up the weights of the targets' classes, "
        "and ignored targets do not count.",
        when=lambda given: takes_mean(given) and (has_weight(given) or some_ignored(given)),
    ),
    Mistake(
        {"divisor": lambda given, done: given["weight"].sum()},
        "You added up the weight of every class once. Add the weight of each sample's class instead.",
        when=lambda given: takes_mean(given) and has_weight(given),
    ),
    Mistake(
        {"divisor": lambda given, done: given["input"].size},
        "You divided by the number of log-probabilities. One sample gives one loss, so count the samples.",
        when=takes_mean,
    ),
    Mistake(
        {"loss": lambda given, done: done["loss"] * done["divisor"]},
        "This is the sum. With reduction='mean', divide it.",
        when=takes_mean,
    ),
)

GRAD_MISTAKES = (
    Mistake(
        {"share": lambda given, done: 1.0},
        "This is the gradient of the sum. The mean divides each sample's share.",
        when=takes_mean,
    ),
    Mistake(
        {"target_pull": lambda given, done: done["target_pull"] / weights_in(given)[..., None]},
        "You left out the class weight.",
        when=has_weight,
    ),
    Mistake(
        {"target_pull": lambda given, done: done["target_pull"] - np.exp(class_last(given["input"]))},
        "You took the probabilities off: that is the gradient of cross-entropy, through log-softmax. NLL loss itself "
        "pulls at the right class only.",
    ),
    Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: the loss falls when the right log-probability rises.",
    ),
)

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
        (r"y_n", "the right class of sample n"),
        (r"w_c", "the weight of class c (1 unless given)"),
        (r"W", "what the mean divides by: the sum of the targets' weights"),
        (r"N", "the number of samples that are not ignored"),
        (r"\ell_n", "the loss of sample n, in nats"),
        (r"q_{nc}", "the weight of sample n at its right class, 0 at the others"),
        (r"L", "the result"),
    ),
    tensors=(
        Tensor(
            "input", "log-probabilities, as log-softmax gives them", "(batch, classes)", draw=draw_log_probabilities
        ),
        Tensor("target", "the right classes", "(batch,)", kind="index", draw=draw_target),
    ),
    parameters=(
        REDUCTION,
        Tensor("weight", "one weight per class, for imbalanced data", "(classes,)", optional=True, draw=draw.positive),
        Number("ignore_index", -100, "Samples with this target count for nothing.", (0,), integer=True, rare=True),
    ),
    shapes=(
        {"input": (3, 3), "target": (3,)},
        {"input": (3, 3), "target": (3,), "weight": (3,)},
        {"input": (4,), "target": ()},
        {"input": (4,), "target": (), "weight": (4,)},
        {"input": (2, 3, 4), "target": (2, 4), "weight": (3,)},
        {"input": (2, 3, 2, 2), "target": (2, 2, 2), "weight": (3,)},
        {"input": (2, 3, 2, 1, 2), "target": (2, 2, 1, 2)},
        {"input": (1, 1), "target": (1,)},
        {"input": (0, 3), "target": (0,)},
        {"input": (2, 3, 0), "target": (2, 0)},
        {"input": (0, 3, 2), "target": (0, 2), "weight": (3,)},
    ),
    examples=(
        Example(
            "Three samples",
            THREE,
            "Log-softmax of the scores [1, 2], [1, 3], [1, 3]. The mean, 0.5224, is what cross-entropy gives for the "
            "scores themselves.",
        ),
        Example(
            "Raw scores by mistake",
            RAW,
            "Often shown, but these are no log-probabilities: minus a score of 3 is −3, and a loss below 0 means "
            "nothing. The mean is −2.3333.",
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
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "No logarithm inside",
            "Despite its name NLL loss takes no logarithm. Give it log-softmax, not softmax: with probabilities the "
            "loss lies between −1 and 0 and hardly learns. A negative loss is the sign of it.",
        ),
        Pitfall(
            "What the mean divides by",
            "“The sum of the weights” in older articles means the sum over the samples: each sample brings the weight "
            "of its class. Three samples of two classes with weights 1 and 1 are divided by 3, not by 2.",
        ),
        Pitfall(
            "Everything ignored",
            "If every target is ignored, the mean is 0/0 = NaN, while the gradient is 0. Skip such batches.",
        ),
        Pitfall(
            "The wrong integer type",
            "Class indices must be int64 (or uint8).",
            error="expected target dtype to be Long or Byte, but got Int",
            values={"input": np.array([[-1.0, -0.5]], np.float32), "target": np.array([0], np.int32)},
        ),
        Pitfall(
            "A class that does not exist",
            "With C classes the targets run from 0 to C − 1. Labels that start at 1 fail on the last class.",
            error="Target 2 is out of bounds.",
            values={"input": np.array([[-1.0, -0.5]], np.float32), "target": np.array([2])},
        ),
        Pitfall(
            "One-hot targets",
            "The target is one class index per sample, not a row of zeros and ones.",
            error="0D or 1D target tensor expected, multi-target not supported",
            values={"input": np.array([[-1.0, -0.5]], np.float32), "target": np.array([[1, 0]])},
        ),
        Pitfall(
            "Without a batch",
            "One sample alone has a target without axes: tensor(1), not tensor([1]). With [1] the loss is computed, "
            "and backward() fails.",
            error="size mismatch (got input: [2], target: [1])",
            values={"input": np.array([-1.0, -0.5], np.float32), "target": np.array([1])},
        ),
        Pitfall(
            "size_average and reduce",
            "Old code passes size_average=False or reduce=False. Both still work with a warning and are not offered "
            "here; say reduction='sum' or reduction='none'.",
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: NLLLoss",
            "https://docs.pytorch.org/docs/2.13/generated/torch.nn.NLLLoss.html",
        ),
    ),
    tries=(
        Try("What if class 1 counts double?", {"weight": [1, 2]}),
        Try("What if class 1 is ignored?", {"ignore_index": 1}),
        Try("What if raw scores come in?", {"input": [[1, 2], [1, 3], [1, 3]]}),
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
