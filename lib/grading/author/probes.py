"""Can a lesson's mistake differ from what is right, with the arguments that an exercise's function takes?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from lib.catalog import TOPICS
from lib.exercises import Exercise
from lib.grading.expected import mistaken_parts, torch_parts
from lib.grading.trial import AnswerPart
from lib.lesson import run
from lib.lesson.pieces.draw import draw_values
from lib.lesson.spec import Choice, Lesson, Mistake, Number, Numbers, Parameter, Switch, Tensor, Topic
from lib.tensors.compare import compare

T = TypeVar("T")
SEEDS = 2  # draws per set of shapes and setting
SETTINGS = 24  # combinations of the parameters' alternatives


def can_differ(exercise: Exercise, mistake: Mistake) -> bool:
    """Tried on the lesson's examples and on random values that this function could be given."""
    return any(_differs(exercise, mistake, values) for values in _probes(exercise))


def _differs(exercise: Exercise, mistake: Mistake, values: Mapping[str, Any]) -> bool:
    try:
        right, wrong = torch_parts(exercise, values), mistaken_parts(exercise, mistake, values)
    except run.REFUSALS:  # values that torch does not take show nothing
        return False
    return not all(map(_same, right, wrong))


def _same(right: AnswerPart, wrong: AnswerPart) -> bool:
    return compare(wrong.value, right.value, rtol=1e-6, atol=1e-9).same


def _probes(exercise: Exercise) -> Iterator[Mapping[str, Any]]:
    lesson: Topic = TOPICS[exercise.lesson]
    names = exercise.signature.names
    settings = settings_of([p for p in lesson.parameters if p.name in names])
    if exercise.answer == "lr":
        yield from ({"lr": 0.1, "steps": 12, **setting} for setting in settings)
        return
    if not isinstance(lesson, Lesson):
        random = np.random.default_rng(0)
        for setting in settings:
            yield {"param": random.normal(0, 1, 3), "grads": random.normal(0, 1, (4, 3)), **setting}
        return
    for example in lesson.examples:
        if set(example.values) <= set(names) and _like_the_tests(exercise, example.values):
            yield example.values
    for shapes, setting, seed in itertools.product(lesson.shapes, settings, range(SEEDS)):
        drawn = draw_values(lesson, {name: shape for name, shape in shapes.items() if name in names}, seed)
        if _like_the_tests(exercise, drawn):
            yield {**setting, **drawn}


def _like_the_tests(exercise: Exercise, values: Mapping[str, Any]) -> bool:
    """Whether each tensor has as many dimensions as in some test: others the function need not take."""
    for name, value in values.items():
        seen = {np.ndim(given[name]) for given in (test.args() for test in exercise.tests) if name in given}
        if isinstance(value, list | np.ndarray) and np.ndim(value) not in seen:
            return False
    return True


def showing(candidates: Sequence[T], mistakes: Sequence[Mistake], shows: Callable[[Mistake, T], bool]) -> list[T]:
    """The first two candidates, and for each mistake that none of those shows the first one that does."""
    chosen = list(candidates[:2])
    for mistake in mistakes:
        if not any(shows(mistake, one) for one in chosen):
            chosen += [one for one in candidates if shows(mistake, one)][:1]
    return chosen


def settings_of(parameters: list[Parameter]) -> list[dict[str, Any]]:
    """Combinations of the parameters' alternatives: all of them, or SETTINGS at most, evenly spread."""
    fields = [p for p in parameters if not isinstance(p, Tensor)]
    combinations = [
        dict(zip((f.name for f in fields), values, strict=True))
        for values in itertools.product(*map(alternatives_of, fields))
    ]
    return combinations[:: max(1, -(-len(combinations) // SETTINGS))]


def alternatives_of(field: Parameter) -> tuple[Any, ...]:
    """Values of a parameter that are worth trying, its default first or among them."""
    match field:
        case Tensor(default=list() | tuple() as default):
            return default, [item // 2 if isinstance(item, int) else item / 2 for item in default]
        case Choice():
            return field.options
        case Switch():
            return (False, True)
        case Number() | Numbers():
            return (field.default, *field.also)
    return (field.default,)
