"""Cosine embedding loss: like vectors should point the same way, unlike ones should not."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson import cost
from lib.lesson.formula import formula, joined, of
from lib.lesson.pieces import checks, reduction
from lib.lesson.pieces.difference import gathered
from lib.lesson.pieces.margins import DIVIDES_BY_THOSE_THAT_PULL, draw_target, has, has_margin
from lib.lesson.pieces.norms import in_floats
from lib.lesson.pieces.reduction import REDUCTION, reduce, share, takes_mean
from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import (
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
    Vectors,
    question,
)
from lib.refusal import Refusal

EPS = float(np.float32(1e-12))  # torch adds this, rounded to single precision, to every squared length


def check(*, input1, input2, target, margin, reduction):
    came = checks.words(target.shape)
    if target.ndim > 1:
        raise Refusal(
            "target has shape {came}; expected (batch,), or a single number for two plain vectors.", came=came
        )
    for name, tensor in (("input1", input1), ("input2", input2)):
        if tensor.dtype.kind == "c":
            raise Refusal("{name} holds {dtype} numbers; expected real numbers.", name=name, dtype=tensor.dtype.name)
        if tensor.ndim != target.ndim + 1:
            raise Refusal(
                "{name} has shape {shape}; with a target of shape {target} expected (batch, coordinates)."
                if target.ndim
                else "{name} has shape {shape}; with a target of shape {target} expected (coordinates,).",
                name=name,
                shape=checks.words(tensor.shape),
                target=came,
            )
    vectors = checks.need_broadcastable(input1=input1, input2=input2)
    try:
        np.broadcast_shapes(vectors[:-1], target.shape)
    except ValueError:
        raise Refusal(
            "target has shape {came}; expected {pairs}: one per pair.", came=came, pairs=checks.words(vectors[:-1])
        ) from None


def cost_of_pairs(given):
    """Vectors and targets are stretched over one another, and then over the coordinates."""
    vectors = (cost.shape_of(given[name]) for name in ("input1", "input2"))
    return cost.of_numbers(cost.stretched_size(*vectors, (*cost.shape_of(given["target"]), 1)))


def dot(u, v):
    return in_floats(np.asarray((u * v).sum(-1)))


def squared_length(u):
    return dot(u, u) + EPS


def by_hand(input1, input2, target, *, margin, reduction) -> Steps:
    """From two vectors to the cosine of their angle, and from this to the loss."""
    batch = np.broadcast_shapes(np.broadcast_shapes(input1.shape, input2.shape)[:-1], target.shape)
    u, v = (np.broadcast_to(x, batch + x.shape[-1:]) for x in (input1, input2))
    y = np.broadcast_to(target, batch)
    product = yield Step(
        "dot_product",
        r"p_n = \sum_i u_{ni} v_{ni}",
        dot(u, v),
        axes="n",
        worked=lambda *n: joined(
            (
                formula(r"<input1> \cdot <input2>", input1=a, input2=b)
                for a, b in zip(*np.broadcast_arrays(u[n], v[n]), strict=True)
            ),
            " + ",
        ),
        words="Multiply the vectors coordinate by coordinate and add up.",
    )
    length1 = yield length_step("squared_length1", r"a_n = \sum_i u_{ni}^2", "input1", u, "first")
    length2 = yield length_step("squared_length2", r"b_n = \sum_i v_{ni}^2", "input2", v, "second")
    cosine = yield Step(
        "cosine",
        r"c_n = \frac{p_n}{\sqrt{a_n b_n}}",
        product / np.sqrt(length1 * length2),
        axes="n",
        worked=lambda *n: formula(
            r"\frac{<dot_product>}{\sqrt{<squared_length1> \cdot <squared_length2>}}",
            dot_product=product[n],
            squared_length1=length1[n],
            squared_length2=length2[n],
        ),
        words="Divide by both lengths: the root of the product of the two squared lengths.",
    )
    each = yield Step(
        "loss_per_pair",
        r"\ell_n = \begin{cases} 1 - c_n & y_n = 1 \\ \max(0, c_n - m) & y_n = -1 \\ 0 & \text{otherwise} \end{cases}",
        np.where(y == 1, 1 - cosine, 0) + np.where(y == -1, np.maximum(cosine - margin, 0), 0),
        axes="n",
        worked=lambda *n: formula(
            {1: "1 - <cosine>", -1: r"\max(0, <cosine> - <margin>)"}.get(y[n], "0"), cosine=cosine[n], margin=margin
        ),
        words="Target 1: what the cosine lacks to 1. Target −1: what it has above the margin, or 0.",
    )
    yield from reduce(each, reduction, of="loss_per_pair", divisor_words="Count the pairs.")


def length_step(name, latex, tensor, vectors, which):
    """The squared lengths of the vectors of `tensor`; in numbers, ε is left out where nobody would see it."""
    value = squared_length(vectors)

    def worked(*n):
        squares = joined((formula("<x>^2", x=of(tensor, x)) for x in vectors[n]), " + ")
        return squares if value[n] > 1e4 * EPS else formula("<squares> + <epsilon>", squares=squares, epsilon=EPS)

    return Step(
        name,
        rf"{latex} + \varepsilon",
        value,
        axes="n",
        worked=worked,
        words=f"Square the coordinates of the {which} vector and add up.",
    )


def grad_by_hand(s, input1, input2, target, *, margin, reduction) -> Steps:
    """Vectors turn towards each other or away; only the part across a vector counts, so lengths stay."""
    each = yield from share(s, reduction)
    y, cosine = np.broadcast_to(target, s["cosine"].shape), s["cosine"]
    too_near = cosine - margin >= 0
    pull = yield Step(
        "pull",
        r"g_n = \frac{\partial L}{\partial c_n} = \frac{\partial L}{\partial \ell_n} \cdot "
        r"\begin{cases} -1 & y_n = 1 \\ 1 & y_n = -1,\ c_n \ge m \\ 0 & \text{otherwise} \end{cases}",
        np.where(y == 1, -each, 0.0) + np.where((y == -1) & too_near, each, 0.0),
        axes="n",
        worked=lambda *n: formula(
            "-<share>" if y[n] == 1 else "<share>" if y[n] == -1 and too_near[n] else "0", share=each
        ),
        words="Like pairs: minus the share. Unlike ones above the margin: the share. Others: 0.",
    )
    to_input1, to_input2 = through_cosine(gathered(pull, dot(input1, input2).shape), input1, input2)
    vectors = {"input1": input1, "input2": input2}
    for name, other, value, symbol, latex in (
        ("input1", "input2", to_input1, "u", r"\frac{v_{ni}}{\sqrt{a_n b_n}} - c_n \frac{u_{ni}}{a_n}"),
        ("input2", "input1", to_input2, "v", r"\frac{u_{ni}}{\sqrt{a_n b_n}} - c_n \frac{v_{ni}}{b_n}"),
    ):
        if checks.is_float(vectors[name]):
            yield Step(
                f"d_{name}",
                rf"\frac{{\partial L}}{{\partial {symbol}_{{ni}}}} = g_n \left({latex}\right)",
                value,
                axes="ni",
                worked=worked_turn(s, pull, vectors, name, other),
                words="The other vector over both lengths, less the cosine times this one over its square.",
            )


def through_cosine(pull, u, v):
    """The gradients of a pull on the cosines, first through the product, then through the squared lengths."""
    product, a, b = dot(u, v), squared_length(u), squared_length(v)
    lengths = np.sqrt(a * b)
    to_product = (pull / lengths)[..., None]
    to_both = -pull * ((product / lengths) / lengths) / (2 * lengths)
    to_a, to_b = (gathered(to_both * other, own.shape)[..., None] for own, other in ((a, b), (b, a)))
    return gathered(to_product * v, u.shape) + 2 * (to_a * u), gathered(to_product * u, v.shape) + 2 * (to_b * v)


def worked_turn(s, pull, vectors, name, other):
    """Each coordinate of one vector's gradient with its numbers, where nothing was stretched."""
    x, y = vectors[name], vectors[other]
    if x.shape != y.shape or x.shape[:-1] != pull.shape:
        return None
    steps = {step: s[step] for step in ("squared_length1", "squared_length2", "cosine")} | {"pull": pull}
    turn = (
        rf"<pull> \left(\frac{{<{other}>}}{{\sqrt{{<squared_length1> \cdot <squared_length2>}}}} "
        rf"- <cosine> \cdot \frac{{<{name}>}}{{<squared_length{name[-1]}>}}\right)"
    )
    return lambda *n: joined(
        (
            formula(turn, **{name: a, other: b}, **{step: value[n] for step, value in steps.items()})
            for a, b in zip(x[n], y[n], strict=True)
        ),
        r",\; ",
        most=3,
    )


def naive(*, input1, input2, target, margin=0.0, **_):
    """The book's cosine: the dot product over the product of the lengths."""
    cosine = (input1 * input2).sum(-1) / (np.sqrt((input1**2).sum(-1)) * np.sqrt((input2**2).sum(-1)))
    return np.where(target == 1, 1 - cosine, np.maximum(cosine - margin, 0)).mean()


def where_target(value, given, changed, done):
    """The losses, changed where the target has this value."""
    return np.where(given["target"] == value, changed, done["loss_per_pair"])


def above(margin, done):
    """What the cosines have above a margin."""
    return np.maximum(done["cosine"] - margin, 0)


def without_own_part(given, done):
    """The gradient of somebody who treats the lengths as fixed: the other vector over both lengths, times the pull."""
    u, v = given["input1"], given["input2"]
    pull = gathered(done["pull"], dot(u, v).shape) / np.sqrt(squared_length(u) * squared_length(v))
    return gathered(pull[..., None] * np.broadcast_arrays(u, v)[1], u.shape)


def without_own_part_of_second(given, done):
    return without_own_part({**given, "input1": given["input2"], "input2": given["input1"]}, done)


MISTAKES = {
    "one_length_only": Mistake(
        {"cosine": lambda given, done: done["dot_product"] / np.sqrt(done["squared_length1"])},
        "You divided by one length only. The cosine divides by both.",
    ),
    "adds_the_lengths": Mistake(
        {
            "cosine": lambda given, done: (
                done["dot_product"] / (np.sqrt(done["squared_length1"]) + np.sqrt(done["squared_length2"]))
            )
        },
        "You divided by the sum of the lengths. It is their product.",
    ),
    "lengths_along_the_axes": Mistake(
        {
            "cosine": lambda given, done: (
                done["dot_product"] / (np.abs(given["input1"]).sum(-1) * np.abs(given["input2"]).sum(-1))
            )
        },
        "You added up the sizes of the coordinates. A length is the root of the sum of squares.",
    ),
    "minus_the_cosine": Mistake(
        {"loss_per_pair": lambda given, done: where_target(-1, given, -done["cosine"], done)},
        "You took minus the cosine of an unlike pair. It costs what the cosine has above the margin, at least 0.",
        when=has(-1),
    ),
    "averages_the_coordinates": Mistake(
        {"dot_product": lambda given, done: done["dot_product"] / given["input1"].shape[-1]},
        "You took the mean over the coordinates. The dot product adds them up.",
        when=lambda given: given["input1"].shape[-1] > 1,
    ),
    "root_too_early": Mistake(
        {
            "squared_length1": lambda given, done: np.sqrt(done["squared_length1"]),
            "squared_length2": lambda given, done: np.sqrt(done["squared_length2"]),
        },
        "You took the root already: this is the length. The root comes with the cosine, over both at once.",
    ),
    "product_without_lengths": Mistake(
        {"cosine": lambda given, done: done["dot_product"]},
        "You took the dot product for the cosine. Divide it by both lengths, or long vectors look alike.",
    ),
    "leaves_out_the_root": Mistake(
        {"cosine": lambda given, done: done["dot_product"] / (done["squared_length1"] * done["squared_length2"])},
        "You forgot the root. Divide by the lengths, not by the squared lengths.",
    ),
    "cosine_for_like_pairs": Mistake(
        {"loss_per_pair": lambda given, done: where_target(1, given, done["cosine"], done)},
        "You took the cosine as the loss of a like pair. It costs what the cosine lacks to 1.",
        when=has(1),
    ),
    "margin_for_like_pairs": Mistake(
        {"loss_per_pair": lambda given, done: where_target(1, given, 1 - given["margin"] - done["cosine"], done)},
        "You used the margin for a like pair. It counts for unlike pairs only.",
        when=lambda given: has(1)(given) and has_margin(given),
    ),
    "goes_below_zero": Mistake(
        {"loss_per_pair": lambda given, done: where_target(-1, given, done["cosine"] - given["margin"], done)},
        "You forgot to stop at 0. An unlike pair whose cosine is below the margin costs nothing and earns nothing.",
        when=has(-1),
    ),
    "margin_added": Mistake(
        {"loss_per_pair": lambda given, done: where_target(-1, given, above(-given["margin"], done), done)},
        "You added the margin. It is taken away: a cosine up to the margin is free.",
        when=lambda given: has(-1)(given) and has_margin(given),
    ),
    "ignores_margin": ignoring(
        "You left the margin out. An unlike pair pays only what its cosine has above the margin.", margin=0.0
    ),
    "wants_opposites": Mistake(
        {"loss_per_pair": lambda given, done: where_target(-1, given, 1 + done["cosine"], done)},
        "You wanted unlike vectors to be opposite: 1 + cosine. A cosine up to the margin is enough: "
        "max(0, cosine − margin).",
        when=has(-1),
    ),
    "like_and_unlike_swapped": Mistake(
        {},
        "You swapped the two. Target 1 means alike: 1 minus the cosine. Target −1 means unlike.",
        given=lambda given: {"target": -given["target"]},
    ),
    "all_pairs_alike": Mistake(
        {"loss_per_pair": lambda given, done: where_target(-1, given, 1 - done["cosine"], done)},
        "You treated every pair as alike. "
        "Where the target is −1, the cosine itself costs, as far as it is above the margin.",
        when=has(-1),
    ),
    "everything_else_is_unlike": Mistake(
        {"loss_per_pair": lambda given, done: where_target(0, given, above(given["margin"], done), done)},
        "You took 0 for unlike. PyTorch wants −1; a pair with any other target than 1 and −1 costs nothing.",
        when=has(0),
    ),
    **reduction.COUNTS_WHAT_COSTS,
    "divides_by_coordinates": Mistake(
        {"divisor": lambda given, done: given["input1"].size},
        "You divided by the number of coordinates. Two vectors make one pair and one loss: count the pairs.",
        when=takes_mean,
    ),
    **reduction.MISTAKES,
}

GRAD_MISTAKES = {
    **reduction.GRAD_MISTAKES,
    "other_sign_of_the_pull": Mistake(
        {"pull": lambda given, done: -done["pull"]},
        "The sign is the other way round: a like pair's loss falls as the cosine rises.",
    ),
    **DIVIDES_BY_THOSE_THAT_PULL,
    "ignores_the_margin": ignoring(
        "You used 0 where the margin belongs: unlike pairs below the margin are left alone.", margin=0.0
    ),
    "divides_by_coordinates": Mistake(
        {"share": lambda given, done: np.divide(1.0, given["input1"].size)},
        "You divided by the number of coordinates. Two vectors make one pair and one loss: divide by the number of "
        "pairs.",
        when=takes_mean,
    ),
    "everything_else_is_unlike": Mistake(
        {},
        "You treated every target but 1 as unlike. Only −1 is; a pair with any other target pulls at nothing.",
        when=lambda given: bool((np.abs(given["target"]) != 1).any()),
        given=lambda given: {"target": np.where(given["target"] == 1, 1, -1)},
    ),
    "takes_both_lengths_for_fixed": Mistake(
        {"d_input1": without_own_part, "d_input2": without_own_part_of_second},
        "You left out the second part in both gradients. The length changes with the vector too: "
        "take off the cosine times the vector over its squared length.",
    ),
    "pulls_beyond_the_margin": Mistake(
        {"pull": lambda given, done: -given["target"] * done.get("share", 1.0) * np.ones_like(done["pull"])},
        "You moved unlike pairs below the margin. There the loss is flat: no pull.",
        when=lambda given: has(-1)(given) and not has(0)(given),
    ),
    "takes_the_lengths_for_fixed": Mistake(
        {"d_input1": without_own_part},
        "You left out the second part. A longer vector has the same angle, so the part along the vector is taken away.",
    ),
}

FOUR_FIFTHS = {"input1": [[3, 4], [3, 4]], "input2": [[4, 3], [4, 3]], "target": [1, -1]}
ARTICLE = {"input1": [[0.3, 0.5, 0.7], [0.3, 0.5, 0.7]], "input2": [[0.1, 0.3, 0.5], [0.1, 0.3, 0.5]]}


def at_angle(degrees):
    turn = np.deg2rad(degrees)
    return {"input1": [[1.0, 0.0]], "input2": [[float(np.cos(turn)), float(np.sin(turn))]], "target": [1]}


LESSON = Lesson(
    title="Cosine embedding loss",
    torch=nn.CosineEmbeddingLoss,
    group="ranking and embedding",
    order=3,
    names=(
        "余弦嵌入损失",
        "余弦相似度损失",
        "cosine similarity loss",
        "cosine distance",
        "angular loss",
        "siamese network",
    ),
    purpose="Turns like vectors towards each other and unlike ones apart; lengths do not matter.",
    use_when="You have pairs of vectors, know which are alike, and care about direction only: "
    "sentences, documents, users.",
    not_when="Lengths carry meaning (use hinge embedding loss on distances), "
    "or you have triplets (use triplet margin loss).",
    formula=r"\ell_n = \begin{cases} 1 - \cos(u_n, v_n) & y_n = 1 \\ \max(0,\; \cos(u_n, v_n) - m) & y_n = -1 "
    r"\end{cases}",
    symbols=(
        (r"u_n,\ v_n", "the two vectors of pair n: input1 and input2, with coordinates i"),
        (r"y_n", "the target: 1 if the pair is alike, −1 if not"),
        (r"m", "margin: the cosine that an unlike pair may have for free"),
        (r"p_n", "the dot product of the two vectors"),
        (r"a_n,\ b_n", "their squared lengths"),
        (r"\varepsilon", "10⁻¹², which PyTorch adds to every squared length"),
        (r"c_n", "the cosine of the angle: 1 for the same way, 0 for a right angle, −1 for opposite ways"),
        (r"\ell_n", "the loss of pair n"),
        (r"W", "what the mean divides by: N, the number of pairs"),
    ),
    tensors=(
        Tensor("input1", "the first vector of each pair", "(batch, coordinates)"),
        Tensor("input2", "the second vector of each pair", "(batch, coordinates)"),
        Tensor("target", "1 for alike, −1 for unlike", "(batch,)", draw=draw_target),
    ),
    parameters=(
        REDUCTION,
        Number("margin", 0.0, "The cosine that an unlike pair may have for free; 0 to 0.5 is usual.", (0.5, -1.0, 2.0)),
    ),
    shapes=(
        {"input1": (2, 2), "input2": (2, 2), "target": (2,)},
        {"input1": (4, 3), "input2": (4, 3), "target": (4,)},
        {"input1": (3,), "input2": (3,), "target": ()},
        {"input1": (3, 1), "input2": (3, 1), "target": (3,)},
        {"input1": (1, 3), "input2": (4, 3), "target": (4,)},
        {"input1": (4, 3), "input2": (4, 1), "target": (1,)},
        {"input1": (1, 3), "input2": (1, 3), "target": (5,)},
        {"input1": (3,), "input2": (1,), "target": ()},
        {"input1": (2, 0), "input2": (2, 0), "target": (2,)},
        {"input1": (0, 3), "input2": (0, 3), "target": (0,)},
        {"input1": (0, 3), "input2": (1, 3), "target": (1,)},
    ),
    examples=(
        Example(
            "A like pair and an unlike one",
            {"input1": [[3, 4], [0, 2]], "input2": [[4, 3], [3, 4]], "target": [1, -1], "margin": 0.5},
            "The cosines are 0.96 and 0.8. The like pair costs what is lacking to 1, the unlike one what is above 0.5.",
        ),
        Example(
            "The same pair, alike and unlike",
            FOUR_FIFTHS,
            "The cosine of (3, 4) and (4, 3) is 24/25 = 0.96. "
            "A like pair lacks 0.04 to 1, an unlike pair has 0.96 too much.",
        ),
        Example(
            "The article's numbers",
            {**ARTICLE, "target": [1, -1], "reduction": "none"},
            "Three coordinates that look different and point nearly the same way: 0.0167 and 0.9833.",
        ),
        Example(
            "As in older articles",
            {**ARTICLE, "target": [[1, -1]], "reduction": "none"},
            "The target has two dimensions. Today it must have one, with one entry per pair: [1, -1].",
            rejected=True,
        ),
        Example(
            "A free cosine of 0.5",
            {
                "input1": [[1, 0], [1, 0], [1, 0]],
                "input2": [[1, 3], [3, 1], [1, 3]],
                "target": [1, -1, -1],
                "margin": 0.5,
            },
            "An unlike pair up to a cosine of 0.5 is free, as the last one; the second costs 0.949 − 0.5. "
            "The like pair does not know the margin and costs 1 − 0.316.",
        ),
        Example(
            "Confident and wrong",
            {"input1": [[1, 2], [1, 2]], "input2": [[-1, -2], [2, 4]], "target": [1, -1]},
            "Opposite ways though alike costs 2, the most there is. The same way though unlike costs 1.",
        ),
        Example(
            "Length does not matter",
            {"input1": [[3, 4], [300, 400]], "input2": [[4, 3], [0.04, 0.03]], "target": [1, 1]},
            "One vector is a hundred times longer, the other a hundred times shorter, and the cosine is the same.",
        ),
        Example(
            "A zero vector",
            {"input1": [[0, 0], [0, 0]], "input2": [[4, 3], [4, 3]], "target": [1, -1]},
            "A zero vector has no direction. PyTorch takes its cosine as 0, so a like pair costs 1; "
            "the gradient is huge.",
        ),
        Example(
            "Targets 0 and 1",
            {"input1": [[3, 4], [3, 4]], "input2": [[4, 3], [4, 3]], "target": [1, 0]},
            "With target 0 a pair costs nothing but counts in the mean. Use −1 for unlike.",
        ),
        Example(
            "Two plain vectors",
            {"input1": [1, 2, 2], "input2": [2, 1, 2], "target": -1},
            "Without a batch the target is a single number. The cosine is 8/9.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why the cosine, and not a distance?",
            (
                "Only the direction is to count, not the length.",
                "A text twice as long, with the same words, points the same way.",
            ),
            ("Because it is never negative.", "It runs from −1 to 1."),
            ("Because nothing has to be divided.", "It is divided by both lengths."),
        ),
        "without_numbers": question(
            "Both vectors become ten times as long. The loss …",
            ("stays the same", "The product grows a hundredfold, and so do the lengths it is divided by."),
            ("grows tenfold", "A distance between them would. The cosine knows no lengths."),
            ("grows a hundredfold", "The product of the vectors does, but it is divided by both lengths."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "A target with two dimensions",
            "Older articles write [[1, -1]]. The target has one entry per pair and one dimension.",
            error="0D or 1D target tensor expected, multi-target not supported",
            values={
                "input1": np.ones((2, 3), np.float32),
                "input2": np.ones((2, 3), np.float32),
                "target": np.array([[1, -1]], np.float32),
            },
        ),
        Pitfall(
            "Plain vectors with a list as target",
            "Two plain vectors are one pair: "
            "the target is a single number without brackets, or the vectors get a batch.",
            error="1D target tensor expects 2D input tensors, but found inputs with sizes [3] and [3].",
            values={
                "input1": np.ones(3, np.float32),
                "input2": np.ones(3, np.float32),
                "target": np.array([1], np.float32),
            },
        ),
        Pitfall(
            "Targets 0 and 1",
            "Only 1 and −1 have a meaning. Every other target adds 0 and still counts in the mean: "
            "unlike pairs marked 0 teach nothing and make the loss look small.",
        ),
        Pitfall(
            "Zero vectors",
            "PyTorch adds 10⁻¹² to each squared length (before the root, and rounded to single precision), "
            "so the cosine of a zero vector is 0 and not NaN. "
            "Its gradient is about a million times a usual one: clip it.",
        ),
        Pitfall(
            "Margins outside −1 to 1",
            "A cosine lies between −1 and 1. PyTorch takes any margin: from 1 on unlike pairs cost nothing at all.",
        ),
        Pitfall(
            "Exactly on the margin",
            "An unlike pair at a right angle (with margin 0) costs nothing, "
            "yet PyTorch still passes the gradient on and turns it further.",
        ),
        reduction.OLD_ARGUMENTS,
    ),
    references=(
        Reference(
            "Reimers, Gurevych, Sentence-BERT (2019): cosine similarity for sentences",
            "https://arxiv.org/abs/1908.10084",
        ),
    ),
    tries=(
        Try("What if unlike pairs must be at a right angle?", {"margin": 0.0}),
        Try("What if the first vector is ten times longer?", {"input1": [[30, 40], [0, 20]]}),
        Try("What if the second vectors point the other way?", {"input2": [[-4, -3], [-3, -4]]}),
        Try("What if unlike is written as 0?", {"target": [1, 0]}),
    ),
    extremes=Extremes(
        values=lambda x: {"input1": [[x, 0.0]], "input2": [[1.0, 1.0]], "target": [1]},
        naive=naive,
        says="A vector of zeros has length 0, and the book's formula divides 0 by 0. "
        "Very long or very short vectors overflow or vanish when squared. "
        "PyTorch adds 10⁻¹² to each squared length: the cosine of a zero vector is 0.",
    ),
    pictures=(
        Vectors(
            "Two arrows",
            "Only the angle between the arrows counts, not how long they are.",
            ("input1", "input2"),
            origin=True,
        ),
        Curves(
            "One vector turns",
            "A like pair costs nothing at 0° and most at 180°. "
            "An unlike pair costs most at 0° and nothing from the angle on whose cosine is the margin: "
            "90° for 0, 60° for 0.5.",
            values=at_angle,
            low=0,
            high=180,
            x="angle in degrees",
            settings={
                "alike": {},
                "unlike": {"target": [-1]},
                "unlike, margin 0.5": {"target": [-1], "margin": 0.5},
            },
        ),
    ),
    check=check,
    cost=cost_of_pairs,
)
