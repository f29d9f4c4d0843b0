"""Gaussian negative log-likelihood: squared error for networks that also say how sure they are."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson import cost
from lib.lesson.formula import formula
from lib.lesson.pieces import checks, difference, draw
from lib.lesson.pieces.difference import PER_LOSS, error_of, gathered, gradient_of
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

HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


def check(*, input, target, var, full, eps, reduction):
    for name, array in (("input", input), ("target", target)):
        if array.dtype.kind not in "iuf":
            raise Refusal("{name} holds {kind} values; expected real numbers.", name=name, kind=array.dtype.name)
    checks.need_floats(var=var)
    if (var < 0).any():
        raise Refusal("var holds {value:g}; expected variances of 0 or more.", value=var[var < 0][0])
    different = [v for i, v in zip(input.shape, var.shape, strict=False) if i != v]
    one_stretched = input.ndim == var.ndim and sum(different) == 1
    if var.shape not in (input.shape, input.shape[:-1]) and not one_stretched:
        raise Refusal(
            "var has shape {var}, input {input}; expected the same shape, "
            "or one axis of size 1, or the last axis left out.",
            var=checks.words(var.shape),
            input=checks.words(input.shape),
        )
    checks.need_broadcastable(input=input, target=target, var=beside(input, var))
    kinds = {input.dtype, target.dtype}
    if all(kind.kind in "iu" for kind in kinds) and kinds & {np.dtype(f"uint{bits}") for bits in (16, 32, 64)}:
        raise Refusal(
            "torch cannot subtract {target} from {input} numbers. Use floats.",
            target=target.dtype.name,
            input=input.dtype.name,
        )


def beside(input, var):
    """var with its last axis put back where it was left out, so that it stretches over input's rows."""
    return var[..., None] if var.shape != input.shape and var.shape == input.shape[:-1] else var


def cost_beside(given):
    """All three are stretched over one another; var may lack its last axis."""
    x, y, var = (cost.shape_of(given[name]) for name in ("input", "target", "var"))
    return cost.of_numbers(cost.stretched_size(x, y, (*var, 1) if len(var) < len(x) else var))


def by_hand(input, target, var, *, full, eps, reduction) -> Steps:
    """From prediction and variance to the loss, in nats."""
    x, y, raw = np.broadcast_arrays(input, target, beside(input, var))
    error = yield from error_of(x, y)
    variance = yield Step(
        "variance",
        r"v_i = \max(\text{var}_i, \varepsilon)",
        np.maximum(raw, eps),
        axes="i",
        worked=lambda *i: formula(r"\max(<var>, <eps>)", var=raw[i], eps=eps),
        given=not (raw < eps).any(),
        words="A variance below eps counts as eps.",
    )
    fit = yield Step(
        "fit",
        r"q_i = \frac{e_i^2}{v_i}",
        error**2 / variance,
        axes="i",
        worked=lambda *i: formula(r"\frac{<error>^2}{<variance>}", error=error[i], variance=variance[i]),
        words="The squared error, measured in variances.",
    )
    log_variance = yield Step(
        "log_variance",
        r"g_i = \ln v_i",
        np.log(variance),
        axes="i",
        worked=lambda *i: formula(r"\ln(<variance>)", variance=variance[i]),
        words="The natural logarithm of the variance: what being unsure costs.",
    )
    each = yield Step(
        "loss_per_element",
        r"\ell_i = \tfrac12 (g_i + q_i)" + (r" + \tfrac12 \ln 2\pi" if full else ""),
        0.5 * (log_variance + fit) + (HALF_LOG_2PI if full else 0.0),
        axes="i",
        worked=lambda *i: formula(
            r"\tfrac12 (<log_variance> + <fit>)" + (" + <half_log_2pi>" if full else ""),
            log_variance=log_variance[i],
            fit=fit[i],
            half_log_2pi=HALF_LOG_2PI,
        ),
        words="Half of both together, and half of the logarithm of two pi." if full else "Half of both together.",
    )
    yield from reduce(each, reduction, letter="i", of="loss_per_element", divisor_words="Count the elements.")


def grad_by_hand(s, input, target, var, *, full, eps, reduction) -> Steps:
    """The error over the variance; and for the variance, 1/v against e²/v²."""
    each = yield from share(s, reduction, "i")
    error, variance, fit = s["error"], s["variance"], s["fit"]
    half = np.broadcast_to(0.5 * each, variance.shape)
    pull = yield Step(
        "pull",
        rf"h_i = {PER_LOSS}\frac{{e_i}}{{v_i}}",
        half / variance * (2 * error),
        axes="i",
        worked=lambda *i: formula(
            r"<share> \cdot \frac{<error>}{<variance>}", share=each, error=error[i], variance=variance[i]
        ),
        words="The error over the variance, times the share.",
    )
    for name, symbol, tensor, sign in (("input", "x", input, ""), ("target", "y", target, "-")):
        if checks.is_float(tensor):
            yield gradient_of(
                name,
                symbol,
                gathered(-pull if sign else pull, tensor.shape),
                pull.shape,
                "h_i",
                lambda *i, sign=sign: formula(f"{sign}<pull>", pull=pull[i]),
                "Where one number serves several elements, add their parts up."
                if tensor.shape != pull.shape
                else ("The same with the other sign." if sign else "It is the same number."),
                sign,
            )
    row = beside(input, var)
    of_log = gathered(half, row.shape) / np.maximum(row, eps)
    of_fit = gathered(half * (fit / variance), row.shape)
    numbers = r"\frac{<share>}{2} \cdot \frac{1 - <fit>}{<variance>}"
    yield gradient_of(
        "var",
        r"\text{var}",
        (of_log - of_fit).reshape(var.shape),
        pull.shape,
        PER_LOSS + r"\frac12 \left(\frac{1}{v_i} - \frac{e_i^2}{v_i^2}\right)",
        lambda *i: formula(numbers, share=each, fit=fit[i], variance=variance[i]),
        "Half of 1 over the variance, less half of the squared error over its square.",
    )


def naive(*, input, target, var, **_):
    """The book's formula: the density itself, then its logarithm."""
    density = np.exp(-((input - target) ** 2) / (2 * var)) / np.sqrt(var)
    return -np.log(density).mean()


def raw_variance(given, done):
    """The variances as they came, in the losses' shape."""
    return np.broadcast_to(beside(given["input"], given["var"]), done["variance"].shape)


def meets_eps(given):
    return bool((given["var"] < given["eps"]).any())


def var_squared(given):
    """The variances of somebody who takes var for the standard deviation."""
    return {"var": np.maximum(given["var"], given["eps"]) ** 2, "eps": 0.0}


MISTAKES = {
    "size_for_the_square": Mistake(
        {"fit": lambda given, done: np.abs(done["error"]) / done["variance"]},
        "You took the size of the error. It is the squared error over the variance.",
    ),
    "multiplies_by_the_variance": Mistake(
        {"fit": lambda given, done: done["error"] ** 2 * done["variance"]},
        "You multiplied by the variance. The squared error is divided by it.",
    ),
    "divides_by_zero": Mistake(
        {"variance": raw_variance},
        "You used the variance as it came. PyTorch raises everything below eps to eps first.",
        when=meets_eps,
        not_finite=True,
    ),
    "adds_eps": Mistake(
        {"variance": lambda given, done: raw_variance(given, done) + given["eps"]},
        "You added eps to the variance. PyTorch takes the larger of the two instead.",
    ),
    "takes_var_for_the_deviation": Mistake(
        {},
        "You took var for the standard deviation and squared it. It is the variance already.",
        given=var_squared,
    ),
    "squares_the_whole_fraction": Mistake(
        {"fit": lambda given, done: done["fit"] / done["variance"]},
        "You squared the variance too: (e/v)². Only the error is squared.",
    ),
    "ignores_eps": ignoring("You used 1e-6 where eps belongs. The caller says how small a variance may be.", eps=1e-6),
    "logarithm_of_the_raw_variance": Mistake(
        {"log_variance": lambda given, done: np.log(raw_variance(given, done))},
        "You raised the variance to eps in the division only. The logarithm takes the raised one as well.",
        when=meets_eps,
        not_finite=True,
    ),
    "divides_by_the_deviation": Mistake(
        {"fit": lambda given, done: done["fit"] * done["variance"] / np.sqrt(done["variance"])},
        "You divided by the standard deviation. Divide the squared error by the variance.",
    ),
    "error_not_squared": Mistake(
        {"fit": lambda given, done: done["error"] / done["variance"]},
        "You forgot to square the error.",
    ),
    "logarithm_of_the_deviation": Mistake(
        {"log_variance": lambda given, done: 0.5 * done["log_variance"]},
        "This is the logarithm of the standard deviation. Take that of the variance; the half comes in the next step.",
    ),
    "leaves_out_the_half": Mistake(
        {"loss_per_element": lambda given, done: done["log_variance"] + done["fit"]},
        "You left out the half.",
    ),
    "halves_the_logarithm_only": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] + 0.5 * done["fit"]},
        "You halved the logarithm only. The half belongs to both parts.",
    ),
    "halves_the_fit_only": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] + 0.5 * done["log_variance"]},
        "You halved the squared error only. The half belongs to the logarithm as well.",
    ),
    "leaves_out_the_logarithm": Mistake(
        {"loss_per_element": lambda given, done: 0.5 * done["fit"]},
        "You left out the logarithm of the variance. Without it, a network could win by always being unsure.",
    ),
    "takes_the_logarithm_away": Mistake(
        {"loss_per_element": lambda given, done: 0.5 * (done["fit"] - done["log_variance"])},
        "You took the logarithm away. It is added: a large variance must cost something.",
    ),
    "leaves_out_the_constant": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] - HALF_LOG_2PI},
        "You left out the constant. With full=True, PyTorch adds half of ln 2π, 0.919.",
        when=lambda given: given["full"],
    ),
    "adds_the_constant": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] + HALF_LOG_2PI},
        "You added half of ln 2π. PyTorch leaves this constant out unless full=True.",
        when=lambda given: not given["full"],
    ),
    "twice_the_constant": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] + HALF_LOG_2PI},
        "You added log 2π. PyTorch adds half of it, 0.919.",
        when=lambda given: given["full"],
    ),
    "adds_the_constant_once": Mistake(
        {"loss": lambda given, done: done["loss"] - (done["loss_per_element"].size - 1) * HALF_LOG_2PI},
        "You added ½ log 2π once, to the result. It belongs to every loss: a sum holds it as often as there are "
        "elements.",
        when=lambda given: given["full"] and given["reduction"] == "sum",
    ),
}

GRAD_MISTAKES = {
    "takes_var_for_the_deviation": Mistake(
        {},
        "You took var for the standard deviation and squared it. It is the variance already.",
        given=var_squared,
    ),
    "adds_eps": Mistake(
        {},
        "You added eps to the variance. PyTorch takes the larger of the two instead.",
        given=lambda given: {"var": given["var"] + given["eps"], "eps": 0.0},
    ),
    "divides_by_zero": Mistake(
        {},
        "You used the variances as they came. Below eps each counts as eps, or 0 is divided by.",
        when=meets_eps,
        given=lambda given: {"eps": 0.0},
        not_finite=True,
    ),
    "whole_slope_of_the_variance": Mistake(
        {"d_var": lambda given, done: 2 * done["d_var"]},
        "You left the ½ out of the slope for the variance. It stands in front of both parts of the loss, "
        "and no 2 cancels it.",
    ),
    "keeps_the_two": Mistake(
        {"pull": lambda given, done: 2 * done["pull"]},
        "You forgot the half in front of the squared error: it cancels the 2 of the square.",
    ),
    **difference.OTHER_SIGN,
    "stops_at_eps": Mistake(
        {"d_var": lambda given, done: np.where(given["var"] < given["eps"], 0.0, done["d_var"])},
        "You stopped the gradient where eps was used. PyTorch clamps behind autograd's back: "
        "the gradient flows on, as if eps had been the variance.",
        when=meets_eps,
    ),
    "other_sign_of_the_variance": Mistake(
        {"d_var": lambda given, done: -done["d_var"]},
        "The sign is the other way round: 1/v minus e²/v², so descent raises a variance that is too small.",
    ),
}

FIRST = {"input": [0, 1, 3], "target": [1, 1, 1], "var": [1, 0.25, 4]}

LESSON = Lesson(
    title="Gaussian NLL loss",
    torch=nn.GaussianNLLLoss,
    group="distributions",
    order=2,
    names=(
        "高斯负对数似然",
        "高斯负对数似然损失",
        "Gaussian negative log-likelihood",
        "heteroscedastic regression",
        "uncertainty loss",
    ),
    purpose="Regression for a network that predicts a value and how sure it is: "
    "errors cost less where it admits doubt, and doubt costs too.",
    use_when="Noise differs from place to place and you want error bars with the prediction.",
    not_when="You only need the value (use MSE loss), or there are wild outliers (use Huber or L1 loss).",
    formula=r"\ell_i = \frac12 \left(\ln v_i + \frac{(x_i - y_i)^2}{v_i}\right) \big(+ \tfrac12 \ln 2\pi\big), "
    r"\qquad v_i = \max(\text{var}_i, \varepsilon)",
    symbols=(
        (r"x_i", "the predicted value (input)"),
        (r"y_i", "the target"),
        (r"\text{var}_i", "the predicted variance: the square of the standard deviation"),
        (r"v_i", "the variance, but at least eps"),
        (r"\varepsilon", "eps"),
        (r"e_i", "the error"),
        (r"q_i", "the squared error over the variance"),
        (r"g_i", "the logarithm of the variance"),
        (r"h_i", "the share times error over variance (gradient)"),
        (r"\ell_i", "the loss of element i, in nats"),
        *difference.MEAN,
    ),
    tensors=(
        Tensor("input", "the predicted values", "any"),
        Tensor("target", "the true values", "same as input, or stretching to it"),
        Tensor(
            "var",
            "the predicted variances, 0 or more",
            "same as input, or one axis of size 1, or without the last axis",
            draw=draw.positive,
        ),
    ),
    parameters=(
        REDUCTION,
        Switch("full", False, "Add the constant ½ ln 2π, so that the loss is the exact negative log-density."),
        Number("eps", 1e-6, "The smallest variance; smaller ones count as this.", (0.5,), rare=True),
    ),
    shapes=(
        {"input": (3,), "target": (3,), "var": (3,)},
        {"input": (2, 3), "target": (2, 3), "var": (2, 3)},
        {"input": (2, 3), "target": (2, 3), "var": (2, 1)},
        {"input": (2, 3), "target": (2, 3), "var": (2,)},
        {"input": (2, 3), "target": (2, 3), "var": (1, 3)},
        {"input": (2, 3), "target": (2, 1), "var": (2, 3)},
        {"input": (3, 1), "target": (3,), "var": (3, 1)},
        {"input": (2, 3), "target": (4, 2, 3), "var": (2,)},
        {"input": (), "target": (), "var": ()},
        {"input": (3,), "target": (3,), "var": ()},
        {"input": (2, 2, 3), "target": (2, 2, 3), "var": (2, 2, 1)},
        {"input": (0, 3), "target": (0, 3), "var": (0, 3)},
        {"input": (3, 0), "target": (3, 0), "var": (3, 1)},
    ),
    examples=(
        Example(
            "Three predictions, three variances",
            {"input": [0, 1.5, 3], "target": [1, 2, 0.5], "var": [0.5, 0.25, 4]},
            "The second network is sure and nearly right. The third is off by 2.5, but said so: its variance is 4.",
        ),
        Example("Three guesses", FIRST, "An error of 2 with a variance of 4 costs little more than being right there."),
        Example(
            "Sure and wrong",
            {"input": [0, 0, 0], "target": [2, 2, 2], "var": [0.01, 1, 4]},
            "The same error three times. Claiming a variance of 0.01 costs 198; the honest 4 is cheapest.",
        ),
        Example(
            "Sure and right",
            {"input": [1, 1], "target": [1, 1], "var": [0.01, 1]},
            "Being right with a small variance gives a negative loss. "
            "It is a density, not a probability: it may exceed 1.",
        ),
        Example(
            "A variance of zero",
            {"input": [1, 0], "target": [1, 1], "var": [0, 0]},
            "Zero counts as eps = 0.000001: −6.9 where the prediction is right, 499993 where it is not.",
        ),
        Example(
            "One variance for each row",
            {"input": [[0, 1, 3], [2, 2, 2]], "target": [[1, 1, 1], [1, 1, 1]], "var": [1, 4]},
            "var may leave out the last axis: each row shares one variance.",
        ),
        Example(
            "A smallest variance worth seeing",
            {**FIRST, "eps": 0.5},
            "eps = 0.5 raises the 0.25 to 0.5. It is not added to the others.",
        ),
        Example(
            "With the constant",
            {**FIRST, "full": True},
            "full=True adds ½ ln 2π = 0.919 to every element. The gradient stays the same.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is half the logarithm of the variance added?",
            (
                "Otherwise a huge variance would make every error cheap.",
                "The squared error is divided by the variance; the logarithm is the price of calling yourself unsure.",
            ),
            ("So that the loss is never negative.", "It can be: the logarithm of a variance below 1 is negative."),
            ("So that the variance never becomes 0.", "That is what eps is for."),
        ),
        "without_numbers": question(
            "The prediction is exact, and the predicted variance shrinks. The loss …",
            ("falls, below 0 too, until eps stops it", "Being sure and right pays."),
            ("stays 0", "The error's part is 0, but the logarithm of the variance is not."),
            ("grows", "It would if there were an error to divide by the variance."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes={**MISTAKES, **difference.MISTAKES},
    grad_mistakes={**GRAD_MISTAKES, **difference.GRAD_MISTAKES},
    pitfalls=(
        Pitfall(
            "A variance cannot be negative",
            "A linear layer gives any number. Let the network predict log-variances and take exp, or use softplus.",
            error="var has negative entry/entries",
            values={"input": np.array([0.0]), "target": np.array([1.0]), "var": np.array([-1.0])},
        ),
        Pitfall(
            "The variance's shape",
            "One variance per column does not stretch by itself: give it as (1, columns).",
            error="var is of incorrect size",
            values={"input": np.zeros((2, 3)), "target": np.zeros((2, 3)), "var": np.ones(3)},
        ),
        Pitfall(
            "Whole numbers as variances",
            "torch.tensor([1, 2]) holds integers, which cannot be raised to eps. Write 1.0.",
            error="result type Float can't be cast to the desired output type long int",
            values={"input": np.zeros(2), "target": np.zeros(2), "var": np.array([1, 2])},
        ),
        Pitfall(
            "Variance, not standard deviation",
            "var is σ². With σ in its place, errors count too little where σ > 1 and too much where σ < 1.",
        ),
        Pitfall(
            "eps is a floor, and the gradient does not see it",
            "Older documentation says that eps is added; it is the smallest variance. "
            "The clamp is hidden from autograd, so below eps the gradient is that at eps, not 0: "
            "half a million even where the error is 0.",
        ),
        Pitfall(
            "A column against a row",
            "input (3, 1) and target (3,) give nine losses: "
            "every prediction meets every target, and nothing warns you. Give both the same shape.",
        ),
        Pitfall(
            "Keywords only",
            "full, eps and reduction must be named: GaussianNLLLoss(True) is a TypeError. "
            "A variance that is one Python number serves every element; "
            "as a tensor it must fit input, so here write it out.",
        ),
    ),
    references=(
        Reference(
            "Nix and Weigend, Estimating the mean and variance of the target probability distribution (1994)",
            "https://doi.org/10.1109/ICNN.1994.374138",
        ),
    ),
    tries=(
        Try("What if the network is more sure everywhere?", {"var": [0.1, 0.1, 0.1]}),
        Try("What if every variance is 1?", {"var": [1, 1, 1]}),
        Try("What if variances below 0.5 are not allowed?", {"eps": 0.5}),
        Try("What if the constant counts?", {"full": True}),
    ),
    extremes=Extremes(
        values=lambda x: {"input": [x, 0.0], "target": [0.0, 0.0], "var": [1.0, 1.0]},
        naive=naive,
        says="The density of a far-off value underflows to 0, and its logarithm is −∞. "
        "PyTorch never computes the density, only its logarithm.",
    ),
    pictures=(
        Curves(
            "How sure should it be?",
            "For a fixed error, the loss is lowest where the variance equals the squared error. "
            "Claiming too little costs far more than claiming too much.",
            values=lambda x: {"input": [0.0], "target": [1.0], "var": [x]},
            low=0.1,
            high=9,
            x="variance",
            settings={"error 0.5": {"target": [0.5]}, "error 1": {}, "error 2": {"target": [2.0]}},
        ),
        Curves(
            "Doubt flattens the parabola",
            "With variance 1 it is half the squared error. A larger variance makes errors cheap and being right dear.",
            values=lambda x: {"input": [x], "target": [0.0], "var": [1.0]},
            low=-4,
            high=4,
            x="error",
            settings={"variance 0.25": {"var": [0.25]}, "variance 1": {}, "variance 4": {"var": [4.0]}},
            compare=("mse_loss",),
        ),
    ),
    check=check,
    cost=cost_beside,
    not_a_slope={
        "var": "Below eps the loss does not move with var, "
        "but PyTorch hides the clamp from autograd and gives the slope at eps. Above eps the gradient is the slope."
    },
)
