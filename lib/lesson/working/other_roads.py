"""What else a number may be that is not right and no mistake of the lesson: facts about it, in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lib.lesson.optimizer import Optimizer
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Lesson, Step
from lib.lesson.working.rows import Row, row_of
from lib.lesson.working.truth import Truth
from lib.tensors.read import Typed
from lib.tensors.rounding import fits, is_whole


@dataclass(frozen=True)
class Turned:
    """A slip that can happen in any step; `of` makes the wrong value of the right one."""

    of: Callable[[np.ndarray], np.ndarray]
    says: str
    only_logarithms: bool = False


_BASE = "This is off by a factor of ln {base}: the logarithm has another base here."
_ANYWHERE = (
    Turned(lambda value: -value, "The sign is the other way round."),
    Turned(lambda value: value / np.log(2), _BASE.format(base=2), only_logarithms=True),
    Turned(lambda value: value * np.log(2), _BASE.format(base=2), only_logarithms=True),
    Turned(lambda value: value / np.log(10), _BASE.format(base=10), only_logarithms=True),
    Turned(lambda value: value * 2, "This is twice the number asked."),
    Turned(lambda value: value / 2, "This is half of the number asked."),
)
_FUNCTIONS = (
    Turned(np.exp, "This is e to the power of the number asked: its natural logarithm is missing."),
    Turned(np.log, "This is the natural logarithm of the number asked: raise e to it."),
    Turned(np.square, "This is the square of the number asked: its square root is missing."),
    Turned(np.sqrt, "This is the square root of the number asked: square it."),
    Turned(lambda value: 1 / value, "This is 1 over the number asked: it is upside down."),
)


def takes_logarithm(step: Step) -> bool:
    return r"\log" in step.latex or r"\ln" in step.latex


def turned(entry: Typed, expected: np.ndarray, step: Step) -> Turned | None:
    """The sign turned, a logarithm of another base or a factor 2 that makes the entry of the expected value."""
    kinds = (kind for kind in _ANYWHERE if takes_logarithm(step) or not kind.only_logarithms)
    return next((kind for kind in kinds if _is(entry, kind.of, expected)), None)


def turned_above(
    entry: Typed,
    steps: Sequence[Step],
    made_of: Callable[[str, Callable[[np.ndarray], np.ndarray]], Iterator[np.ndarray]],
) -> str:
    """The one such slip in a step above that gives this entry; empty where there is none, or more than one.

    `made_of(step, of)` gives what follows at this row from the step's value turned by `of`.
    """
    if not _tells(entry, digits=4):
        return ""
    found = [
        f"A slip at “{step.label}” gives your number. There: {kind.says}"
        for step in steps
        for kind in (*_ANYWHERE, *_FUNCTIONS)
        if takes_logarithm(step) or not kind.only_logarithms
        for value in made_of(step.name, kind.of)
        if bool(np.isfinite(value).all() and fits(entry, value).all())
    ]
    return found[0] if len(found) == 1 else ""


NOT_UPDATED = "This is the value before the update. The new one is asked."


def before_the_update(row: Row, truth: Truth) -> np.ndarray | None:
    """The value of this row before the update or the epoch; None where there is none, or where it is 0."""
    given, name = truth.case.given, row.step.name
    before = None
    if isinstance(truth.case.lesson, Optimizer):
        before = given["param"] if name == "param" else given["state"].get(name)
    elif isinstance(truth.case.lesson, Scheduler) and name == "lr":
        before = given["lr"]
    if before is None or np.shape(before) != np.shape(row.step.value):
        return None
    old = row.of(np.asarray(before, dtype=np.float64))
    return old if np.any(old != 0) else None


def on_another_road(row: Row, entry: Typed, expected: np.ndarray, truth: Truth) -> str:
    """What the entry is a step or a function away: e^s where s is asked, or another line of the working."""
    if not _tells(entry):
        return ""
    if (function := next((kind for kind in _FUNCTIONS if _is(entry, kind.of, expected)), None)) is not None:
        return function.says
    return next((says for value, says in _elsewhere(row, truth) if _holds(entry, value)), "")


def _elsewhere(row: Row, truth: Truth) -> Iterator[tuple[np.ndarray, str]]:
    """The values of the other steps for this row's sample, each with what it is."""
    above = True
    for step in truth.exact.steps.values():
        above = above and step.name != row.step.name
        if step.name != row.step.name:
            line = "a line above this one" if above else "a line below this one"
            yield _part(row, step, truth.exact.steps), f"This is “{step.label}”, {line}."
    if isinstance(truth.case.lesson, Lesson):
        other, name = ("gradient", "the gradient") if truth.part == "forward" else ("forward", "the result")
        steps = getattr(truth.case, other).steps
        for step in steps.values():
            yield _part(row, step, steps), f"This is from “{step.label}”, a step on the way to {name}."


def _part(row: Row, step: Step, steps: dict[str, Step]) -> np.ndarray:
    place = row.index if row.index is not None else ()
    part = row_of(step, steps, place)
    fitting = part.index is not None and len(part.index) == step.sample_dims
    return part.of(step.value) if fitting else np.asarray(step.value)


def _holds(entry: Typed, value: np.ndarray) -> bool:
    """Whether the entry is the value, or one number of a few: a share out of a softmax."""
    if entry.array.shape == value.shape:
        return bool(fits(entry, value).all())
    return entry.array.shape == () and 0 < value.size <= 16 and bool(fits(entry, value).any())


def _is(entry: Typed, of: Callable[[np.ndarray], np.ndarray], expected: np.ndarray) -> bool:
    with np.errstate(all="ignore"):
        value = np.asarray(of(np.asarray(expected, dtype=np.float64)))
    return bool(np.isfinite(value).all() and fits(entry, value).all())


def _tells(entry: Typed, digits: int = 3) -> bool:
    """Whether the entry has so many significant digits: 2 or 0.5 is the value of too many things."""
    with np.errstate(all="ignore"):
        long = (np.abs(entry.array) >= 2 * 10.0 ** (digits - 1) * entry.digits) & np.isfinite(entry.array)
    return bool((long & ~is_whole(entry)).any() and (long | is_whole(entry)).all())
