"""Binary cross-entropy with logits: sigmoid and BCE in one, safe for scores of any size."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import formula
from lib.lesson.pieces import checks, draw, logistic, reduction
from lib.lesson.pieces.logistic import (
    COX,
    cost,
    cost_mistakes,
    log_of_no,
    log_of_yes,
    other_sign,
    probability_of,
    yes_at,
)
from lib.lesson.pieces.reduction import OLD_ARGUMENTS, REDUCTION, reduce, share, takes_mean
from lib.lesson.pieces.scores import sigmoid, softplus
from lib.lesson.pieces.taken import ignoring
from lib.lesson.pieces.weights import stretched, times
from lib.lesson.spec import Curves, Example, Extremes, Lesson, Mistake, Pitfall, Step, Steps, Tensor, Try, question


def check(*, input, target, weight, reduction, pos_weight):
    checks.need_same_shape(input=input, target=target)
    checks.need_floats(input=input, target=target)
    checks.need_real(weight=weight)
    checks.need_arithmetic(pos_weight=pos_weight)
    checks.need_stretches_to("weight", weight, input.shape)
    checks.need_stretches_to("pos_weight", pos_weight, input.shape)


def by_hand(input, target, *, weight, reduction, pos_weight) -> Steps:
    """From raw scores (logits) to the loss, in nats."""
    p, score = yield from probability_of(input)
    yes = 1.0 if pos_weight is None else (pos_weight - 1) * target + 1
    plain = (1 - target) * score + yes * softplus(-score)  # −log p is softplus(−x), and log(1 − p) is log p − x
    w, r = stretched(weight, input), stretched(pos_weight, input)
    each = yield Step(
        "loss_per_element",
        rf"\ell_i = -{letter_of(weight)}\big({letter_of(pos_weight, 'r')}y_i \log p_i + (1 - y_i) \log (1 - p_i)\big)",
        plain * w,
        axes="i",
        worked=lambda *i: formula(
            cost(p[i], weight, pos_weight),
            probability=p[i],
            input=score[i],
            target=target[i],
            weight=w[i],
            pos_weight=r[i],
        ),
        words=HINTS[weight is not None, pos_weight is not None],
    )
    yield from reduce(each, reduction, letter="i", of="loss_per_element")


def letter_of(tensor, letter="w"):
    return "" if tensor is None else f"{letter}_i "


HINTS = {  # with a weight, with a pos_weight
    (False, False): "Minus the log of the probability for “yes”; for “no”, of 1 minus it.",
    (False, True): "Minus the log of the probability, pos_weight times, for “yes”; for “no”, of 1 minus it.",
    (True, False): "Minus the log of the probability for “yes”, of 1 minus it for “no”; times the weight.",
    (True, True): "Minus log of the probability (“yes”: pos_weight times) or of 1 minus it; times weight.",
}


def grad_by_hand(s, input, target, *, weight, reduction, pos_weight) -> Steps:
    """Probability minus answer, with “yes” weighted up."""
    p = sigmoid(input)
    w, r = stretched(weight, input), stretched(pos_weight, input)
    each = yield from share(s, reduction, letter="i")
    if pos_weight is None:
        pull = yield Step(
            "pull",
            r"g_i = p_i - y_i",
            p - target,
            axes="i",
            worked=lambda *i: formula("<probability> - <target>", probability=p[i], target=target[i]),
            words="Probability minus answer.",
        )
    else:
        yes = pos_weight * target
        pull = yield Step(
            "pull",
            r"g_i = (r_i y_i + 1 - y_i)\, p_i - r_i y_i",
            (yes + 1 - target) * p - yes,
            axes="i",
            worked=lambda *i: formula(
                r"(<yes> + 1 - <target>) \cdot <probability> - <yes>", yes=yes[i], target=target[i], probability=p[i]
            ),
            words="Probability minus answer where it is “no”; for “yes” the same, pos_weight times.",
        )
    share_of = rf"\frac{{\partial L}}{{\partial \ell_i}}\, {letter_of(weight)}"
    yield Step(
        "d_input",
        rf"\frac{{\partial L}}{{\partial x_i}} = {share_of} g_i",
        pull * each * w,
        axes="i",
        worked=lambda *i: formula(rf"<share> \cdot {times(weight)}<pull>", share=each, weight=w[i], pull=pull[i]),
        words="The pull times the share of the element."
        if weight is None
        else "The pull times the share of the element, times its weight.",
    )
    yield Step(
        "d_target",
        rf"\frac{{\partial L}}{{\partial y_i}} = {share_of} "
        + (r"(-x_i)" if pos_weight is None else r"\big(\log(1 - p_i) - r_i \log p_i\big)"),
        (-input if pos_weight is None else r * softplus(-input) - softplus(input)) * each * w,
        axes="i",
        worked=lambda *i: formula(
            rf"<share> \cdot {times(weight)}"
            + (
                "(-<input>)"
                if pos_weight is None
                else rf"\big({log_of_no(p[i])} - <pos_weight> \cdot {log_of_yes(p[i])}\big)"
            ),
            share=each,
            weight=w[i],
            pos_weight=r[i],
            probability=p[i],
            input=input[i],
        ),
        words="What “yes” costs less what “no” costs"
        + (": minus the score" if pos_weight is None else "")
        + ("." if reduction != "mean" else ", times the share."),
    )


def naive(*, input, target, **_):
    """The book's formula: sigmoid, then the logarithms."""
    p = 1 / (1 + np.exp(-input))
    return -(target * np.log(p) + (1 - target) * np.log(1 - p)).mean()


def has_no_weights(given):
    return given["weight"] is None and given["pos_weight"] is None


def has_pos_weight(given):
    return given["pos_weight"] is not None


def without_pos_weight(given, done):
    """The loss of each element as if pos_weight were 1."""
    y, p = given["target"], done["probability"]
    return -stretched(given["weight"], given["input"]) * (y * np.log(p) + (1 - y) * np.log1p(-p))


def logarithms_swapped(given, done):
    """The loss of each element with log p for “no” and log(1 − p) for “yes”."""
    y, p = given["target"], done["probability"]
    yes = logistic.pos_weight_of(given) * y * np.log1p(-p)
    return -stretched(given["weight"], given["input"]) * (yes + (1 - y) * np.log(p))


MISTAKES = {
    "all_yes": Mistake(
        {"loss_per_element": lambda given, done: -np.log(done["probability"])},
        "You took every answer for “yes”. Where it is “no”, it is minus the logarithm of 1 minus the probability.",
        when=has_no_weights,
    ),
    "all_no": Mistake(
        {"loss_per_element": lambda given, done: -np.log(1 - done["probability"])},
        "You took every answer for “no”: log(1 + eˣ) without the answer times x, which “yes” takes off.",
        when=has_no_weights,
    ),
    "adds_the_score_of_yes": Mistake(
        {"loss_per_element": lambda given, done: -np.log(1 - done["probability"]) + given["target"] * given["input"]},
        "You added the answer times the score. It is taken off: log(1 + eˣ) − y x.",
        when=has_no_weights,
    ),
    **logistic.PROBABILITY_MISTAKES,
    "exponent_without_minus": Mistake(
        {"probability": lambda given, done: 1 - done["probability"]},
        "You left the minus out of the exponent: it is 1 / (1 + e^−x), so that high scores mean “yes”.",
    ),
    **cost_mistakes("loss_per_element"),
    "pos_weight_on_no_too": Mistake(
        {
            "loss_per_element": lambda given, done: (
                done["loss_per_element"] * np.where(given["target"] > 0, 1.0, given["pos_weight"])
            )
        },
        "You put pos_weight on the whole loss. It multiplies the “yes” part only; weight is the one that scales all.",
        when=has_pos_weight,
    ),
    "ignores_pos_weight": ignoring(
        "You left out pos_weight. The cost of every “yes” is multiplied by it.", pos_weight=None
    ),
    "pos_weight_on_the_no": Mistake(
        {
            "loss_per_element": lambda given, done: (
                without_pos_weight(given, done) * np.where(given["target"] > 0.5, 1.0, given["pos_weight"])
            )
        },
        "You put pos_weight on the cost of “no”. It multiplies the cost of “yes”.",
        when=has_pos_weight,
    ),
    "logarithms_swapped": Mistake(
        {"loss_per_element": lambda given, done: logarithms_swapped(given, done)},
        "You swapped the two logarithms: “yes” goes with log p, “no” with log(1 − p).",
    ),
    "divides_by_the_pos_weights": Mistake(
        {"divisor": lambda given, done: ((given["pos_weight"] - 1) * given["target"] + 1).sum()},
        "You divided by the sum of the pos_weights. The mean divides by the number of elements, weighted or not.",
        when=lambda given: takes_mean(given) and has_pos_weight(given),
    ),
    **logistic.IN_BETWEEN,
    **logistic.MEAN_MISTAKES,
}

GRAD_MISTAKES = {
    **reduction.GRAD_MISTAKES,
    **reduction.GRAD_DIVIDES_BY_ROWS,
    **logistic.GRAD_MISTAKES,
    "decides_first": Mistake(
        {"pull": lambda given, done: pull_at(given, given["input"] > 0)},
        "You rounded the probability to yes or no. A probability of 0.6 for a right yes still pulls, with −0.4.",
    ),
    "pos_weight_on_no_too": Mistake(
        {"pull": lambda given, done: (sigmoid(given["input"]) - given["target"]) * given["pos_weight"]},
        "You multiplied the whole pull by pos_weight. It belongs to the cost of yes only.",
        when=has_pos_weight,
    ),
    "pos_weight_on_the_answer_only": Mistake(
        {"pull": lambda given, done: sigmoid(given["input"]) - given["target"] * given["pos_weight"]},
        "You wrote p − r · y. Where the answer is yes the probability is multiplied as well: r · (p − 1).",
        when=has_pos_weight,
    ),
    **other_sign("pull"),
    "pull_without_sigmoid": Mistake(
        {"pull": lambda given, done: given["input"] - given["target"]},
        "You took the answer off the score. Take it off the probability, the sigmoid of the score.",
    ),
    "slope_of_the_sigmoid_once_more": Mistake(
        {"pull": lambda given, done: done["pull"] * sigmoid(given["input"]) * (1 - sigmoid(given["input"]))},
        "You multiplied by p(1 − p) once more. The slope of the sigmoid and the 1/p of the logarithm cancel out.",
    ),
    "pull_without_pos_weight": Mistake(
        {"pull": lambda given, done: sigmoid(given["input"]) - given["target"]},
        "You left out pos_weight: the pull of every “yes” is multiplied by it.",
        when=has_pos_weight,
    ),
    "other_sign_of_target": Mistake(
        {"d_target": lambda given, done: -done["d_target"]},
        "The sign is the other way round: a high score makes “yes” cheaper, so the gradient is minus the score.",
    ),
}


def pull_at(given, p):
    """Probability minus answer with these probabilities, “yes” weighted up."""
    return logistic.pos_weight_of(given) * given["target"] * (p - 1.0) + (1 - given["target"]) * p


THREE = {"input": [1, 2, 2], "target": [1, 0, 1]}
ARTICLE = {"input": [[1, 2], [2, 2], [3, 4], [4, 5]], "target": [[1, 0], [1, 0], [0, 1], [0, 1]]}

LESSON = Lesson(
    title="BCE with logits",
    torch=nn.BCEWithLogitsLoss,
    group="classification",
    order=4,
    names=(
        "带逻辑值的二元交叉熵",
        "二元交叉熵",
        "binary cross-entropy",
        "sigmoid cross-entropy",
        "logistic loss",
        "pos_weight",
    ),
    purpose="Punishes a wrong score for a yes-or-no question; takes raw scores and applies the sigmoid itself.",
    use_when="Each output answers a yes-or-no question of its own: two classes with one output, "
    "or several labels that can be right at once.",
    not_when="Exactly one of several classes is right (use cross-entropy), "
    "or the network already ends in a sigmoid (take the sigmoid out, or use BCE loss).",
    formula=r"\ell_i = -w_i \big(r_i\, y_i \log \sigma(x_i) + (1 - y_i) \log (1 - \sigma(x_i))\big)",
    symbols=(
        (r"x_i", "the score (logit) of element i, any number"),
        logistic.ANSWER,
        logistic.SIGMOID,
        (r"p_i", "the probability of “yes”"),
        (r"w_i", "weight: scales the whole loss of element i (1 unless given)"),
        (r"r_i", "pos_weight: scales the “yes” part of element i (1 unless given)"),
        *logistic.RESULT,
        (r"g_i", "how fast the loss of element i moves with its score"),
    ),
    tensors=(
        Tensor("input", "raw scores; no sigmoid before", "(any shape)"),
        Tensor("target", "the answers, from 0 to 1, as floats", "(as input)", draw=draw.yes_or_no),
    ),
    parameters=(
        REDUCTION,
        logistic.WEIGHT,
        Tensor(
            "pos_weight",
            "how many times a “yes” counts, usually one number per class",
            "(classes,)",
            optional=True,
            draw=draw.positive,
        ),
    ),
    shapes=(
        *logistic.SHAPES,
        {"input": (2, 3), "target": (2, 3), "pos_weight": (3,)},
        {"input": (2, 3), "target": (2, 3), "weight": (2, 1)},
        {"input": (2, 3), "target": (2, 3), "weight": (3,), "pos_weight": (1,)},
        {"input": (2, 3, 2), "target": (2, 3, 2), "weight": (2, 3, 2), "pos_weight": (3, 1)},
        {"input": (2, 2), "target": (2, 2), "weight": (), "pos_weight": ()},
        {"input": (1, 1), "target": (1, 1), "pos_weight": (1, 1)},
        {"input": (0, 3), "target": (0, 3), "pos_weight": (3,)},
        {"input": (2, 0), "target": (2, 0), "weight": (2, 1)},
    ),
    examples=(
        Example(
            "Three scores",
            THREE,
            "A score of 1 means a probability of 0.7311, so “yes” costs 0.3133. "
            "A score of 2 means 0.8808: “no” costs 2.127, “yes” only 0.1269.",
        ),
        Example(
            "Two outputs, four samples",
            ARTICLE,
            "Every output is a question of its own: eight losses, the largest 4.0181 for a score of 4 against “no”. "
            "The mean divides by 8: 1.4732.",
        ),
        Example(
            "pos_weight 3",
            {**ARTICLE, "pos_weight": [3]},
            "Every “yes” costs three times as much: 0.3133 becomes 0.9398, and 2.1269 for a “no” stays. "
            "The mean still divides by 8: 1.5895.",
        ),
        Example(
            "weight and pos_weight",
            {"input": [[0, 0], [0, 0]], "target": [[1, 0], [0, 1]], "weight": [1, 2], "pos_weight": [3, 1]},
            "Score 0 costs ln 2 = 0.693 for any answer. weight doubles the second column; "
            "pos_weight triples only the “yes” of the first: 2.079 against 0.693.",
        ),
        Example(
            "Confident and wrong",
            {"input": [200, -200, 200], "target": [0, 1, 1]},
            "The loss is the score itself, 200, with a gradient of 1. "
            "Through a sigmoid of its own BCE loss could only say 100.",
        ),
        Example(
            "No idea",
            {"input": [0, 0, 0, 0], "target": [1, 0, 0, 0]},
            "Scores of 0 cost ln 2 = 0.693 each, whatever the answers: what an untrained network shows.",
        ),
        Example(
            "An answer in between",
            {"input": [0, 0.8473, 3], "target": [0.7, 0.7, 0.7], "pos_weight": [2]},
            "With soft answers pos_weight scales the “yes” share of each element, here 0.7.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why hand it scores, and not apply the sigmoid first?",
            (
                "Far from 0 the sigmoid rounds to exactly 0 or 1, and the logarithm has nothing left to work with.",
                "Worked as one, log(1 + e^(−|x|)) keeps all digits.",
            ),
            ("Because no logarithm is needed then.", "It is still there, only worked together with the sigmoid."),
            (
                "Because scores lie between 0 and 1 already.",
                "Scores may be any numbers; probabilities lie between 0 and 1.",
            ),
        ),
        "without_numbers": question(
            "The target is 1 and the score grows and grows. The loss …",
            (
                "falls towards 0 and never below",
                "The surer the better, ever less so: it is the logarithm of a number just above 1.",
            ),
            ("becomes negative", "It is the logarithm of a number above 1, and never negative."),
            (
                "grows again once the score has passed 1",
                "Squared errors would do that. A score is no probability: above 1 is not too much.",
            ),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "Sigmoid before the loss",
            "With a sigmoid at the end of the network the sigmoid happens twice: the scores then lie between 0 and 1, "
            "“no” can never cost less than 0.693 and “yes” never less than 0.313.",
        ),
        Pitfall(
            "pos_weight is not a weight per class",
            "It multiplies the “yes” part only. With 100 yes and 300 no, pos_weight=3 balances them. "
            "To scale a whole class use weight.",
        ),
        Pitfall(
            "Which axis pos_weight stands for",
            "It is stretched from the last axis. "
            "For images of shape (batch, classes, height, width) give it the shape (classes, 1, 1).",
            error="The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 2",
            values={
                "input": np.zeros((1, 3, 4), np.float32),
                "target": np.zeros((1, 3, 4), np.float32),
                "pos_weight": np.ones(3, np.float32),
            },
        ),
        Pitfall(
            "The same shape, not a similar one",
            "Scores of shape (N, 1) do not go with answers of shape (N,): use squeeze(-1) or unsqueeze(-1).",
            error="must be the same as input size",
            values={"input": np.zeros((2, 1), np.float32), "target": np.ones(2, np.float32)},
        ),
        Pitfall(
            "Whole-number targets",
            "The answers must be floats: use target.float().",
            error="result type Float can't be cast to the desired output type Long",
            values={"input": np.zeros(2, np.float32), "target": np.array([1, 0])},
        ),
        Pitfall(
            "Targets are not checked",
            "Unlike BCE loss this one takes any number as target. "
            "Answers of −1 and 1, or class indices 0, 1, 2, give losses below 0 and no error.",
        ),
        Pitfall(
            "Infinite scores",
            "Only +∞ against “no” gives a loss of ∞. +∞ for “yes” and −∞ for either answer give 0 · ∞ or ∞ − ∞, "
            "so NaN, even where the answer could not be better.",
        ),
        OLD_ARGUMENTS,
    ),
    references=(COX,),
    tries=(
        Try("What if “yes” counts three times?", {"pos_weight": [3]}),
        Try("What if the second answer counts half?", {"weight": [1, 0.5, 1]}),
        Try("What if a score is enormous, and wrong?", {"input": [1, 1000, 2]}),
        Try("What if the scores went through a sigmoid before?", {"input": [0.7311, 0.8808, 0.8808]}),
    ),
    extremes=Extremes(
        values=lambda x: {"input": np.array([x, -x]), "target": np.array([0.0, 1.0])},
        naive=naive,
        says="From 37 on (17 in float32) the sigmoid is exactly 1 and log(1 − 1) is −∞. "
        "PyTorch never computes the sigmoid: log σ(x) = min(x, 0) − log(1 + e^−|x|), "
        "and the loss of a wrong score of 1000 is 1000.",
    ),
    pictures=(
        Curves(
            "The score moves",
            "On the right side the loss dies away, "
            "on the wrong side it becomes a straight line of slope 1 (or pos_weight). "
            "The curves for yes and no cross at ln 2.",
            values=yes_at,
            low=-6,
            high=6,
            x="score",
            settings={
                "answer yes": {"target": [1.0]},
                "answer no": {"target": [0.0]},
                "yes, pos_weight 3": {"target": [1.0], "pos_weight": [3.0]},
            },
        ),
        Curves(
            "Beside a squared error",
            "For a “yes”, soft margin loss is the same curve. MSE loss has its lowest point at a score of 1 "
            "and punishes a score of 3 for being more right than asked.",
            values=yes_at,
            low=-4,
            high=4,
            x="score (the answer is yes, and 1)",
            compare=("soft_margin_loss", "mse_loss"),
        ),
    ),
    check=check,
    cost=of_stretched("input", "target"),
)
