"""Triplet margin loss with a distance of your choice."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import formula, joined
from lib.lesson.pieces import triplets
from lib.lesson.pieces.difference import direction
from lib.lesson.pieces.distances import Distance, gaps, norm_distance
from lib.lesson.pieces.margins import cut_at_zero
from lib.lesson.pieces.norms import (
    in_floats,
    norm_in_numbers,
    norm_latex,
    norm_slope,
    slope_latex,
    slope_words,
    vector_norm,
)
from lib.lesson.pieces.reduction import REDUCTION, reduce
from lib.lesson.pieces.taken import ignoring
from lib.lesson.pieces.triplets import PLANE, both_distances, coordinates, distances_of, shortfall_of, triplet_gradient
from lib.lesson.spec import Choice, Curves, Example, Extremes, Lesson, Mistake, Pitfall, Steps, Try, question
from lib.refusal import Refusal

PAIRWISE_EPS = 1e-6  # torch's own distance adds it to every difference
COSINE_EPS = 1e-8  # torch's cosine takes no length for smaller than this


def euclidean(x, y):
    return torch.linalg.vector_norm(x - y, dim=-1)


def squared_euclidean(x, y):
    return (x - y).square().sum(dim=-1)


def manhattan(x, y):
    return (x - y).abs().sum(dim=-1)


def cosine(x, y):
    return 1 - nn.functional.cosine_similarity(x, y, dim=-1)


def directions(x, y):
    """Both stretched to one shape, their lengths (never below COSINE_EPS), and the vectors divided by these."""
    rows = np.broadcast_arrays(*(np.asarray(v, dtype=np.result_type(in_floats(x), in_floats(y))) for v in (x, y)))
    lengths = [np.maximum(np.reshape(vector_norm(v, 2), keep_axis(v)), COSINE_EPS) for v in rows]
    return rows, lengths, [v / length for v, length in zip(rows, lengths, strict=True)]


def keep_axis(vectors):
    """The shape of one number per row that stretches along the row."""
    return vectors.shape[:-1] + (1,) * (vectors.ndim > 0)


def cosine_distance(x, y):
    _, _, (u, v) = directions(x, y)
    return 1 - np.atleast_1d(u * v).sum(-1)


def cosine_slopes(x, y):
    """Only the part across a vector counts: along it, the angle stays."""
    rows, lengths, units = directions(x, y)
    slopes = []
    for row, length, unit, other in zip(rows, lengths, units, units[::-1], strict=True):
        along = np.reshape(np.atleast_1d(other * (unit / length)).sum(-1), keep_axis(row))
        slopes.append(along * norm_slope(row, 2) - other / length)
    return slopes[0], slopes[1]


def worked_cosine(x, y):
    """The cosine distance with its numbers; a length too small for torch gives way to COSINE_EPS."""
    product = joined((formula(r"<x> \cdot <y>", x=a, y=b) for a, b in zip(x, y, strict=True)), " + ")
    lengths = joined((worked_length(vector) for vector in (x, y)), r" \cdot ")
    return formula(r"1 - \frac{<product>}{<lengths>}", product=product, lengths=lengths)


def worked_length(vector):
    length = formula(r"\sqrt{<squares>}", squares=joined((formula("<x>^2", x=x) for x in vector), " + "))
    if math.hypot(*(x.number for x in vector)) >= COSINE_EPS:
        return length
    return formula(r"\max(<length>, <smallest>)", length=length, smallest=COSINE_EPS)


def size(coordinate):
    """The length of a vector whose coordinates are written like this, in LaTeX."""
    return f"|{coordinate.replace('_{ni}', '_n')}|"


DISTANCES = {
    None: norm_distance(2, PAIRWISE_EPS),
    "euclidean": norm_distance(2, 0.0),
    "squared euclidean": Distance(
        value=lambda x, y: in_floats(np.atleast_1d((x - y) * (x - y)).sum(-1)),
        formula=lambda x, y: rf"\textstyle\sum_i ({x} - {y})^2",
        worked=lambda x, y: joined((formula("(<gap>)^2", gap=gap) for gap in gaps(x, y)), " + "),
        words="Square the differences and add up. No root.",
        slopes=lambda x, y: [2 * (x - y)],
        slope_formula=lambda x, y, d: f"2 ({x} - {y})",
        slope_words="Twice the difference: far points pull harder.",
    ),
    "manhattan": Distance(
        value=lambda x, y: in_floats(np.abs(np.atleast_1d(x - y)).sum(-1)),
        formula=lambda x, y: norm_latex(f"{x} - {y}", 1),
        worked=lambda x, y: norm_in_numbers(gaps(x, y), 1),
        words="Drop the signs of the differences and add up.",
        slopes=lambda x, y: [direction(x - y)],
        slope_formula=lambda x, y, d: slope_latex(f"{x} - {y}", d, 1),
        slope_words=slope_words(1),
    ),
    "cosine": Distance(
        value=cosine_distance,
        formula=lambda x, y: rf"1 - \frac{{\sum_i {x}\, {y}}}{{\sqrt{{\sum_i ({x})^2}} \sqrt{{\sum_i ({y})^2}}}}",
        worked=worked_cosine,
        words="1 minus the dot product over both lengths.",
        slopes=cosine_slopes,
        slope_formula=lambda x, y, d: (
            rf"\frac{{1}}{{{size(x)}}} \Big((1 - {d}) \frac{{{x}}}{{{size(x)}}} - \frac{{{y}}}{{{size(y)}}}\Big)"
        ),
        slope_words="This vector's direction times the cosine, less the other's, over this one's length.",
    ),
}
TORCH_FUNCTIONS = {
    "euclidean": euclidean,
    "squared euclidean": squared_euclidean,
    "manhattan": manhattan,
    "cosine": cosine,
}


def check(*, anchor, positive, negative, distance_function, margin, swap, reduction):
    points = {"anchor": anchor, "positive": positive, "negative": negative}
    triplets.need_triplets(points, margin, swap)
    for pair in triplets.pairs(swap):
        need_kinds(distance_function, {end: points[end] for end in (pair.one, pair.other)})


def need_kinds(distance_function, pair):
    """What torch can take this distance of."""
    refused = {"cosine": "c", "squared euclidean": "bc"}.get(distance_function, "b")
    for name, tensor in pair.items():
        if tensor.dtype.kind in refused:
            raise Refusal(
                "{name} holds {dtype} values; expected real numbers, such as 1.0.", name=name, dtype=tensor.dtype.name
            )
    whole = all(tensor.dtype.kind in "biu" for tensor in pair.values())
    if whole and distance_function in ("cosine", "euclidean"):
        raise Refusal(
            "The {distance} distance needs floating-point numbers in one of: {held}.",
            distance=distance_function,
            held=" and ".join(f"{name} {tensor.dtype.name}" for name, tensor in pair.items()),
        )


def by_hand(anchor, positive, negative, *, distance_function, margin, swap, reduction) -> Steps:
    """From three points to two distances, and from these to the loss."""
    points = {"anchor": anchor, "positive": positive, "negative": negative}
    near, far = yield from distances_of(DISTANCES[distance_function], points, swap)
    shortfall = yield from shortfall_of(near, far, margin, swap)
    each = yield from cut_at_zero(shortfall, "loss_per_triplet")
    yield from reduce(each, reduction, of="loss_per_triplet", divisor_words="Count the triplets.")


def grad_by_hand(s, anchor, positive, negative, *, distance_function, margin, swap, reduction) -> Steps:
    """The positive is pulled towards the anchor, the negative pushed away, where the margin is not kept."""
    points = {"anchor": anchor, "positive": positive, "negative": negative}
    yield from triplet_gradient(DISTANCES[distance_function], s, points, swap, reduction)


def naive(*, anchor, positive, negative, margin=1.0, **_):
    """The cosine distance as in books: the dot product over the product of the lengths, whatever these are."""

    def distance(x, y):
        return 1 - (x * y).sum(-1) / (np.sqrt((x**2).sum(-1)) * np.sqrt((y**2).sum(-1)))

    return np.maximum(margin + distance(anchor, positive) - distance(anchor, negative), 0).mean()


def measured(*names):
    return lambda given: given["distance_function"] in names


straight, along_axes, squared = measured(None, "euclidean"), measured("manhattan"), measured("squared euclidean")

MISTAKES = {
    **triplets.norm_mistakes(straight, along_axes),
    "measures_along_the_axes": Mistake(
        {},
        "You added up the sizes of the differences, the way along the axes. A straight distance squares, adds, roots.",
        when=straight,
        given=lambda given: {"distance_function": "manhattan"},
    ),
    "takes_the_root": Mistake(
        both_distances(lambda given, done, other: np.sqrt(done[f"{other}_distance"])),
        "You took the root. This distance is the square, as it is.",
        when=squared,
    ),
    "averages_the_coordinates": Mistake(
        both_distances(lambda given, done, other: done[f"{other}_distance"] / coordinates(given)),
        "You took the mean over the coordinates. A distance adds the coordinates up, however many there are.",
        when=lambda given: (along_axes(given) or squared(given)) and coordinates(given) > 1,
    ),
    "cosine_for_distance": Mistake(
        both_distances(lambda given, done, other: 1 - done[f"{other}_distance"]),
        "You took the cosine itself. It measures likeness; the distance is 1 minus the cosine.",
        when=measured("cosine"),
    ),
    "always_straight": ignoring(
        "You measured straight whatever the name says. Look the function up by distance_function.",
        distance_function="euclidean",
        when=lambda given: not straight(given),
    ),
    "product_without_lengths": Mistake(
        {
            **both_distances(lambda given, done, other: 1 - (given["anchor"] * given[other]).sum(-1)),
            "swap_distance": lambda given, done: 1 - (given["positive"] * given["negative"]).sum(-1),
        },
        "You left the lengths out. The cosine is the dot product of the vectors divided by both lengths.",
        when=measured("cosine"),
    ),
    **triplets.MISTAKES,
}

GRAD_MISTAKES = {
    **triplets.GRAD_MISTAKES,
    **triplets.not_divided_by_distance(straight),
    "leaves_out_the_two": Mistake(
        {
            "positive_slope": lambda given, done: done["positive_slope"] / 2,
            "negative_slope": lambda given, done: done["negative_slope"] / 2,
        },
        "You left out the 2 that comes down from the square.",
        when=squared,
    ),
    "other_sign_of_anchor": Mistake(
        {"d_anchor": lambda given, done: -done["d_anchor"]},
        "The sign is the other way round: the gradient says how the loss rises; descent then goes the other way.",
    ),
}

SHORT_AND_LONG = {"anchor": [[1, 0]], "positive": [[3, 0.5]], "negative": [[0.5, 0.5]]}


def negative_at_angle(degrees):
    turn = np.deg2rad(degrees)
    return {
        "anchor": [[1.0, 0.0]],
        "positive": [[0.8, 0.6]],
        "negative": [[float(2 * np.cos(turn)), float(2 * np.sin(turn))]],
    }


LESSON = Lesson(
    title="Triplet margin loss with a distance function",
    torch=nn.TripletMarginWithDistanceLoss,
    group="ranking and embedding",
    order=5,
    names=(
        "自定义距离的三元组损失",
        "三元组损失",
        "triplet loss",
        "custom distance",
        "cosine triplet",
        "FaceNet loss",
        "metric learning",
    ),
    purpose="Brings a positive closer to its anchor than a negative, in a distance that you choose.",
    use_when="Triplets should be compared by angle, along the axes, by squared distance, or by a function of your own.",
    not_when="The usual distance will do (triplet margin loss has norms of every degree), "
    "or you have pairs rather than triplets.",
    formula=r"\ell_n = \max(0,\; m + d(a_n, a^+_n) - d(a_n, a^-_n))",
    symbols=(
        *triplets.SYMBOLS,
        (r"d", "the distance function"),
        (r"\varepsilon", "10⁻⁶, added to every difference by PyTorch's own distance"),
        *triplets.RESULT,
    ),
    tensors=triplets.TENSORS,
    parameters=(
        REDUCTION,
        Choice(
            "distance_function",
            None,
            tuple(DISTANCES),
            "How far two points are apart; None is PyTorch's own straight distance.",
            torch=TORCH_FUNCTIONS,
        ),
        triplets.MARGIN,
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
            "Two triplets in the plane",
            PLANE,
            "The straight distance: the first triplet costs 5 − 3 + 1 = 3, "
            "the second keeps the margin and costs nothing.",
        ),
        Example(
            "The same along the axes",
            {**PLANE, "distance_function": "manhattan"},
            "The way to (3, 4) along the axes is 7 long: the first triplet now costs 7 − 3 + 1 = 5.",
        ),
        Example(
            "Squared, as in FaceNet",
            {**PLANE, "distance_function": "squared euclidean", "margin": 0.2},
            "Without the root the first triplet costs 25 − 9 + 0.2. FaceNet uses the square, on vectors of length 1.",
        ),
        Example(
            "By angle",
            {**SHORT_AND_LONG, "distance_function": "cosine", "margin": 0.1},
            "The positive is far away but nearly in the anchor's direction, "
            "so by angle it is the nearer one and costs nothing.",
        ),
        Example(
            "The same points, straight",
            {**SHORT_AND_LONG, "distance_function": "euclidean", "margin": 0.1},
            "Straight, the negative is much nearer, and the triplet costs 1.454.",
        ),
        Example(
            "A zero vector and angles",
            {"anchor": [[0, 0]], "positive": [[1, 2]], "negative": [[2, -1]], "distance_function": "cosine"},
            "A zero vector has no direction: both cosines are 0, both distances 1, and the loss is the margin.",
        ),
        Example(
            "Everything in one point",
            {"anchor": [[0.6, 0.8]], "positive": [[0.6, 0.8]], "negative": [[0.6, 0.8]], "distance_function": "cosine"},
            "A network that maps everything to one direction costs exactly the margin.",
        ),
        Example(
            "The swap finds the harder case",
            {
                "anchor": [[0, 0]],
                "positive": [[3, 0]],
                "negative": [[3, 2]],
                "swap": True,
                "distance_function": "manhattan",
            },
            "The negative is 5 from the anchor but only 2 from the positive, so 2 counts: 3 − 2 + 1 = 2.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why may the distance be chosen here?",
            (
                "What is near depends on the task: by angle, by length, or by a rule of your own.",
                "Anything that takes two batches of vectors and gives a number for each pair will do.",
            ),
            ("Because TripletMarginLoss has no distance.", "It has one: the p-norm, and only that."),
            ("So that no margin is needed.", "It is: without one, three equal points would cost nothing."),
        ),
        "without_numbers": question(
            "The distance function is doubled, and the margin too. The loss …",
            ("doubles", "Positive distance, negative distance and margin all double, and so does what is left over."),
            ("stays the same", "It is the same task, but in a unit half as long: all numbers double."),
            ("grows fourfold", "Nothing is squared."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "A likeness for a distance",
            "cosine_similarity grows as vectors get closer, so handing it over unchanged trains the opposite. "
            "Take 1 minus it, and say dim=-1 for the coordinates.",
        ),
        Pitfall(
            "A margin on the wrong scale",
            "A cosine distance lies between 0 and 2, so a margin of 1 asks for a right angle's worth. "
            "A squared distance grows fast, so a margin of 1 is little. Choose the margin with the distance.",
        ),
        *triplets.PITFALLS,
        Pitfall(
            "None is not quite Euclidean",
            "PyTorch's own distance adds 10⁻⁶ to every difference; a distance that you write yourself does not. "
            "The results differ in the sixth digit.",
        ),
        Pitfall(
            "Points that meet",
            "The straight distance has a corner at 0, where PyTorch takes the slope 0. "
            "A distance written with a plain square root gives NaN there: add a small number under the root.",
        ),
        Pitfall(
            "Cosines of zero vectors",
            "PyTorch divides by no length below 10⁻⁸, so a zero vector has cosine 0, "
            "and a gradient a hundred million times a usual one.",
        ),
    ),
    references=triplets.REFERENCES,
    tries=(
        Try("What if distances go along the axes?", {"distance_function": "manhattan"}),
        Try("What if they are squared?", {"distance_function": "squared euclidean"}),
        Try("What if the margin is 4 and the swap on?", {"margin": 4.0, "swap": True}),
    ),
    extremes=Extremes(
        values=lambda x: {
            "anchor": [[x, 0.0]],
            "positive": [[1.0, 1.0]],
            "negative": [[-1.0, 1.0]],
            "distance_function": "cosine",
        },
        naive=naive,
        says="A vector of zeros has length 0, and the book's cosine divides 0 by 0. "
        "PyTorch divides by no length below 10⁻⁸: the cosine of a zero vector is 0.",
    ),
    pictures=(
        triplets.TWO_DISTANCES,
        Curves(
            "The negative goes round in a circle",
            "Twice as long as the anchor, from the anchor's direction (0°) to the opposite one (180°). "
            "The larger a distance grows, the sooner the margin is kept; the cosine stops at 2.",
            values=negative_at_angle,
            low=0,
            high=180,
            x="angle of the negative in degrees",
            settings={
                "straight": {},
                "along the axes": {"distance_function": "manhattan"},
                "squared": {"distance_function": "squared euclidean"},
                "cosine": {"distance_function": "cosine"},
            },
        ),
    ),
    check=check,
    cost=of_stretched("anchor", "positive", "negative"),
)
