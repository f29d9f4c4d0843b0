"""One right class per sample: which samples count, the weights of their classes, and the mean over those weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.formula import Formula, formula, total
from lib.lesson.pieces import checks, draw, reduction
from lib.lesson.pieces.reduction import reduce, takes_mean
from lib.lesson.pieces.scores import class_last, class_second
from lib.lesson.pieces.taken import ignoring
from lib.lesson.pieces.weights import has_weight
from lib.lesson.spec import Mistake, Number, Pitfall, Steps, Tensor
from lib.refusal import Refusal

Targets = tuple[np.ndarray, np.ndarray, np.ndarray]

SYMBOLS = (
    (r"y_n", "the right class of sample n"),
    (r"w_c", "the weight of class c (1 unless given)"),
)
RESULT = (
    (r"W", "what the mean divides by: the sum of the targets' weights"),
    (r"N", "the number of samples that are not ignored"),
    (r"\ell_n", "the loss of sample n, in nats"),
    (r"L", "the result"),
)

WEIGHT = Tensor("weight", "one weight per class, for imbalanced data", "(classes,)", optional=True, draw=draw.positive)
IGNORE_INDEX = Number(
    "ignore_index", -100, "Samples with this target count for nothing.", (0,), integer=True, rare=True
)

SHAPES = (
    {"input": (3, 3), "target": (3,)},
    {"input": (3, 3), "target": (3,), "weight": (3,)},
    {"input": (4,), "target": (), "weight": (4,)},
    {"input": (2, 3, 4), "target": (2, 4), "weight": (3,)},
    {"input": (2, 3, 2, 2), "target": (2, 2, 2)},
    {"input": (1, 1), "target": (1,)},
    {"input": (0, 3), "target": (0,)},
)


def classes_of(input: np.ndarray) -> int:
    """How many classes there are: the size of axis 1, or of the only axis."""
    return input.shape[0 if input.ndim == 1 else 1]


def positions_of(input: np.ndarray) -> tuple[int, ...]:
    """The shape of one number per sample, (batch, d1, …): that of input without the axis of classes."""
    return input.shape[:1] * (input.ndim > 1) + input.shape[2:]


def need_class_indices(input: np.ndarray, target: np.ndarray, ignore_index: int) -> None:
    """Targets that name a class of input, or are ignored. Without classes torch takes input of 1, 2 or 4 axes."""
    if not classes_of(input) and target.size and input.ndim not in (1, 2, 4):
        raise Refusal("input has shape {shape}; expected at least one class.", shape=checks.words(input.shape))
    checks.need_class_indices(target, classes_of(input), ignore_index, bytes_too=input.ndim <= 2)


def class_weights(weight: np.ndarray | None, scores: np.ndarray) -> np.ndarray:
    """One weight per class: 1 for each unless they are given."""
    return np.ones(scores.shape[-1:], scores.dtype) if weight is None else weight


def targets_of(scores: np.ndarray, target: np.ndarray, weight: np.ndarray | None, ignore_index: int) -> Targets:
    """Which samples count; the class of each; the weight of that class. `scores` has its classes last.

    For ignored samples class 0 stands in, and the weight is 0.
    """
    target = target.reshape(scores.shape[:-1])
    counts = target != ignore_index
    y = np.where(counts, target, 0).astype(np.int64)
    weights = class_weights(weight, scores)
    return counts, y, np.where(counts, weights[y] if weights.size else 0.0, 0.0)


def at_class(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Each sample's number at its class `y`; 0 where there are no classes at all, so that every sample is ignored."""
    return np.take_along_axis(scores, y[..., None], -1)[..., 0] if scores.shape[-1] else np.zeros(y.shape)


def one_hot(scores: np.ndarray, counts: np.ndarray, y: np.ndarray) -> np.ndarray:
    """True at each sample's class, if the sample counts; False elsewhere. In the shape of `scores`, classes last."""
    return (y[..., None] == np.arange(scores.shape[-1])) & counts[..., None]


def unless_ignored(counts: np.bool_, template: str, **values: Any) -> Formula:
    """A sample's formula with its numbers; 0 for an ignored one."""
    return formula(template if counts else r"0 \quad \text{(ignored)}", **values)


def reduce_weighted(
    each: np.ndarray,
    reduction: str,
    w: np.ndarray,
    counts: np.ndarray,
    weight: np.ndarray | None,
    over_zero: Callable[[np.ndarray], Any] | None = None,
) -> Steps:
    """Reduces the losses. The mean divides by the sum of `w`, the weights of the samples' classes.

    Without weights that is the number of samples that count.
    """
    weighted = weight is not None
    yield from reduce(
        each,
        reduction,
        of="loss_per_sample",
        divisor=w.sum(),
        divisor_latex=r"W = \sum_n w_{y_n}" if weighted else r"W = N",
        divisor_worked=lambda: total("weight" if weighted else "one", w[counts]),
        divisor_words="Add up the weights of the targets' classes." if weighted else "Count the samples.",
        over_zero=over_zero,
    )


def has_indices(given: Mapping[str, Any]) -> bool:
    """Whether the target says one class per sample, and not a probability for each class."""
    return not checks.is_float(given["target"])


def some_ignored(given: Mapping[str, Any]) -> bool:
    return bool((given["target"] == given["ignore_index"]).any())


def weights_in(given: Mapping[str, Any]) -> np.ndarray:
    """The weight of each sample's class; 1 for ignored samples, whose loss is 0 without one."""
    counts, _, w = targets_of(class_last(given["input"]), given["target"], given["weight"], given["ignore_index"])
    return np.where(counts, w, 1.0)


def sample_weights(given: Mapping[str, Any]) -> np.ndarray:
    """The weight of each sample's class; 1 without weights, 0 for ignored samples."""
    return targets_of(class_last(given["input"]), given["target"], given["weight"], given["ignore_index"])[2]


def several_classes(given: Mapping[str, Any]) -> bool:
    return has_indices(given) and classes_of(given["input"]) > 1


def next_class_down(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The targets of somebody who counts the classes from 1; the ignored ones stay."""
    target, ignored = given["target"].astype(np.int64), given["target"] == given["ignore_index"]
    return {"target": np.where(ignored, target, (target - 1) % classes_of(given["input"]))}


def known_everywhere(given: Mapping[str, Any]) -> bool:
    """Whether an ignored target names a class all the same, so that its loss can be worked."""
    target = given["target"]
    known = (target >= -classes_of(given["input"])) & (target < classes_of(given["input"]))
    return bool(has_indices(given) and (known | (target == -100)).all())


MISTAKES = {
    "ignores_weight": ignoring(
        "You left out the class weight. Each loss is multiplied by the weight of its target's class, "
        "and the mean divides by these weights.",
        weight=None,
    ),
    "weighs_the_divisor_only": Mistake(
        {"loss": lambda given, done: (done["loss_per_sample"] / weights_in(given)).sum() / done["divisor"]},
        "You divided by the weights but did not multiply by them. They count above and below.",
        when=lambda given: (
            takes_mean(given) and has_weight(given) and has_indices(given) and not given.get("label_smoothing")
        ),
    ),
    "counts_classes_from_1": Mistake(
        {},
        "You counted the classes from 1. A target of 0 is the first class, so another class's number was taken.",
        when=several_classes,
        given=next_class_down,
    ),
    "always_ignores_minus_100": ignoring(
        "You ignored −100 whatever ignore_index is. It may be any number, a class as well.",
        ignore_index=-100,
        when=known_everywhere,
    ),
    "divides_by_samples": Mistake(
        {"divisor": lambda given, done: given["target"].size},
        "You divided by the number of samples. PyTorch adds up the weights of the targets' classes, "
        "and ignored targets do not count.",
        when=lambda given: takes_mean(given) and has_indices(given) and (has_weight(given) or some_ignored(given)),
    ),
    "adds_each_weight_once": Mistake(
        {"divisor": lambda given, done: given["weight"].sum()},
        "You added up the weight of every class once. Add the weight of each sample's class instead.",
        when=lambda given: takes_mean(given) and has_indices(given) and has_weight(given),
    ),
    **reduction.DIVIDES_BY_ELEMENTS,
    **reduction.MISTAKES,
}


def pulls(given: Mapping[str, Any]) -> np.ndarray:
    """True at each sample's class in the shape of input, classes second."""
    scores = class_last(given["input"])
    counts, y, _ = targets_of(scores, given["target"], given["weight"], given["ignore_index"])
    return class_second(one_hot(scores, counts, y))


GRAD_MISTAKES = {
    **reduction.GRAD_MISTAKES,
    "ignores_weight": ignoring(
        "You left the class weights out. Each row is multiplied by the weight of its right class, "
        "and the mean divides by the sum of these weights.",
        weight=None,
    ),
    "divides_by_samples": Mistake(
        {"share": lambda given, done: 1 / given["target"].size},
        "You divided by the number of samples. The mean divides by the sum of the weights of the targets' classes; "
        "ignored targets do not count.",
        when=lambda given: takes_mean(given) and has_indices(given) and (has_weight(given) or some_ignored(given)),
    ),
    "counts_classes_from_1": Mistake(
        {},
        "You counted the classes from 1. A target of 0 is the first class, so another class was pulled up.",
        when=several_classes,
        given=next_class_down,
    ),
    "other_sign": Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: the loss falls as the right class's input rises, "
        "so the gradient is negative there.",
    ),
}

EVERYTHING_IGNORED = Pitfall(
    "Everything ignored",
    "If every target is ignored, the mean is 0/0 = NaN, while the gradient is 0. Skip such batches.",
    values={"input": np.array([[-1.0, -0.5]], np.float32), "target": np.array([-100])},
)
WRONG_INTEGER_TYPE = Pitfall(
    "The wrong integer type",
    "Class indices must be int64 (or uint8).",
    error="expected target dtype to be Long or Byte, but got Int",
    values={"input": np.array([[-1.0, -0.5]], np.float32), "target": np.array([0], np.int32)},
)
NO_SUCH_CLASS = Pitfall(
    "A class that does not exist",
    "With C classes the targets run from 0 to C − 1. Labels that start at 1 fail on the last class.",
    error="Target 2 is out of bounds.",
    values={"input": np.array([[-1.0, -0.5]], np.float32), "target": np.array([2])},
)
