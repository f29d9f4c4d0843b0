"""A slip that was made from the first update, or epoch, on: what it has left for the one that is worked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget, OverBudget, Stopped
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.drive import Slip, go_on
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.run.set_up import SetUp
from lib.lesson.run.trace import trace_by_hand
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Mistake
from lib.lesson.working.diagnose import made, same_value, slip_of

MOST_UPDATES = 20  # worked again with each mistake; nobody works more of them by hand
MOST_EPOCHS = 100

Slipping = Callable[[Mapping[str, Any]], Slip]


@dataclass(frozen=True, eq=False)
class WholeRun:
    """The updates, or epochs, up to the one that is worked: `before(slip)` says what stands there after the slip.

    That is the parameter, the gradient and the state, or the learning rate and the state. `says` goes before the
    mistake's own sentence.
    """

    before: Callable[[Slipping], Mapping[str, Any]]
    says: str

    def slip(self, mistake: Mistake, given: Mapping[str, Any]) -> Slip | None:
        """The mistake from the first update on; None where it leaves the same as the right way, or leads nowhere."""
        try:
            before = self.before(slip_of(mistake))
        except (OverBudget, Stopped):
            raise
        except (ValueError, ArithmeticError, IndexError):  # such as a rate below 0 on the way
            return None
        if all(_same(given[name], value) for name, value in before.items()):
            return None
        here = {**given, **before}
        if not mistake.when(here):
            return Slip(before, go_on)
        now = made(mistake, here)
        return Slip({**before, **now.changed}, now.answer)


def of_updates(lesson: Optimizer, ready: SetUp, update: int, *, budget: Budget = UNBOUNDED) -> WholeRun | None:
    """The run up to this update, from 1; None where it is the first, or too far for a run by hand."""
    if not 1 < update <= MOST_UPDATES:
        return None

    def before(slip: Slipping) -> Mapping[str, Any]:
        trace = trace_by_hand(lesson, ready.param, ready.grads, ready.values, update, slip=slip, budget=budget)
        last = trace[update - 2]
        return {"param": last.param, "grad": trace[update - 1].grad, "state": last.state}

    return WholeRun(before, "This comes of a run with a slip made in every update, the earlier ones too.")


def of_epochs(
    lesson: Scheduler, values: Mapping[str, Any], epoch: int, metrics: Any = None, *, budget: Budget = UNBOUNDED
) -> WholeRun | None:
    """The schedule up to this epoch, from 0; None where it is the first, or too far for a run by hand."""
    if not 0 < epoch <= MOST_EPOCHS:
        return None

    def before(slip: Slipping) -> Mapping[str, Any]:
        rates = schedule_by_hand(lesson, values, epoch, metrics, slip=slip, budget=budget)
        return {"lr": rates[-1].lr, "state": rates[-1].state}

    return WholeRun(before, "This comes of a run with a slip made in every epoch, the earlier ones too.")


def _same(a: Any, b: Any) -> bool:
    """Whether two parameters, gradients or states are the same but for the last digits of a float."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[name], b[name]) for name in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if a is b:
        return True
    numeric = all(np.asarray(value).dtype.kind in "fiub" for value in (a, b))
    return same_value(a, b) if numeric else a == b
