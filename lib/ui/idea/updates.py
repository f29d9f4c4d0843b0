"""Optimizers: from the gradient through what is remembered to the move, with the numbers of this update."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lib.ui.idea.errors import on_a_line
from lib.ui.idea.shown import OPEN, Bars, Dot, Panel, Plane, Strip
from lib.ui.idea.vectors import _flat, _square
from lib.ui.idea.view import View
from lib.ui.text import say


@dataclass(frozen=True)
class Stage:
    """Something on the way: the first of `steps` that there is, beside its older value in the state."""

    caption: str
    steps: tuple[str, ...]
    older: str = ""


@dataclass(frozen=True)
class Flow:
    """An optimizer's stages between gradient and move, and the two sentences."""

    stages: tuple[Stage, ...]
    says: str
    then: str
    gradient: tuple[str, ...] = ("uphill", "decayed")


AVERAGE = Stage("average m", ("exp_avg", "row_average"), "exp_avg")
SQUARES = Stage("average of squares v", ("exp_avg_sq", "row_square_average"), "exp_avg_sq")
SIZE = Stage("usual size", ("denominator",))


def of_update(flow: Flow, view: View) -> Strip:
    """The panels that this update has; what it skips (a first buffer, no momentum) is not drawn."""
    drawn = [_stage(view, stage) for stage in flow.stages]
    panels = (_gradient(view, flow), *(panel for panel in drawn if panel), _move(view))
    return Strip(panels, (say(flow.says), _moved(view, flow)))


def _part(view: View, array: Any) -> np.ndarray:
    """This element's part of a parameter or buffer; the whole where the working is about the whole."""
    array = np.asarray(array, np.float64)
    inside = len(view.sample) == array.ndim and all(i < n for i, n in zip(view.sample, array.shape, strict=True))
    return array[view.sample] if inside else array


def _gradient(view: View, flow: Flow) -> Bars:
    """The gradient as it comes, and as it is made ready."""
    grad = view.given["grad"]
    named = view.first("row_gradient", "gradient[1]")
    if named:
        return _bars(view, say("gradient g"), named, None)
    if not isinstance(grad, np.ndarray):
        return Bars(say("gradient g"), ())
    part = np.ravel(_part(view, grad))
    ready = [name for name in flow.gradient if view.has(name)]
    if part.size == 1:
        labels = {"uphill": "turned", "decayed": "with decay"}
        bars = (view.fact("as it comes" if ready else "", part[0]), *(view.bar(labels[name], name) for name in ready))
        return Bars(say("gradient g"), bars)
    return view.of_each(say("gradient g"), part, word="")


def _stage(view: View, stage: Stage) -> Bars | None:
    name = view.first(*stage.steps)
    if not name:
        return None
    older = view.given.get("state", {}).get(stage.older) if stage.older else None
    return _bars(view, say(stage.caption), name, older)


def _bars(view: View, caption: str, name: str, older: Any) -> Bars:
    value = np.ravel(view.of(name))
    if value.size != 1:
        return view.of_each(caption, value, step=name, word="")
    new = view.bar("new" if older is not None else "", name, "target")
    before = _old(view, name, older)
    return Bars(caption, (view.fact("old", before, "hollow"), new) if before is not None else (new,))


def _old(view: View, name: str, older: Any) -> float | None:
    """The older value of the same element; None where it is not of the parameter's shape."""
    if not isinstance(older, np.ndarray | float | int):
        return None
    if view.has("rows") and name.startswith("row_"):
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
            "the parameter moves",
        )
    if after.size == before.size == 2:
        return _in_plane(view, before, after, result)
    return view.of_each(say("the parameter after it"), after, step=result, word="")


def _before(view: View, result: str) -> np.ndarray:
    param = np.asarray(view.given["param"], np.float64)
    if result == "new_rows":
        old = _old_row(view, param)
        return np.asarray(np.nan if old is None else old)
    return _part(view, param)


def _in_plane(view: View, before: np.ndarray, after: np.ndarray, result: str) -> Plane:
    a, b = _flat(before), _flat(after)
    x, y = _square([a, b])
    text = "" if view.alone else f"({view.number(result, 0)}, {view.number(result, 1)})" if view.knows(result) else OPEN
    start = "" if view.alone else f"({view.shown(before[0])}, {view.shown(before[1])})"
    dots = (Dot(*a, start, say("before"), "hollow"), Dot(*b, text, say("after"), "target", below=True))
    return Plane(say("the parameter moves"), x, y, (), dots, ((a, b),) if a != b else ())


def _moved(view: View, flow: Flow) -> str:
    """Where the element lands."""
    result = view.first("new_rows") or "param"
    then = say(flow.then)
    after = np.ravel(view.of(result))
    if view.alone or not view.knows(result) or after.size != 1:
        return then
    before = np.ravel(_before(view, result))
    if before.size != 1 or math.isnan(before[0]):
        return then
    return then + say(" From {old} to *{new}*.", old=view.shown(before[0]), new=view.number(result))


def flow(*stages: Stage, says: str, then: str, **more: Any) -> Callable[[View], Strip]:
    return partial(of_update, Flow(stages, says, then, **more))


BUFFER = Stage("momentum buffer b", ("momentum_buffer",), "momentum_buffer")

UPDATES: dict[str, Callable[[View], Strip]] = {
    "sgd": flow(
        BUFFER,
        Stage("direction u", ("direction",)),
        says="The parameter moves against the gradient; with momentum, against a buffer that carries earlier gradients along.",
        then="The move is the learning rate times what points the way.",
    ),
    "asgd": flow(
        Stage("learning rate η", ("eta_now",)),
        Stage("average of the points", ("ax",), "ax"),
        says="It moves as SGD does, with a learning rate that may fall; beside it the points it has passed are averaged.",
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
        Stage("average of squares v", ("square_avg",), "square_avg"),
        Stage("Δ", ("delta",)),
        Stage("average of moves squared", ("acc_delta",), "acc_delta"),
        says="Its step length is its own: the usual size of its moves over the usual size of its gradients, times the gradient.",
        then="The move is the learning rate times Δ.",
    ),
    "rmsprop": flow(
        Stage("average of squares v", ("square_avg",), "square_avg"),
        SIZE,
        BUFFER,
        says="The gradient is divided by its usual size: the root of an average of its squares.",
        then="The move is the learning rate times gradient over size, or times its momentum.",
    ),
    "adam": flow(
        AVERAGE,
        SQUARES,
        says="Two averages are kept: of the gradient, which gives the direction, and of its square, which gives its usual size.",
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
        says="Adam’s two averages see the gradient alone; the decay shrinks the parameter by itself.",
        then="The move is the shrinking, and then the learning rate times average over root.",
    ),
    "nadam": flow(
        AVERAGE,
        SQUARES,
        Stage("direction d", ("direction",)),
        says="Adam’s two averages, but the direction already uses the momentum of the next update.",
        then="The move is the learning rate times direction over root.",
    ),
    "radam": flow(
        AVERAGE,
        SQUARES,
        says="Adam’s two averages, but nothing is divided until enough gradients have told of their usual size.",
        then="Until then the move is the learning rate times the corrected average.",
    ),
    "adafactor": flow(
        Stage("row averages R", ("row_var",)),
        Stage("mean square V", ("variance_estimate", "variance"), "variance"),
        Stage("gradient over size", ("scaled",)),
        says="Of a matrix only an average for each row and each column is kept; their product stands in for every mean square.",
        then="The move is the pace times gradient over size, held back where that is too large.",
    ),
    "muon": flow(
        BUFFER,
        Stage("strengths before", ("singular_values",)),
        Stage("strengths evened", ("singular_values_after",)),
        says="The averaged gradient is a matrix with strong and weak directions; they are all given about the same strength.",
        then="The move is the learning rate times the evened matrix, after the decay.",
    ),
}
