"""Drives a hand calculation: each step is handed the value to go on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lib.budget import UNBOUNDED, Budget
from lib.lesson.spec import Step, Steps

Answer = Callable[[Step, Mapping[str, np.ndarray]], Any]


class Slip(NamedTuple):
    """What somebody does who makes a mistake: takes other inputs or parameters, and answers steps otherwise."""

    changed: Mapping[str, Any]  # those that are taken otherwise
    answer: Answer


@dataclass(frozen=True, eq=False)
class Worked:
    """A finished hand calculation: its steps in order, and the value that each of them was answered with."""

    steps: dict[str, Step]
    sent: dict[str, np.ndarray]
    returned: Any = None  # what an optimizer's calculation returns: the parameter and its state


def go_on(step: Step, done: Mapping[str, np.ndarray]) -> Any:
    """Answers each step with its own value."""
    return step.value


RIGHT = Slip({}, go_on)  # no mistake at all


def drive(steps: Steps, answer: Answer = go_on, budget: Budget = UNBOUNDED) -> Worked:
    """Runs a hand calculation to its end, sending `answer(step, done)` back for each step. May raise Stopped."""
    finished: dict[str, Step] = {}
    sent: dict[str, np.ndarray] = {}
    done: dict[str, np.ndarray] = {}
    with np.errstate(all="ignore"):
        reply = None
        while True:
            try:
                step = next(steps) if reply is None else steps.send(reply)
            except StopIteration as end:
                return Worked(finished, sent, end.value)
            budget.ask()
            done[step.name] = done[step.base] = step.value
            reply = np.asarray(answer(step, done))
            finished[step.name] = step
            sent[step.name] = done[step.name] = done[step.base] = reply


def finish(steps: Steps, budget: Budget = UNBOUNDED) -> Any:
    """What a hand calculation returns when each step goes on with its own value. The steps are not kept, to be fast."""
    with np.errstate(all="ignore"):
        try:
            step = next(steps)
            while True:
                budget.ask()
                step = steps.send(np.asarray(step.value))
        except StopIteration as end:
            return end.value


def asking(closure: Any, budget: Budget) -> Any:
    """A closure that asks the budget before each evaluation; anything else as it is."""
    if budget is UNBOUNDED or not callable(closure):
        return closure

    def evaluate(*point: Any) -> Any:
        budget.ask()
        return closure(*point)

    return evaluate
