"""Binary cross-entropy: how surprised probabilities are by yes-or-no answers."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import alone, formula
from lib.lesson.pieces import checks, draw, logistic, reduction
from lib.lesson.pieces.logistic import COX, cost_mistakes, other_sign, weight_of, yes_at
from lib.lesson.pieces.reduction import OLD_ARGUMENTS, REDUCTION, reduce, share
from lib.lesson.pieces.scores import logarithm_to_base_2, sigmoid
from lib.lesson.pieces.weights import stretched, times
from lib.lesson.spec import Curves, Example, Extremes, Lesson, Mistake, Pitfall, Step, Steps, Tensor, Try, question

LOWEST_LOG = -100.0  # torch raises every logarithm to this
SMALLEST_VARIANCE = float(np.float32(1e-12))  # torch's backward divides by no less than this


def check(*, input, target, weight, reduction):
    checks.need_same_shape(input=input, target=target)
    checks.need_floats(input=input, target=target)
    checks.need_real(weight=weight)
    checks.need_stretches_to("weight", weight, input.shape)
    checks.need_probabilities(input=input, target=target)


def by_hand(input, target, *, weight, reduction) -> Steps:
    """From probabilities to the loss, in nats."""
    log_yes = yield from held_log(
        "log_yes",
        r"a_i = \max(\log x_i,\, -100)",
        np.log(input),
        lambda *i: formula(r"\log <input>", input=input[i]),
        "The natural logarithm of the probability, for “yes”. Never below −100.",
    )
    log_no = yield from held_log(
        "log_no",
        r"b_i = \max(\log (1 - x_i),\, -100)",
        np.log1p(-input),
        lambda *i: formula(r"\log (1 - <input>)", input=input[i]),
        "The same for “no”: the logarithm of 1 minus the probability. Never below −100.",
    )
    w = stretched(weight, input)
    each = yield Step(
        "loss_per_element",
        r"\ell_i = -" + ("" if weight is None else "w_i ") + r"\big(y_i a_i + (1 - y_i) b_i\big)",
        ((target - 1) * log_no - target * log_yes) * w,
        axes="i",
        worked=lambda *i: formula(
            rf"-{times(weight)}\big(<target> \cdot <log_yes> + (1 - <target>) \cdot <log_no>\big)",
            weight=w[i],
            target=target[i],
            log_yes=log_yes[i],
            log_no=log_no[i],
        ),
        words="Take the logarithm that belongs to the answer (or mix the two), and turn its sign."
        if weight is None
        else "The logarithm that belongs to the answer (or a mix), sign turned, times the weight.",
    )
    yield from reduce(each, reduction, letter="i", of="loss_per_element")


def held_log(name, latex, log, worked, words) -> Steps:
    """A logarithm that never falls below −100; returns it."""
    held = yield Step(
        name,
        latex,
        np.maximum(log, LOWEST_LOG),
        axes="i",
        worked=lambda *i: formula(r"\max(<log>, -100)", log=alone(log[i])) if log[i] < LOWEST_LOG else worked(*i),
        words=words,
    )
    return held


def grad_by_hand(s, input, target, *, weight, reduction) -> Steps:
    """Probability minus answer, over the variance of such an answer."""
    w = stretched(weight, input)
    each = yield from share(s, reduction, letter="i")
    variance = yield Step(
        "variance",
        r"v_i = \max\big(x_i (1 - x_i),\, 10^{-12}\big)",
        np.maximum((1 - input) * input, SMALLEST_VARIANCE),
        axes="i",
        worked=lambda *i: formula(
            r"<input> \cdot (1 - <input>)"
            if input[i] * (1 - input[i]) > SMALLEST_VARIANCE
            else r"\max\big(<input> \cdot (1 - <input>), <smallest>\big)",
            input=input[i],
            smallest=SMALLEST_VARIANCE,
        ),
        words="The probability times 1 minus the probability, but no less than 10⁻¹².",
    )
    share_of = r"\frac{\partial L}{\partial \ell_i}\, " + ("" if weight is None else "w_i ")
    yield Step(
        "d_input",
        rf"\frac{{\partial L}}{{\partial x_i}} = {share_of}\frac{{x_i - y_i}}{{v_i}}",
        each * ((input - target) / variance) * w,
        axes="i",
        worked=lambda *i: formula(
            rf"<share> \cdot {times(weight)}\frac{{<input> - <target>}}{{<variance>}}",
            share=each,
            weight=w[i],
            input=input[i],
            target=target[i],
            variance=variance[i],
        ),
        words="Probability minus answer, over the variance, times the share of the element.",
    )
    yield Step(
        "d_target",
        rf"\frac{{\partial L}}{{\partial y_i}} = {share_of}\big(\log(1 - x_i) - \log x_i\big)",
        each * (np.log(1 - input) - np.log(input)) * w,
        axes="i",
        worked=lambda *i: formula(
            rf"<share> \cdot {times(weight)}\big(\log(1 - <input>) - \log <input>\big)",
            share=each,
            weight=w[i],
            input=input[i],
        ),
        words="What “yes” costs less what “no” costs, times the share. Nothing is held at −100 here.",
    )


def naive(*, input, target, **_):
    """The book's formula, without a lowest logarithm."""
    return -(target * np.log(input) + (1 - target) * np.log(1 - input)).mean()


def draw_answer(random, shape, drawn):
    """Smoothed answers, 0.9 for yes and 0.1 for no, so that they can move both ways."""
    return 0.1 + 0.8 * draw.yes_or_no(random, shape, drawn)


MISTAKES = {
    "logarithm_of_the_mean": Mistake(
        {"loss": lambda given, done: -np.log(np.mean(np.exp(-done["loss_per_element"])))},
        "You averaged the probabilities and then took the logarithm. Each element's logarithm comes first.",
        when=lambda given: reduction.takes_mean(given) and given["weight"] is None,
    ),
    "sigmoid_twice": Mistake(
        {},
        "You took a sigmoid first. The input is probabilities already; BCE with logits is the one that takes scores.",
        given=lambda given: {"input": sigmoid(given["input"])},
    ),
    "clips_probabilities": Mistake(
        {},
        "You kept the probabilities away from 0 and 1. PyTorch lets them be, and stops the logarithm at −100.",
        given=lambda given: {"input": np.clip(given["input"], 1e-7, 1 - 1e-7)},
    ),
    **logarithm_to_base_2("log_yes", "log_no"),
    "keeps_log_0": Mistake(
        {
            "log_yes": lambda given, done: np.log(given["input"]),
            "log_no": lambda given, done: np.log1p(-given["input"]),
        },
        "You kept log 0 = −∞. PyTorch never goes below −100, so that the loss stays finite.",
        not_finite=True,
    ),
    "one_minus_the_logarithm": Mistake(
        {"log_no": lambda given, done: 1 - done["log_yes"]},
        "You took 1 minus the logarithm. Take the logarithm of 1 minus the probability.",
    ),
    "answer_for_probability": Mistake(
        {"log_no": lambda given, done: np.log(1 - given["target"])},
        "You took the logarithm of 1 minus the answer. It is 1 minus the probability.",
    ),
    **cost_mistakes("loss_per_element", log_yes=lambda done: done["log_yes"], log_no=lambda done: done["log_no"]),
    "logarithms_swapped": Mistake(
        {
            "loss_per_element": lambda given, done: (
                -weight_of(given) * (given["target"] * done["log_no"] + (1 - given["target"]) * done["log_yes"])
            )
        },
        "You swapped the two logarithms: “yes” goes with log x, “no” with log(1 − x).",
    ),
    **logistic.IN_BETWEEN,
    **logistic.MEAN_MISTAKES,
}

GRAD_MISTAKES = {
    **reduction.GRAD_MISTAKES,
    **reduction.GRAD_DIVIDES_BY_ROWS,
    **logistic.GRAD_MISTAKES,
    "divides_by_zero": Mistake(
        {"d_input": lambda given, done: done["d_input"] * done["variance"] / (given["input"] * (1 - given["input"]))},
        "You divided by 0 where the probability is 0 or 1. PyTorch lets the denominator go down to 10⁻¹² only.",
        not_finite=True,
    ),
    "leaves_out_the_no": Mistake(
        {"d_input": lambda given, done: where_yes(given, done)},
        "You took only the slope of y · log x. Where the answer is not a full yes, log(1 − x) pulls as well.",
    ),
    "gradient_of_the_score": Mistake(
        {"variance": lambda given, done: np.ones_like(done["variance"])},
        "You stopped at probability minus answer. That is the gradient for the score before the sigmoid; "
        "for the probability itself, divide by x(1 − x).",
    ),
    "divides_by_the_probability": Mistake(
        {"variance": lambda given, done: given["input"]},
        "You divided by x alone. That is right for “yes” only; in general it is x(1 − x).",
    ),
    **other_sign(),
    "other_sign_of_target": Mistake(
        {"d_target": lambda given, done: -done["d_target"]},
        "The sign is the other way round: the cost of “yes” less the cost of “no”.",
    ),
}


def where_yes(given, done):
    """The slope of y · log x alone, with share and weight."""
    return -done.get("share", 1.0) * weight_of(given) * given["target"] / np.maximum(given["input"], SMALLEST_VARIANCE)


SURE = {"input": [0.7311, 0.8808, 0.8808], "target": [1, 0, 1]}
ARTICLE = {
    "input": [[0.7311, 0.8808], [0.8808, 0.8808], [0.9526, 0.982], [0.982, 0.9933]],
    "target": [[1, 0], [1, 0], [0, 1], [0, 1]],
}

LESSON = Lesson(
    title="BCE loss",
    torch=nn.BCELoss,
    group="classification",
    order=3,
    names=("二元交叉熵", "二分类交叉熵", "binary cross-entropy", "log loss", "logistic loss"),
    purpose="Punishes a low probability for the right answer to a yes-or-no question.",
    use_when="The network ends in a sigmoid, each output is a probability of its own, "
    "and the targets are 0, 1 or probabilities.",
    not_when="The network can end in raw scores (BCE with logits is safer), "
    "or exactly one of several classes is right (use cross-entropy).",
    formula=r"\ell_i = -w_i \big(y_i \log x_i + (1 - y_i) \log (1 - x_i)\big)",
    symbols=(
        (r"x_i", "the probability of “yes” for element i, from 0 to 1"),
        logistic.ANSWER,
        (r"w_i", "the weight of element i (1 unless given)"),
        (r"a_i", "the logarithm of “yes”, at least −100"),
        (r"b_i", "the logarithm of “no”, at least −100"),
        *logistic.RESULT,
        (r"v_i", "x(1 − x), at least 10⁻¹²"),
    ),
    tensors=(
        Tensor("input", "probabilities from 0 to 1: a sigmoid comes before", "(any shape)", draw=draw.probability),
        Tensor("target", "the answers, from 0 to 1, as floats", "(as input)", draw=draw_answer),
    ),
    parameters=(REDUCTION, logistic.WEIGHT),
    shapes=(
        *logistic.SHAPES,
        {"input": (2, 3), "target": (2, 3), "weight": (3,)},
        {"input": (2, 3), "target": (2, 3), "weight": (2, 1)},
        {"input": (2, 3, 2), "target": (2, 3, 2), "weight": (3, 1)},
        {"input": (2, 2), "target": (2, 2), "weight": ()},
        {"input": (1, 1), "target": (1, 1), "weight": (1,)},
        {"input": (0, 3), "target": (0, 3), "weight": (3,)},
        {"input": (2, 0), "target": (2, 0), "weight": (2, 1)},
    ),
    examples=(
        Example(
            "Three answers",
            SURE,
            "A “yes” that got 0.7311 costs −ln 0.7311 = 0.3132. The “no” that got 0.8808 costs −ln 0.1192 = 2.127.",
        ),
        Example(
            "Two outputs, four samples",
            ARTICLE,
            "Sigmoid of the scores 1 to 5, rounded. "
            "Every output is a question of its own: eight losses, and the mean divides by 8.",
        ),
        Example(
            "Sure and wrong",
            {"input": [0, 1, 0, 1], "target": [1, 0, 0, 1]},
            "log 0 is held at −100, so being absolutely wrong costs 100, not ∞. Being absolutely right costs 0.",
        ),
        Example(
            "Weights",
            {"input": [[0.7, 0.2], [0.4, 0.9]], "target": [[1, 0], [1, 1]], "weight": [1, 3]},
            "The second column counts three times. The mean still divides by 4 elements, not by the weights.",
        ),
        Example(
            "An answer in between",
            {"input": [0.5, 0.7, 0.9], "target": [0.7, 0.7, 0.7]},
            "With a target of 0.7 the loss is least at 0.7, where it is 0.6109: the entropy of the target, not 0.",
        ),
        Example(
            "Rare yes",
            {"input": [0.1, 0.1, 0.1, 0.1, 0.1], "target": [0, 0, 0, 0, 1]},
            "Four out of five costs are small: always saying “no” looks good, until the one “yes” is weighted up.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does PyTorch cut the logarithms off at −100?",
            (
                "So that a probability of exactly 0 or 1 gives a large loss instead of an infinite one.",
                "The logarithm of 0 is −∞, and 0 times ∞ is NaN, which would spoil the whole batch.",
            ),
            ("Because float32 cannot hold smaller numbers.", "It holds far smaller ones. The problem is infinity."),
            ("So that the loss stays below 1.", "It does not: a prediction that is sure and wrong costs up to 100."),
        ),
        "without_numbers": question(
            "Prediction and target are both turned round: p becomes 1 − p, y becomes 1 − y. The loss …",
            ("stays the same", "Its two terms change places: yes and no are treated alike."),
            ("changes its sign", "It never becomes negative: it is minus the logarithm of a probability."),
            (
                "grows if p was below one half",
                "What counts is how much probability the truth is given, and that stays the same.",
            ),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "Scores instead of probabilities",
            "The input must lie between 0 and 1; put a sigmoid before, or use BCE with logits.",
            error="all elements of input should be between 0 and 1",
            values={"input": np.array([1.0, 2.0], np.float32), "target": np.array([1.0, 0.0], np.float32)},
        ),
        Pitfall(
            "Targets outside 0 to 1",
            "Answers are 0 and 1, not −1 and 1. "
            "PyTorch checks this since a recent version; older ones went on with losses below 0.",
            error="all elements of target should be between 0 and 1",
            values={"input": np.array([0.7, 0.2], np.float32), "target": np.array([1.0, -1.0], np.float32)},
        ),
        Pitfall(
            "Whole-number targets",
            "The answers must be floats of the same kind as the input: use target.float().",
            error="Found dtype Long but expected Float",
            values={"input": np.array([0.7, 0.2], np.float32), "target": np.array([1, 0])},
        ),
        Pitfall(
            "The same shape, not a similar one",
            "Probabilities of shape (N, 1) do not go with answers of shape (N,): use squeeze(-1) or unsqueeze(-1).",
            error="Please ensure they have the same size.",
            values={"input": np.full((2, 1), 0.5, np.float32), "target": np.ones(2, np.float32)},
        ),
        Pitfall(
            "log 0 is not NaN",
            "The logarithm of 0 is −∞; only 0 · ∞ is NaN. PyTorch holds every logarithm at −100 or above, "
            "so neither happens, and the largest loss of an element is 100.",
        ),
        Pitfall(
            "The gradient at 0 and 1",
            "Where the loss is held at 100, the gradient does not become 0: it divides by at least 10⁻¹² "
            "and reaches a million millions. In float32 a score above 17 already gives a probability of exactly 1. "
            "BCE with logits pulls with 1 at most.",
        ),
        Pitfall(
            "The gradient of the target",
            "It uses plain logarithms, not those held at −100, "
            "and is infinite where the probability is exactly 0 or 1.",
        ),
        OLD_ARGUMENTS,
    ),
    references=(COX,),
    tries=(
        Try("What if every probability is ½?", {"input": [0.5, 0.5, 0.5]}),
        Try("What if one is absolutely sure, and wrong?", {"input": [0.7311, 1, 0.8808]}),
        Try("What if the second answer counts three times?", {"weight": [1, 3, 1]}),
        Try("What if every loss is kept?", {"reduction": "none"}),
    ),
    extremes=Extremes(
        values=lambda x: {"input": sigmoid(np.array([x])), "target": np.array([0.0])},
        naive=naive,
        says="The number is the score before the sigmoid; the answer is “no”. "
        "From about 37 on (17 in float32) the probability is exactly 1, and log 0 breaks the plain formula. "
        "PyTorch says 100; the score itself would be right, and BCE with logits gives it.",
    ),
    pictures=(
        Curves(
            "The probability moves",
            "For a clear answer the cost is 0 when it is met and grows without end on the other side. "
            "An answer in between has its lowest point there, above 0.",
            values=yes_at,
            low=0.005,
            high=0.995,
            x="probability of “yes”",
            settings={"answer yes": {"target": [1.0]}, "answer no": {"target": [0.0]}, "answer 0.7": {"target": [0.7]}},
        ),
    ),
    check=check,
    cost=of_stretched("input", "target"),
    one_precision=lambda given: ("input", "target"),
)
