"""Exponentially weighted averages: one worked by hand, how long they remember, and why SGD's momentum is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from lib.lesson.formula import formula, of
from lib.lesson.spec import Example, Lesson, Mistake, Number, Pitfall, Reference, Step, Steps, Tensor
from lib.refusal import Refusal
from lib.training.descent.descent import CURVATURE, Path


def weights(beta: float, days: int) -> np.ndarray:
    """How much each of the last `days` numbers counts in the average, the newest first: (1 − β) β^t."""
    return (1 - beta) * beta ** np.arange(days)


def total_weight(beta: float, days: int) -> float:
    """What the weights of `days` numbers add up to: 1 − β^days."""
    return 1 - beta**days


def memory(beta: float) -> float:
    """The usual rule for how many numbers an average remembers: 1 / (1 − β)."""
    return 1 / (1 - beta)


def left(beta: float, days: float) -> float:
    """What is left of a number's first weight after so many days: β^days."""
    return beta**days


def days_until(beta: float, share: float) -> float:
    """After how many days only `share` of a number's first weight is left. 0 < beta < 1."""
    return math.log(share) / math.log(beta)


def averages(series: np.ndarray, beta: float) -> tuple[np.ndarray, np.ndarray]:
    """The average after each number, started at 0, and the same corrected for that start."""
    raw = np.empty(len(series))
    average = 0.0
    for place, value in enumerate(series):
        average = raw[place] = beta * average + (1 - beta) * value
    return raw, raw / (1 - beta ** np.arange(1, len(series) + 1))


def corrected_average(series: torch.Tensor, *, beta: float, t: int) -> torch.Tensor:
    """The average of the first t numbers as Adam keeps it: lerp, then the correction."""
    average = torch.zeros((), dtype=series.dtype)
    for value in series[:t]:
        average = average.lerp(value, 1 - beta)
    return average / (1 - beta**t)


def by_hand(*, series: np.ndarray, beta: float, t: int) -> Steps:
    average = np.zeros(())
    for day, value in enumerate(series[:t], start=1):
        average = yield Step(
            f"average[{day}]",
            rf"v_{{{day}}} = \beta\, v_{{{day - 1}}} + (1-\beta)\,\theta_{{{day}}}",
            beta * average + (1 - beta) * value,
            worked=lambda before=average, value=value, day=day: formula(
                r"<beta> \cdot <before> + <rest> \cdot <series>",
                beta=beta,
                before=of(f"average[{day - 1}]", before),
                rest=1 - beta,
                series=value,
            ),
            words="Keep a share of the average before (0 at first), add the other share of the new number.",
        )
    total = yield Step(
        "total_weight",
        rf"W = 1 - \beta^{{{t}}}",
        np.asarray(1 - beta**t),
        worked=lambda: formula(rf"1 - <beta>^{{{t}}}", beta=beta),
        words="What all weights so far add up to: everything but what still sits at the start.",
    )
    yield Step(
        "corrected",
        rf"\hat v_{{{t}}} = v_{{{t}}} / W",
        average / total,
        worked=lambda: formula(
            r"\frac{<average>}{<total_weight>}", average=of(f"average[{t}]", average), total_weight=total
        ),
        words="Divide the average by the weight that it has collected so far.",
    )


def grad_by_hand(done: Mapping[str, np.ndarray], *, series: np.ndarray, beta: float, t: int) -> Steps:
    """How much each number counts in the corrected average: the weights, made to add up to 1."""
    share = np.zeros(len(series))
    share[:t] = weights(beta, t)[::-1] / done["total_weight"]
    yield Step(
        "d_series",
        r"\frac{\partial \hat v_t}{\partial \theta_i} = \frac{(1-\beta)\,\beta^{t-i}}{1-\beta^t}",
        share,
        words="The weight of each number in the corrected average.",
    )


def check(*, series: np.ndarray, beta: float, t: int) -> None:
    """Refuses what has no average."""
    if series.ndim != 1 or not series.size:
        raise Refusal("Expected a list with one number per day, such as [10, 12, 9].")
    if not np.isfinite(series).all():
        raise Refusal("An average needs finite numbers.")
    if not 0 <= beta < 1:
        raise Refusal("beta is {beta:g}; expected 0 or more and less than 1.", beta=beta)
    if not 1 <= t <= len(series):
        raise Refusal("t is {t}; expected a day from 1 to {last}.", t=t, last=len(series))


def _day(done: Mapping[str, Any]) -> int:
    """Which turn of the loop is being answered."""
    return sum(name.startswith("average[") for name in done)


def _before(done: Mapping[str, Any]) -> Any:
    return done.get(f"average[{_day(done) - 1}]", 0.0)


def _value(given: Mapping[str, Any], done: Mapping[str, Any]) -> Any:
    return given["series"][_day(done) - 1]


LESSON = Lesson(
    title="Averages and momentum",
    torch=corrected_average,
    group="training",
    order=2,
    names=("指数加权平均与动量", "exponentially weighted average", "EMA", "momentum", "bias correction"),
    purpose="An average that forgets: the newest number counts most, older ones fade.",
    use_when="You want the trend of noisy numbers, such as gradients or losses, without keeping them all.",
    not_when="Every number must count the same.",
    formula=r"v_t = \beta\, v_{t-1} + (1-\beta)\,\theta_t, \qquad \hat v_t = \frac{v_t}{1-\beta^t}",
    symbols=(
        (r"\theta_t", "the number of day t"),
        (r"\beta", "the share of the average before that is kept"),
        ("v_t", "the average after day t, started at 0"),
        (r"\hat v_t", "the average, corrected for its start"),
    ),
    tensors=(Tensor("series", "One number per day.", "(days,)"),),
    parameters=(
        Number("beta", 0.9, "The share of the average before that is kept.", also=(0.0, 0.5, 0.98)),
        Number("t", 1, "The day to work out.", integer=True),
    ),
    shapes=({"series": (4,)}, {"series": (1,)}),
    examples=(
        Example(
            "Six days", {"series": [10, 12, 9, 14, 11, 13], "beta": 0.9, "t": 2}, "The start at 0 pulls it far down."
        ),
    ),
    by_hand=by_hand,
    grad_by_hand=grad_by_hand,
    check=check,
    mistakes={
        "average_weights_swapped": Mistake(
            {"average": lambda given, done: (1 - given["beta"]) * _before(done) + given["beta"] * _value(given, done)},
            "You swapped the weights: β keeps the average before, and 1 − β is the share of the new number.",
        ),
        "average_adds_all": Mistake(
            {"average": lambda given, done: given["beta"] * _before(done) + _value(given, done)},
            "You added the whole new number: that is SGD's momentum buffer. An average takes the share 1 − β of it.",
        ),
        "starts_with_the_first_value": Mistake(
            {"average": lambda given, done: _value(given, done) if _day(done) == 1 else done["average"]},
            "You started at the first number. Here the average starts at 0, and the correction makes up for it.",
        ),
        "one_day_too_few": Mistake(
            {"total_weight": lambda given, done: 1 - given["beta"] ** (given["t"] - 1)},
            "You counted one day too few: after day t the power is t, not t − 1.",
        ),
        "takes_what_is_missing": Mistake(
            {"total_weight": lambda given, done: given["beta"] ** given["t"]},
            "β to the power t is what is missing. The weights so far add up to 1 minus that.",
        ),
        "weight_of_one_day": Mistake(
            {"total_weight": lambda given, done: 1 - given["beta"]},
            "1 − β is the weight of one day. All t days together weigh 1 − β to the power t.",
        ),
        "no_correction": Mistake(
            {"corrected": lambda given, done: done[f"average[{given['t']}]"]},
            "You left the correction out: the start at 0 still pulls the average down. Divide by the total weight.",
        ),
        "multiplies_by_the_weight": Mistake(
            {"corrected": lambda given, done: done[f"average[{given['t']}]"] * done["total_weight"]},
            "You multiplied by the total weight. Dividing makes the weights add up to 1.",
        ),
    },
    pitfalls=(
        Pitfall(
            "Momentum is not this average",
            "torch's SGD adds the whole gradient to its buffer, "
            "so with equal gradients the buffer grows to 1/(1 − momentum) times one of them. "
            "An average would stay at one.",
        ),
    ),
    references=(
        Reference("Kingma and Ba, Adam (2015), section 3: the bias correction", "https://arxiv.org/abs/1412.6980"),
        Reference("Goh, Why Momentum Really Works (2017)", "https://distill.pub/2017/momentum/"),
        Reference("torch.optim.SGD", "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html"),
    ),
)


def momentum_path_by_torch(
    lr: float, momentum: float, start: float, iterations: int, dtype: torch.dtype = torch.float32
) -> Path:
    """SGD with momentum on y = (2x)², by torch.optim.SGD and autograd."""
    x = torch.tensor([start], dtype=dtype, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=lr, momentum=momentum)
    rows = []
    for _ in range(iterations):
        optimizer.zero_grad()
        y = torch.pow(2 * x, 2)
        y.backward()
        rows.append((x.item(), x.grad.item(), y.item()))
        optimizer.step()
    return Path(*np.array(rows).T)


def first_below(losses: np.ndarray, level: float) -> int | None:
    """The first iteration with a loss below the level; None if there is none."""
    found = np.flatnonzero(losses < level)
    return int(found[0]) if found.size else None


def stays_below(losses: np.ndarray, level: float) -> int | None:
    """The iteration from which no loss reaches the level again; None if the last one does."""
    reaching = np.flatnonzero(~(losses < level))
    first = int(reaching[-1]) + 1 if reaching.size else 0
    return first if first < len(losses) else None


def shrink(lr: float, momentum: float, curvature: float = CURVATURE) -> tuple[float, bool]:
    """What x shrinks by per update in the long run, and whether it swings: complex roots of z² − (1 + m − lr·c) z + m.

    Goh (2017), https://distill.pub/2017/momentum/.
    """
    roots = np.roots([1.0, -(1 + momentum - lr * curvature), momentum])
    return float(np.abs(roots).max()), bool(np.abs(roots.imag).max(initial=0.0) > 0)


def best_momentum(lr: float, curvature: float = CURVATURE) -> float:
    """The momentum with the fastest shrinking for this learning rate: (1 − √(lr · c))²."""
    return (1 - math.sqrt(lr * curvature)) ** 2


def buffers(gradients: np.ndarray, momentum: float, dampening: float) -> np.ndarray:
    """SGD's momentum buffer after each gradient: the first one whole, then m · buffer + (1 − dampening) · gradient."""
    kept = np.empty(len(gradients))
    for place, gradient in enumerate(gradients):
        kept[place] = momentum * kept[place - 1] + (1 - dampening) * gradient if place else gradient
    return kept


def buffers_by_torch(gradients: np.ndarray, momentum: float, dampening: float) -> np.ndarray:
    """The same from a live torch.optim.SGD; without momentum it keeps no buffer and steps by the gradient itself."""
    parameter = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=momentum, dampening=dampening)
    kept = []
    for gradient in gradients.tolist():
        parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        kept.append(optimizer.state[parameter].get("momentum_buffer", parameter.grad).item())
    return np.array(kept)
