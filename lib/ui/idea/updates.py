"""Optimizers: from the gradient through what is remembered to the move, with the numbers of this update."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lib.ui.idea.errors import on_a_line
from lib.ui.idea.shown import Bar, Bars, Dot, Panel, Plane, Strip
from lib.ui.idea.vectors import even, flat
from lib.ui.idea.view import View
from lib.ui.text import say


@dataclass(frozen=True)
class Stage:
    """Something on the way: the first of `steps` that there is.

    `older` names its old value in the state, `mixed` what it is moved towards: the gradient to a power.
    `beside` are further steps drawn next to it; `labels` name them all.
    """

    caption: str
    steps: tuple[str, ...]
    older: str = ""
    mixed: int = 0
    beside: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    """An optimizer's stages between gradient and move, and the two sentences."""

    stages: tuple[Stage, ...]
    says: str
    then: str
    gradient: tuple[str, ...] = ("uphill", "decayed")


AVERAGE = Stage("average m", ("exp_avg", "row_average"), "exp_avg", 1)
SQUARES = Stage("mean square v", ("exp_avg_sq", "row_square_average"), "exp_avg_sq", 2)
OVER_SIZE = Stage("m̂ and size", ("m_hat",), beside=("denominator",), labels=("m̂", "size"))
SIZE = Stage("usual size", ("denominator",))


def of_update(flow: Flow, view: View) -> Strip:
    """The panels that this update has; what it skips (a first buffer, no momentum) is not drawn."""
    drawn = (_gradient(view, flow), *(_stage(view, stage) for stage in flow.stages), _move(view))
    turned = say(" With maximize the gradient is turned first.") if view.given.get("maximize") else ""
    return Strip(tuple(panel for panel in drawn if panel), (say(flow.says) + turned, _moved(view, flow)))


def _part(view: View, array: Any) -> np.ndarray:
    """This element's part of a parameter or buffer; the whole where the working is about the whole."""
    array = np.asarray(array, np.float64)
    inside = len(view.sample) == array.ndim and all(i < n for i, n in zip(view.sample, array.shape, strict=True))
    return np.asarray(array[view.sample] if inside else array)


def _ready(view: View, flow: Flow) -> list[str]:
    return [name for name in flow.gradient if view.has(name)]


def _gradient(view: View, flow: Flow) -> Bars | None:
    """The gradient as it comes, and as it is made ready."""
    grad = view.given["grad"]
    named = view.first("row_gradient", "gradient[1]")
    if named or not isinstance(grad, np.ndarray):
        return _bars(view, Stage("gradient g", (named,)), named) if named else None
    part = np.ravel(_part(view, grad))
    ready = _ready(view, flow)
    if part.size == 1:
        labels = {"uphill": "turned", "decayed": "with decay"}
        bars = (view.fact("as it comes" if ready else "", part[0]), *(view.bar(labels[name], name) for name in ready))
        return Bars(say("gradient g"), bars)
    return view.of_each(say("gradient g"), part, word="", noun="element")


def _stage(view: View, stage: Stage) -> Bars | None:
    name = view.first(*stage.steps)
    return _bars(view, stage, name) if name else None


def _bars(view: View, stage: Stage, name: str) -> Bars:
    """One number with what it comes from or goes with; many numbers side by side."""
    if view.of(name).size != 1:
        return view.of_each(say(stage.caption), view.of(name), step=name, word="", noun="element")
    others = [other for other in stage.beside if view.has(other)]
    if others:
        named = zip((name, *others), stage.labels, strict=False)
        return Bars(say(stage.caption), tuple(view.bar(label, step) for step, label in named))
    older = view.given.get("state", {}).get(stage.older, 0.0 if stage.mixed else None)
    before = _old(view, name, older)
    if before is None:
        return Bars(say(stage.caption), (view.bar("", name),))
    mixed = (_mixed(view, stage.mixed),) if stage.mixed else ()
    return Bars(say(stage.caption), (view.fact("old", before, "hollow"), *mixed, view.bar("new", name, "target")))


def _mixed(view: View, power: int) -> Bar:
    """What an average is moved towards: the gradient that went into it, or its square."""
    name = view.first("row_gradient", "decayed", "uphill")
    value = view.one(name) if name else float(np.ravel(_part(view, view.given["grad"]))[0])
    text = view.under(name, value**power) if name else view.shown(value**power)
    return Bar(value**power, text, "g" if power == 1 else "g × g")


def _old(view: View, name: str, older: Any) -> float | None:
    """The older value of the same element; None where it is not of the parameter's shape."""
    if not isinstance(older, np.ndarray | float | int):
        return None
    if view.has("rows") and name.startswith("row_") and np.ndim(older):
        return _old_row(view, np.asarray(older, np.float64))
    part = np.ravel(_part(view, older))
    return float(part[0]) if part.size == 1 else None


def _old_row(view: View, older: np.ndarray) -> float | None:
    """A buffer's number of the row that is worked."""
    rows = np.ravel(np.asarray(view.steps["rows"].value)).astype(int)
    one_row_axis = np.ndim(view.steps["rows"].value) <= 1
    if not one_row_axis or not view.sample or view.sample[0] >= rows.size:
        return None
    part = older[(int(rows[view.sample[0]]), *view.sample[1:])]
    return float(part) if np.ndim(part) == 0 else None


def _move(view: View) -> Panel:
    """The parameter before and after: on a line; in the plane, where there are two; as bars otherwise."""
    result = view.first("new_rows") or "param"
    after, before = np.ravel(view.of(result)), np.ravel(_before(view, result))
    if after.size == 1 and before.size == 1:
        return on_a_line(
            view,
            {
                "before": (float(before[0]), view.shown(before[0]), "hollow"),
                "after": (float(after[0]), view.number(result), "target"),
            },
            "the move",
        )
    if after.size == before.size == 2:
        return _in_plane(before, after)
    return view.of_each(say("the parameter after it"), after, step=result, word="", noun="element")


def _before(view: View, result: str) -> np.ndarray:
    param = np.asarray(view.given["param"], np.float64)
    if result == "new_rows":
        old = _old_row(view, param)
        return np.asarray(np.nan if old is None else old)
    return _part(view, param)


def _in_plane(before: np.ndarray, after: np.ndarray) -> Plane:
    a, b = flat(before), flat(after)
    x, y = even([a, b])
    left = a[0] < b[0]
    dots = (
        Dot(*a, label=say("before"), tone="hollow", left=left, below=a[1] < b[1]),
        Dot(*b, label=say("after"), left=not left, below=b[1] <= a[1]),
    )
    return Plane(say("the move"), x, y, (), dots, ((a, b),) if a != b else (), even=True)


def _moved(view: View, flow: Flow) -> str:
    """Where the element lands."""
    result = view.first("new_rows") or "param"
    then = say(flow.then)
    after = np.ravel(view.of(result))
    if view.alone or not view.knows(result) or not 1 <= after.size <= 2:
        return then
    before = np.ravel(_before(view, result))
    if before.size != after.size or np.isnan(before).any():
        return then
    return then + say(" From {old} to *{new}*.", old=_listed(view, before), new=_listed(view, after))


def _listed(view: View, values: np.ndarray) -> str:
    shown = [view.shown(value) for value in values]
    return shown[0] if len(shown) == 1 else f"({', '.join(shown)})"


def flow(*stages: Stage, says: str, then: str, **more: Any) -> Callable[[View], Strip]:
    return partial(of_update, Flow(stages, says, then, **more))


BUFFER = Stage("momentum b", ("momentum_buffer",), "momentum_buffer")

UPDATES: dict[str, Callable[[View], Strip]] = {
    "sgd": flow(
        BUFFER,
        Stage("direction u", ("direction",)),
        says="It moves against the gradient; with momentum, against a buffer that carries earlier gradients along.",
        then="The move is the learning rate times what points the way.",
    ),
    "asgd": flow(
        Stage("learning rate η", ("eta_now",)),
        Stage("average so far", ("ax",), "ax"),
        says="It moves as SGD does, with a learning rate that may fall; the points it passes are averaged.",
        then="The averaging may start late; until it does, the average is the point itself.",
    ),
    "rprop": flow(
        Stage("factor", ("factor",)),
        Stage("step size", ("step_size",), "step_size"),
        says="Only the gradient’s sign counts: the step size grows while the sign stays, and shrinks when it turns.",
        then="The move is one step size against the sign; none where the sign has just turned.",
    ),
    "adagrad": flow(
        Stage("sum of squares S", ("sum",), "sum"),
        SIZE,
        says="Squared gradients add up and are never forgotten; the gradient is divided by the root of their sum.",
        then="The more a number was pushed before, the smaller a part of the gradient it moves by.",
    ),
    "adadelta": flow(
        Stage("mean square v", ("square_avg",), "square_avg", 2),
        Stage("Δ", ("delta",)),
        Stage("average of Δ²", ("acc_delta",), "acc_delta"),
        says="Its step length is its own: usual move over usual gradient, times the gradient.",
        then="The move is the learning rate times Δ.",
    ),
    "rmsprop": flow(
        Stage("mean square v", ("square_avg",), "square_avg", 2),
        SIZE,
        BUFFER,
        says="The gradient is divided by its usual size: the root of an average of its squares.",
        then="The move is the learning rate times gradient over size, or times its momentum.",
    ),
    "adam": flow(
        AVERAGE,
        SQUARES,
        OVER_SIZE,
        says="Two averages are kept: of the gradient, for the direction, and of its square, for its usual size.",
        then="Both are corrected for their start at zero; the move is the learning rate times average over root.",
    ),
    "adamax": flow(
        AVERAGE,
        Stage("largest size s", ("exp_inf",), "exp_inf"),
        says="Two things are kept: an average of the gradient, and its largest size, which slowly fades.",
        then="The move is the learning rate times the corrected average over that size.",
    ),
    "sparse_adam": flow(
        AVERAGE,
        SQUARES,
        says="Adam for the rows that have a gradient: their two averages move, and only they do.",
        then="A row without a gradient keeps its value and its averages.",
    ),
    "lbfgs": flow(
        Stage("direction d", ("direction[1]",)),
        Stage("step length t", ("step_length[1]",)),
        says="Each turn takes a direction, bent by what earlier moves told of the curvature, and a length along it.",
        then="The first turn is drawn; the point after the last one is the new parameter.",
    ),
    "adamw": flow(
        AVERAGE,
        SQUARES,
        OVER_SIZE,
        says="Adam’s two averages see the gradient alone; the decay shrinks the parameter by itself.",
        then="The move is the shrinking, and then the learning rate times average over root.",
    ),
    "nadam": flow(
        AVERAGE,
        SQUARES,
        Stage("d and size", ("direction",), beside=("denominator",), labels=("d", "size")),
        says="Adam’s two averages, but the direction already uses the momentum of the next update.",
        then="The move is the learning rate times direction over root.",
    ),
    "radam": flow(
        AVERAGE,
        SQUARES,
        OVER_SIZE,
        says="Adam’s two averages, but nothing is divided until enough gradients have told of their usual size.",
        then="Until then the move is the learning rate times the corrected average.",
    ),
    "adafactor": flow(
        Stage("row averages R", ("row_var",)),
        Stage("mean square V", ("variance_estimate", "variance"), "variance"),
        Stage("g over size", ("scaled",)),
        says="Of a matrix one average for each row and column is kept; their product stands in for every mean square.",
        then="The move is the pace times gradient over size, held back where that is too large.",
    ),
    "muon": flow(
        BUFFER,
        Stage("strengths before", ("singular_values",)),
        Stage("strengths evened", ("singular_values_after",)),
        says="The averaged gradient has strong and weak directions; they are brought towards the same strength.",
        then="The move is the learning rate times the evened matrix, after the decay.",
    ),
}
