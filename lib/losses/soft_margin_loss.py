"""Soft margin loss: the logistic loss for answers of 1 and −1."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import formula
from lib.lesson.pieces import checks, draw, logistic, reduction
from lib.lesson.pieces.logistic import COX, other_sign, yes_at
from lib.lesson.pieces.reduction import OLD_ARGUMENTS, REDUCTION, reduce, share
from lib.lesson.pieces.scores import logarithm_to_base_2, sigmoid, softplus
from lib.lesson.spec import Curves, Example, Extremes, Lesson, Mistake, Pitfall, Step, Steps, Tensor, Try, question


def check(*, input, target, reduction):
    checks.need_floats(input=input)
    checks.need_arithmetic(target=target)
    checks.need_stretches_to("target", target, input.shape)


def by_hand(input, target, *, reduction) -> Steps:
    """From scores to the loss, in nats."""
    y = np.broadcast_to(target, input.shape)
    agreement = yield Step(
        "agreement",
        r"m_i = y_i x_i",
        y * input,
        axes="i",
        worked=lambda *i: formula(r"<target> \cdot <input>", target=y[i], input=input[i]),
        words="Answer times score: above 0 where the sign is right, and the larger the surer.",
    )
    each = yield Step(
        "loss_per_element",
        r"\ell_i = \log (1 + e^{-m_i})",
        np.log1p(np.exp(-agreement)),
        axes="i",
        worked=lambda *i: formula(r"\log (1 + e^{-<agreement>})", agreement=agreement[i]),
        words="Raise e to minus that, add 1, take the natural logarithm.",
    )
    yield from reduce(each, reduction, letter="i", of="loss_per_element")


def grad_by_hand(s, input, target, *, reduction) -> Steps:
    """Minus the answer, as hard as the score is wrong."""
    y = np.broadcast_to(target, input.shape)
    each = yield from share(s, reduction, letter="i")
    e = np.exp(-y * input)  # overflows for very wrong scores, as torch's does: ∞/∞ is NaN
    pull = yield Step(
        "pull",
        r"g_i = y_i\, \frac{e^{-m_i}}{1 + e^{-m_i}}",
        y * e / (e + 1),
        axes="i",
        worked=lambda *i: formula(
            r"<target> \cdot \frac{e^{-<agreement>}}{1 + e^{-<agreement>}}", target=y[i], agreement=s["agreement"][i]
        ),
        words="The probability that the score gives to the wrong answer, times the answer.",
    )
    yield Step(
        "d_input",
        r"\frac{\partial L}{\partial x_i} = -\frac{\partial L}{\partial \ell_i}\, g_i",
        -each * pull,
        axes="i",
        worked=lambda *i: formula(r"-<share> \cdot <pull>", share=each, pull=pull[i]),
        words="Minus the pull, times the share of the element: the score is drawn towards the answer.",
    )


def naive(*, input, target, **_):
    """The book's formula, which is PyTorch's too."""
    return np.log(1 + np.exp(-target * input)).mean()


MISTAKES = {
    "no_as_0": Mistake(
        {"agreement": lambda given, done: np.where(given["target"] < 0, 0, given["target"]) * given["input"]},
        "You wrote “no” as 0. This loss says −1 for no; with 0 every score would cost ln 2.",
    ),
    "leaves_out_the_answer": Mistake(
        {"agreement": lambda given, done: given["input"] + 0 * done["agreement"]},
        "You left the answer out. Multiply the score by 1 or −1.",
    ),
    "answer_minus_score": Mistake(
        {"agreement": lambda given, done: given["target"] - given["input"]},
        "You took the difference. Multiply answer and score.",
    ),
    "only_the_sign": Mistake(
        {},
        "You looked only at whether the sign is right. How sure the score is counts as well: "
        "multiply by the score itself.",
        given=lambda given: {"input": np.sign(given["input"])},
    ),
    "binary_cross_entropy": Mistake(
        {
            "loss_per_element": lambda given, done: (
                given["target"] * softplus(-given["input"]) + (1 - given["target"]) * softplus(given["input"])
            )
        },
        "You put −1 into the formula of binary cross-entropy, which says 0 for no. Here answer and score are "
        "multiplied.",
    ),
    "leaves_out_the_one": Mistake(
        {"loss_per_element": lambda given, done: -done["agreement"]},
        "You left out the 1: the logarithm of e^−m alone is −m. Add 1 before you take it.",
    ),
    "exponent_without_minus": Mistake(
        {"loss_per_element": lambda given, done: done["agreement"] + done["loss_per_element"]},
        "You left the minus out of the exponent: it is e to minus the agreement.",
    ),
    "stops_at_the_exponential": Mistake(
        {"loss_per_element": lambda given, done: np.expm1(done["loss_per_element"])},
        "You stopped at the exponential. Add 1 and take the logarithm.",
    ),
    "hinge_without_margin": Mistake(
        {"loss_per_element": lambda given, done: np.maximum(0, -done["agreement"])},
        "You cut off at 0: that is a hinge. This loss is smooth, and above 0 even for right answers.",
    ),
    "hinge": Mistake(
        {"loss_per_element": lambda given, done: np.maximum(0, 1 - done["agreement"])},
        "You worked out the hinge, max(0, 1 − m). The soft margin is log(1 + e^−m).",
    ),
    **logarithm_to_base_2("loss_per_element"),
    **reduction.DIVIDES_BY_ROWS,
    **reduction.MISTAKES,
}

GRAD_MISTAKES = {
    **reduction.GRAD_MISTAKES,
    **reduction.GRAD_DIVIDES_BY_ROWS,
    "the_slope_of_the_hinge": Mistake(
        {"pull": lambda given, done: given["target"] * (given["target"] * given["input"] < 1)},
        "You let a score pull fully until it keeps a margin, and then not at all. That is the hinge; here the pull "
        "fades.",
    ),
    "slope_of_the_exponential_alone": Mistake(
        {"pull": lambda given, done: given["target"] * np.exp(-given["target"] * given["input"])},
        "You stopped at −y · e^(−m), the slope of what stands in the logarithm. "
        "The logarithm divides it by 1 + e^(−m).",
    ),
    "probability_minus_answer": Mistake(
        {"d_input": lambda given, done: (sigmoid(given["input"]) - given["target"]) * done.get("share", 1.0)},
        "You wrote σ(x) − y, which is right for answers of 1 and 0. Here no is −1: for it the gradient is σ(x) itself, "
        "divided as the mean does.",
    ),
    "with_respect_to_the_answer": Mistake(
        {"d_input": lambda given, done: done["d_input"] * given["input"] * given["target"]},
        "You multiplied by the score: that is the slope with respect to the answer. "
        "Seen from the score, m = y · x has the slope y.",
    ),
    "probability_of_the_right_answer": Mistake(
        {"pull": lambda given, done: given["target"] - done["pull"]},
        "You took the probability of the right answer. The pull is as strong as the wrong answer is likely.",
    ),
    "pull_without_answer": Mistake(
        {"pull": lambda given, done: np.abs(done["pull"])},
        "You left out the answer: it turns the sign for every −1.",
    ),
    **other_sign(),
}

ARTICLE = {"input": [[0.3, 0.7], [0.5, 0.5]], "target": [[-1, 1], [1, -1]]}

LESSON = Lesson(
    title="Soft margin loss",
    torch=nn.SoftMarginLoss,
    group="classification",
    order=8,
    names=("软间隔损失", "逻辑损失", "logistic loss", "two-class logistic loss", "softplus"),
    purpose="Punishes a score whose sign disagrees with an answer of 1 or −1, smoothly.",
    use_when="Each score answers a yes-or-no question, the answers are 1 and −1, and the scores stay moderate.",
    not_when="Scores may be large (BCE with logits does the same without overflow, with answers 1 and 0), "
    "or a sure right answer should cost nothing (use a hinge).",
    formula=r"\ell_i = \log \big(1 + e^{-y_i x_i}\big)",
    symbols=(
        (r"x_i", "the score of element i"),
        (r"y_i", "the answer for element i: 1 for yes, −1 for no"),
        (r"m_i", "how far score and answer agree"),
        *logistic.RESULT,
        (r"g_i", "how hard the score is drawn towards the answer"),
    ),
    tensors=(
        Tensor("input", "raw scores", "(any shape)"),
        Tensor("target", "1 for yes, −1 for no", "(as input)", differentiable=False, draw=draw.sign),
    ),
    parameters=(REDUCTION,),
    shapes=(
        *logistic.SHAPES,
        {"input": (2, 3), "target": (3,)},
        {"input": (2, 3), "target": (2, 1)},
        {"input": (3,), "target": ()},
        {"input": (0, 3), "target": (3,)},
    ),
    examples=(
        Example(
            "Two samples, two scores each",
            ARTICLE,
            "0.3 against −1 costs 0.8544; 0.7 for 1 costs 0.4032. "
            "Four elements: the mean divides by 4, not by 2 samples.",
        ),
        Example(
            "Confident and wrong",
            {"input": [10, 10, -10], "target": [1, -1, 1]},
            "A wrong score costs about its size, 10; a right one costs next to nothing, but never exactly 0.",
        ),
        Example(
            "No idea",
            {"input": [0, 0], "target": [1, -1]},
            "A score of 0 costs ln 2 = 0.693 for either answer.",
        ),
        Example(
            "Answers 1 and 0 by mistake",
            {"input": [3, -3, -3], "target": [1, 0, 0]},
            "With 0 for no, the score is multiplied away: every “no” costs 0.693 and pulls at nothing.",
        ),
        Example(
            "Overflow",
            {"input": [709, 710], "target": [-1, -1]},
            "e^710 is too large for float64: the loss jumps from 709 to ∞ and its gradient becomes NaN.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why are the targets −1 and 1, and not 0 and 1?",
            (
                "So that target times score says at once whether the sign is right.",
                "A target of 0 would wipe the score out: such a sample would always cost log 2.",
            ),
            ("Because a target of 0 would be divided by.", "Nothing is divided by the target."),
            ("Because the scores lie between −1 and 1.", "Scores may be any numbers; only their signs are to agree."),
        ),
        "without_numbers": question(
            "Score and target both change their sign. The loss …",
            ("stays the same", "Their product is what it was."),
            ("changes its sign", "It is the logarithm of a number above 1, and never negative."),
            ("grows", "It grows if only one of them changes its sign and they agreed before."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "It overflows",
            "PyTorch computes e^−yx as it stands. A wrong score beyond 709 (88 in float32) makes the loss ∞ "
            "and the gradient ∞/∞ = NaN, which spoils all weights. BCE with logits does not overflow.",
        ),
        Pitfall(
            "Elements, not samples",
            "The mean divides by the number of elements, not of samples, as older articles say: "
            "for 2 samples with 2 scores each by 4.",
        ),
        Pitfall(
            "Answers of 1 and −1",
            "Nothing is checked: 0 for “no” gives ln 2 whatever the score, and no gradient.",
        ),
        Pitfall(
            "Only the target is stretched",
            "A target with fewer or shorter axes is stretched to the scores without a warning. "
            "The other way round it is refused.",
            error="output with shape [2] doesn't match the broadcast shape [2, 2]",
            values={"input": np.zeros(2, np.float32), "target": np.ones((2, 2), np.float32)},
        ),
        Pitfall(
            "Whole-number scores",
            "The result would not fit into the scores' kind of numbers.",
            error="result type Float can't be cast to the desired output type Long",
            values={"input": np.array([1, 2]), "target": np.array([1.0, -1.0], np.float32)},
        ),
        Pitfall(
            "Answers as booleans",
            "The loss is computed, and backward() fails. Write 2 * target.float() - 1.",
            error="Negation, the `-` operator, on a bool tensor is not supported.",
            values={"input": np.array([1.0, 2.0], np.float32), "target": np.array([True, False])},
        ),
        Pitfall(
            "No gradient for the target",
            "Where the target itself comes out of a network, PyTorch stops with "
            "“The function 'soft_margin_loss' is not differentiable with respect to argument 'target'.”",
        ),
        Pitfall(
            "Answers as uint8",
            "Backward turns their sign within 0 to 255, so minus 1 becomes 255, "
            "and the gradient is wrong without an error. Use floats.",
        ),
        OLD_ARGUMENTS,
    ),
    references=(COX,),
    tries=(
        Try("What if all answers are yes?", {"target": [[1, 1], [1, 1]]}),
        Try("What if “no” is written 0?", {"target": [[0, 1], [1, 0]]}),
        Try("What if a wrong score is enormous?", {"input": [[800, 0.7], [0.5, 0.5]]}),
        Try("What if every loss is kept?", {"reduction": "none"}),
    ),
    extremes=Extremes(
        values=lambda x: {"input": [x, 0.5], "target": [-1.0, 1.0]},
        naive=naive,
        says="Here the plain formula is what PyTorch computes: from 710 on (89 in float32) e^x overflows, "
        "the loss is ∞ and the gradient NaN. "
        "Right answers fare better: log1p keeps the tiny losses that 1 + e^−x would round away.",
    ),
    pictures=(
        Curves(
            "The score moves",
            "Smooth where a hinge has its corner: the cost of a right answer dies away but never stops, "
            "that of a wrong one grows along a line.",
            values=yes_at,
            low=-5,
            high=5,
            x="score",
            settings={"answer 1": {}, "answer −1": {"target": [-1.0]}, "answer 0 (not meant)": {"target": [0.0]}},
        ),
        Curves(
            "The same as BCE with logits",
            "For a “yes” both losses draw one curve, as far as e^−x can be computed.",
            values=yes_at,
            low=-5,
            high=5,
            x="score (the answer is yes, and 1)",
            compare=("bce_with_logits_loss",),
        ),
    ),
    check=check,
    cost=of_stretched("input", "target"),
)
