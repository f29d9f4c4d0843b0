"""Table of contents: every module in a family's package is a lesson, its file name the slug."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import TypeVar

import lib.entropy
import lib.losses
import lib.optimizers
import lib.schedulers
from lib.lesson.optimizer import Optimizer
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Lesson, Topic

T = TypeVar("T", bound=Topic)

GROUPS = {
    "class": "Class",
    "entropy": "Entropy",
    "classification": "Losses · classification",
    "regression and counts": "Losses · regression and counts",
    "distributions": "Losses · distributions",
    "ranking and embedding": "Losses · ranking and embedding",
    "sequence": "Losses · sequence",
    "training": "Training step by step",
    "optimizers": "Optimizers",
    "schedulers": "Learning-rate schedulers",
    "guides": "Guides",
    "exercises": "Exercises",
}


def lessons_in(package: ModuleType, kind: type[T]) -> Mapping[str, T]:
    """Slug → lesson, in page order. A module without LESSON, or in an unknown group, is an error."""
    found = {name: _lesson(f"{package.__name__}.{name}", kind) for _, name, _ in pkgutil.iter_modules(package.__path__)}
    places = list(GROUPS)
    return dict(sorted(found.items(), key=lambda item: (places.index(item[1].group), item[1].order)))


def _lesson(module_name: str, kind: type[T]) -> T:
    lesson = getattr(importlib.import_module(module_name), "LESSON", None)
    if not isinstance(lesson, kind):
        raise ImportError(f"{module_name} defines no LESSON of kind {kind.__name__}; every module in its package does.")
    if lesson.group not in GROUPS:
        raise ImportError(f"{module_name} has group {lesson.group!r}; expected one of {', '.join(GROUPS)}.")
    return lesson


ENTROPY = lessons_in(lib.entropy, Lesson)
LOSSES = lessons_in(lib.losses, Lesson)
OPTIMIZERS = lessons_in(lib.optimizers, Optimizer)
SCHEDULERS = lessons_in(lib.schedulers, Scheduler)
LESSONS: Mapping[str, Lesson] = {**ENTROPY, **LOSSES}
TOPICS: Mapping[str, Topic] = {**LESSONS, **OPTIMIZERS, **SCHEDULERS}
