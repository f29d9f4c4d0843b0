"""Several optimizers from the same start; beside each stands how its learning rate was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget, Stopped
from lib.lesson.optimizer import SET_UP, Optimizer
from lib.lesson.run.set_up import SetUp, set_up
from lib.lesson.run.sweep import final_losses, sweep_setting
from lib.lesson.run.trace import Update, params_of, trace_by_hand

DEFAULT, SAME, BEST = "default", "same", "best"
HOW = {BEST: "tuned: the best of 13 for each", SAME: "the one set above, for all", DEFAULT: "PyTorch's default"}
TRIED = np.logspace(-4, 0, 13)


@dataclass(frozen=True, eq=False)
class Rival:
    """One optimizer's run: its learning rate, how that was chosen, and the updates; or why it cannot take part."""

    name: str
    rate: float = float("nan")
    chosen: str = ""
    start: np.ndarray | None = None
    updates: Sequence[Update] = ()
    refused: str = ""

    @property
    def legend(self) -> str:
        return f"{self.name}, lr {self.rate:.3g} ({self.chosen})"

    @property
    def params(self) -> np.ndarray:
        return params_of(np.asarray(self.start), self.updates)


def rivals(
    lesson: Optimizer,
    form: Mapping[str, Any],
    others: Sequence[Optimizer],
    how: str,
    *,
    budget: Budget = UNBOUNDED,
) -> list[Rival]:
    """The lesson's own run as it is set up, then each other optimizer from the same start with torch's defaults."""
    shared = {spec.name: form[spec.name] for spec in SET_UP if spec.name in form} | {"drop_at": 0}
    own = {**form, "drop_at": 0}
    rate = float(form.get("lr", _default_rate(lesson)))
    found = [_rival(lesson, own, how if how == BEST else SAME, rate, budget)]
    return found + [_rival(other, shared, how, rate, budget) for other in others]


def _default_rate(lesson: Optimizer) -> float:
    return float(next(p.default for p in lesson.parameters if p.name == "lr"))  # type: ignore[arg-type]


def _rival(lesson: Optimizer, form: Mapping[str, Any], how: str, same: float, budget: Budget) -> Rival:
    try:
        rate = {DEFAULT: _default_rate(lesson), SAME: same}.get(how)
        rate = best_rate(lesson, form, budget=budget) if rate is None else rate
        ready = set_up(lesson, {**form, "lr": rate})
        updates = trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates, budget=budget)
    except Stopped:
        raise
    except ValueError as error:
        return Rival(lesson.title, refused=str(error))
    chosen = {DEFAULT: "PyTorch's default", SAME: "as set above", BEST: "best of 13"}[how]
    return Rival(lesson.title, rate, chosen, ready.param, updates)


def best_rate(lesson: Optimizer, form: Mapping[str, Any], *, budget: Budget = UNBOUNDED) -> float:
    """The learning rate among TRIED with the lowest loss after the last update."""
    if lesson.sweeps:
        now = _swept_now(lesson, form)
        losses = final_losses(lesson, form, TRIED, np.array([now]), budget=budget)[0]
    else:
        tried = [set_up(lesson, {**form, "lr": rate}) for rate in TRIED]
        losses = np.array([_final_loss(lesson, ready, budget) for ready in tried])
    return float(TRIED[int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))])


def _swept_now(lesson: Optimizer, form: Mapping[str, Any]) -> float:
    """What the parameter is set to that the map is swept over."""
    (name, _), *_ = sweep_setting(lesson, form, 0.0).items()
    value = form.get(name, next(p.default for p in lesson.parameters if p.name == name))
    place = lesson.sweeps.partition("[")[2].rstrip("]")
    return float(value[int(place)] if place else value)


def _final_loss(lesson: Optimizer, ready: SetUp, budget: Budget) -> float:
    updates = trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates, budget=budget)
    return ready.loss(updates[-1].param)
