"""What the optimizer page's fields mean: where the parameter starts, where its gradients come from, and how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lib.lesson.objectives import OBJECTIVES, TYPED, Objective
from lib.lesson.optimizer import SET_UP, Convention, Optimizer
from lib.lesson.pieces.checks import words
from lib.lesson.run.trace import Gradients, Update
from lib.refusal import Refusal

MOST_UPDATES = 1000
MOST_NUMBERS = 1000  # in the parameter


@dataclass(frozen=True, eq=False)
class SetUp:
    """A run that can be handed to trace_by_hand and trace_by_torch; `objective` is None for typed gradients."""

    param: np.ndarray
    grads: Gradients
    values: dict[str, Any]  # torch's own arguments; lr is a list where it drops
    updates: int
    objective: Objective | None

    def loss(self, param: np.ndarray) -> float:
        """The objective at a parameter: the sum over its leading axes; NaN for typed gradients."""
        return float(self.losses(param[None])[0])

    def losses(self, params: np.ndarray) -> np.ndarray:
        """The objective at each of several parameters, stacked along a first axis."""
        if self.objective is None:
            return np.full(len(params), np.nan)
        with np.errstate(all="ignore"):
            return self.objective.value(params).reshape(len(params), -1).sum(1)


def set_up(lesson: Optimizer, form: Mapping[str, Any]) -> SetUp:
    """Reads the form: SET_UP's fields and torch's arguments; left-out ones take their defaults. May raise a Refusal."""
    given = {spec.name: form.get(spec.name, spec.default) for spec in SET_UP}
    values = {name: value for name, value in form.items() if name not in given}
    updates = int(given["updates"])
    if not 1 <= updates <= MOST_UPDATES:
        raise Refusal("updates is {updates}; expected 1 to {most}.", updates=updates, most=MOST_UPDATES)
    start = np.array(given["start"], dtype=getattr(given["start"], "dtype", np.float64))
    if start.dtype.kind != "f":
        start = start.astype(np.float64)
    if start.size > MOST_NUMBERS:
        raise Refusal("start holds {size} numbers; expected at most {most}.", size=start.size, most=MOST_NUMBERS)
    if not np.isfinite(start).all():
        raise Refusal("start holds a number that is not finite; expected ordinary numbers.")
    values |= _dropped(lesson, given, values, updates)
    if given["objective"] == TYPED:
        return _typed(lesson, start, given["grads"], values, updates)
    return _of_objective(lesson, start, OBJECTIVES[given["objective"]], values, updates)


def _dropped(lesson: Optimizer, given: Mapping[str, Any], values: Mapping[str, Any], updates: int) -> dict[str, Any]:
    """The learning rate as a list, where it drops within the run."""
    drop_at = int(given["drop_at"])
    if drop_at < 0:
        says = "drop_at is {drop_at}; expected the number of an update, or 0 for no drop."
        raise Refusal(says, drop_at=drop_at)
    if drop_at == 0 or drop_at > updates:
        return {}
    default = next(p.default for p in lesson.parameters if p.name == "lr")
    before, after = values.get("lr", default), float(given["drop_to"])
    return {"lr": [before if update < drop_at else after for update in range(1, updates + 1)]}


def _of_objective(
    lesson: Optimizer, start: np.ndarray, objective: Objective, values: dict[str, Any], updates: int
) -> SetUp:
    if start.ndim == 0 or start.shape[-1] != objective.size:
        says = "start has shape {shape}; {objective} takes {size} numbers, such as [2, 1]."
        if objective.size == 1:
            says = "start has shape {shape}; {objective} takes one number, such as [2]."
        raise Refusal(says, shape=words(start.shape), objective=objective.title, size=objective.size)
    grads: Gradients = objective.gradient
    if lesson.gradient == "closure":
        grads = [partial(_loss_and_gradient, objective, update) for update in range(updates)]
    if lesson.gradient == "sparse":
        grads = partial(_every_row, objective)
    return SetUp(start, grads, values, updates, objective)


def _loss_and_gradient(objective: Objective, update: int, param: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(all="ignore"):
        return np.sum(objective.value(param)), objective.gradient(param, update)


def _every_row(objective: Objective, param: np.ndarray, update: int) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(len(param)), objective.gradient(param, update)


def _typed(lesson: Optimizer, start: np.ndarray, grads: Any, values: dict[str, Any], updates: int) -> SetUp:
    """Gradients as typed; the first axis counts the updates. In sparse ones a row of NaN stands for an absent row."""
    grads = np.asarray(grads, dtype=start.dtype)
    if lesson.gradient == "closure":
        says = "{lesson} asks for loss and gradient at points of its own; choose a function."
        raise Refusal(says, lesson=lesson.title)
    if grads.ndim != start.ndim + 1 or grads.shape[1:] != start.shape:
        expected = words((updates, *start.shape))
        says = "grads has shape {shape}; expected {expected}: one gradient per update."
        raise Refusal(says, shape=words(grads.shape), expected=expected)
    if len(grads) < updates:
        updates = len(grads)
    if updates == 0:
        raise Refusal("grads is empty; expected a gradient for each update.")
    listed = [_rows_of(grad) for grad in grads] if lesson.gradient == "sparse" else list(grads)
    if isinstance(values.get("lr"), list):
        values = {**values, "lr": values["lr"][:updates]}
    return SetUp(start, listed[:updates], values, updates, None)


def _rows_of(grad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    present = ~np.isnan(grad).reshape(len(grad), -1).all(-1)
    return np.flatnonzero(present), grad[present]


def before_update(ready: SetUp, by_hand: Sequence[Update], update: int) -> dict[str, Any]:
    """What the working of one update (from 1) is given: torch's arguments, the parameter and the state before it."""
    before = by_hand[update - 2] if update > 1 else None
    values = dict(ready.values)
    if isinstance(values.get("lr"), list):
        values["lr"] = values["lr"][update - 1]
    return {
        **values,
        "param": before.param if before else ready.param.astype("float64"),
        "grad": by_hand[update - 1].grad,
        "state": before.state if before else {},
    }


def in_torchs_terms(lesson: Optimizer, convention: Convention, ready: SetUp, others: Sequence[Update]) -> list[Update]:
    """Another convention's updates, with their buffers written as torch would hold them."""
    lr = ready.values.get("lr", next(p.default for p in lesson.parameters if p.name == "lr"))
    translated = []
    for place, update in enumerate(others):
        given = {**{p.name: p.default for p in lesson.parameters}, **ready.values}
        given["lr"] = lr[place] if isinstance(lr, list) else lr
        state = convention.in_torchs_terms(update.state, given) if update.state else {}
        translated.append(Update(update.work, update.param, dict(state), update.grad))
    return translated
