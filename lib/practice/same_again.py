"""The same lesson on new numbers: kind ones, on which the mistakes of the catalogue part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, islice
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget
from lib.lesson import run
from lib.lesson.optimizer import Optimizer
from lib.lesson.pieces.draw import draw_values
from lib.lesson.run import Case
from lib.lesson.run.drive import Worked
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Lesson, Topic
from lib.lesson.working.diagnose import mistaken, mistakes_of, same_value

DRAWS = 8  # of which the one is taken on which most mistakes part
DECIMALS = (0, 1, 2)  # the fewer the kinder, where the lesson allows them
START = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
RATES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 2.0)
FACTORS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
FACTOR_NAMES = ("gamma", "factor")


def new_numbers(topic: Topic, form: Mapping[str, Any], seed: int, budget: Budget = UNBOUNDED) -> dict[str, Any]:
    """What the fields are to hold instead of `form`: other tensors of the same shapes, the settings as they are.

    An optimizer gets another start and other typed gradients, a scheduler another learning rate and factor.
    """
    if isinstance(topic, Optimizer):
        return {**form, **_other_start(form, np.random.default_rng(seed))}
    if isinstance(topic, Scheduler):
        return {**form, **_other_rates(form, np.random.default_rng(seed))}
    assert isinstance(topic, Lesson)
    best: tuple[int, dict[str, Any]] | None = None
    for values in islice(_allowed(topic, form, seed, budget), DRAWS):
        alike = _coinciding(topic, values, budget)
        if best is None or alike < best[0]:
            best = alike, values
        if not alike:
            break
    return dict(form) if best is None else best[1]


def _allowed(lesson: Lesson, form: Mapping[str, Any], seed: int, budget: Budget) -> Iterator[dict[str, Any]]:
    """Drawn values that the lesson takes and that are not the ones before."""
    for one in islice(count(seed), 4 * DRAWS):
        for values in _drawn(lesson, form, one):
            budget.ask()
            try:
                run.check(lesson, values)
            except ValueError:
                continue
            if not all(_alike(values[name], form[name]) for name in values):
                yield values
                break


def _drawn(lesson: Lesson, form: Mapping[str, Any], seed: int) -> Iterator[dict[str, Any]]:
    """One draw with as few decimals as wanted, first in the shapes that stand there, then in the lesson's own."""
    standing = {spec.name: form[spec.name] for spec in lesson.tensors if isinstance(form.get(spec.name), np.ndarray)}
    for shapes in ({name: array.shape for name, array in standing.items()}, lesson.shapes[0]):
        try:
            drawn = draw_values(lesson, shapes, seed)
        except (ValueError, KeyError, IndexError):  # these shapes do not go together
            continue
        for decimals in DECIMALS:
            yield {**form, **{name: _rounded(array, decimals) for name, array in drawn.items()}}


def _rounded(array: np.ndarray, decimals: int) -> np.ndarray:
    return np.asarray(np.round(array, decimals) + 0.0 if array.dtype.kind == "f" else array)


def _coinciding(lesson: Lesson, values: Mapping[str, Any], budget: Budget) -> int:
    """How many mistakes give the right result, or that of another mistake."""
    case = Case.of(lesson, values, budget=budget)
    results = [_result(case.forward)]
    alike = 0
    for mistake in mistakes_of(lesson, "forward"):
        try:
            working = mistaken(case, mistake)
        except (ValueError, ArithmeticError, IndexError):
            continue
        if working is not None:
            alike += any(same_value(_result(working), other) for other in results)
            results.append(_result(working))
    return alike


def _result(working: Worked) -> np.ndarray:
    return next(reversed(working.sent.values()))


def _other_start(form: Mapping[str, Any], random: np.random.Generator) -> dict[str, Any]:
    new = {}
    for name in ("start", "grads"):
        before = form.get(name)
        if isinstance(before, np.ndarray):
            new[name] = random.choice(START, before.shape)
    return new


def _other_rates(form: Mapping[str, Any], random: np.random.Generator) -> dict[str, Any]:
    new = {"lr": float(random.choice([rate for rate in RATES if rate != form.get("lr")]))}
    for name in FACTOR_NAMES:
        if isinstance(form.get(name), float) and 0 < form[name] < 1:
            new[name] = float(random.choice([factor for factor in FACTORS if factor != form[name]]))
    return new


def _alike(new: Any, before: Any) -> bool:
    return new is before or (isinstance(new, np.ndarray) and np.array_equal(new, before))
