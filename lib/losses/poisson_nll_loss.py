"""Poisson negative log-likelihood: for counts."""

from __future__ import annotations

import math

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import alone, formula, of
from lib.lesson.pieces import checks, difference, draw, reduction
from lib.lesson.pieces.difference import PER_LOSS, gathered, gradient_of
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
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
    Switch,
    Tensor,
    Try,
    question,
)
from lib.refusal import Refusal


def check(*, input, target, log_input, full, eps, reduction):
    checks.need_real(input=input, target=target)
    if input.dtype == bool and target.dtype == bool:
        raise Refusal(
            "input and target hold bool values; torch has to subtract here and does not subtract those. Use floats."
        )
    for name, array, subtracted in (("input", input, not log_input), ("target", target, full)):
        if array.dtype == bool and subtracted:
            raise Refusal(
                "{name} holds bool values; torch has to subtract here and does not subtract those. Use floats.",
                name=name,
            )
    if full and target.dtype in (np.uint16, np.uint32, np.uint64):
        raise Refusal(
            "target holds {kind} numbers; torch cannot compare those with 1. Use floats.", kind=target.dtype.name
        )
    if log_input and input.dtype != target.dtype:  # they are multiplied
        checks.need_mixable(input=input, target=target)
    checks.need_broadcastable(input=input, target=target)


def as_float(numbers):
    """Whole numbers in single precision, in which torch takes their exponential and logarithm."""
    return numbers if checks.is_float(numbers) else numbers.astype(np.float32)


def exp(x):
    return np.exp(x.astype(np.float64)).astype(x.dtype)


def log(x):
    return np.log(x.astype(np.float64)).astype(x.dtype)


def stirling(y):
    """Stirling's approximation of log(y!)."""
    return y * log(y) - y + 0.5 * log(2 * np.pi * y)


def by_hand(input, target, *, log_input, full, eps, reduction) -> Steps:
    """How badly a Poisson distribution with the predicted rate explains each count, in nats."""
    x, y = np.broadcast_arrays(input, target)
    rate, log_rate = yield from (rate_of(x) if log_input else log_rate_of(x, eps))
    extra = (yield from log_factorial(y)) if full else np.zeros(y.shape)
    numbers = r"<rate> - <target> \cdot <input>" if log_input else r"<input> - <target> \cdot <log_rate>"
    each = yield Step(
        "loss_per_element",
        r"\ell_i = " + (r"\lambda_i - y_i x_i" if log_input else r"x_i - y_i r_i") + (" + s_i" if full else ""),
        rate - y * log_rate + extra,
        axes="i",
        worked=lambda *i: formula(
            numbers + (" + <stirling>" if full else ""),
            input=x[i],
            target=y[i],
            rate=rate[i],
            log_rate=log_rate[i],
            stirling=extra[i],
        ),
        words="Rate, less count times logarithm of the rate, plus the logarithm of the count's factorial."
        if full
        else "The rate, less the count times the logarithm of the rate.",
    )
    yield from reduce(each, reduction, letter="i", of="loss_per_element")


def rate_of(x) -> Steps:
    """The input is the logarithm of the rate. Returns the rate and its logarithm."""
    rate = yield Step(
        "rate",
        r"\lambda_i = e^{x_i}",
        exp(as_float(x)),
        axes="i",
        worked=lambda *i: formula("e^{<input>}", input=alone(x[i])),
        words="The input is the logarithm of the rate: raise e to it.",
        called="predicted rate",
    )
    return rate, x


def log_rate_of(x, eps) -> Steps:
    """The input is the rate itself. Returns the rate and its logarithm."""
    log_rate = yield Step(
        "log_rate",
        r"r_i = \log(x_i + \varepsilon)",
        log(as_float(x) + eps),
        axes="i",
        worked=lambda *i: formula(r"\log(<input> + <eps>)", input=alone(x[i]), eps=eps),
        words="The input is the rate itself: take its natural logarithm. Adding eps only matters at 0.",
    )
    return x, log_rate


def log_factorial(y) -> Steps:
    """log(y!), by Stirling, for counts above 1; 0 for the others. Returns it."""
    answer = yield Step(
        "stirling",
        r"s_i = \begin{cases} y_i \log y_i - y_i + \tfrac12 \log(2 \pi y_i) & y_i > 1 \\ 0 & y_i \le 1 \end{cases}",
        np.where(y <= 1, 0, stirling(as_float(y))),
        axes="i",
        worked=lambda *i: formula(
            "0" if y[i] <= 1 else r"<target> \log <target> - <target> + \tfrac12 \log(2 \pi \cdot <target>)",
            target=y[i],
        ),
        words="Above a count of 1, Stirling's approximation of the log of its factorial. Else 0.",
    )
    return answer


def grad_by_hand(s, input, target, *, log_input, full, eps, reduction) -> Steps:
    """The slope along a log-rate is the rate minus the count; along a rate, 1 minus the count over the rate."""
    x, y = np.broadcast_arrays(input, target)
    each = yield from share(s, reduction, letter="i")
    shares = np.full(x.shape, each)
    uses, counted = gathered(shares, input.shape), gathered(shares * y, input.shape)
    if checks.is_float(input) and log_input:
        yield gradient_of(
            "input",
            "x",
            uses * np.exp(input) - counted,
            x.shape,
            PER_LOSS + r"\left(\lambda_i - y_i\right)",
            lambda *i: formula(r"<share> \cdot (<rate> - <target>)", share=each, rate=s["rate"][i], target=y[i]),
            "The predicted rate minus the count, times the share.",
        )
    elif checks.is_float(input):
        inside = r"\left(1 - \frac{<target>}{<input> + <eps>}\right)"
        yield gradient_of(
            "input",
            "x",
            uses - counted / (input + eps),
            x.shape,
            PER_LOSS + r"\left(1 - \frac{y_i}{x_i + \varepsilon}\right)",
            lambda *i: formula(rf"<share> \cdot {inside}", share=each, target=y[i], input=x[i], eps=eps),
            "1 minus the count divided by the predicted rate, times the share.",
        )
    if checks.is_float(target):
        name, symbol, log_rate = ("input", "x_i", x) if log_input else ("log_rate", "r_i", s["log_rate"])
        value = gathered(-shares * log_rate, target.shape)
        yield gradient_of(
            "target",
            "y",
            value + stirling_slope(target, gathered(shares, target.shape)) if full else value,
            x.shape,
            PER_LOSS + rf"\left(-{symbol}" + (r" + s'_i\right)" if full else r"\right)"),
            None if full else lambda *i: formula(r"<share> \cdot (-<log>)", share=each, log=of(name, log_rate[i])),
            "Minus the log of the rate, plus Stirling's slope above a count of 1, times the share."
            if full
            else "Minus the logarithm of the rate, times the share.",
        )


def stirling_slope(y, shares):
    """Torch multiplies the slope of counts up to 1 by 0, and where that slope is infinite the product is NaN."""
    kept = np.where(y <= 1, 0.0, shares)
    return kept * np.log(y) + kept * y / y - kept + 0.5 * kept / y


def naive(*, input, target, log_input=True, eps=1e-8, **_):
    """The book's formula: rate − count · log(rate), with no eps."""
    rate = np.exp(input) if log_input else input
    return (rate - target * np.log(rate)).mean()


def is_log(given):
    return given["log_input"]


def is_rate(given):
    return not given["log_input"]


def is_full(given):
    return given["full"]


def prediction(given):
    """The input, in the losses' shape."""
    return np.broadcast_arrays(given["input"], given["target"])[0]


def counts(given):
    """The target, in the losses' shape."""
    return np.broadcast_arrays(given["input"], given["target"])[1]


def of_one_shape(given):
    return given["input"].shape == given["target"].shape


def without_root(y):
    """Stirling's formula without ½ log(2πy)."""
    y = np.maximum(y, 1)
    return y * np.log(y) - y


def log_factorials(y):
    return np.vectorize(lambda count: math.lgamma(count + 1), otypes=[float])(y)


def log_rate(given, done):
    """The logarithm of the rate, in the losses' shape."""
    return prediction(given) if is_log(given) else done["log_rate"]


def rate(given, done):
    return done["rate"] if is_log(given) else prediction(given)


MISTAKES = {
    "count_times_the_rate": Mistake(
        {"loss_per_element": lambda given, done: done["rate"] - given["target"] * done["rate"]},
        "You multiplied the count by the rate. It is the count times the rate's logarithm, the input.",
        when=lambda given: given["log_input"] and not given["full"],
    ),
    "always_rates": ignoring(
        "You took the input for the rate everywhere. With log_input=True it is the rate's logarithm: "
        "e to the input, less the count times the input.",
        log_input=False,
    ),
    "always_log_rates": ignoring(
        "You raised e to the input also with log_input=False. Then the input is the rate itself.", log_input=True
    ),
    "input_for_rate": Mistake(
        {"rate": lambda given, done: prediction(given)},
        "You took the input for the rate. With log_input=True it is the rate's logarithm: raise e to it.",
        when=is_log,
    ),
    "swaps_input_and_target": Mistake(
        {"rate": lambda given, done: np.exp(counts(given))},
        "You swapped input and target: the exponential belongs to the prediction, not to the count.",
        when=is_log,
    ),
    "power_of_ten": Mistake(
        {"rate": lambda given, done: 10.0 ** prediction(given)},
        "You raised 10 to the input. PyTorch uses natural logarithms throughout: raise e.",
        when=is_log,
    ),
    "leaves_out_eps": Mistake(
        {"log_rate": lambda given, done: np.log(prediction(given))},
        "You left out eps. PyTorch adds it to the rate, so that a rate of 0 has a logarithm.",
        when=lambda given: is_rate(given) and given["eps"] != 0,
        not_finite=True,
    ),
    "logarithm_to_base_2": Mistake(
        {"log_rate": lambda given, done: done["log_rate"] / np.log(2)},
        "You took the logarithm to base 2. PyTorch uses the natural logarithm, so losses are in nats.",
        when=is_rate,
    ),
    "input_for_log_rate": Mistake(
        {"log_rate": lambda given, done: prediction(given)},
        "You took the input for a logarithm. With log_input=False it is the rate itself, so take its logarithm.",
        when=is_rate,
    ),
    "exact_factorial": Mistake(
        {"stirling": lambda given, done: log_factorials(counts(given))},
        "You took the exact logarithm of the factorial. "
        "PyTorch takes Stirling's approximation: 0.652 instead of 0.693 for 2!.",
        when=lambda given: is_full(given) and bool((given["target"] >= 0).all()),
    ),
    "stirling_everywhere": Mistake(
        {"stirling": lambda given, done: stirling(counts(given) * 1.0)},
        "You used Stirling's formula for counts of 0 or 1 as well. PyTorch puts 0 there, which is exact: 0! = 1! = 1.",
        when=is_full,
        not_finite=True,
    ),
    "short_stirling": Mistake(
        {"stirling": lambda given, done: np.where(counts(given) > 1, without_root(counts(given)), 0)},
        "You left out ½ log(2πy). PyTorch's form of Stirling's formula has three terms.",
        when=is_full,
    ),
    "adds_the_log_rate": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] + 2 * counts(given) * log_rate(given, done)},
        "You added the count times the log-rate. It is subtracted.",
    ),
    "leaves_out_the_rate": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] - rate(given, done)},
        "You left out the rate. Without it, a network could win by always predicting more.",
    ),
    "leaves_out_the_count": Mistake(
        {
            "loss_per_element": lambda given, done: (
                done["loss_per_element"] + (counts(given) - 1) * log_rate(given, done)
            )
        },
        "You left out the count: the logarithm of the rate is multiplied by it.",
    ),
    "squared_error": Mistake(
        {"loss_per_element": lambda given, done: (rate(given, done) - counts(given)) ** 2},
        "You squared how far the rate is from the count. "
        "Poisson's loss is the rate less the count times its logarithm.",
    ),
    "log_likelihood": Mistake(
        {"loss_per_element": lambda given, done: -done["loss_per_element"]},
        "This is the log-likelihood. The loss is its negative: the rate comes with a plus.",
    ),
    "leaves_out_stirling": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] - done["stirling"]},
        "You left out Stirling's term. full=True adds it.",
        when=is_full,
    ),
    **reduction.DIVIDES_BY_ROWS,
    "divides_by_the_counts": Mistake(
        {"divisor": lambda given, done: given["target"].sum()},
        "You divided by the sum of the counts. PyTorch divides by how many elements there are.",
        when=reduction.takes_mean,
    ),
    **reduction.MISTAKES,
}

GRAD_MISTAKES = {
    **reduction.GRAD_MISTAKES,
    "other_sign": Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: a rate above the count has a positive gradient.",
    ),
    "leaves_out_the_count": Mistake(
        {"d_input": lambda given, done: done["d_input"] + given["target"] * done.get("share", 1.0)},
        "You left the count out: the slope is the rate minus the count.",
        when=lambda given: is_log(given) and of_one_shape(given),
    ),
    "input_minus_count": Mistake(
        {"d_input": lambda given, done: (given["input"] - given["target"]) * done.get("share", 1.0)},
        "You took the input minus the count. With log_input=True the rate is e to the input; "
        "with log_input=False the slope is 1 minus the count divided by the rate.",
        when=of_one_shape,
    ),
    "target_not_turned": Mistake(
        {"d_target": lambda given, done: -done["d_target"]},
        "The count enters with a minus, so its gradient is minus the logarithm of the rate.",
        when=lambda given: not is_full(given),
    ),
}

COUNTS = {"input": [[0, 1], [0.5, -1]], "target": [[1, 3], [2, 0]]}

LESSON = Lesson(
    title="Poisson NLL loss",
    torch=nn.PoissonNLLLoss,
    group="regression and counts",
    order=5,
    names=(
        "泊松负对数似然损失",
        "Poisson regression",
        "count regression",
        "Poisson negative log likelihood",
        "log-linear model",
    ),
    purpose="Measures how badly a predicted rate explains a count: how many goals, clicks, photons, cars.",
    use_when="The targets are counts 0, 1, 2, … of independent events, and small and large counts occur together: "
    "the spread that the loss allows grows with the rate.",
    not_when="The targets are not counts (use MSE loss), "
    "or they scatter far more than a Poisson distribution allows (its variance equals its mean).",
    formula=r"\ell_i = e^{x_i} - y_i\, x_i \quad\text{or}\quad \ell_i = x_i - y_i \log(x_i + \varepsilon)",
    symbols=(
        (r"x_i", "the prediction: the logarithm of the rate, or the rate itself with log_input=False"),
        (r"y_i", "the count that was seen"),
        (r"\lambda_i", "the rate: how many events are expected"),
        (r"r_i", "the logarithm of the rate"),
        (r"\varepsilon", "eps"),
        (r"s_i", "Stirling's approximation of the logarithm of y factorial, with full=True"),
        (r"s'_i", "its slope"),
        (r"\ell_i", "the loss of element i, in nats"),
        *difference.MEAN,
    ),
    tensors=(
        Tensor("input", "the logarithm of the predicted rate (torch's own text calls it log_input)", "(any shape)"),
        Tensor("target", "the counts that were seen", "(as input)", draw=draw.count),
    ),
    parameters=(
        Switch("log_input", True, "The input is the logarithm of the rate; off: it is the rate itself."),
        Switch("full", False, "Adds Stirling's approximation of log(y!), which no prediction can change."),
        Number("eps", 1e-8, "Added to the rate before its logarithm, with log_input=False.", (0.0, 0.1), rare=True),
        REDUCTION,
    ),
    shapes=(*difference.SHAPES, {"input": (2, 3), "target": (1,)}),
    examples=(
        Example("Four counts", COUNTS, "An input of 0 stands for a rate of 1. A count of 0 costs just the rate."),
        Example(
            "With Stirling's term",
            {**COUNTS, "full": True},
            "log(y!) comes on top for the counts 2 and 3, nothing for 0 and 1. "
            "The gradient of the input stays the same.",
        ),
        Example(
            "Rates instead of logarithms",
            {"input": [0.5, 1, 3, 8], "target": [0, 1, 3, 2], "log_input": False},
            "The third rate fits its count best and still costs −0.296: "
            "without the factorial the loss can be negative.",
        ),
        Example(
            "A rate of zero",
            {"input": [0, 0], "target": [0, 1], "log_input": False},
            "A rate of 0 says that nothing can happen. If nothing did, that is free; "
            "if one event did, eps keeps the loss at 18.42 instead of infinity.",
        ),
        Example(
            "Confident and wrong",
            {"input": [5, -5], "target": [0, 5]},
            "Expecting 148 and seeing none costs 148. Expecting 0.007 and seeing 5 costs 25: "
            "too high is punished exponentially, too low in proportion.",
        ),
        Example(
            "Rate and count agree",
            {"input": [0, 0.6931471805599453, 2.302585092994046], "target": [1, 2, 10], "full": True},
            "The rates are 1, 2 and 10, as seen, so the gradient is 0. "
            "The loss is not: even the right rate does not make a count certain.",
        ),
        Example(
            "Negative counts, as in older articles",
            {"input": [[0.6614, 0.2669], [0.0617, 0.6213]], "target": [[-0.4519, -0.1661], [-1.5228, 0.3817]]},
            "Random numbers stand in for counts here. PyTorch does not object, but no count is negative: "
            "put in whole numbers from 0 up.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does the input hold the logarithm of the rate by default?",
            ("A rate has to be above 0, and e to any power is.", "So the network may give any number at all."),
            ("Because counts are logarithms.", "Counts are whole numbers from 0 on; only the input is a logarithm."),
            (
                "So that the loss is never negative.",
                "It can be: the part that depends on the target alone is left out by default.",
            ),
        ),
        "without_numbers": question(
            "The count is 0 and the predicted rate falls towards 0. The loss …",
            ("falls towards 0", "With a count of 0 only the rate itself is left to pay."),
            ("falls without end", "The logarithm of the rate is multiplied by the count, and that is 0."),
            ("grows without end", "It would with a count above 0: what was nearly impossible has happened."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "The input is a logarithm",
            "By default the network's last layer is taken as the logarithm of the rate and may be negative. "
            "Do not put exp or softplus before it, or say log_input=False.",
        ),
        Pitfall(
            "Negative rates",
            "With log_input=False a rate below 0 has no logarithm, and the loss is NaN. eps helps at 0 only.",
        ),
        Pitfall(
            "full=True is an approximation",
            "It adds y log y − y + ½ log(2πy), not log(y!), and only for counts above 1: "
            "0.652 instead of 0.693 for a count of 2.",
        ),
        Pitfall(
            "NaN in the target's gradient",
            "With full=True, a target that requires a gradient gets NaN wherever it is 0 or below: "
            "torch computes 0 · log 0 and hides the value but not the gradient. Targets seldom require one.",
        ),
        Pitfall(
            "Below zero is fine",
            "Without the factorial the loss may be negative, and it does not go to 0. Only its differences matter.",
        ),
        Pitfall(
            "Rates that overflow",
            "e^x is infinite from about 88.7 in float32 and 709.8 in float64. "
            "One large input in a new network is enough: start small, or clamp.",
        ),
        Pitfall(
            "Whole numbers lose digits",
            "Torch computes exp and log of whole-number tensors in float32, even beside float64. Pass floats.",
        ),
        Pitfall(
            "Shapes stretch without a warning",
            "Shapes (N, 1) and (N,) make (N, N), and this loss does not even warn.",
        ),
        Pitfall(
            "Sizes that do not fit",
            "Sizes must be equal, or 1. Torch names the target first here.",
            error="The size of tensor a (3) must match the size of tensor b (2)",
            values={"input": np.zeros(2, np.float32), "target": np.zeros(3, np.float32)},
        ),
        reduction.OLD_ARGUMENTS,
    ),
    references=(
        Reference("Wikipedia: Poisson regression", "https://en.wikipedia.org/wiki/Poisson_regression"),
        Reference("Wikipedia: Stirling's approximation", "https://en.wikipedia.org/wiki/Stirling%27s_approximation"),
    ),
    tries=(
        Try("What if the factorial counts as well?", {"full": True}),
        Try("What if nothing was seen at all?", {"target": [[0, 0], [0, 0]]}),
        Try("What if the inputs are rates?", {"input": [[1, 2.7], [1.6, 0.4]], "log_input": False}),
        Try("What if every loss is kept?", {"reduction": "none"}),
    ),
    extremes=Extremes(
        values=lambda x: {"input": [x], "target": [0.0], "log_input": False},
        naive=naive,
        says="At a rate of 0 the book's formula takes log 0, and 0 · log 0 is NaN even where nothing was seen. "
        "PyTorch adds eps to the rate first.",
    ),
    pictures=(
        Curves(
            "Each count has its best log-rate",
            "The valley lies at log y. To its right the loss climbs exponentially, to its left in a straight line. "
            "For a count of 0 there is no valley: the lower the better.",
            values=lambda x: {"input": [x], "target": [0], "full": True},
            low=-2,
            high=3,
            x="input (the logarithm of the rate)",
            settings={f"count {count}": {"target": [count]} for count in (0, 1, 3, 10)},
        ),
        Curves(
            "The same against the rate itself",
            "With log_input=False the valleys lie at the counts themselves, and they get wider: "
            "a rate of 12 explains a count of 10 far better than a rate of 3 explains a count of 1.",
            values=lambda x: {"input": [x], "target": [0], "full": True, "log_input": False},
            low=0.05,
            high=15,
            x="input (the rate)",
            settings={f"count {count}": {"target": [count]} for count in (0, 1, 3, 10)},
        ),
    ),
    check=check,
    cost=of_stretched("input", "target"),
)
