"""Triplet margin loss with a distance of your choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from lib.lesson.pieces import checks
from lib.lesson.pieces.difference import direction, gathered
from lib.lesson.pieces.latex import joined, num, numeral
from lib.lesson.pieces.norms import in_floats, minimum_shares, norm_slope, through_distance, vector_norm
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
from lib.lesson.spec import (
    Choice,
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
    Switch,
    Tensor,
    Try,
    Vectors,
)

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


@dataclass(frozen=True, eq=False)
class Distance:
    """A distance between rows (last axis): its formula, value, slopes in both arguments, and it with its numbers."""

    formula: str  # LaTeX with {x} and {y}
    value: Callable[[np.ndarray, np.ndarray], np.ndarray]
    slopes: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    worked: Callable[[np.ndarray, np.ndarray], str]
    words: str
    slope_words: str


def of_difference(formula, value, slope, worked, words, slope_words, eps=0.0):
    """A distance that depends on x − y only, so that y's slope is x's turned round."""

    def difference(x, y):
        return in_floats(x - y) + eps if eps else np.asarray(x - y)

    def slopes(x, y):
        along = slope(difference(x, y))
        return along, -along

    return Distance(formula, lambda x, y: in_floats(value(difference(x, y))), slopes, worked, words, slope_words)


def differences(x, y):
    return [f"{numeral(a)} - {numeral(b)}" for a, b in zip(x, y, strict=True)]


def squares(x, y):
    return joined((f"({gap})^2" for gap in differences(x, y)), " + ")


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
    product = joined((rf"{num(a)} \cdot {num(b)}" for a, b in zip(x, y, strict=True)), " + ")
    lengths = " ".join(rf"\sqrt{{{joined((f'{num(a)}^2' for a in v), ' + ')}}}" for v in (x, y))
    return rf"1 - \frac{{{product}}}{{{lengths}}}"


UNIT_ARROW = "Divide the difference by the distance: an arrow of length 1."
DISTANCES = {
    None: of_difference(
        r"\sqrt{{\textstyle\sum_i ({x} - {y} + \varepsilon)^2}}",
        lambda difference: vector_norm(difference, 2),
        lambda difference: norm_slope(difference, 2),
        lambda x, y: rf"\sqrt{{{squares(x, y)}}}",
        "Square the differences, add up, take the root. (ε is too small to matter on paper.)",
        UNIT_ARROW,
        eps=PAIRWISE_EPS,
    ),
    "euclidean": of_difference(
        r"\sqrt{{\textstyle\sum_i ({x} - {y})^2}}",
        lambda difference: vector_norm(difference, 2),
        lambda difference: norm_slope(difference, 2),
        lambda x, y: rf"\sqrt{{{squares(x, y)}}}",
        "Square the differences, add up, take the root.",
        UNIT_ARROW,
    ),
    "squared euclidean": of_difference(
        r"\textstyle\sum_i ({x} - {y})^2",
        lambda difference: np.atleast_1d(difference * difference).sum(-1),
        lambda difference: 2 * difference,
        squares,
        "Square the differences and add up. No root.",
        "Twice the difference: far points pull harder.",
    ),
    "manhattan": of_difference(
        r"\textstyle\sum_i |{x} - {y}|",
        lambda difference: np.abs(np.atleast_1d(difference)).sum(-1),
        direction,
        lambda x, y: joined((f"|{gap}|" for gap in differences(x, y)), " + "),
        "Drop the signs of the differences and add up.",
        "The sign of each coordinate's difference: 1, −1 or 0.",
    ),
    "cosine": Distance(
        r"1 - \frac{{\sum_i {x}\, {y}}}{{\sqrt{{\sum_i ({x})^2}} \sqrt{{\sum_i ({y})^2}}}}",
        cosine_distance,
        cosine_slopes,
        worked_cosine,
        "1 minus the cosine: the dot product divided by both lengths.",
        "This vector's direction times the cosine, less the other's direction, over this vector's length.",
    ),
}
TORCH_FUNCTIONS = {
    "euclidean": euclidean,
    "squared euclidean": squared_euclidean,
    "manhattan": manhattan,
    "cosine": cosine,
}


def check(*, anchor, positive, negative, distance_function, margin, swap, reduction):
    if margin <= 0:
        raise ValueError(f"margin is {margin}; expected more than 0.")
    three = {"anchor": anchor, "positive": positive, "negative": negative}
    if len({tensor.ndim for tensor in three.values()}) > 1:
        came = ", ".join(f"{name} has {tensor.ndim}" for name, tensor in three.items())
        raise ValueError(f"Numbers of dimensions differ: {came}; expected the same number in all three.")
    batches = []
    for names in [("anchor", "positive"), ("anchor", "negative"), *([("positive", "negative")] if swap else [])]:
        pair = {name: three[name] for name in names}
        need_kinds(distance_function, pair)
        batches.append(checks.need_broadcastable(**pair)[:-1])
    try:
        np.broadcast_shapes(*batches)
    except ValueError:
        came = " and ".join(checks.words(batch) for batch in batches)
        raise ValueError(f"The distances have shapes {came}; expected one of each kind per triplet.") from None


def need_kinds(distance_function, pair):
    """What torch can take this distance of."""
    refused = {"cosine": "c", "squared euclidean": "bc"}.get(distance_function, "b")
    for name, tensor in pair.items():
        if tensor.dtype.kind in refused:
            raise ValueError(f"{name} holds {tensor.dtype.name} values; expected real numbers, such as 1.0.")
    whole = all(tensor.dtype.kind in "biu" for tensor in pair.values())
    if whole and distance_function in ("cosine", "euclidean"):
        held = " and ".join(f"{name} {tensor.dtype.name}" for name, tensor in pair.items())
        raise ValueError(f"The {distance_function} distance needs floating-point numbers in one of: {held}.")


def distance_step(name, symbol, x, y, letters, batch, distance_function, words):
    """The distances of the rows of x and y, one per triplet."""
    distance = DISTANCES[distance_function]
    rows = [np.broadcast_to(t, batch + t.shape[-1:]) for t in (x, y)]
    return Step(
        name,
        f"{symbol} = " + distance.formula.format(x=letters[0], y=letters[1]),
        np.broadcast_to(distance.value(x, y), batch),
        axes="n",
        worked=lambda *n: distance.worked(*np.broadcast_arrays(*[np.atleast_1d(row[n]) for row in rows])),
        words=f"{words} {distance.words}",
    )


ANCHOR, POSITIVE, NEGATIVE = r"a_{ni}", r"a^+_{ni}", r"a^-_{ni}"


def by_hand(anchor, positive, negative, *, distance_function, margin, swap, reduction) -> Steps:
    """From three points to two distances, and from these to the loss."""
    pairs = [(anchor, positive), (anchor, negative), *([(positive, negative)] if swap else [])]
    batch = np.broadcast_shapes(*(np.broadcast_shapes(x.shape, y.shape)[:-1] for x, y in pairs))
    near = yield distance_step(
        "positive_distance",
        r"d^+_n",
        anchor,
        positive,
        (ANCHOR, POSITIVE),
        batch,
        distance_function,
        "How far is the positive from the anchor?",
    )
    far = yield distance_step(
        "negative_distance",
        r"d^-_n",
        anchor,
        negative,
        (ANCHOR, NEGATIVE),
        batch,
        distance_function,
        "How far is the negative from the anchor?",
    )
    used = r"d^-_n"
    if swap:
        used, own = r"e_n", far
        across = yield distance_step(
            "swap_distance",
            r"d^\pm_n",
            positive,
            negative,
            (POSITIVE, NEGATIVE),
            batch,
            distance_function,
            "How far is the negative from the positive?",
        )
        far = yield Step(
            "nearer_distance",
            r"e_n = \min(d^-_n, d^\pm_n)",
            np.minimum(own, across),
            axes="n",
            worked=lambda *n: rf"\min({num(own[n])}, {num(across[n])})",
            words="Is the negative closer to the positive than to the anchor? Go on with the smaller distance.",
        )
    shortfall = yield Step(
        "shortfall",
        rf"s_n = m + d^+_n - {used}",
        margin + near - far,
        axes="n",
        worked=lambda *n: f"{num(margin)} + {num(near[n])} - {num(far[n])}",
        words="The margin, plus the positive's distance, less the negative's.",
    )
    each = yield Step(
        "loss_per_triplet",
        r"\ell_n = \max(0, s_n)",
        np.maximum(shortfall, 0),
        axes="n",
        worked=lambda *n: rf"\max(0, {num(shortfall[n])})",
        words="A triplet that keeps the margin costs nothing: nothing goes below 0.",
    )
    yield from reduce(each, reduction, divisor_words="Count the triplets.")


def grad_by_hand(s, anchor, positive, negative, *, distance_function, margin, swap, reduction) -> Steps:
    """The positive is pulled towards the anchor, the negative pushed away, where the margin is not kept."""
    each = yield from share(s, reduction)
    pull = yield Step(
        "pull",
        r"h_n = \frac{\partial L}{\partial \ell_n}\,[s_n \ge 0]",
        np.where(s["shortfall"] >= 0, each, 0.0),
        axes="n",
        worked=lambda *n: num(each) if s["shortfall"][n] >= 0 else "0",
        words="Triplets that keep the margin do not move: 0. The others count with their share.",
    )
    own = across = np.ones(())
    if swap:
        own, across = minimum_shares(s["negative_distance"], s["swap_distance"])
    pairs = [
        ("positive", r"d^+_n", pull, (ANCHOR, anchor, "anchor"), (POSITIVE, positive, "positive")),
        ("negative", r"d^-_n", -pull * own, (ANCHOR, anchor, "anchor"), (NEGATIVE, negative, "negative")),
    ]
    if swap:
        ends = (POSITIVE, positive, "positive"), (NEGATIVE, negative, "negative")
        pairs.append(("swap", r"d^\pm_n", -pull * across, *ends))
    parts: dict[str, list] = {"anchor": [], "positive": [], "negative": []}
    for name, symbol, weight, one, other in pairs:
        slopes = yield from slope_steps(name, symbol, one, other, distance_function)
        for (_, tensor, end), slope in zip((one, other), slopes, strict=True):
            parts[end].append(gathered(through_distance(weight, slope), tensor.shape))
    for (letter, tensor, name), formula in zip(
        ((ANCHOR, anchor, "anchor"), (POSITIVE, positive, "positive"), (NEGATIVE, negative, "negative")),
        gradient_formulas(swap),
        strict=True,
    ):
        if tensor.dtype.kind in "fc":
            value = sum(parts[name])
            yield Step(
                f"d_{name}",
                rf"\frac{{\partial L}}{{\partial {letter}}} = {formula}",
                value if np.iscomplexobj(tensor) else np.real(value),
                axes="ni" if tensor.ndim else "",
                worked=worked_gradient(parts[name]) if tensor.ndim else None,
                words="Each distance that this point takes part in: its slope times the pull, the negative's with a "
                "minus.",
            )


def gradient_formulas(swap):
    """The gradients of anchor, positive and negative, in LaTeX."""

    def moved(distance, point):
        return rf"\frac{{\partial {distance}}}{{\partial {point}}}"

    near, far, across = r"d^+_n", r"d^-_n", r"d^\pm_n"
    own, other = (r"[e_n = d^-_n]\,", r"[e_n = d^\pm_n]\,") if swap else ("", "")
    to_anchor = rf"h_n \Big({moved(near, ANCHOR)} - {own}{moved(far, ANCHOR)}\Big)"
    if not swap:
        return to_anchor, rf"h_n {moved(near, POSITIVE)}", rf"-h_n {moved(far, NEGATIVE)}"
    return (
        to_anchor,
        rf"h_n \Big({moved(near, POSITIVE)} - {other}{moved(across, POSITIVE)}\Big)",
        rf"-h_n \Big({own}{moved(far, NEGATIVE)} + {other}{moved(across, NEGATIVE)}\Big)",
    )


def worked_gradient(parts):
    """Each coordinate as the sum of its parts."""
    return lambda *n: joined(
        (" + ".join(numeral(p) for p in at) for at in zip(*(p[n] for p in parts), strict=True)), r",\; "
    )


def slope_steps(name, symbol, one, other, distance_function):
    """How fast a distance moves with each coordinate of its two ends; one step where one is the other turned round."""
    distance = DISTANCES[distance_function]
    (letter, x, _), (letter_back, y, _) = one, other
    along, back = distance.slopes(x, y)
    axes = "ni" if np.ndim(along) else ""
    along = yield Step(
        f"{name}_slope",
        rf"\frac{{\partial {symbol}}}{{\partial {letter}}} = "
        + slope_formula(distance_function, letter, letter_back, symbol),
        along,
        axes=axes,
        words=distance.slope_words,
    )
    if distance_function != "cosine":
        return along, -along
    back = yield Step(
        f"{name}_slope_back",
        rf"\frac{{\partial {symbol}}}{{\partial {letter_back}}} = "
        + slope_formula(distance_function, letter_back, letter, symbol),
        back,
        axes=axes,
        words="The same seen from the other vector.",
    )
    return along, back


def slope_formula(distance_function, x, y, symbol):
    """The slope in x of the distance between x and y, in LaTeX."""
    if distance_function == "cosine":
        size_x, size_y = (f"|{vector.replace('_{ni}', '_n')}|" for vector in (x, y))
        return rf"\frac{{1}}{{{size_x}}} \Big((1 - {symbol}) \frac{{{x}}}{{{size_x}}} - \frac{{{y}}}{{{size_y}}}\Big)"
    gap = f"{x} - {y}"
    return {
        None: rf"\frac{{{gap} + \varepsilon}}{{{symbol}}}",
        "euclidean": rf"\frac{{{gap}}}{{{symbol}}}",
        "squared euclidean": f"2 ({gap})",
        "manhattan": rf"\operatorname{{sign}}({gap})",
    }[distance_function]


def naive(*, anchor, positive, negative, margin=1.0, **_):
    """The cosine distance as in books: the dot product over the product of the lengths, whatever these are."""

    def distance(x, y):
        return 1 - (x * y).sum(-1) / (np.sqrt((x**2).sum(-1)) * np.sqrt((y**2).sum(-1)))

    return np.maximum(margin + distance(anchor, positive) - distance(anchor, negative), 0).mean()


def draw_distinct(random, shape, drawn):
    """Random points, to three decimals, away from those drawn before."""
    return np.round(random.normal(0, 1.5, shape), 2) + 0.005 * len(drawn)


def measured(*names):
    return lambda given: given["distance_function"] in names


def coordinates(given):
    return given["anchor"].shape[-1] if given["anchor"].ndim else 1


def along_rows(of, given, other, done):
    """The sum over the coordinates of a function of the differences between the anchors and the others."""
    summed = of(np.atleast_1d(given["anchor"] - given[other])).sum(-1)
    return np.broadcast_to(summed, np.shape(done[f"{other}_distance"]))


def both_distances(changed):
    """A mistake that is made in both distances: changed(given, done, "positive" or "negative")."""
    return {
        f"{other}_distance": (lambda given, done, other=other: changed(given, done, other))
        for other in ("positive", "negative")
    }


MISTAKES = (
    Mistake(
        both_distances(lambda given, done, other: done[f"{other}_distance"] ** 2),
        "You left out the root: this is the squared distance.",
        when=measured(None, "euclidean"),
    ),
    Mistake(
        both_distances(lambda given, done, other: np.sqrt(done[f"{other}_distance"])),
        "You took the root. This distance is the square, as it is.",
        when=measured("squared euclidean"),
    ),
    Mistake(
        both_distances(lambda given, done, other: done[f"{other}_distance"] / coordinates(given)),
        "You took the mean over the coordinates. A distance adds the coordinates up, however many there are.",
        when=lambda given: measured("manhattan", "squared euclidean")(given) and coordinates(given) > 1,
    ),
    Mistake(
        both_distances(lambda given, done, other: along_rows(np.real, given, other, done)),
        "You kept the signs of the differences. A distance is never negative: drop the signs before adding.",
        when=measured("manhattan"),
    ),
    Mistake(
        both_distances(lambda given, done, other: 1 - done[f"{other}_distance"]),
        "You took the cosine itself. It measures likeness; the distance is 1 minus the cosine.",
        when=measured("cosine"),
    ),
    Mistake(
        {"nearer_distance": lambda given, done: done["negative_distance"]},
        "You left the swap out. With swap=True the negative counts with its smaller distance: to the anchor or to "
        "the positive.",
        when=lambda given: given["swap"],
    ),
    Mistake(
        {"shortfall": lambda given, done: 2 * given["margin"] - done["shortfall"]},
        "You swapped positive and negative. The positive's distance counts with plus, the negative's with minus.",
    ),
    Mistake(
        {"shortfall": lambda given, done: done["shortfall"] - 2 * given["margin"]},
        "You took the margin away. It is added: the positive must be nearer by that much.",
    ),
    Mistake(
        {"shortfall": lambda given, done: done["shortfall"] - given["margin"]},
        "You left out the margin. It is added, 1 unless said otherwise.",
    ),
    Mistake(
        {"loss_per_triplet": lambda given, done: done["shortfall"]},
        "You forgot to stop at 0. A triplet that keeps the margin costs nothing and earns nothing.",
    ),
    Mistake(
        {"divisor": lambda given, done: np.count_nonzero(done["loss_per_triplet"])},
        "You counted only the triplets that cost something. PyTorch's mean counts all of them.",
    ),
    Mistake(
        {"divisor": lambda given, done: given["anchor"].size},
        "You divided by the number of coordinates. Three vectors make one triplet and one loss: count the triplets.",
    ),
    Mistake(
        {"loss": lambda given, done: done["loss"] * done["divisor"]},
        "This is the sum. With reduction='mean', divide it by the number of triplets.",
        when=lambda given: given["reduction"] == "mean",
    ),
)

GRAD_MISTAKES = (
    Mistake(
        {"share": lambda given, done: 1.0},
        "This is the gradient of the sum. The mean gives each triplet one part in N.",
        when=lambda given: given["reduction"] == "mean",
    ),
    Mistake(
        {"pull": lambda given, done: np.full_like(done["pull"], done.get("share", 1.0))},
        "You moved triplets that keep the margin. Where the shortfall is below 0 the loss is flat: no pull.",
    ),
    Mistake(
        {
            "positive_slope": lambda given, done: given["anchor"] - given["positive"],
            "negative_slope": lambda given, done: given["anchor"] - given["negative"],
        },
        "You did not divide by the distance. The slope of a distance is an arrow of length 1, near or far.",
        when=measured(None, "euclidean"),
    ),
    Mistake(
        {
            "positive_slope": lambda given, done: done["positive_slope"] / 2,
            "negative_slope": lambda given, done: done["negative_slope"] / 2,
        },
        "You left out the 2 that comes down from the square.",
        when=measured("squared euclidean"),
    ),
    Mistake(
        {"d_anchor": lambda given, done: -done["d_anchor"]},
        "The sign is the other way round: the gradient says how the loss rises; descent then goes the other way.",
    ),
)

PLANE = {"anchor": [[0, 0], [0, 0]], "positive": [[3, 4], [1, 0]], "negative": [[0, 3], [3, 4]]}
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
    not_when="The usual distance will do (triplet margin loss has norms of every degree), or you have pairs rather "
    "than "
    "triplets.",
    formula=r"\ell_n = \max(0,\; m + d(a_n, a^+_n) - d(a_n, a^-_n))",
    symbols=(
        (r"a_n", "the anchor of triplet n: a vector with coordinates i"),
        (r"a^+_n", "the positive: of the same kind as the anchor"),
        (r"a^-_n", "the negative: of another kind"),
        (r"d", "the distance function"),
        (r"d^+_n,\ d^-_n", "the distances of positive and negative from the anchor"),
        (
            r"d^\pm_n,\ e_n",
            "with swap: the distance from positive to negative, and the smaller of it and the negative's",
        ),
        (r"m", "margin: how much nearer the positive must be"),
        (r"\varepsilon", "10⁻⁶, added to every difference by PyTorch's own distance"),
        (r"s_n", "the shortfall: what triplet n lacks to keep the margin"),
        (r"\ell_n", "the loss of triplet n"),
        (r"W", "what the mean divides by: N, the number of triplets"),
    ),
    tensors=(
        Tensor("anchor", "the points to compare with", "(batch, coordinates)"),
        Tensor("positive", "points that belong to the anchors", "(batch, coordinates)", draw=draw_distinct),
        Tensor("negative", "points that do not", "(batch, coordinates)", draw=draw_distinct),
    ),
    parameters=(
        REDUCTION,
        Choice(
            "distance_function",
            None,
            tuple(DISTANCES),
            "How far two points are apart; None is PyTorch's own straight distance.",
            torch=TORCH_FUNCTIONS,
        ),
        Number("margin", 1.0, "How much nearer the positive must be than the negative; above 0.", (0.2,)),
        Switch(
            "swap",
            False,
            "Take the negative's distance from the positive instead, where that is smaller.",
            rare=True,
        ),
    ),
    shapes=(
        {"anchor": (2, 2), "positive": (2, 2), "negative": (2, 2)},
        {"anchor": (3,), "positive": (3,), "negative": (3,)},
        {"anchor": (), "positive": (), "negative": ()},
        {"anchor": (3, 1), "positive": (3, 1), "negative": (3, 1)},
        {"anchor": (2, 3, 2), "positive": (2, 3, 2), "negative": (2, 3, 2)},
        {"anchor": (1, 3), "positive": (4, 3), "negative": (4, 3)},
        {"anchor": (4, 3), "positive": (1, 3), "negative": (4, 1)},
        {"anchor": (2, 1, 3), "positive": (1, 3, 3), "negative": (2, 3, 3)},
        {"anchor": (1, 2), "positive": (1, 2), "negative": (3, 2)},
        {"anchor": (0, 3), "positive": (0, 3), "negative": (0, 3)},
        {"anchor": (2, 0), "positive": (2, 0), "negative": (2, 0)},
    ),
    examples=(
        Example(
            "Two triplets in the plane",
            PLANE,
            "The straight distance: the first triplet costs 5 − 3 + 1 = 3, the second keeps the margin and costs "
            "nothing.",
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
            "The positive is far away but nearly in the anchor's direction, so by angle it is the nearer one and costs "
            "nothing.",
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
            "A cosine distance lies between 0 and 2, so a margin of 1 asks for a right angle's worth. A squared "
            "distance "
            "grows fast, so a margin of 1 is little. Choose the margin with the distance.",
        ),
        Pitfall(
            "A margin of 0",
            "The margin must be above 0.",
            error="TripletMarginWithDistanceLoss: expected margin to be greater than 0, got 0.0 instead",
            values={
                "anchor": np.zeros((1, 2), np.float32),
                "positive": np.zeros((1, 2), np.float32),
                "negative": np.ones((1, 2), np.float32),
                "margin": 0.0,
            },
        ),
        Pitfall(
            "Different numbers of dimensions",
            "A single anchor for a batch of positives needs the shape (1, coordinates); (coordinates,) is refused.",
            error="are expected to have the same number of dimensions, but got: anchor 1D, positive 2D, and negative "
            "2D",
            values={
                "anchor": np.zeros(2, np.float32),
                "positive": np.zeros((3, 2), np.float32),
                "negative": np.ones((3, 2), np.float32),
            },
        ),
        Pitfall(
            "None is not quite Euclidean",
            "PyTorch's own distance adds 10⁻⁶ to every difference; a distance that you write yourself does not. "
            "The results differ in the sixth digit.",
        ),
        Pitfall(
            "Points that meet",
            "The straight distance has a corner at 0, where PyTorch takes the slope 0. A distance written with a plain "
            "square root gives NaN there: add a small number under the root.",
        ),
        Pitfall(
            "Cosines of zero vectors",
            "PyTorch divides by no length below 10⁻⁸, so a zero vector has cosine 0, and a gradient a hundred million "
            "times a usual one.",
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: TripletMarginWithDistanceLoss",
            "https://docs.pytorch.org/docs/2.13/generated/torch.nn.TripletMarginWithDistanceLoss.html",
        ),
        Reference(
            "Schroff, Kalenichenko, Philbin, FaceNet: A Unified Embedding for Face Recognition and Clustering (2015)",
            "https://arxiv.org/abs/1503.03832",
        ),
        Reference(
            "Balntas, Riba, Ponsa, Mikolajczyk, Learning local feature descriptors with triplets and shallow "
            "convolutional neural networks (2016): the swap",
            "https://bmva-archive.org.uk/bmvc/2016/papers/paper119/index.html",
        ),
    ),
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
        says="A vector of zeros has length 0, and the book's cosine divides 0 by 0. PyTorch divides by no length below "
        "10⁻⁸: the cosine of a zero vector is 0.",
    ),
    pictures=(
        Vectors(
            "Two distances",
            "The line to the positive should be shorter than the line to the negative, by the margin.",
            ("anchor", "positive", "negative"),
            lines=(("anchor", "positive"), ("anchor", "negative")),
        ),
        Curves(
            "The negative goes round in a circle",
            "Twice as long as the anchor, from the anchor's direction (0°) to the opposite one (180°). The larger a "
            "distance grows, the sooner the margin is kept; the cosine stops at 2.",
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
)
