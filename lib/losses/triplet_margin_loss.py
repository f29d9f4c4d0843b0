"""Triplet margin loss: the positive must be nearer to the anchor than the negative, by a margin."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.pieces import triplets
from lib.lesson.pieces.distances import norm_distance
from lib.lesson.pieces.margins import cut_at_zero
from lib.lesson.pieces.reduction import OLD_ARGUMENTS, REDUCTION, reduce
from lib.lesson.pieces.taken import ignoring
from lib.lesson.pieces.triplets import (
    PLANE,
    adds_differences,
    both_distances,
    coordinates,
    distances_of,
    shortfall_of,
    triplet_gradient,
)
from lib.lesson.spec import Curves, Example, Lesson, Mistake, Number, Pitfall, Steps, Try, question
from lib.refusal import Refusal


def check(*, anchor, positive, negative, margin, p, eps, swap, reduction):
    points = {"anchor": anchor, "positive": positive, "negative": negative}
    for name, point in points.items():
        if point.dtype.kind == "b":
            raise Refusal("{name} holds bool values; expected numbers that can be subtracted.", name=name)
    triplets.need_triplets(points, margin, swap)
    if any(point.shape[-1:] == (0,) for point in points.values()) and (p < 0 or np.isinf(p)):
        raise Refusal("The vectors have no coordinates; with p = {p} that has no norm. Expected at least one.", p=p)


def distance_with(p, eps):
    return norm_distance(p, eps)


def by_hand(anchor, positive, negative, *, margin, p, eps, swap, reduction) -> Steps:
    """From three points to two distances, and from these to the loss."""
    points = {"anchor": anchor, "positive": positive, "negative": negative}
    near, far = yield from distances_of(distance_with(p, eps), points, swap)
    shortfall = yield from shortfall_of(near, far, margin, swap)
    each = yield from cut_at_zero(shortfall, "loss_per_triplet")
    yield from reduce(each, reduction, of="loss_per_triplet", divisor_words="Count the triplets.")


def grad_by_hand(s, anchor, positive, negative, *, margin, p, eps, swap, reduction) -> Steps:
    """The positive is pulled towards the anchor, the negative pushed away, where the margin is not kept."""
    points = {"anchor": anchor, "positive": positive, "negative": negative}
    yield from triplet_gradient(distance_with(p, eps), s, points, swap, reduction)


def straight(given):
    return given["p"] == 2


def along_axes(given):
    return given["p"] == 1


def done_shape(done):
    """The shape of one distance per triplet, as the step that is answered has it."""
    return np.shape(list(done.values())[-1])


MISTAKES = {
    **triplets.norm_mistakes(straight, along_axes),
    "averages_the_coordinates": Mistake(
        both_distances(lambda given, done, other: done[f"{other}_distance"] / coordinates(given) ** (1 / given["p"])),
        "You took the mean over the coordinates. A distance adds the coordinates up, however many there are.",
        when=lambda given: coordinates(given) > 1 and 0 < given["p"] < np.inf,
    ),
    "measures_along_the_axes": Mistake(
        adds_differences(np.abs),
        "You added up the absolute differences: that is p = 1. With p = 2, square them, add up and take the root.",
        when=lambda given: straight(given) and coordinates(given) > 1,
    ),
    "ignores_eps": ignoring(
        "You left eps out, or added it to both distances, where it cancels. "
        "It is added to every coordinate of the differences.",
        eps=0.0,
    ),
    "eps_on_the_distance": Mistake(
        both_distances(
            lambda given, done, other: (
                np.broadcast_to(distance_with(given["p"], 0.0).value(given["anchor"], given[other]), done_shape(done))
                + given["eps"]
            )
        ),
        "You added eps to the distance. PyTorch adds it to every coordinate of the difference, before the squares.",
        when=lambda given: given["eps"] != 0,
    ),
    "second_minus_first": Mistake(
        {},
        "You subtracted the other way round. With eps added that is another number: it is anchor − positive + eps.",
        when=lambda given: given["eps"] != 0,
        given=lambda given: {"eps": -given["eps"]},
    ),
    "ignores_p": ignoring("You always measured straight, with p = 2. The caller says which norm counts.", p=2.0),
    **triplets.MISTAKES,
}

GRAD_MISTAKES = {
    "ignores_eps": ignoring(
        "You left eps out. It is added to every coordinate of both differences, and stays in them.", eps=0.0
    ),
    **triplets.GRAD_MISTAKES,
    **triplets.not_divided_by_distance(straight),
    "other_sign_of_positive": Mistake(
        {"d_positive": lambda given, done: -done["d_positive"]},
        "The sign is the other way round: the positive enters the difference with a minus.",
    ),
}

FACES = {
    "anchor": [[0, 0], [0, 0], [1, 1]],
    "positive": [[3, 4], [1, 0], [1, 2]],
    "negative": [[0, 3], [5, 12], [4, 5]],
}

LESSON = Lesson(
    title="Triplet margin loss",
    torch=nn.TripletMarginLoss,
    group="ranking and embedding",
    order=4,
    names=(
        "三元组损失",
        "三元组边界损失",
        "triplet loss",
        "FaceNet loss",
        "metric learning",
        "anchor positive negative",
    ),
    purpose="Brings a positive closer to its anchor than a negative, by a margin.",
    use_when="You learn vectors whose distances mean something: "
    "two photos of one face close together, another face further away.",
    not_when="You have pairs rather than triplets (use cosine or hinge embedding loss), "
    "classes (use cross-entropy), or want another distance (use the version with a distance function).",
    formula=r"\ell_n = \max(0,\; m + d(a_n, a^+_n) - d(a_n, a^-_n)), \qquad "
    r"d(x, y) = \Big(\textstyle\sum_i |x_i - y_i + \varepsilon|^p\Big)^{1/p}",
    symbols=(
        *triplets.SYMBOLS,
        (r"p", "the degree of the norm: 2 measures straight, 1 along the axes, inf the largest coordinate"),
        (r"\varepsilon", "eps, added to every difference"),
        *triplets.RESULT,
    ),
    tensors=triplets.TENSORS,
    parameters=(
        REDUCTION,
        triplets.MARGIN,
        Number(
            "p",
            2.0,
            "The degree of the norm: 2 measures straight, 1 along the axes, inf takes the largest coordinate.",
            (1.0, 3.0, np.inf, 0.5, 0.0, -1.0),
        ),
        Number("eps", 1e-6, "Added to every difference before its size is taken.", (0.1,), rare=True),
        triplets.SWAP,
    ),
    shapes=triplets.SHAPES,
    examples=(
        Example(
            "Two triplets, margin 1.2",
            {"anchor": [[0, 0], [1, 1]], "positive": [[3, 4], [1, 3]], "negative": [[0, 3], [4, 1]], "margin": 1.2},
            "The positives are 5 and 2 away, the negatives 3 and 3. Both triplets lack something: 3.2 and 0.2.",
        ),
        Example(
            "Three points on a line",
            {"anchor": [[1]], "positive": [[2]], "negative": [[0.5]], "p": 1},
            "The positive is 1 away, the negative only ½: 1 − ½ and the margin of 1 make 1.5.",
        ),
        Example(
            "Two triplets in the plane",
            PLANE,
            "The first has the negative nearer than the positive and costs 3. "
            "The second keeps the margin and costs nothing, but counts in the mean.",
        ),
        Example(
            "Far and good, near and bad",
            FACES,
            "Only the first triplet costs anything: its negative is 2 nearer than its positive.",
        ),
        Example(
            "Everything in one point",
            {
                "anchor": [[0.3, 0.7], [0.3, 0.7]],
                "positive": [[0.3, 0.7], [0.3, 0.7]],
                "negative": [[0.3, 0.7], [0.3, 0.7]],
            },
            "A network that maps everything to one point costs exactly the margin: a loss stuck at 1.000.",
        ),
        Example(
            "The swap finds the harder case",
            {"anchor": [[0, 0]], "positive": [[3, 0]], "negative": [[3, 2]], "swap": True},
            "The negative is 3.606 from the anchor but only 2 from the positive, so 2 counts: 3 − 2 + 1 makes 2.",
        ),
        Example(
            "Along the axes",
            {**PLANE, "p": 1},
            "With p = 1 the way to (3, 4) is 7 long, not 5.",
        ),
        Example(
            "Only the largest coordinate",
            {**PLANE, "p": np.inf},
            "With p = inf the point (3, 4) is 4 away: the larger coordinate alone decides.",
        ),
        Example(
            "One triplet, no batch",
            {"anchor": [0, 0, 0], "positive": [1, 2, 2], "negative": [2, 3, 6]},
            "Three plain vectors are one triplet: 3 − 7 + 1 is below 0, so it costs nothing.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is a negative needed? Could one not just pull the positive near?",
            ("Then it would be best to put everything on one point.", "The negative keeps that from being cheap."),
            ("Because a distance alone has no slope.", "It has one everywhere, but at 0."),
            ("Because the anchor has to stay where it is.", "The anchor moves too: its gradient is not 0."),
        ),
        "without_numbers": question(
            "All three points move by the same vector. The loss …",
            ("stays the same", "All distances are what they were."),
            ("grows with the length of the move", "Only distances between the points count, not where they are."),
            ("falls if they move towards the positive", "The positive moves away as fast."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        *triplets.PITFALLS,
        Pitfall(
            "eps moves the points a little",
            "PyTorch adds eps to every difference, not to the distance. The first example is 1.499998, "
            "and equal points in D dimensions are √D millionths apart. A comparison to six digits must add it too.",
        ),
        Pitfall(
            "Stuck at the margin",
            "A loss that stays at the margin (1.000 by default) means that both distances are equal, "
            "usually because all vectors have collapsed into one point. "
            "Feed harder triplets, lower the learning rate, or normalise the vectors.",
        ),
        Pitfall(
            "Exactly on the margin",
            "A shortfall of exactly 0 costs nothing, yet PyTorch still passes the gradient on. "
            "If the swap finds two equal distances, each gets half. "
            "Where a distance is 0 (with eps = 0), so is its slope.",
        ),
        Pitfall(
            "The mean counts satisfied triplets",
            "Late in training most triplets cost 0 and still count in the mean, so the loss says little. "
            "Watch how many triplets still cost something.",
        ),
        Pitfall(
            "p may be anything",
            "p = 0 counts the coordinates that differ (and has no gradient), p below 1 and negative p are taken too, "
            "though they are no distances any more.",
        ),
        OLD_ARGUMENTS,
    ),
    references=triplets.REFERENCES,
    tries=(
        Try("What if the negatives move away?", {"negative": [[0, 9], [9, 1]]}),
        Try("What if the margin is only 0.2?", {"margin": 0.2}),
        Try(
            "What if the negatives lie beyond the positives, and the swap is on?",
            {"negative": [[6, 8], [1, 4]], "swap": True},
        ),
        Try("What if the positives meet the anchors?", {"positive": [[0, 0], [1, 1]]}),
    ),
    pictures=(
        triplets.TWO_DISTANCES,
        Curves(
            "The negative moves away",
            "The loss falls by 1 for every step that the negative moves away "
            "and stops once it is a margin further off than the positive. A larger margin pushes longer.",
            values=lambda x: {"anchor": [[0]], "positive": [[1]], "negative": [[x]]},
            low=0,
            high=4,
            x="distance of the negative (the positive is 1 away)",
            settings={"margin 0.2": {"margin": 0.2}, "margin 1": {}, "margin 2": {"margin": 2.0}},
        ),
    ),
    check=check,
    cost=of_stretched("anchor", "positive", "negative"),
)
