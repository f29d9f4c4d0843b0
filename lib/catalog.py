"""Table of contents: every module in a family's package is a lesson, its file name the slug."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType

import lib.entropy
import lib.losses
from lib.lesson.spec import Lesson

GROUPS = {
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


def lessons_in(package: ModuleType) -> Mapping[str, Lesson]:
    """Slug → lesson, in page order. A module without LESSON, or in an unknown group, is an error."""
    found = {name: _lesson(f"{package.__name__}.{name}") for _, name, _ in pkgutil.iter_modules(package.__path__)}
    places = list(GROUPS)
    return dict(sorted(found.items(), key=lambda item: (places.index(item[1].group), item[1].order)))


def _lesson(module_name: str) -> Lesson:
    lesson = getattr(importlib.import_module(module_name), "LESSON", None)
    if not isinstance(lesson, Lesson):
        raise ImportError(f"{module_name} defines no LESSON; every module in its package is a lesson.")
    if lesson.group not in GROUPS:
        raise ImportError(f"{module_name} has group {lesson.group!r}; expected one of {', '.join(GROUPS)}.")
    return lesson


ENTROPY = lessons_in(lib.entropy)
LOSSES = lessons_in(lib.losses)
LESSONS: Mapping[str, Lesson] = {**ENTROPY, **LOSSES}
