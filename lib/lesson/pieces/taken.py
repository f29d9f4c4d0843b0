"""Slips in what goes in: an argument left out, or always taken as the same. They change every step that they touch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.spec import Mistake, always

Given = Mapping[str, Any]


def ignoring(says: str, *, when: Callable[[Given], bool] = always, not_finite: bool = False, **values: Any) -> Mistake:
    """The slip of whoever works with these values, whatever is given: ignoring("…", weight=None)."""
    return Mistake(
        {},
        says,
        not_finite=not_finite,
        when=lambda given: any(differs(given[name], value) for name, value in values.items()) and when(given),
        given=lambda given: values,
    )


def differs(given: Any, value: Any) -> bool:
    if given is None or value is None:
        return given is not value
    return not np.array_equal(given, value)
