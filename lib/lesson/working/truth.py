"""Every number that is right at a step: the exact one, and what the number format that was chosen makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lib.budget import OverBudget, Stopped
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.case import Case
from lib.lesson.run.drive import Worked
from lib.lesson.run.loss import REFUSALS, torch_result
from lib.lesson.run.trace import trace_by_torch
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Lesson, Step
from lib.lesson.working.diagnose import Part, truth_of
from lib.once import once

Road = Mapping[str, np.ndarray]  # step name -> value

_LAST_DIGITS = np.finfo(np.float64).eps


@dataclass(frozen=True, eq=False)
class Truth:
    """The right values of one part of a case. `shown` is torch's own result where the page has it already."""

    case: Case
    part: Part
    shown: np.ndarray | None = None

    @once
    def exact(self) -> Worked:
        """The hand calculation in float64."""
        return truth_of(self.case, self.part)

    @once
    def format(self) -> np.dtype:
        """The number format that was chosen: the narrowest among the floating tensors given."""
        arrays = [np.asarray(a) for a in (*self.case.typed.values(), self.shown) if hasattr(a, "dtype")]
        kinds = [a.dtype for a in arrays if a.dtype.kind == "f"]
        return min(kinds, key=lambda kind: kind.itemsize, default=np.dtype(np.float64))

    def values(self, step: Step) -> list[np.ndarray]:
        """What is right at a step, the exact value first; the other roads only where the format is a narrow one."""
        exact = np.asarray(self.exact.steps[step.name].value)
        found = [road[step.name] for road in self.roads if step.name in road]
        return [exact, *(value for value in found if np.shape(value) == exact.shape)]

    @once
    def roads(self) -> list[Road]:
        """Torch's own numbers; the calculation on the decimals that were typed; the calculation in float32."""
        if self.format == np.float64:
            return []
        makers = [self._torchs, self._from_decimals] + [self._in_format] * (self.format == np.float32)
        return [road for road in map(_made, makers) if road]

    def _torchs(self) -> Road:
        case, last = self.case, next(reversed(self.exact.steps))
        if isinstance(case.lesson, Lesson):
            result = torch_result(case.lesson, case.typed, budget=case.budget)
            if self.part == "gradient":
                return {f"d_{name}": grad for name, grad in result.grads.items()}
            return {last: result.value, **self._unreduced(last)}
        if isinstance(case.lesson, Optimizer) and self.shown is None and not case.given["state"]:
            settings = {name: v for name, v in case.typed.items() if name not in ("param", "grad", "state")}
            update = trace_by_torch(case.lesson, case.typed["param"], [case.typed["grad"]], settings)
            return {last: update[0].param}
        return {} if self.shown is None else {last: self.shown}

    def _unreduced(self, last: str) -> Road:
        """Torch's losses before they are added up."""
        case, names = self.case, [name for name in self.exact.steps if name not in (last, "divisor")]
        if "reduction" not in case.given or case.given["reduction"] == "none" or not names:
            return {}
        assert isinstance(case.lesson, Lesson)
        each = torch_result(case.lesson, {**case.typed, "reduction": "none"}, budget=case.budget)
        return {names[-1]: each.value}

    def _from_decimals(self) -> Road:
        values = {name: _decimals(value) for name, value in self.case.typed.items()}
        return self._worked(Case.of(self.case.lesson, values, budget=self.case.budget))

    def _in_format(self) -> Road:
        return self._worked(Case.of(self.case.lesson, self.case.typed, self.format, self.case.budget))

    def _worked(self, case: Case) -> Road:
        """Another working's values, but where they overflow and the exact ones do not."""
        sent, exact = truth_of(case, self.part).sent, self.exact.sent
        return {
            name: np.asarray(value, dtype=np.float64)
            for name, value in sent.items()
            if name in exact and (np.isfinite(value).all() or not np.isfinite(exact[name]).all())
        }

    def noise(self, step: Step) -> np.ndarray:
        """How much of a step's value may be nothing but rounding.

        That is as much as the value moves when the last digit of every input does; the angles of a schedule, which
        come from whole numbers, are only as good as π is.
        """
        exact = np.asarray(self.exact.steps[step.name].value, dtype=np.float64)
        least = 8 * _LAST_DIGITS * isinstance(self.case.lesson, Scheduler)
        moved = [least * np.ones_like(exact)]
        for other in self._nudged:
            if step.name in other and np.shape(other[step.name]) == exact.shape:
                with np.errstate(all="ignore"):
                    moved.append(np.nan_to_num(np.abs(other[step.name] - exact), nan=0.0, posinf=0.0))
        return np.asarray(4 * np.max(moved, axis=0))

    @once
    def _nudged(self) -> list[Road]:
        made = [_made(partial(self._with_last_digits_moved, turn)) for turn in (1, -1)]
        return [road for road in made if road]

    def _with_last_digits_moved(self, turn: int) -> Road:
        given = {name: _moved(value, turn * (-1) ** place) for place, (name, value) in enumerate(self._inputs())}
        case = Case(self.case.lesson, {**self.case.given, **given}, self.case.budget)
        return truth_of(case, self.part).sent

    def _inputs(self) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in self.case.given.items() if name != "state"]


def _made(make: Callable[[], Road]) -> Road | None:
    """Another road's values; None where it cannot be gone with these inputs, such as half precision in torch."""
    try:
        with np.errstate(all="ignore"):
            return make()
    except (OverBudget, Stopped):
        raise
    except REFUSALS:
        return None


def _decimals(value: Any) -> Any:
    """An array of narrow floats as the shortest decimals that stand for them: 0.1, not 0.10000000149."""
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f" or value.dtype.itemsize >= 8:
        return value
    return np.array([float(str(number)) for number in value.ravel()], dtype=np.float64).reshape(value.shape)


def _moved(value: Any, turn: int) -> Any:
    """The value with its last digit moved, up and down in turn; whole numbers in their own type stay."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        signs = turn * np.where(np.arange(value.size) % 2, -1.0, 1.0).reshape(value.shape)
        return value * (1 + signs * _LAST_DIGITS)
    return value * (1 + turn * _LAST_DIGITS) if isinstance(value, float) else value
