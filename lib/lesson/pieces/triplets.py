"""Triplets of an anchor, a positive and a negative: their distances, the margin between these, and the way back.

Which distance is the lesson's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lib.lesson.formula import Formula, formula, joined, of
from lib.lesson.pieces import checks, margins, reduction
from lib.lesson.pieces.difference import gathered
from lib.lesson.pieces.distances import Distance
from lib.lesson.pieces.margins import pull_of
from lib.lesson.pieces.norms import minimum_shares, through_distance
from lib.lesson.pieces.reduction import share, takes_mean
from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import Mistake, Number, Pitfall, Reference, Step, Steps, Switch, Tensor, Vectors
from lib.refusal import Refusal

Given = Mapping[str, Any]
Points = Mapping[str, np.ndarray]  # anchor, positive, negative
LETTERS = {"anchor": r"a_{ni}", "positive": r"a^+_{ni}", "negative": r"a^-_{ni}"}


class Pair(NamedTuple):
    """Two points of a triplet whose distance counts; `name` and `mark` tell its steps and symbols from the others'."""

    name: str
    mark: str
    one: str
    other: str
    asks: str

    @property
    def symbol(self) -> str:
        return rf"d^{self.mark}_n"


PAIRS = (
    Pair("positive", "+", "anchor", "positive", "How far is the positive from the anchor?"),
    Pair("negative", "-", "anchor", "negative", "How far is the negative from the anchor?"),
    Pair("swap", r"\pm", "positive", "negative", "How far is the negative from the positive?"),
)


def pairs(swap: bool) -> tuple[Pair, ...]:
    """The pairs of points that are measured: with swap the negative from the positive too."""
    return PAIRS if swap else PAIRS[:2]


def need_triplets(points: Points, margin: float, swap: bool) -> None:
    """A margin above 0, as many dimensions in all three, and shapes that stretch to one distance of each kind."""
    if margin <= 0:
        raise Refusal("margin is {margin}; expected more than 0.", margin=margin)
    if len({point.ndim for point in points.values()}) > 1:
        raise Refusal(
            "Numbers of dimensions differ: anchor has {anchor}, positive has {positive}, negative has {negative}; "
            "expected the same number in all three.",
            **{name: point.ndim for name, point in points.items()},
        )
    shapes = [checks.need_broadcastable(**{end: points[end] for end in (p.one, p.other)})[:-1] for p in pairs(swap)]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise Refusal(
            "The distances have shapes {shapes}; expected one distance of each kind per triplet.",
            shapes=" and ".join(checks.words(shape) for shape in shapes),
        ) from None


def distances_of(distance: Distance, points: Points, swap: bool) -> Steps:
    """How far the positive and the negative of each triplet are from its anchor; returns both.

    With swap the negative counts with the smaller of its distances from anchor and positive (Balntas et al., 2016).
    """
    ends = [(points[pair.one], points[pair.other]) for pair in pairs(swap)]
    batch = np.broadcast_shapes(*(np.broadcast_shapes(x.shape, y.shape)[:-1] for x, y in ends))
    measured = []
    for pair, (x, y) in zip(pairs(swap), ends, strict=True):
        measured.append((yield distance_step(pair, distance, x, y, batch)))
    near, far, *across = measured
    if not across:
        return near, far
    nearer = yield Step(
        "nearer_distance",
        r"e_n = \min(d^-_n, d^\pm_n)",
        np.minimum(far, across[0]),
        axes="n",
        worked=lambda *n: formula(
            r"\min(<negative_distance>, <swap_distance>)", negative_distance=far[n], swap_distance=across[0][n]
        ),
        words="Is the negative closer to the positive than to the anchor? Take the smaller distance.",
    )
    return near, nearer


def distance_step(pair: Pair, distance: Distance, x: np.ndarray, y: np.ndarray, batch: tuple[int, ...]) -> Step:
    """The distances of a pair of points, one per triplet."""
    rows = [np.broadcast_to(point, batch + point.shape[-1:]) for point in (x, y)]

    def worked(*n: int) -> Formula:
        one, other = np.broadcast_arrays(*(np.atleast_1d(row[n]) for row in rows))
        return distance.worked([of(pair.one, v) for v in one], [of(pair.other, v) for v in other])

    return Step(
        f"{pair.name}_distance",
        f"{pair.symbol} = {distance.formula(LETTERS[pair.one], LETTERS[pair.other])}",
        np.broadcast_to(distance.value(x, y), batch),
        axes="n",
        worked=worked,
        words=f"{pair.asks} {distance.words}".strip(),
    )


def shortfall_of(near: np.ndarray, far: np.ndarray, margin: float, swap: bool) -> Steps:
    """What each triplet lacks: how much nearer, by the margin, the positive should be than the negative; returns it."""
    used, name = ("e_n", "nearer_distance") if swap else ("d^-_n", "negative_distance")
    shortfall = yield Step(
        "shortfall",
        f"s_n = m + d^+_n - {used}",
        margin + near - far,
        axes="n",
        worked=lambda *n: formula(
            f"<margin> + <positive_distance> - <{name}>", margin=margin, positive_distance=near[n], **{name: far[n]}
        ),
        words="The margin, plus the positive's distance, less the negative's.",
    )
    return shortfall


class Slope(NamedTuple):
    """A step that says how fast a distance moves with one of its ends."""

    step: str
    symbol: str
    value: np.ndarray


class Part(NamedTuple):
    """What one distance adds to the gradient of one of its ends: the pull times a slope, if that distance counts."""

    sign: str
    slope: Slope
    counts: Any = 1.0  # with swap: 1 where this is the smaller distance, 0 where it is not, ½ at a tie
    condition: str = ""  # the same in LaTeX


def triplet_gradient(distance: Distance, done: Mapping[str, Any], points: Points, swap: bool, reduction: str) -> Steps:
    """The positive is pulled towards the anchor, the negative pushed away, where the margin is not kept."""
    each = yield from share(done, reduction)
    pull = yield from pull_of(each, done["shortfall"])
    counts: dict[str, tuple[Any, str]] = {}
    if swap:
        own, across = minimum_shares(done["negative_distance"], done["swap_distance"])
        counts = {"negative": (own, r"[e_n = d^-_n]\,"), "swap": (across, r"[e_n = d^\pm_n]\,")}
    parts: dict[str, list[Part]] = {name: [] for name in points}
    for pair in pairs(swap):
        along, *back = yield from slopes_of(pair, distance, points)
        sign, turned = ("+", "-") if pair.name == "positive" else ("-", "+")
        whether = counts.get(pair.name, ())
        parts[pair.one].append(Part(sign, along, *whether))
        parts[pair.other].append(Part(sign, back[0], *whether) if back else Part(turned, along, *whether))
    for name, point in points.items():
        if point.dtype.kind in "fc":
            yield gradient_step(name, point, pull, parts[name])


def slopes_of(pair: Pair, distance: Distance, points: Points) -> Steps:
    """How fast a distance moves with each coordinate of its two ends; returns the slopes.

    There is only one where the other end's slope is the same with the other sign.
    """
    found = []
    ends = (
        (pair.one, pair.other, f"{pair.name}_slope", "g", distance.slope_words),
        (pair.other, pair.one, f"{pair.name}_slope_back", r"\bar g", "The same seen from the other vector."),
    )
    values = distance.slopes(points[pair.one], points[pair.other])
    for value, (end, other, name, letter, words) in zip(values, ends, strict=False):
        symbol, x, y, d = rf"{letter}^{pair.mark}_{{ni}}", LETTERS[end], LETTERS[other], pair.symbol
        answer = yield Step(
            name,
            rf"{symbol} = \frac{{\partial {d}}}{{\partial {x}}} = {distance.slope_formula(x, y, d)}",
            value,
            axes="ni" if np.ndim(value) else "",
            words=words,
        )
        found.append(Slope(name, symbol, answer))
    return found


def gradient_step(name: str, point: np.ndarray, pull: np.ndarray, parts: Sequence[Part]) -> Step:
    """The gradient of one of the three points: what its distances add to it; worked where nothing was stretched."""
    added = [gathered(through_distance(pull * part.counts, part.slope.value), point.shape) for part in parts]
    value = np.asarray(sum(one if part.sign == "+" else -one for part, one in zip(parts, added, strict=True)))
    shapes = {pull.shape + point.shape[-1:], *(part.slope.value.shape for part in parts)}
    whole = point.ndim > 0 and shapes == {point.shape}
    latex = signed((part.sign, f"h_n {part.condition}{part.slope.symbol}") for part in parts)
    return Step(
        f"d_{name}",
        rf"\frac{{\partial L}}{{\partial {LETTERS[name]}}} = {latex}",
        value if np.iscomplexobj(point) else np.real(value),
        axes="ni" if point.ndim else "",
        worked=(lambda *n: worked_gradient(pull, parts, n)) if whole else None,
        words=GRADIENT_WORDS.get((name, parts[0].slope.step), EACH_DISTANCE),
    )


def worked_gradient(pull: np.ndarray, parts: Sequence[Part], n: tuple[int, ...]) -> Formula:
    """The gradient of triplet n with its numbers, coordinate by coordinate."""

    def term(part: Part, i: int) -> Formula:
        counts = np.broadcast_to(part.counts, pull.shape)[n]
        slope = of(part.slope.step, part.slope.value[n][i])
        product = r"<pull> \cdot <counts> \cdot <slope>" if part.condition else r"<pull> \cdot <slope>"
        return formula(product, pull=pull[n], counts=counts, slope=slope)

    sums = signed((part.sign, f"<{part.slope.step}>") for part in parts)
    coordinates = range(parts[0].slope.value.shape[-1])
    return joined((formula(sums, **{p.slope.step: term(p, i) for p in parts}) for i in coordinates), r",\; ")


def signed(terms: Iterable[tuple[str, str]]) -> str:
    """Terms with their signs, as they stand in a sum."""
    return " ".join(f"{sign} {term}" for sign, term in terms).removeprefix("+ ")


GRADIENT_WORDS = {  # by point, and by the slope that it moves its first distance with
    ("anchor", "positive_slope"): "The slope of the positive's distance, less that of the negative's, times the pull.",
    ("positive", "positive_slope"): "The difference falls when the positive rises, so its slope counts with a minus.",
    ("negative", "negative_slope"): "Two minus signs meet: the slope of the negative's distance, times the pull.",
}
EACH_DISTANCE = "Each distance of this point: its slope times the pull, the negative's with a minus."


def coordinates(given: Given) -> int:
    return given["anchor"].shape[-1] if given["anchor"].ndim else 1


def swaps(given: Given) -> bool:
    return given["swap"]


def both_distances(changed: Callable[[Given, Mapping[str, Any], str], Any]) -> dict[str, Callable[..., Any]]:
    """A slip that is made in both distances: changed(given, done, "positive"), and the same for "negative"."""
    return {
        f"{other}_distance": (lambda given, done, other=other: changed(given, done, other))
        for other in ("positive", "negative")
    }


def adds_differences(seen_as: Callable[[np.ndarray], np.ndarray]) -> dict[str, Callable[..., Any]]:
    """The slip of adding up the differences from the anchor, each `seen_as` something else: its size, or as it is."""

    def added(given, done, other):
        summed = seen_as(np.atleast_1d(given["anchor"] - given[other])).sum(-1)
        return np.broadcast_to(summed, np.shape(done[f"{other}_distance"]))

    return both_distances(added)


def norm_mistakes(straight: Callable[[Given], bool], along_axes: Callable[[Given], bool]) -> dict[str, Mistake]:
    """Slips where the distance is straight, or goes along the axes; each lesson says in its own way when it does."""
    return {
        "leaves_out_the_root": Mistake(
            both_distances(lambda given, done, other: done[f"{other}_distance"] ** 2),
            "You left out the root: this is the squared distance. PyTorch compares the distances themselves.",
            when=straight,
        ),
        "largest_coordinate": Mistake(
            both_distances(
                lambda given, done, other: np.broadcast_to(
                    np.abs(given["anchor"] - given[other]).max(-1, initial=0.0), np.shape(done[f"{other}_distance"])
                )
            ),
            "You took the largest difference. A straight distance is the root of the sum of their squares.",
            when=straight,
        ),
        "measures_from_the_positive": Mistake(
            {
                "negative_distance": lambda given, done: np.broadcast_to(
                    np.sqrt(((given["positive"] - given["negative"]) ** 2).sum(-1)),
                    np.shape(done["negative_distance"]),
                )
            },
            "You measured from the positive to the negative. Both distances are those to the anchor.",
            when=lambda given: straight(given) and not swaps(given),
        ),
        "keeps_the_sign": Mistake(
            adds_differences(np.real),
            "You kept the signs of the differences. A distance is never negative: drop the signs before adding.",
            when=along_axes,
        ),
    }


def not_divided_by_distance(straight: Callable[[Given], bool]) -> dict[str, Mistake]:
    """The slip of taking the difference itself for the slope of a straight distance."""
    return {
        "not_divided_by_distance": Mistake(
            {
                "positive_slope": lambda given, done: given["anchor"] - given["positive"],
                "negative_slope": lambda given, done: given["anchor"] - given["negative"],
            },
            "You did not divide by the distance. The slope of a distance is an arrow of length 1, near or far.",
            when=straight,
        ),
    }


def further(done: Mapping[str, np.ndarray]) -> np.ndarray:
    """The distance to the negative, as it counts."""
    return done.get("nearer_distance", done["negative_distance"])


MISTAKES = {
    "adds_both_distances": Mistake(
        {"shortfall": lambda given, done: done["positive_distance"] + further(done) + given["margin"]},
        "You added the distance to the negative. It is taken off.",
    ),
    "ratio_of_the_distances": Mistake(
        {"shortfall": lambda given, done: done["positive_distance"] / further(done) + given["margin"]},
        "You divided the distances. It is their difference, plus the margin.",
    ),
    "margin_after_the_cut": Mistake(
        {"loss_per_triplet": lambda given, done: np.maximum(done["shortfall"] - given["margin"], 0) + given["margin"]},
        "You added the margin after cutting off at 0. It goes inside: max(0, difference + margin).",
    ),
    "leaves_out_the_swap": Mistake(
        {"nearer_distance": lambda given, done: done["negative_distance"]},
        "You left the swap out. "
        "With swap=True the negative counts with its smaller distance: to the anchor or to the positive.",
        when=swaps,
    ),
    "takes_the_larger_distance": Mistake(
        {"nearer_distance": lambda given, done: np.maximum(done["negative_distance"], done["swap_distance"])},
        "You took the larger distance. The swap picks the harder case, so the smaller distance.",
        when=swaps,
    ),
    "always_from_the_positive": Mistake(
        {"nearer_distance": lambda given, done: done["swap_distance"]},
        "You took the negative's distance from the positive wherever swap is on. It counts only where it is the "
        "smaller one.",
        when=swaps,
    ),
    "swaps_unasked": ignoring(
        "You took the smaller distance without being asked. That happens with swap=True only.",
        swap=True,
        when=lambda given: not swaps(given),
    ),
    "leaves_out_the_negative": Mistake(
        {"shortfall": lambda given, done: given["margin"] + done["positive_distance"]},
        "You left the negative out. Its distance is taken off: the farther it is, the less is lacking.",
    ),
    "positive_and_negative_swapped": Mistake(
        {"shortfall": lambda given, done: 2 * given["margin"] - done["shortfall"]},
        "You swapped positive and negative. The positive's distance counts with plus, the negative's with minus.",
    ),
    **margins.MARGIN_IS_ADDED,
    **margins.IGNORES_MARGIN,
    **margins.CUTS_OFF_THE_MEAN,
    **margins.goes_below_zero("loss_per_triplet"),
    "squares_the_hinge": Mistake(
        {"loss_per_triplet": lambda given, done: done["loss_per_triplet"] ** 2},
        "You squared it. PyTorch's hinge is straight.",
    ),
    **reduction.COUNTS_WHAT_COSTS,
    "divides_by_coordinates": Mistake(
        {"divisor": lambda given, done: given["anchor"].size},
        "You divided by the number of coordinates. Three vectors make one triplet and one loss: count the triplets.",
        when=takes_mean,
    ),
    **reduction.MISTAKES,
}

GRAD_MISTAKES = {
    **reduction.GRAD_MISTAKES,
    **margins.PULLS_BEYOND_THE_MARGIN,
    **margins.IGNORES_THE_MARGIN,
    **margins.DIVIDES_BY_THOSE_THAT_PULL,
    "divides_by_coordinates": Mistake(
        {"share": lambda given, done: np.divide(1.0, given["anchor"].size)},
        "You divided by the number of coordinates. Three vectors make one triplet and one loss: "
        "divide by the number of triplets.",
        when=takes_mean,
    ),
    "adds_the_arrows_at_the_anchor": Mistake(
        {
            "d_anchor": lambda given, done: gathered(
                through_distance(done["pull"], done["positive_slope"])
                + through_distance(done["pull"], done["negative_slope"]),
                given["anchor"].shape,
            )
        },
        "You added the two arrows for the anchor. The negative's distance counts with a minus, so its arrow is taken "
        "off.",
        when=lambda given: not swaps(given),
    ),
    "pushes_the_negative_the_wrong_way": Mistake(
        {"d_negative": lambda given, done: -done["d_negative"]},
        "The negative's sign is the other way round: its distance counts with a minus, and the negative enters the "
        "difference with a minus, too.",
    ),
    "leaves_out_the_positive": Mistake(
        {
            "d_anchor": lambda given, done: (
                -gathered(through_distance(done["pull"], done["negative_slope"]), given["anchor"].shape)
            )
        },
        "You left out the positive. The anchor is drawn to it and pushed off the negative: add both parts.",
        when=lambda given: not swaps(given),
    ),
}

SYMBOLS = (
    (r"a_n", "the anchor of triplet n: a vector with coordinates i"),
    (r"a^+_n", "the positive: of the same kind as the anchor"),
    (r"a^-_n", "the negative: of another kind"),
    (r"d^+_n,\ d^-_n", "the distances of positive and negative from the anchor"),
    (r"d^\pm_n,\ e_n", "with swap: the distance from positive to negative, and the smaller of it and the negative's"),
    (r"m", "margin: how much nearer the positive must be"),
)
RESULT = (
    (r"s_n", "the shortfall: what triplet n lacks to keep the margin"),
    (r"\ell_n", "the loss of triplet n"),
    (r"W", "what the mean divides by: N, the number of triplets"),
)


def draw_distinct(random: np.random.Generator, shape: tuple[int, ...], drawn: Mapping[str, np.ndarray]) -> np.ndarray:
    """Random points, to three decimals, away from those drawn before."""
    return np.round(random.normal(0, 1.5, shape), 2) + 0.005 * len(drawn)


TENSORS = (
    Tensor("anchor", "the points to compare with", "(batch, coordinates)"),
    Tensor("positive", "points that belong to the anchors", "(batch, coordinates)", draw=draw_distinct),
    Tensor("negative", "points that do not", "(batch, coordinates)", draw=draw_distinct),
)
MARGIN = Number("margin", 1.0, "How much nearer the positive must be than the negative; above 0.", (0.2,))
SWAP = Switch(
    "swap", False, "Take the negative's distance from the positive instead, where that is smaller.", rare=True
)

SHAPES = (
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
)

PLANE = {"anchor": [[0, 0], [0, 0]], "positive": [[3, 4], [1, 0]], "negative": [[0, 3], [3, 4]]}

PITFALLS = (
    Pitfall(
        "A margin of 0",
        "Older versions took any margin. Today it must be above 0.",
        error="expected margin to be greater than 0, got 0.0 instead",
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
        error="are expected to have the same number of dimensions, but got: anchor 1D, positive 2D, and negative 2D",
        values={
            "anchor": np.zeros(2, np.float32),
            "positive": np.zeros((3, 2), np.float32),
            "negative": np.ones((3, 2), np.float32),
        },
    ),
)

REFERENCES = (
    Reference(
        "Schroff, Kalenichenko, Philbin, FaceNet: A Unified Embedding for Face Recognition and Clustering (2015)",
        "https://arxiv.org/abs/1503.03832",
    ),
    Reference(
        "Balntas, Riba, Ponsa, Mikolajczyk, Learning local feature descriptors with triplets "
        "and shallow convolutional neural networks (2016): the swap",
        "https://bmva-archive.org.uk/bmvc/2016/papers/paper119/index.html",
    ),
)

TWO_DISTANCES = Vectors(
    "Two distances",
    "The line to the positive should be shorter than the line to the negative, by the margin.",
    ("anchor", "positive", "negative"),
    lines=(("anchor", "positive"), ("anchor", "negative")),
)
