"""Hinge embedding loss: distances of like things shrink, distances of unlike things grow up to a margin."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import formula
from lib.lesson.pieces import checks, draw, reduction
from lib.lesson.pieces.difference import gathered
from lib.lesson.pieces.margins import (
    IGNORES_MARGIN,
    IGNORES_THE_MARGIN,
    cut_at_zero,
    draw_target,
    goes_below_zero,
    has,
)
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
from lib.lesson.spec import (
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


def check(*, input, target, margin, reduction):
    kind = input.dtype.name
    if input.dtype.kind not in "iuf":
        raise Refusal("input holds {kind} values; expected distances as real numbers.", kind=kind)
    if not checks.is_float(input):
        if reduction == "mean":
            raise Refusal("input holds {kind} numbers, of which torch takes no mean; expected floats.", kind=kind)
        if not np.iinfo(input.dtype).min <= margin <= np.iinfo(input.dtype).max:
            raise Refusal(
                "margin is {margin}; expected a number that fits into {kind}, as input is.", margin=margin, kind=kind
            )
    checks.need_broadcastable(input=input, target=target)


def margin_like(input, margin):
    """The margin in the kind of numbers that input holds: torch cuts it to a whole number beside whole numbers."""
    return margin if checks.is_float(input) else np.asarray(int(margin)).astype(input.dtype)


def by_hand(input, target, *, margin, reduction) -> Steps:
    """From distances and whether they should be small to the loss."""
    x, y = np.broadcast_arrays(input, target)
    kept = margin_like(input, margin)
    shortfall = yield Step(
        "shortfall",
        r"s_n = m - x_n",
        np.asarray(kept - x),
        axes="n",
        worked=lambda *n: formula("<margin> - <input>", margin=kept, input=x[n]),
        words="What the distance lacks to reach the margin.",
    )
    apart = yield from cut_at_zero(shortfall, "push_apart", "h_n")
    each = yield Step(
        "loss_per_element",
        r"\ell_n = \begin{cases} x_n & y_n = 1 \\ h_n & y_n = -1 \\ x_n + h_n & \text{otherwise} \end{cases}",
        np.where(y != 1, apart, 0) + np.where(y != -1, x, 0),
        axes="n",
        worked=lambda *n: formula(
            "<input>" if y[n] == 1 else "<push_apart>" if y[n] == -1 else "<input> + <push_apart>",
            input=x[n],
            push_apart=apart[n],
        ),
        words="Target 1: the distance itself. Target −1: what it lacks to the margin. Other: both.",
    )
    yield from reduce(each, reduction, of="loss_per_element", divisor_words="Count the distances.")


def grad_by_hand(s, input, target, *, margin, reduction) -> Steps:
    """Like things are drawn together, unlike things inside the margin pushed apart."""
    if not checks.is_float(input):
        return
    each = yield from share(s, reduction)
    y = np.broadcast_to(target, s["shortfall"].shape)
    pushed = (y != 1) & (s["shortfall"] >= 0)
    slope = yield Step(
        "slope",
        r"g_n = \begin{cases} 1 & y_n = 1 \\ -1 & y_n = -1,\ s_n \ge 0 \\ 0 & y_n = -1,\ s_n < 0 \end{cases}",
        np.where(y != -1, 1.0, 0.0) - np.where(pushed, 1.0, 0.0),
        axes="n",
        worked=lambda *n: formula(("0" if y[n] == -1 else "1") + (" - 1" if pushed[n] else "")),
        words="1 where the distance is the loss, −1 where it lacks to the margin, 0 beyond that.",
    )
    whole = input.shape == slope.shape
    yield Step(
        "d_input",
        r"\frac{\partial L}{\partial x_n} = "
        + ("" if whole else r"\sum ")
        + r"\frac{\partial L}{\partial \ell_n}\, g_n",
        gathered(each * slope, input.shape),
        axes="n" if whole else "",
        worked=(lambda *n: formula(r"<share> \cdot <slope>", share=each, slope=slope[n])) if whole else None,
        words="The share of the loss in the result, times its slope.",
    )


def other_branch(given, done):
    """The loss of somebody who takes 1 for unlike and −1 for like."""
    x, y = np.broadcast_arrays(given["input"], given["target"])
    return np.where(y == -1, x, np.where(y == 1, done["push_apart"], done["loss_per_element"]))


def has_others(given):
    return bool(((given["target"] != 1) & (given["target"] != -1)).any())


def average_of_branches(given, done):
    """The mean over the like pairs and the mean over the unlike ones, added up."""
    each, y = np.broadcast_arrays(done["loss_per_element"], given["target"])
    return sum(each[y == side].sum() / max((y == side).sum(), 1) for side in (1, -1))


MISTAKES = {
    "minus_the_distance": Mistake(
        {"push_apart": lambda given, done: -given["input"]},
        "You took minus the distance for an unlike pair. It costs what the distance lacks to the margin, at least 0.",
        when=has(-1),
    ),
    "hinge_of_the_product": Mistake(
        {"loss_per_element": lambda given, done: np.maximum(0, 1 - given["target"] * given["input"])},
        "That is the hinge of a classifier, max(0, 1 − y x). Here a like pair costs its distance.",
    ),
    "distance_minus_margin": Mistake(
        {"shortfall": lambda given, done: -done["shortfall"]},
        "You took the margin from the distance. It is the margin minus the distance: what is lacking.",
    ),
    "multiplies_by_the_target": Mistake(
        {"shortfall": lambda given, done: -(given["target"] * given["input"]) + given["margin"]},
        "You multiplied by the target, as a classifier's hinge does. Here the target only chooses the branch.",
        when=has(-1),
    ),
    **goes_below_zero("push_apart"),
    "squares_the_hinge": Mistake(
        {"push_apart": lambda given, done: done["push_apart"] ** 2},
        "You squared it, as the original contrastive loss does. PyTorch's hinge is straight.",
    ),
    "swaps_alike_and_unlike": Mistake(
        {"loss_per_element": other_branch},
        "You swapped the branches. Target 1 means alike: the loss is the distance. Target −1 means unlike.",
    ),
    "hinge_everywhere": Mistake(
        {"loss_per_element": lambda given, done: done["push_apart"]},
        "You took the hinge everywhere. Where the target is 1, the loss is the distance itself.",
        when=has(1),
    ),
    "takes_everything_else_for_unlike": Mistake(
        {
            "loss_per_element": lambda given, done: np.where(
                given["target"] == 1, done["loss_per_element"], done["push_apart"]
            )
        },
        "You took 0 for unlike. PyTorch wants −1; with any other target than 1 and −1 it adds both branches.",
        when=has_others,
    ),
    "leaves_out_the_margin": Mistake(
        {"shortfall": lambda given, done: done["shortfall"] - given["margin"]},
        "You left out the margin. An unlike pair costs what its distance lacks to the margin.",
        when=has(-1),
    ),
    "drops_the_sign": Mistake(
        {"push_apart": lambda given, done: np.abs(done["shortfall"])},
        "You took the absolute value of what is lacking. Beyond the margin nothing is lacking: the loss is 0 there.",
    ),
    "other_targets_are_free": Mistake(
        {"loss_per_element": lambda given, done: np.where(np.abs(given["target"]) == 1, done["loss_per_element"], 0.0)},
        "You let targets other than 1 and −1 cost nothing. PyTorch adds both costs for them.",
        when=has_others,
    ),
    "squares_the_distance": Mistake(
        {
            "loss_per_element": lambda given, done: (
                done["loss_per_element"] + np.where(given["target"] != -1, given["input"] ** 2 - given["input"], 0.0)
            )
        },
        "You squared the distance of a like pair, as the original contrastive loss does. PyTorch takes it as it is.",
        when=has(1),
    ),
    "averages_each_branch": Mistake(
        {"loss": average_of_branches},
        "You averaged like and unlike pairs apart. PyTorch adds all losses and divides by the number of pairs.",
        when=lambda given: reduction.takes_mean(given) and not has_others(given),
    ),
    **IGNORES_MARGIN,
    **reduction.COUNTS_WHAT_COSTS,
    **reduction.DIVIDES_BY_ROWS,
    **reduction.MISTAKES,
}


def pulling(given):
    """How many distances still pull."""
    x, y = np.broadcast_arrays(given["input"], given["target"])
    return np.count_nonzero(np.where(y != -1, 1, 0) - np.where((y != 1) & (x <= given["margin"]), 1, 0))


GRAD_MISTAKES = {
    **reduction.GRAD_MISTAKES,
    "pulls_beyond_the_margin": Mistake(
        {"slope": lambda given, done: np.broadcast_to(given["target"], done["slope"].shape)},
        "You took the target for the slope. Beyond the margin the loss is flat: the slope there is 0.",
    ),
    **IGNORES_THE_MARGIN,
    **reduction.GRAD_DIVIDES_BY_ROWS,
    "divides_by_those_that_pull": Mistake(
        {"share": lambda given, done: np.divide(1.0, max(pulling(given), 1))},
        "You divided by the number of distances that still pull. PyTorch's mean counts all of them.",
        when=reduction.takes_mean,
    ),
    "pulls_by_the_distance": Mistake(
        {"slope": lambda given, done: done["slope"] * given["input"]},
        "You multiplied by the distance. The loss is a straight line on both sides, so its slope is 1 or −1, near or "
        "far.",
    ),
    "swaps_alike_and_unlike": Mistake(
        {},
        "You swapped the two. Target 1 means alike: the distance itself is the loss. Target −1 means unlike.",
        given=lambda given: {"target": -given["target"]},
    ),
    "takes_everything_else_for_unlike": Mistake(
        {},
        "You treated every target but 1 as unlike. PyTorch adds both losses where it is neither 1 nor −1, so the "
        "slopes cancel inside the margin.",
        when=has_others,
        given=lambda given: {"target": np.where(given["target"] == 1, 1, -1)},
    ),
    "slope_without_sign": Mistake(
        {"slope": lambda given, done: np.abs(done["slope"])},
        "You dropped the sign. Inside the margin the loss falls as the distance grows: −1.",
    ),
    "other_sign": Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: the gradient says how the loss rises; descent then goes the other way.",
    ),
}

THREE = {"input": [[1, 0.8, 0.5]], "target": [[1, 1, -1]]}

LESSON = Lesson(
    title="Hinge embedding loss",
    torch=nn.HingeEmbeddingLoss,
    group="ranking and embedding",
    order=2,
    names=(
        "合页嵌入损失",
        "铰链嵌入损失",
        "hinge loss",
        "contrastive loss",
        "similar or dissimilar",
        "siamese network",
    ),
    purpose="Shrinks the distances of like pairs and grows those of unlike pairs, up to a margin.",
    use_when="Your network gives one distance per pair, and you know which pairs are alike.",
    not_when="You have the vectors and care about their angle (use cosine embedding loss), "
    "or you classify (this is not the hinge of a support vector machine).",
    formula=r"\ell_n = \begin{cases} x_n & y_n = 1 \\ \max(0,\; m - x_n) & y_n = -1 \end{cases}",
    symbols=(
        (r"x_n", "the distance of pair n: element n of input"),
        (r"y_n", "the target: 1 if the pair is alike, −1 if not"),
        (r"m", "margin: how far apart unlike pairs should be"),
        (r"s_n", "the shortfall: what the distance lacks to reach the margin"),
        (r"h_n", "what an unlike pair costs"),
        (r"\ell_n", "the loss of pair n"),
        (r"W", "what the mean divides by: N, the number of distances"),
    ),
    tensors=(
        Tensor("input", "distances, such as the L1 distance of two vectors", "(any shape)", draw=draw.positive),
        Tensor("target", "1 for alike, −1 for unlike", "(as input)", draw=draw_target),
    ),
    parameters=(
        REDUCTION,
        Number("margin", 1.0, "How far apart unlike pairs should be.", (0.0, 2.0, -1.0)),
    ),
    shapes=(
        {"input": (2, 3), "target": (2, 3)},
        {"input": (4,), "target": (4,)},
        {"input": (), "target": ()},
        {"input": (2, 3, 2), "target": (2, 3, 2)},
        {"input": (3,), "target": ()},
        {"input": (3,), "target": (2, 3)},
        {"input": (3, 1), "target": (1, 4)},
        {"input": (2, 3), "target": (3,)},
        {"input": (1, 1), "target": (1, 1)},
        {"input": (0,), "target": (0,)},
        {"input": (2, 0), "target": (2, 0)},
        {"input": (0, 3), "target": (1,)},
    ),
    examples=(
        Example(
            "Four distances, margin 2",
            {"input": [[1.5, 0.6], [0.25, 2.5]], "target": [[1, -1], [-1, -1]], "margin": 2},
            "The like pair costs its distance, unlike ones what they lack to 2. The last is far enough apart.",
        ),
        Example(
            "Two alike, one not",
            THREE,
            "Alike: the distance itself, 1 and 0.8. Unlike: 0.5 is half of the way to the margin, so 0.5 is lacking.",
        ),
        Example(
            "Unlike and far apart",
            {"input": [0.1, 0.9, 1, 3], "target": [-1, -1, -1, -1]},
            "The closer, the dearer; from the margin on an unlike pair costs nothing.",
        ),
        Example(
            "Confident and wrong",
            {"input": [10, 0], "target": [1, -1]},
            "A like pair 10 apart costs 10, without end. An unlike pair at distance 0 costs the margin at most.",
        ),
        Example(
            "Targets 0 and 1",
            {"input": [0.4, 0.4, 2], "target": [1, 0, 0]},
            "With target 0 PyTorch adds both branches: 0.4 + 0.6 makes 1. Nobody wants that; use −1.",
        ),
        Example(
            "A wider margin",
            {**THREE, "margin": 2},
            "The unlike pair now lacks 1.5. The like pairs do not know the margin at all.",
        ),
        Example(
            "Input that is no distance",
            {"input": [-2, -2], "target": [1, -1]},
            "PyTorch does not check the sign: a negative “distance” makes the loss negative, here −2 and 3.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does the margin count only where y is −1?",
            (
                "Alike pairs should come as near as they can; unlike ones need only be far enough apart.",
                "Without a margin, unlike pairs would be pushed apart without end.",
            ),
            ("Because alike pairs have negative distances.", "Distances are never negative."),
            ("Because alike pairs have a margin of 1 already.", "They have none: they pay the distance itself."),
        ),
        "without_numbers": question(
            "An unlike pair is farther apart than the margin and moves still farther. Its loss …",
            ("stays 0", "It is far enough: nothing is left to pay."),
            ("grows", "It would for an alike pair, which pays its distance."),
            ("falls below 0", "The larger of 0 and the rest is taken: it ends at 0."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "Not the hinge of a classifier",
            "A support vector machine's max(0, 1 − y·x) multiplies score and label. Here the target only chooses: "
            "the distance, or what it lacks to the margin.",
        ),
        Pitfall(
            "Targets 0 and 1",
            "Only 1 and −1 have a meaning. Any other target, NaN included, adds both branches: "
            "inside the margin that is always the margin, so nothing can be learnt.",
        ),
        Pitfall(
            "Input must be distances",
            "PyTorch does not check. Scores below 0 with target 1 make the loss negative and falling without end.",
        ),
        Pitfall(
            "A loss of exactly 0",
            "Like pairs at 0 and unlike ones beyond the margin: nothing pulls any more. "
            "Early in training it means that like pairs are missing "
            "or the margin is too small for the scale of the distances.",
        ),
        Pitfall(
            "Exactly on the margin",
            "At x = margin an unlike pair costs nothing, yet PyTorch's slope there is −1, not 0.",
        ),
        Pitfall(
            "Whole numbers as distances",
            "With whole numbers PyTorch takes no mean, and cuts the margin to a whole number too: 0.5 becomes 0.",
            error="mean(): could not infer output dtype.",
            values={"input": np.array([1, 2]), "target": np.array([1, -1])},
        ),
        reduction.OLD_ARGUMENTS,
    ),
    references=(
        Reference(
            "Hadsell, Chopra, LeCun, Dimensionality Reduction by Learning an Invariant Mapping (2006): "
            "the squared form",
            "https://doi.org/10.1109/CVPR.2006.100",
        ),
    ),
    tries=(
        Try("What if the margin is 1?", {"margin": 1.0}),
        Try("What if every pair is unlike?", {"target": [[-1, -1], [-1, -1]]}),
        Try("What if the last target is 0 instead of −1?", {"target": [[1, -1], [-1, 0]]}),
        Try("What if the losses are kept apart?", {"reduction": "none"}),
    ),
    pictures=(
        Curves(
            "Two branches",
            "Alike: the loss is the distance. Unlike: it falls from the margin to 0 and stays there. "
            "Any other target adds both, which is flat up to the margin.",
            values=lambda x: {"input": [x], "target": [1]},
            low=0,
            high=3,
            x="distance",
            settings={
                "alike (1)": {},
                "unlike (−1)": {"target": [-1]},
                "unlike, margin 2": {"target": [-1], "margin": 2.0},
                "target 0": {"target": [0]},
            },
        ),
    ),
    check=check,
    cost=of_stretched("input", "target"),
)
