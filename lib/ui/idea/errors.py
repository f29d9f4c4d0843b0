"""A prediction beside a number: how far off, and what the curve makes of that."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lib.ui.idea.shown import OPEN, Bars, Dot, Plane, Strip, finite
from lib.ui.idea.view import View
from lib.ui.text import say

LOSS = "loss_per_element"
POINTS = 61


def points(low: float, high: float, corners: tuple[float, ...] = ()) -> np.ndarray:
    """Evenly spaced, the corners among them, so that a kink is drawn as one."""
    inside = [c for c in corners if low <= c <= high]
    return np.unique(np.concatenate([np.linspace(low, high, POINTS), np.array(inside, np.float64)]))


def loss_curve(
    view: View,
    moves: Callable[[np.ndarray], Mapping[str, Any]],
    at: float,
    ends: tuple[float, float],
    caption: str,
    name: str,
    corners: tuple[float, ...] = (),
    step: str = LOSS,
) -> Plane:
    """The lesson's own loss while one number moves, with this sample on it."""
    x = points(*ends, corners)
    y = view.curve({**moves(x), "reduction": "none"}, step)
    value = view.one(step)
    low, high = _heights(y, value)
    foot = ("", name, "") if view.alone else (view.shown(round(ends[0], 3)), name, view.shown(round(ends[1], 3)))
    shown = Dot(at if math.isfinite(value) else math.nan, value, view.number(step))
    return Plane(say(caption), ends, (low, high), ((x, y),), (shown,), _guides(at, value, low, ends), foot)


def _heights(y: np.ndarray, value: float) -> tuple[float, float]:
    inside = finite([*y.tolist(), value]) or [0.0, 1.0]
    low, high = min([0.0, *inside]), max(inside)
    return low, high + 0.08 * (high - low) if high > low else low + 1.0


def _guides(at: float, value: float, low: float, ends: tuple[float, float]):
    if not (math.isfinite(at) and math.isfinite(value)):
        return ()
    return ((at, low), (at, value)), ((ends[0], value), (at, value))


def on_a_line(
    view: View, places: Mapping[str, tuple[float, str, Any]], caption: str, gap: tuple[str, str] = ("", "")
) -> Plane:
    """Numbers as points on one line: name -> (value, its text, tone); `gap` names the distance of the first two."""
    values = finite([value for value, _, _ in places.values()]) or [0.0]
    low, high = min(values), max(values)
    room = 0.25 * (high - low) or max(1.0, abs(high))
    dots = [
        Dot(value, 0.0, text, say(name), tone, below=bool(i % 2))
        for i, (name, (value, text, tone)) in enumerate(places.items())
        if math.isfinite(value)
    ]
    first, second = [value for value, _, _ in places.values()][:2]
    joined = (((first, 0.0), (second, 0.0)),) if math.isfinite(first) and math.isfinite(second) else ()
    return Plane(
        say(caption),
        (low - room, high + room),
        (-1.0, 1.0),
        (),
        tuple(dots),
        joined,
        ("", " ".join(filter(None, gap)), ""),
        zero=True,
    )


@dataclass(frozen=True)
class Errors:
    """How a loss of the error is told: its corners, its first sentence, and what it does with the size."""

    says: str
    alone: str
    corners: Callable[[Mapping[str, Any]], tuple[float, ...]] = lambda given: (0.0,)


def of_error(kind: Errors, view: View) -> Strip:
    """Prediction and target on a line; the error on the loss's curve."""
    step = view.first(LOSS, "size")  # with beta = 0 the size is the loss
    x, y, error = view.element("input", step), view.element("target", step), view.one("error")
    corners = kind.corners(view.given)
    reach = 1.35 * max(
        [1.0, *finite([abs(error), *(1.6 * abs(c) for c in corners if abs(c) <= 8 * max(1.0, abs(error)))])]
    )
    curve = loss_curve(
        view,
        lambda xs: {"input": xs, "target": np.zeros_like(xs)},
        error,
        (-reach, reach),
        "loss over the error",
        say("error"),
        corners,
        step,
    )
    line = on_a_line(
        view,
        {"target": (y, view.shown(y), "hollow"), "prediction": (x, view.shown(x), "target")},
        "prediction and target",
        (say("error"), view.number("error")),
    )
    return Strip((line, curve), _of_error(kind, view, step))


def _of_error(kind: Errors, view: View, step: str) -> tuple[str, ...]:
    if view.alone:
        return say(kind.says), say(kind.alone)
    who = view.name_of_sample("Element")
    error, loss = view.number("error"), view.number(step)
    told = (
        say("{who}: the error is *{error}*", who=who, error=error)
        if error != OPEN
        else say("{who}: the error is prediction minus target", who=who)
    )
    return say(kind.says), told + (
        say(", which costs *{loss}*.", loss=loss) if loss != OPEN else say("; the curve says what it costs.")
    )


def _around(name: str) -> Callable[[Mapping[str, Any]], tuple[float, ...]]:
    return lambda given: (-float(given[name]), 0.0, float(given[name]))


L1 = Errors(
    "Every unit of distance costs the same: two straight lines that meet in a corner at zero.",
    "On either side of the corner the slope is the same everywhere.",
)
MSE = Errors(
    "The error is squared: twice as far off costs four times as much.",
    "The parabola is flat near zero and steep far out.",
)
HUBER = Errors(
    "Closer than delta a parabola, beyond it a straight line that goes on with the parabola’s slope.",
    "Small errors are squared, large ones count by their size.",
    _around("delta"),
)
SMOOTH_L1 = Errors(
    "Closer than beta a parabola, beyond it a straight line whose slope is the same for every beta.",
    "Small errors are squared, large ones count by their size.",
    _around("beta"),
)


def poisson(view: View) -> Strip:
    """The predicted rate beside the count; the curve is lowest where they agree."""
    x, y = view.element("input", LOSS), view.element("target", LOSS)
    logs = bool(view.given["log_input"])
    rate = view.bar("rate", "rate") if logs else view.fact("rate", x)
    both = Bars(
        say("rate and count") if not logs else say("rate eˣ and count"),
        (rate, view.fact("count", y, "target")),
        sign="→",
    )
    best = math.log(y) if logs and y > 0 else y
    middle = finite([x, best]) or [0.0]
    low, high = min(middle) - 1, max(middle) + 1
    low = max(low, 1e-3) if not logs else low
    high = max(high, low + 1)
    curve = loss_curve(
        view,
        lambda xs: {"input": xs, "target": np.full_like(xs, y)},
        x,
        (low, high),
        "loss over the prediction",
        say("log of the rate") if logs else say("rate"),
        (best,),
    )
    first = (Bars(say("log of the rate"), (view.fact("input", x),)),) if logs else ()
    return Strip((*first, both, curve), _of_rate(view, logs))


def _of_rate(view: View, logs: bool) -> tuple[str, ...]:
    general = say("The rate costs its own size, and earns the count times its logarithm.")
    if view.alone:
        return general, say("Where something was counted, the loss is lowest where the rate is the count.")
    rate = view.number("rate") if logs else view.shown(view.element("input", LOSS))
    count, loss, who = view.shown(view.element("target", LOSS)), view.number(LOSS), view.name_of_sample("Element")
    told = say("{who}: a rate of *{rate}* for a count of {count}", who=who, rate=rate, count=count)
    if rate == OPEN:
        told = say("{who}: a count of {count}", who=who, count=count)
    return general, told + (
        say(" costs *{loss}*.", loss=loss) if loss != OPEN else say("; the curve says what that costs.")
    )


def gaussian(view: View) -> Strip:
    """The error beside the spread that was predicted; then what each of the two costs."""
    x, y = view.element("input", LOSS), view.element("target", LOSS)
    variance = view.one("variance")
    seen = view.number("variance")
    line = on_a_line(
        view,
        {"target": (y, view.shown(y), "hollow"), "prediction": (x, view.shown(x), "target")},
        "prediction and target",
        (say("error"), view.number("error")),
    )
    pays = Bars(
        say("what it pays, halved"),
        (view.bar("misfit", "fit", "target"), view.bar("log variance", "log_variance")),
    )
    reach = 1.3 * max([1.0, *finite([abs(x - y), 2 * math.sqrt(variance) if variance >= 0 else math.nan])])
    curve = loss_curve(
        view,
        lambda xs: {"input": xs, "target": np.zeros_like(xs), "var": np.full_like(xs, variance)},
        x - y,
        (-reach, reach),
        "loss over the error",
        say("error"),
        (0.0,),
    )
    general = say(
        "The loss is half of two parts: the squared error measured in variances, and the logarithm of the variance."
    )
    if view.alone:
        return Strip((line, pays, curve), (general, say("A wide variance makes errors cheap, and costs by itself.")))
    loss = view.number(LOSS)
    told = (
        say("{who}: with a variance of {v}", who=view.name_of_sample("Element"), v=seen)
        if seen != OPEN
        else view.name_of_sample("Element")
    )
    more = say(", the constant ½ ln 2π among them") if view.given["full"] else ""
    return Strip(
        (line, pays, curve),
        (
            general,
            told
            + (
                say(" the loss is *{loss}*{more}.", loss=loss, more=more)
                if loss != OPEN
                else say(", half of both together{more}.", more=more)
            ),
        ),
    )


def kind(of: Errors) -> Callable[[View], Strip]:
    return partial(of_error, of)
