"""Numbers to ask about: a lesson's examples and drawn ones, each as a case that can be worked by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lib.lesson.objectives import TYPED
from lib.lesson.optimizer import Optimizer
from lib.lesson.pieces.draw import draw_values
from lib.lesson.run import Case
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.run.set_up import set_up
from lib.lesson.run.trace import trace_by_hand
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Lesson, Topic
from lib.refusal import Refusal

UPDATES = 3  # of an optimizer's run that are asked about: with more the numbers grow long
RATES = (0.1, 0.2, 0.4, 0.5, 0.8)  # that a drawn schedule starts from
MOST_NUMBERS = 12  # in one tensor that is shown


def cases(lesson: Topic) -> Iterator[Case]:
    """The lesson's examples: of optimizers the first updates, of schedulers the epochs that change something."""
    for example in lesson.examples:
        if not example.rejected:
            yield from _at_all_moments(lesson, example.values)


def drawn_cases(lesson: Topic, seed: int) -> Iterator[Case]:
    """The same with drawn numbers of one decimal in the place of each example's, the same ones for the same seed."""
    random = np.random.default_rng(seed)
    for example in lesson.examples:
        if not example.rejected:
            yield from _at_all_moments(lesson, _drawn(lesson, example, random))


def _at_all_moments(lesson: Topic, values: Mapping[str, Any]) -> Iterator[Case]:
    """The cases in a run on these values; none where the lesson refuses them, or where they are too many to show."""
    try:
        for given in _given(lesson, values):
            case = Case.of(lesson, given)
            if all(array.size <= MOST_NUMBERS for array in case.given.values() if isinstance(array, np.ndarray)):
                yield case
    except Refusal:
        return


def _given(lesson: Topic, values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if isinstance(lesson, Optimizer):
        yield from _updates(lesson, values)
    elif isinstance(lesson, Scheduler):
        yield from _epochs(lesson, values)
    else:
        yield values


def _updates(lesson: Optimizer, values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    ready = set_up(lesson, {**values, "updates": min(UPDATES, int(values.get("updates", UPDATES)))})
    updates = trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates)
    befores = [(ready.param.astype(np.float64), {}), *((update.param, update.state) for update in updates)]
    for place in sorted(range(len(updates)), key=lambda at: at != 1):  # the second first: it remembers
        rate = ready.values.get("lr")
        own = {**ready.values, **({"lr": rate[place]} if isinstance(rate, list) else {})}
        param, state = befores[place]
        if updates[place].grad is not None:
            yield {**own, "param": param, "grad": updates[place].grad, "state": state}


def _epochs(lesson: Scheduler, values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    own = {name: value for name, value in values.items() if name not in ("steps", "metrics")}
    rates = schedule_by_hand(lesson, own, int(values.get("steps", 30)), values.get("metrics"))
    changes = [at for at in range(1, len(rates)) if rates[at].lr != rates[at - 1].lr]
    for at in [*changes[:3], *(at for at in (1, 2) if at < len(rates) and at not in changes[:3])]:
        yield rates[at].given


def _drawn(lesson: Topic, example: Example, random: np.random.Generator) -> Mapping[str, Any]:
    values = dict(example.values)
    if isinstance(lesson, Scheduler):
        return {**values, "lr": float(random.choice(RATES))}
    if isinstance(lesson, Optimizer):
        return {**values, **_run_to_draw(lesson, values, random)}
    assert isinstance(lesson, Lesson)
    shapes = {name: np.shape(value) for name, value in values.items() if name in lesson.shapes[0] and value is not None}
    drawn = draw_values(lesson, shapes, int(random.integers(2**32)))
    tenths = {name: np.round(array, 1) + 0.0 if array.dtype.kind == "f" else array for name, array in drawn.items()}
    return {**values, **(tenths if _is_taken(lesson, {**values, **tenths}) else drawn)}


def _run_to_draw(lesson: Optimizer, values: Mapping[str, Any], random: np.random.Generator) -> Mapping[str, Any]:
    """Where it starts; and gradients of its own, except where the optimizer asks for them itself."""
    start = np.round(random.uniform(0.5, 2.5, np.shape(values.get("start", [2.0]))), 1)
    if lesson.gradient == "closure":
        return {"start": start}
    grads = np.round(random.uniform(0.2, 2.0, (UPDATES, *start.shape)) * random.choice([-1, 1], start.shape), 1)
    return {"objective": TYPED, "start": start, "grads": grads, "updates": UPDATES}


def _is_taken(lesson: Topic, values: Mapping[str, Any]) -> bool:
    try:
        Case.of(lesson, values)
    except Refusal:
        return False
    return True
