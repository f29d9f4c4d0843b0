"""Triplet margin loss: the positive must be nearer to the anchor than the negative, by a margin."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.pieces import checks
from lib.lesson.pieces.difference import gathered
from lib.lesson.pieces.latex import joined, num, numeral
from lib.lesson.pieces.norms import in_floats, minimum_shares, norm_slope, through_distance, vector_norm
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
    Switch,
    Tensor,
    Try,
    Vectors,
)


def check(*, anchor, positive, negative, margin, p, eps, swap, reduction):
    if margin <= 0:
        raise ValueError(f"margin is {margin}; expected more than 0.")
    three = {"anchor": anchor, "positive": positive, "negative": negative}
    for name, tensor in three.items():
        if tensor.dtype.kind == "b":
            raise ValueError(f"{name} holds bool values; expected numbers that can be subtracted.")
    if len({tensor.ndim for tensor in three.values()}) > 1:
        came = ", ".join(f"{name} has {tensor.ndim}" for name, tensor in three.items())
        raise ValueError(f"Numbers of dimensions differ: {came}; expected the same number in all three.")
    pairs = [("anchor", "positive"), ("anchor", "negative"), *([("positive", "negative")] if swap else [])]
    shapes = [checks.need_broadcastable(**{name: three[name] for name in pair}) for pair in pairs]
    if any(shape[-1:] == (0,) for shape in shapes) and (p < 0 or np.isinf(p)):
        raise ValueError(f"The vectors have no coordinates; with p = {p} that has no norm. Expected at least one.")
    need_one_batch(shapes)


def need_one_batch(shapes):
    """One distance of each kind per triplet."""
    try:
        np.broadcast_shapes(*(shape[:-1] for shape in shapes))
    except ValueError:
        came = " and ".join(checks.words(shape[:-1]) for shape in shapes)
        raise ValueError(f"The distances have shapes {came}; expected one distance of each kind per triplet.") from None


def difference(x, y, eps):
    return in_floats(x - y) + eps


def batch_of(*pairs):
    """The shape of the triplets: what is left of the stretched vectors without their coordinates."""
    return np.broadcast_shapes(*(np.broadcast_shapes(x.shape, y.shape)[:-1] for x, y in pairs))


NORMS = {
    0: r"\#\{i : %s \ne 0\}",
    1: r"\sum_i |%s|",
    2: r"\sqrt{\textstyle\sum_i (%s)^2}",
    np.inf: r"\max_i |%s|",
    -np.inf: r"\min_i |%s|",
}


def distance(name, symbol, x, y, letters, batch, p, eps, words):
    """One step: the distances of the rows of x and y."""
    gap = rf"{letters[0]} - {letters[1]} + \varepsilon"
    rows = [np.broadcast_to(t, batch + t.shape[-1:]) for t in (x, y)]
    return Step(
        name,
        f"{symbol} = " + NORMS.get(p, r"\big(\textstyle\sum_i |%s|^p\big)^{1/p}") % gap,
        np.broadcast_to(vector_norm(difference(x, y, eps), p), batch),
        axes="n",
        worked=lambda *n: worked_norm([row[n] for row in rows], p, eps),
        words=words,
    )


def worked_norm(pair, p, eps):
    """The norm of a pair's difference with its numbers; eps is left out where nobody would see it."""
    x, y = np.broadcast_arrays(*(np.atleast_1d(row) for row in pair))
    extra = f" + {num(eps)}" if abs(eps) >= 1e-4 else ""
    gaps = [f"{numeral(a)} - {numeral(b)}{extra}" for a, b in zip(x, y, strict=True)]
    if p == 2:
        return rf"\sqrt{{{joined((f'({gap})^2' for gap in gaps), ' + ')}}}"
    sizes = [f"|{gap}|" for gap in gaps]
    if np.isinf(p):
        return rf"\{'max' if p > 0 else 'min'}({joined(sizes, ', ')})"
    if p == 0:
        return rf"\#\{{{joined(gaps, ', ')}\}} \ne 0"
    if p == 1:
        return joined(sizes, " + ")
    return rf"\big({joined((rf'{size}^{{{num(p)}}}' for size in sizes), ' + ')}\big)^{{1/{num(p)}}}"


def by_hand(anchor, positive, negative, *, margin, p, eps, swap, reduction) -> Steps:
    """From three points to two distances, and from these to the loss."""
    pairs = [(anchor, positive), (anchor, negative), *([(positive, negative)] if swap else [])]
    batch = batch_of(*pairs)
    near = yield distance(
        "positive_distance",
        r"d^+_n",
        *pairs[0],
        (r"a_{ni}", r"a^+_{ni}"),
        batch,
        p,
        eps,
        "How far is the positive from the anchor? (eps is too small to matter on paper.)",
    )
    far = yield distance(
        "negative_distance",
        r"d^-_n",
        *pairs[1],
        (r"a_{ni}", r"a^-_{ni}"),
        batch,
        p,
        eps,
        "How far is the negative from the anchor?",
    )
    used = r"d^-_n"
    if swap:
        used, negative_distance = r"e_n", far
        across = yield distance(
            "swap_distance",
            r"d^\pm_n",
            *pairs[2],
            (r"a^+_{ni}", r"a^-_{ni}"),
            batch,
            p,
            eps,
            "How far is the negative from the positive?",
        )
        far = yield Step(
            "nearer_distance",
            r"e_n = \min(d^-_n, d^\pm_n)",
            np.minimum(negative_distance, across),
            axes="n",
            worked=lambda *n: rf"\min({num(negative_distance[n])}, {num(across[n])})",
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


def grad_by_hand(s, anchor, positive, negative, *, margin, p, eps, swap, reduction) -> Steps:
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
    to_positive = yield slope("positive_slope", r"g^+_{ni}", r"d^+_n", anchor, positive, p, eps)
    to_negative = yield slope("negative_slope", r"g^-_{ni}", r"d^-_n", anchor, negative, p, eps)
    own = across = np.ones(())
    if swap:
        own, across = minimum_shares(s["negative_distance"], s["swap_distance"])
        between = yield slope("swap_slope", r"g^\pm_{ni}", r"d^\pm_n", positive, negative, p, eps)
    towards = through_distance(pull, to_positive)
    away = through_distance(pull * own, to_negative)
    own_text, across_text = (r"[e_n = d^-_n]\,", r"[e_n = d^\pm_n]\,") if swap else ("", "")
    parts = {
        "anchor": [(towards, 1, r"h_n g^+_{ni}"), (away, -1, rf"h_n {own_text}g^-_{{ni}}")],
        "positive": [(towards, -1, r"h_n g^+_{ni}")],
        "negative": [(away, 1, rf"h_n {own_text}g^-_{{ni}}")],
    }
    if swap:
        beyond = through_distance(pull * across, between)
        parts["positive"].append((beyond, -1, rf"h_n {across_text}g^\pm_{{ni}}"))
        parts["negative"].append((beyond, 1, rf"h_n {across_text}g^\pm_{{ni}}"))
    for tensor, name in ((anchor, "anchor"), (positive, "positive"), (negative, "negative")):
        if tensor.dtype.kind in "fc":
            yield d_step(name, tensor, parts[name])


def slope(name, symbol, of, x, y, p, eps):
    value = norm_slope(difference(x, y, eps), p)
    return Step(
        name,
        rf"{symbol} = \partial {of} / \partial \text{{difference}}_{{ni}}",
        value,
        axes="ni" if np.ndim(value) else "",
        words=slope_words(p),
    )


def slope_words(p):
    if p == 2:
        return "Divide the difference by the distance: an arrow of length 1."
    if p == 1:
        return "The sign of each coordinate's difference: 1, −1 or 0."
    if np.isinf(p):
        return "Only the coordinate that decides counts: the sign of its difference. Ties share."
    if p == 0:
        return "Counting does not move with the coordinates: 0."
    return "Sign of the difference, times (its size / the distance) to the power p − 1."


def d_step(name, tensor, parts):
    """The gradient of one of the three tensors: the sum of its signed parts."""
    signed = [(gathered(np.asarray(part), tensor.shape) * sign, sign) for part, sign, _ in parts]
    value = sum(part for part, _ in signed)
    whole = tensor.ndim > 0 and all(np.shape(part) == tensor.shape for part, _, _ in parts)
    superscript = {"anchor": "", "positive": "^+", "negative": "^-"}[name]
    terms = "".join(f" {'+' if sign > 0 else '-'} {text}" for _, sign, text in parts).removeprefix(" + ")
    return Step(
        f"d_{name}",
        rf"\frac{{\partial L}}{{\partial a{superscript}_{{ni}}}} = {terms.strip()}",
        value if np.iscomplexobj(tensor) else np.real(value),
        axes="ni" if tensor.ndim else "",
        worked=(
            lambda *n: joined(
                (" + ".join(numeral(part[n][i]) for part, _ in signed) for i in range(tensor.shape[-1])), r",\; "
            )
        )
        if whole
        else None,
        words={
            "anchor": "Add the slope of the positive's distance, take away the slope of the negative's, times the "
            "pull.",
            "positive": "The difference falls when the positive rises, so its slope counts with a minus.",
            "negative": "Two minus signs meet: the negative's distance counts with a minus, and it falls as the "
            "negative rises.",
        }[name],
    )


def draw_distinct(random, shape, drawn):
    """Random points, to two decimals, away from those drawn before."""
    return np.round(random.normal(0, 1.5, shape), 2) + 0.005 * len(drawn)


def coordinates(given):
    return given["anchor"].shape[-1] if given["anchor"].ndim else 1


def straight_line(given):
    return given["p"] == 2


def several_coordinates(given):
    return coordinates(given) > 1


def along_rows(of, given, other, done):
    """The sum over the coordinates of a function of the differences between the anchors and the others."""
    summed = of(np.atleast_1d(given["anchor"] - given[other])).sum(-1)
    return np.broadcast_to(summed, np.shape(done[f"{other}_distance"]))


def mean_of_coordinates(name):
    return lambda given, done: done[name] / coordinates(given) ** (1 / given["p"])


MISTAKES = (
    Mistake(
        {
            "positive_distance": lambda given, done: done["positive_distance"] ** 2,
            "negative_distance": lambda given, done: done["negative_distance"] ** 2,
        },
        "You left out the root: this is the squared distance. PyTorch compares the distances themselves.",
        when=straight_line,
    ),
    Mistake(
        {
            "positive_distance": mean_of_coordinates("positive_distance"),
            "negative_distance": mean_of_coordinates("negative_distance"),
        },
        "You took the mean over the coordinates. A distance adds the coordinates up, however many there are.",
        when=lambda given: several_coordinates(given) and 0 < given["p"] < np.inf,
    ),
    Mistake(
        {
            "positive_distance": lambda given, done: along_rows(np.abs, given, "positive", done),
            "negative_distance": lambda given, done: along_rows(np.abs, given, "negative", done),
        },
        "You added up the absolute differences: that is p = 1. With p = 2, square them, add up and take the root.",
        when=lambda given: straight_line(given) and several_coordinates(given),
    ),
    Mistake(
        {
            "positive_distance": lambda given, done: along_rows(np.real, given, "positive", done),
            "negative_distance": lambda given, done: along_rows(np.real, given, "negative", done),
        },
        "You kept the signs of the differences. A distance is never negative: drop the signs before adding.",
        when=lambda given: given["p"] == 1,
    ),
    Mistake(
        {"nearer_distance": lambda given, done: done["negative_distance"]},
        "You left the swap out. With swap=True the negative counts with its smaller distance: to the anchor or to "
        "the positive.",
        when=lambda given: given["swap"],
    ),
    Mistake(
        {"nearer_distance": lambda given, done: np.maximum(done["negative_distance"], done["swap_distance"])},
        "You took the larger distance. The swap picks the harder case, so the smaller distance.",
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
        when=straight_line,
    ),
    Mistake(
        {
            "d_anchor": lambda given, done: (
                -gathered(through_distance(done["pull"], done["negative_slope"]), given["anchor"].shape)
            )
        },
        "You left out the positive. The anchor is drawn to it and pushed off the negative: add both parts.",
        when=lambda given: not given["swap"],
    ),
    Mistake(
        {"d_positive": lambda given, done: -done["d_positive"]},
        "The sign is the other way round: the positive enters the difference with a minus.",
    ),
)

FACES = {
    "anchor": [[0, 0], [0, 0], [1, 1]],
    "positive": [[3, 4], [1, 0], [1, 2]],
    "negative": [[0, 3], [5, 12], [4, 5]],
}
PLANE = {"anchor": [[0, 0], [0, 0]], "positive": [[3, 4], [1, 0]], "negative": [[0, 3], [3, 4]]}

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
    use_when="You learn vectors whose distances mean something: two photos of one face close together, another face "
    "further away.",
    not_when="You have pairs rather than triplets (use cosine or hinge embedding loss), classes (use cross-entropy), "
    "or want another distance (use the version with a distance function).",
    formula=r"\ell_n = \max(0,\; m + d(a_n, a^+_n) - d(a_n, a^-_n)), \qquad "
    r"d(x, y) = \Big(\textstyle\sum_i |x_i - y_i + \varepsilon|^p\Big)^{1/p}",
    symbols=(
        (r"a_n", "the anchor of triplet n: a vector with coordinates i"),
        (r"a^+_n", "the positive: of the same kind as the anchor"),
        (r"a^-_n", "the negative: of another kind"),
        (r"d^+_n,\ d^-_n", "their distances from the anchor"),
        (
            r"d^\pm_n,\ e_n",
            "with swap: the distance from positive to negative, and the smaller of it and the negative's",
        ),
        (r"m", "margin: how much nearer the positive must be"),
        (r"p", "the degree of the norm: 2 measures straight, 1 along the axes, inf the largest coordinate"),
        (r"\varepsilon", "eps, added to every difference"),
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
        Number("margin", 1.0, "How much nearer the positive must be than the negative; above 0.", (0.2,)),
        Number(
            "p",
            2.0,
            "The degree of the norm: 2 measures straight, 1 along the axes, inf takes the largest coordinate.",
            (1.0, 3.0, np.inf, 0.5, 0.0, -1.0),
        ),
        Number("eps", 1e-6, "Added to every difference before its size is taken.", (0.1,), rare=True),
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
            "Three points on a line",
            {"anchor": [[1]], "positive": [[2]], "negative": [[0.5]], "p": 1},
            "The positive is 1 away, the negative only ½: 1 − ½ and the margin of 1 make 1.5.",
        ),
        Example(
            "Two triplets in the plane",
            PLANE,
            "The first has the negative nearer than the positive and costs 3. The second keeps the margin and costs "
            "nothing, but counts in the mean.",
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
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "A margin of 0",
            "Older versions took any margin. Today it must be above 0.",
            error="TripletMarginLoss: expected margin to be greater than 0, got 0.0 instead",
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
            "eps moves the points a little",
            "PyTorch adds eps to every difference, not to the distance. The first example is 1.499998, and equal "
            "points "
            "in D dimensions are √D millionths apart. A comparison to six digits must add it too.",
        ),
        Pitfall(
            "Stuck at the margin",
            "A loss that stays at the margin (1.000 by default) means that both distances are equal, usually because "
            "all vectors have collapsed into one point. Feed harder triplets, lower the learning rate, or normalise "
            "the vectors.",
        ),
        Pitfall(
            "Exactly on the margin",
            "A shortfall of exactly 0 costs nothing, yet PyTorch still passes the gradient on. "
            "If the swap finds two equal distances, each gets half. Where a distance is 0 (with eps = 0), so is its "
            "slope.",
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
        Pitfall(
            "size_average and reduce",
            "Old code passes size_average=False or reduce=False. Both still work with a warning and are not offered "
            "here; say reduction='sum' or reduction='none'.",
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: TripletMarginLoss",
            "https://docs.pytorch.org/docs/2.13/generated/torch.nn.TripletMarginLoss.html",
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
        Try("What if the negative moves away to −2?", {"negative": [[-2]]}),
        Try("What if the margin is only 0.2?", {"margin": 0.2}),
        Try("What if the negative lies beyond the positive, and the swap is on?", {"negative": [[3]], "swap": True}),
        Try("What if the positive meets the anchor?", {"positive": [[1]]}),
    ),
    pictures=(
        Vectors(
            "Two distances",
            "The line to the positive should be shorter than the line to the negative, by the margin.",
            ("anchor", "positive", "negative"),
            lines=(("anchor", "positive"), ("anchor", "negative")),
        ),
        Curves(
            "The negative moves away",
            "The loss falls by 1 for every step that the negative moves away and stops once it is a margin further off "
            "than the positive. A larger margin pushes longer.",
            values=lambda x: {"anchor": [[0]], "positive": [[1]], "negative": [[x]]},
            low=0,
            high=4,
            x="distance of the negative (the positive is 1 away)",
            settings={"margin 0.2": {"margin": 0.2}, "margin 1": {}, "margin 2": {"margin": 2.0}},
        ),
    ),
    check=check,
)
