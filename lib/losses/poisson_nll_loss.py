"""Poisson negative log-likelihood: for counts."""

from __future__ import annotations

import math

import numpy as np
from torch import nn

from lib.lesson.pieces import checks, draw
from lib.lesson.pieces.difference import gathered
from lib.lesson.pieces.latex import bare, num
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
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
)


def check(*, input, target, log_input, full, eps, reduction):
    for name, array in (("input", input), ("target", target)):
        if array.dtype.kind not in "biuf":
            raise ValueError(f"{name} holds {array.dtype.name} numbers; expected real numbers.")
    yes_or_no = {"input": input.dtype == bool, "target": target.dtype == bool}
    if all(yes_or_no.values()) or (yes_or_no["input"] and not log_input) or (yes_or_no["target"] and full):
        held = " and ".join(name for name, is_bool in yes_or_no.items() if is_bool)
        raise ValueError(
            f"{held} holds bool values; torch has to subtract here and does not subtract those. Use floats."
        )
    if full and target.dtype in (np.uint16, np.uint32, np.uint64):
        raise ValueError(f"target holds {target.dtype.name} numbers; torch cannot compare those with 1. Use floats.")
    if log_input and input.dtype != target.dtype:  # they are multiplied
        checks.need_mixable(input=input, target=target)
    checks.need_broadcastable(input=input, target=target)


def as_float(numbers):
    """Torch takes the exponential and the logarithm of whole numbers in single precision."""
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
    if log_input:
        log_rate, formula = x, r"\lambda_i - y_i x_i"
        rate = yield Step(
            "rate",
            r"\lambda_i = e^{x_i}",
            exp(as_float(x)),
            axes="i",
            worked=lambda *i: rf"e^{{{bare(x[i])}}}",
            words="The input is the logarithm of the rate: raise e to it.",
        )
    else:
        rate, formula = x, r"x_i - y_i r_i"
        log_rate = yield Step(
            "log_rate",
            r"r_i = \log(x_i + \varepsilon)",
            log(as_float(x) + eps),
            axes="i",
            worked=lambda *i: rf"\log({bare(x[i])} + {num(eps)})",
            words="The input is the rate itself: take its natural logarithm. Adding eps only matters at 0.",
        )
    extra = (yield from log_factorial(y)) if full else np.zeros(y.shape)
    each = yield Step(
        "loss_per_element",
        rf"\ell_i = {formula}" + (" + s_i" if full else ""),
        rate - y * log_rate + extra,
        axes="i",
        worked=lambda *i: (
            rf"{num(rate[i])} - {num(y[i])} \cdot {num(log_rate[i])}" + (f" + {num(extra[i])}" if full else "")
        ),
        words="The rate, less the count times the logarithm of the rate"
        + (", plus the logarithm of the count's factorial." if full else "."),
    )
    yield from reduce(each, reduction, letter="i")


def log_factorial(y) -> Steps:
    """log(y!), by Stirling, for counts above 1; 0 for the others. Returns it."""
    answer = yield Step(
        "stirling",
        r"s_i = \begin{cases} y_i \log y_i - y_i + \tfrac12 \log(2 \pi y_i) & y_i > 1 \\ 0 & y_i \le 1 \end{cases}",
        np.where(y <= 1, 0, stirling(as_float(y))),
        axes="i",
        worked=lambda *i: (
            "0"
            if y[i] <= 1
            else rf"{num(y[i])} \log {num(y[i])} - {num(y[i])} + \tfrac12 \log(2 \pi \cdot {num(y[i])})"
        ),
        words="For a count above 1, Stirling's approximation of the logarithm of its factorial. For 0 and 1 nothing.",
    )
    return answer


def grad_by_hand(s, input, target, *, log_input, full, eps, reduction) -> Steps:
    """For the input: predicted rate minus count."""
    x, y = np.broadcast_arrays(input, target)
    each = yield from share(s, reduction, letter="i")
    shares = np.full(x.shape, each)
    if checks.is_float(input):
        uses, counts = gathered(shares, input.shape), gathered(shares * y, input.shape)
        yield gradient_of(
            "input",
            r"\left(\lambda_i - y_i\right)" if log_input else r"\left(1 - \frac{y_i}{x_i + \varepsilon}\right)",
            uses * np.exp(input) - counts if log_input else uses - counts / (input + eps),
            x.shape,
            lambda *i: (
                rf"{num(each)} \cdot ({num(s['rate'][i])} - {num(y[i])})"
                if log_input
                else rf"{num(each)} \cdot \left(1 - \frac{{{num(y[i])}}}{{{num(x[i])} + {num(eps)}}}\right)"
            ),
            "The predicted rate minus the count, times the share."
            if log_input
            else "1 minus the count divided by the predicted rate, times the share.",
        )
    if checks.is_float(target):
        log_rate = x if log_input else s["log_rate"]
        value = gathered(-shares * log_rate, target.shape)
        yield gradient_of(
            "target",
            r"\left(" + ("-x_i" if log_input else "-r_i") + (r" + s'_i\right)" if full else r"\right)"),
            value + stirling_slope(target, gathered(shares, target.shape)) if full else value,
            x.shape,
            None if full else lambda *i: rf"{num(each)} \cdot {num(-log_rate[i])}",
            "Minus the logarithm of the rate, times the share."
            + (" Stirling's term adds log y + 1/(2y) for a count above 1." if full else ""),
        )


def gradient_of(name, slope, value, shape, worked, words) -> Step:
    """One tensor's gradient; where broadcasting used a number several times, its parts add up."""
    whole = value.shape == shape
    symbol = {"input": "x", "target": "y"}[name]
    parts = r"\frac{\partial L}{\partial \ell_i}\, " + slope
    return Step(
        f"d_{name}",
        rf"\frac{{\partial L}}{{\partial {symbol}_i}} = " + ("" if whole else r"\sum ") + parts,
        value,
        axes="i" if whole else "",
        worked=worked if whole else None,
        words=words,
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


def takes_mean(given):
    return given["reduction"] == "mean"


def log_factorials(y):
    return np.vectorize(lambda count: math.lgamma(count + 1), otypes=[float])(y)


MISTAKES = (
    Mistake(
        {"rate": lambda given, done: np.broadcast_arrays(given["input"], given["target"])[0]},
        "You took the input for the rate. With log_input=True it is the rate's logarithm: raise e to it.",
        when=is_log,
    ),
    Mistake(
        {"rate": lambda given, done: np.exp(np.broadcast_arrays(given["target"], given["input"])[0])},
        "You swapped input and target: the exponential belongs to the prediction, not to the count.",
        when=is_log,
    ),
    Mistake(
        {"rate": lambda given, done: 10.0 ** np.broadcast_arrays(given["input"], given["target"])[0]},
        "You raised 10 to the input. PyTorch uses natural logarithms throughout: raise e.",
        when=is_log,
    ),
    Mistake(
        {"log_rate": lambda given, done: np.log(np.broadcast_arrays(given["input"], given["target"])[0])},
        "You left out eps. PyTorch adds it to the rate, so that a rate of 0 has a logarithm.",
        when=lambda given: is_rate(given) and given["eps"] != 0,
    ),
    Mistake(
        {"log_rate": lambda given, done: done["log_rate"] / np.log(2)},
        "You took the logarithm to base 2. PyTorch uses the natural logarithm, so losses are in nats.",
        when=is_rate,
    ),
    Mistake(
        {"log_rate": lambda given, done: np.broadcast_arrays(given["input"], given["target"])[0]},
        "You took the input for a logarithm. With log_input=False it is the rate itself, so take its logarithm.",
        when=is_rate,
    ),
    Mistake(
        {"stirling": lambda given, done: log_factorials(np.broadcast_arrays(given["target"], given["input"])[0])},
        "You took the exact logarithm of the factorial. PyTorch takes Stirling's approximation: "
        "0.652 instead of 0.693 for 2!.",
        when=lambda given: given["full"] and bool((given["target"] >= 0).all()),
    ),
    Mistake(
        {"stirling": lambda given, done: stirling(np.broadcast_arrays(given["target"], given["input"])[0] * 1.0)},
        "You used Stirling's formula for counts of 0 or 1 as well. PyTorch puts 0 there, which is exact: 0! = 1! = 1.",
        when=lambda given: given["full"],
    ),
    Mistake(
        {"loss_per_element": lambda given, done: 2 * done["rate"] - done["loss_per_element"]},
        "You added the count times the log-rate. It is subtracted.",
        when=lambda given: is_log(given) and not given["full"],
    ),
    Mistake(
        {"loss_per_element": lambda given, done: -done["loss_per_element"]},
        "This is the log-likelihood. The loss is its negative: the rate comes with a plus.",
    ),
    Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] - done["stirling"]},
        "You left out Stirling's term. full=True adds it.",
        when=lambda given: given["full"],
    ),
    Mistake(
        {"divisor": lambda given, done: len(done["loss_per_element"])},
        "You divided by the number of rows. PyTorch divides by the number of elements.",
        when=lambda given: max(given["input"].ndim, given["target"].ndim) > 1,
    ),
    Mistake(
        {"divisor": lambda given, done: given["target"].sum()},
        "You divided by the sum of the counts. PyTorch divides by how many elements there are.",
    ),
    Mistake(
        {"loss": lambda given, done: done["loss"] * done["divisor"]},
        "This is the sum. With reduction='mean', divide it by the number of elements.",
        when=takes_mean,
    ),
)

GRAD_MISTAKES = (
    Mistake(
        {"share": lambda given, done: 1.0},
        "This is the gradient of the sum. The mean gives each element one part in N.",
        when=takes_mean,
    ),
    Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: a rate above the count has a positive gradient.",
    ),
    Mistake(
        {"d_input": lambda given, done: done["d_input"] + given["target"] * done.get("share", 1.0)},
        "You left the count out: the slope is the rate minus the count.",
        when=lambda given: is_log(given) and given["input"].shape == given["target"].shape,
    ),
    Mistake(
        {"d_input": lambda given, done: (given["input"] - given["target"]) * done.get("share", 1.0)},
        "You took the input minus the count. With log_input=True the rate is e to the input; "
        "with log_input=False the slope is 1 minus the count divided by the rate.",
        when=lambda given: given["input"].shape == given["target"].shape,
    ),
    Mistake(
        {"d_target": lambda given, done: -done["d_target"]},
        "The count enters with a minus, so its gradient is minus the logarithm of the rate.",
        when=lambda given: not given["full"],
    ),
)

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
    not_when="The targets are not counts (use MSE loss), or they scatter far more than a Poisson distribution allows "
    "(its variance equals its mean).",
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
        (r"W", "what the mean divides by: N"),
        (r"N", "how many elements there are"),
        (r"L", "the result"),
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
    shapes=(
        {"input": (2, 3), "target": (2, 3)},
        {"input": (5,), "target": (5,)},
        {"input": (), "target": ()},
        {"input": (2, 3, 2), "target": (2, 3, 2)},
        {"input": (3, 1), "target": (3,)},
        {"input": (2, 1, 3), "target": (4, 1)},
        {"input": (3,), "target": (2, 3)},
        {"input": (2, 3), "target": (1,)},
        {"input": (1, 1), "target": (1, 1)},
        {"input": (0,), "target": (0,)},
        {"input": (2, 0), "target": (2, 0)},
        {"input": (1,), "target": (0,)},
    ),
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
            "The third rate fits its count best and still costs −0.296: without the factorial "
            "the loss can be negative.",
        ),
        Example(
            "A rate of zero",
            {"input": [0, 0], "target": [0, 1], "log_input": False},
            "A rate of 0 says that nothing can happen. If nothing did, that is free; if one event did, eps keeps the "
            "loss at 18.42 instead of infinity.",
        ),
        Example(
            "Confident and wrong",
            {"input": [5, -5], "target": [0, 5]},
            "Expecting 148 and seeing none costs 148. Expecting 0.007 and seeing 5 costs 25: too high is punished "
            "exponentially, too low in proportion.",
        ),
        Example(
            "Rate and count agree",
            {"input": [0, 0.6931471805599453, 2.302585092994046], "target": [1, 2, 10], "full": True},
            "The rates are 1, 2 and 10, as seen, so the gradient is 0. The loss is not: even the right rate does not "
            "make a count certain.",
        ),
        Example(
            "Negative counts, as in older articles",
            {"input": [[0.6614, 0.2669], [0.0617, 0.6213]], "target": [[-0.4519, -0.1661], [-1.5228, 0.3817]]},
            "Random numbers stand in for counts here. PyTorch does not object, but no count is negative: put in "
            "whole numbers from 0 up.",
        ),
    ),
    by_hand=by_hand,
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "The input is a logarithm",
            "By default the network's last layer is taken as the logarithm of the rate and may be negative. Do not put "
            "exp or softplus before it, or say log_input=False.",
        ),
        Pitfall(
            "Negative rates",
            "With log_input=False a rate below 0 has no logarithm, and the loss is NaN. eps helps at 0 only.",
        ),
        Pitfall(
            "full=True is an approximation",
            "It adds y log y − y + ½ log(2πy), not log(y!), and only for counts above 1: 0.652 instead of 0.693 for a "
            "count of 2.",
        ),
        Pitfall(
            "NaN in the target's gradient",
            "With full=True, a target that requires a gradient gets NaN wherever it is 0 or below: torch computes "
            "0 · log 0 and hides the value but not the gradient. Targets seldom require one.",
        ),
        Pitfall(
            "Below zero is fine",
            "Without the factorial the loss may be negative, and it does not go to 0. Only its differences matter.",
        ),
        Pitfall(
            "Rates that overflow",
            "e^x is infinite from about 88.7 in float32 and 709.8 in float64. One large input in a new network is "
            "enough: start small, or clamp.",
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
        Pitfall(
            "size_average and reduce",
            "Old code passes size_average=False or reduce=False. Both still work with a warning and are not offered "
            "here; say reduction='sum' or reduction='none'.",
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: PoissonNLLLoss",
            "https://docs.pytorch.org/docs/2.13/generated/torch.nn.PoissonNLLLoss.html",
        ),
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
            settings={
                "count 0": {"target": [0]},
                "count 1": {"target": [1]},
                "count 3": {"target": [3]},
                "count 10": {"target": [10]},
            },
        ),
        Curves(
            "The same against the rate itself",
            "With log_input=False the valleys lie at the counts themselves, and they get wider: a rate of 12 explains "
            "a count of 10 far better than a rate of 3 explains a count of 1.",
            values=lambda x: {"input": [x], "target": [0], "full": True, "log_input": False},
            low=0.05,
            high=15,
            x="input (the rate)",
            settings={
                "count 0": {"target": [0]},
                "count 1": {"target": [1]},
                "count 3": {"target": [3]},
                "count 10": {"target": [10]},
            },
        ),
    ),
    check=check,
)
