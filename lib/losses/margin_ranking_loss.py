"""Margin ranking loss: of two scores, the right one must be higher, by a margin."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import formula
from lib.lesson.pieces import checks, draw, reduction
from lib.lesson.pieces.difference import gathered
from lib.lesson.pieces.margins import (
    CUTS_OFF_THE_MEAN,
    DIVIDES_BY_THOSE_THAT_PULL,
    MARGIN_IS_ADDED,
    PULLS_BEYOND_THE_MARGIN,
    cut_at_zero,
    goes_below_zero,
    has_margin,
    pull_of,
)
from lib.lesson.pieces.norms import in_floats
from lib.lesson.pieces.reduction import REDUCTION, reduce, share, takes_mean
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


def check(*, input1, input2, target, margin, reduction):
    three = {"input1": input1, "input2": input2, "target": target}
    for name, tensor in three.items():
        if tensor.dtype.kind not in "iuf":
            raise Refusal(
                "{name} holds {dtype} values; expected real numbers, such as 1.0 and -1.0.",
                name=name,
                dtype=tensor.dtype.name,
            )
    if len({tensor.ndim for tensor in three.values()}) > 1:
        raise Refusal(
            "Numbers of dimensions differ: input1 {input1}, input2 {input2}, target {target}; "
            "expected the same number in all three.",
            **{name: checks.words(tensor.shape) for name, tensor in three.items()},
        )
    checks.need_broadcastable(**three)


def by_hand(input1, input2, target, *, margin, reduction) -> Steps:
    """From two scores and the wanted order to the loss."""
    x1, x2, y = np.broadcast_arrays(input1, input2, target)
    difference = yield Step(
        "difference",
        r"d_n = x_{1n} - x_{2n}",
        x1 - x2,
        axes="n",
        worked=lambda *n: formula("<input1> - <input2>", input1=x1[n], input2=x2[n]),
        words="Take the second score away from the first.",
    )
    shortfall = yield Step(
        "shortfall",
        r"s_n = -y_n d_n + m",
        in_floats(-y * difference) + margin,
        axes="n",
        worked=lambda *n: formula(
            r"-<target> \cdot <difference> + <margin>", target=y[n], difference=difference[n], margin=margin
        ),
        words="Turn the sign where the second should win (times minus the target), then add the margin.",
    )
    each = yield from cut_at_zero(shortfall)
    yield from reduce(each, reduction, of="loss_per_pair", divisor_words="Count the pairs.")


def grad_by_hand(s, input1, input2, target, *, margin, reduction) -> Steps:
    """Pairs that lack something pull their scores apart, each by its share."""
    each = yield from share(s, reduction)
    pull = yield from pull_of(each, s["shortfall"])
    y = -np.broadcast_to(-target, pull.shape).astype(pull.dtype)  # torch negates bytes as bytes: −1 becomes 255
    factors = {"target": y, "difference": s["difference"].astype(pull.dtype)}
    for name, tensor, symbol, sign, by, words in (
        ("input1", input1, "x_{1n}", "-", "target", "The loss falls as the first score goes the target's way."),
        ("input2", input2, "x_{2n}", "", "target", "The second score enters with the other sign."),
        ("target", target, "y_n", "-", "difference", "The target multiplies minus the difference."),
    ):
        if checks.is_float(tensor):
            yield d_step(name, tensor, symbol, sign, pull, by, factors[by], words)


def d_step(name, tensor, symbol, sign, pull, by, factor, words):
    """The pull times a factor; where broadcasting used a number several times, its parts add up."""
    whole = tensor.shape == pull.shape
    total_sign, letter = "" if whole else r"\sum ", {"target": "y_n", "difference": "d_n"}[by]
    return Step(
        f"d_{name}",
        rf"\frac{{\partial L}}{{\partial {symbol}}} = {total_sign}{sign}h_n {letter}",
        gathered((-pull if sign else pull) * factor, tensor.shape),
        axes="n" if whole else "",
        worked=(lambda *n: formula(rf"{sign}<pull> \cdot <{by}>", pull=pull[n], **{by: factor[n]})) if whole else None,
        words=words,
    )


MISTAKES = {
    "margin_turned_with_the_target": Mistake(
        {"shortfall": lambda given, done: -given["target"] * (done["difference"] + given["margin"])},
        "You multiplied the margin by the target too. It is added after: −y·d + margin.",
        when=lambda given: given["margin"] != 0,
    ),
    "adds_the_scores": Mistake(
        {"difference": lambda given, done: done["difference"] + 2 * given["input2"]},
        "You added the two scores. Their difference counts.",
    ),
    "smaller_of_the_two": Mistake(
        {"loss_per_pair": lambda given, done: np.minimum(done["shortfall"], 0)},
        "You took the smaller of 0 and the shortfall. It is the larger.",
    ),
    "second_minus_first": Mistake(
        {"difference": lambda given, done: -done["difference"]},
        "You took the first away from the second. It is input1 minus input2.",
    ),
    "drops_the_order": Mistake(
        {"difference": lambda given, done: np.abs(done["difference"])},
        "You dropped the sign. Which of the two is higher is the whole question, so keep it.",
    ),
    "leaves_out_the_minus": Mistake(
        {"shortfall": lambda given, done: 2 * given["margin"] - done["shortfall"]},
        "You left out the minus before the target. A pair in the right order must make the loss smaller.",
    ),
    "leaves_out_the_target": Mistake(
        {"shortfall": lambda given, done: given["margin"] - done["difference"]},
        "You left the target out. Where it is −1 the second score should win, so the sign turns.",
    ),
    "margin_times_target": Mistake(
        {"shortfall": lambda given, done: done["shortfall"] + (given["target"] - 1) * given["margin"]},
        "You multiplied the margin by the target, too. It is added whichever of the two should lead.",
        when=has_margin,
    ),
    "every_other_target_is_minus_one": Mistake(
        {},
        "You took every target but 1 for −1. The formula multiplies by the target: one of 0 leaves the margin alone.",
        when=lambda given: bool((np.abs(given["target"]) != 1).any()),
        given=lambda given: {"target": np.where(given["target"] == 1, 1, -1)},
    ),
    **MARGIN_IS_ADDED,
    **CUTS_OFF_THE_MEAN,
    **goes_below_zero("loss_per_pair"),
    "counts_wrong_orders": Mistake(
        {"loss_per_pair": lambda given, done: (done["shortfall"] > 0) * 1.0},
        "You counted the pairs in the wrong order. The loss says by how much they are wrong.",
    ),
    "margin_after_the_cut": Mistake(
        {"loss_per_pair": lambda given, done: np.maximum(0, done["shortfall"] - given["margin"]) + given["margin"]},
        "You cut off at 0 first and added the margin afterwards. Add it inside, or every pair pays the margin.",
        when=has_margin,
    ),
    "squares_the_hinge": Mistake(
        {"loss_per_pair": lambda given, done: done["loss_per_pair"] ** 2},
        "You squared it. PyTorch's hinge is straight.",
    ),
    "drops_the_sign": Mistake(
        {"loss_per_pair": lambda given, done: np.abs(done["shortfall"])},
        "You took the absolute value. Below 0 the loss is 0: a clear lead is no fault.",
    ),
    **reduction.COUNTS_WHAT_COSTS,
    "counts_both_scores": Mistake(
        {"divisor": lambda given, done: done["divisor"] + given["input2"].size},
        "You counted the scores. Two scores make one pair and one loss: count the pairs.",
        when=takes_mean,
    ),
    **reduction.MISTAKES,
}

GRAD_MISTAKES = {
    **reduction.GRAD_MISTAKES,
    **PULLS_BEYOND_THE_MARGIN,
    **DIVIDES_BY_THOSE_THAT_PULL,
    "other_sign_of_input1": Mistake(
        {"d_input1": lambda given, done: -done["d_input1"]},
        "The sign is the other way round: with target 1, a higher first score lowers the loss.",
    ),
    "other_sign_of_input2": Mistake(
        {"d_input2": lambda given, done: -done["d_input2"]},
        "The sign is the other way round: the second score enters the difference with a minus.",
    ),
}

THREE = {"input1": [1, 2, 3], "input2": [2, 2, 2], "target": [1, 1, -1]}

LESSON = Lesson(
    title="Margin ranking loss",
    torch=nn.MarginRankingLoss,
    group="ranking and embedding",
    order=1,
    names=("排序损失", "边界排序损失", "ranking loss", "pairwise ranking", "learning to rank", "pairwise hinge"),
    purpose="Punishes a pair of scores that stands in the wrong order.",
    use_when="You know which of two things should score higher, not by how much: "
    "search results, preferences, better and worse answers.",
    not_when="You compare vectors rather than scores (use triplet margin or cosine embedding loss), "
    "or you know the values themselves (use MSE loss).",
    formula=r"\ell_n = \max(0,\; -y_n (x_{1n} - x_{2n}) + m)",
    symbols=(
        (r"x_{1n}", "the first score of pair n: input1"),
        (r"x_{2n}", "the second score of pair n: input2"),
        (r"y_n", "the target: 1 if the first should be higher, −1 if the second should"),
        (r"m", "margin: by how much it should be higher"),
        (r"d_n", "the difference of the two scores"),
        (r"s_n", "the shortfall: what pair n lacks"),
        (r"\ell_n", "the loss of pair n"),
        (r"W", "what the mean divides by: N, the number of pairs"),
    ),
    tensors=(
        Tensor("input1", "the first score of each pair", "(pairs,)"),
        Tensor("input2", "the second score of each pair", "(pairs,)"),
        Tensor("target", "1 where the first should be higher, −1 where the second should", "(pairs,)", draw=draw.sign),
    ),
    parameters=(
        REDUCTION,
        Number("margin", 0.0, "By how much the right score should be higher.", (0.5, -1.0, 3.0)),
    ),
    shapes=(
        {"input1": (3,), "input2": (3,), "target": (3,)},
        {"input1": (), "input2": (), "target": ()},
        {"input1": (2, 3), "input2": (2, 3), "target": (2, 3)},
        {"input1": (2, 3, 2), "input2": (2, 3, 2), "target": (2, 3, 2)},
        {"input1": (3,), "input2": (1,), "target": (3,)},
        {"input1": (3,), "input2": (3,), "target": (1,)},
        {"input1": (3, 1), "input2": (1, 4), "target": (1, 1)},
        {"input1": (1, 1), "input2": (3, 1), "target": (1, 2)},
        {"input1": (1,), "input2": (1,), "target": (1,)},
        {"input1": (0,), "input2": (0,), "target": (0,)},
        {"input1": (0, 3), "input2": (1, 3), "target": (1, 1)},
    ),
    examples=(
        Example(
            "Four pairs, margin 0.6",
            {"input1": [1, 9, 3, 1.75], "input2": [2, 2, 0.5, 1], "target": [1, 1, -1, -1], "margin": 0.6},
            "Only the second pair is in the right order, and by more than the margin.",
        ),
        Example(
            "Behind, level, and ahead when it should not be",
            THREE,
            "Pair 0 is behind by 1 and costs 1. Pair 1 is level and costs nothing. "
            "Pair 2 leads by 1 where it should not.",
        ),
        Example(
            "As in older articles",
            {
                "input1": [[1], [2], [3]],
                "input2": [[2], [2], [2]],
                "target": [1, 1, -1],
                "margin": 0,
                "reduction": "none",
            },
            "Torch once stretched these to 3 × 3 losses by accident. "
            "Today all three need the same number of dimensions: write the target as [[1], [1], [-1]].",
            rejected=True,
        ),
        Example(
            "A lead is not enough",
            {**THREE, "margin": 0.5},
            "With a margin, level scores cost 0.5, and a right order by less than 0.5 costs too.",
        ),
        Example(
            "Confident and wrong",
            {"input1": [10, 10], "input2": [-10, -10], "target": [1, -1]},
            "The cost grows with the gap: a wrong order by 20 costs 20, a right one by 20 earns nothing.",
        ),
        Example(
            "Everything level",
            {"input1": [0, 0, 0], "input2": [0, 0, 0], "target": [1, -1, 1], "margin": 1},
            "A network that scores everything alike costs exactly the margin.",
        ),
        Example(
            "One against all",
            {"input1": [[2], [0]], "input2": [[1, 3, -1]], "target": [[1]], "margin": 1},
            "A column against a row compares every first score with every second: 2 × 3 pairs.",
        ),
        Example(
            "Targets 0 and 1",
            {"input1": [1, 2], "input2": [3, 1], "target": [0, 1], "margin": 0.5},
            "A target of 0 wipes the scores out: pair 0 costs the margin, whatever it scores. Use −1.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why ask for a margin?",
            (
                "With a margin of 0, equal scores cost nothing, though nothing is ranked.",
                "0 is PyTorch's default: a network that gives one score to everything has the smallest loss.",
            ),
            ("So that the loss has no kink.", "The kink is there with any margin; it only moves."),
            ("So that the scores stay small.", "They may be any numbers: only their difference counts."),
        ),
        "without_numbers": question(
            "Both scores grow by 5. The loss …",
            ("stays the same", "Only the difference counts."),
            ("grows", "It would if only the one that should be lower grew."),
            ("falls", "It would if only the one that should be higher grew."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "Older articles' shapes",
            "Scores of shape (3, 1) with a target of shape (3,) used to give nine losses by accident. "
            "Today the number of dimensions must be the same in all three; sizes of 1 are still stretched.",
            error="margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            "input1: torch.Size([3, 1]), input2: torch.Size([3, 1]), target: torch.Size([3])",
            values={
                "input1": np.array([[1], [2], [3]], np.float32),
                "input2": np.array([[2], [2], [2]], np.float32),
                "target": np.array([1, 1, -1], np.float32),
            },
        ),
        Pitfall(
            "It compares scores, not vectors",
            "Some articles call it a similarity between two vectors, or a matrix of losses. It is neither: "
            "each pair of scores gives one loss, element by element.",
        ),
        Pitfall(
            "Level scores",
            "With margin 0 a tie costs 0. That a tie never costs anything holds for margin 0 only: "
            "otherwise it costs the margin. "
            "And with margin 0 the easy way out is to score everything alike, so set one.",
        ),
        Pitfall(
            "Exactly on the margin",
            "A shortfall of exactly 0 costs nothing, yet PyTorch still passes the gradient on: "
            "a tie with margin 0 is pushed apart.",
        ),
        Pitfall(
            "True and False as targets",
            "Yes-or-no targets must become 1 and −1 first: 2 * target.float() - 1.",
            error="Negation, the `-` operator, on a bool tensor is not supported.",
            values={
                "input1": np.array([1.0, 2.0], np.float32),
                "input2": np.array([2.0, 1.0], np.float32),
                "target": np.array([True, False]),
            },
        ),
        reduction.OLD_ARGUMENTS,
    ),
    references=(
        Reference(
            "Joachims, Optimizing search engines using clickthrough data (2002): hinges on pairs",
            "https://doi.org/10.1145/775047.775067",
        ),
    ),
    tries=(
        Try("What if any lead is enough?", {"margin": 0.0}),
        Try("What if the second score should win everywhere?", {"target": [-1, -1, -1, -1]}),
        Try("What if the losses are kept apart?", {"reduction": "none"}),
    ),
    pictures=(
        Curves(
            "The hinge",
            "Flat once the right score leads by the margin, a straight slope of 1 before. "
            "The target decides which way it leans, the margin where it bends.",
            values=lambda x: {"input1": [x], "input2": [0], "target": [1]},
            low=-3,
            high=3,
            x="first score (the second is 0)",
            settings={
                "first should win": {},
                "first should win by 1": {"margin": 1.0},
                "second should win": {"target": [-1]},
            },
        ),
    ),
    check=check,
    cost=of_stretched("input1", "input2", "target"),
)
