"""What the axes say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lib.lesson.spec import Lesson, Step
from lib.plots.frame import place_label
from lib.plots.probe import Place

INDEX_WORDS = {"n": "sample", "i": "element", "c": "class", "t": "time step", "s": "state", "d": "coordinate"}


def result_name(lesson: Lesson, given: Mapping[str, Any], summed: bool) -> str:
    """What the result is called, with its unit: loss, nats."""
    name = "result" if lesson.group == "entropy" else "loss"
    name = ("sum of the results" if name == "result" else "sum of the losses") if summed else name
    unit = unit_of(lesson, given)
    return f"{name} ({unit})" if unit else name


def unit_of(lesson: Lesson, given: Mapping[str, Any]) -> str:
    """The unit that was chosen, or nats where the lesson's symbols say so."""
    if isinstance(given.get("unit"), str):
        return given["unit"]
    return "nats" if any("in nats" in meaning for _, meaning in lesson.symbols) else ""


def place_name(place: Place) -> str:
    """input[0, 1], or the parameter's name."""
    name, index = place
    return name if not index else f"{name}{place_label(index)}"


def index_word(step: Step) -> str:
    """What the last index of a step counts."""
    return INDEX_WORDS.get(step.axes[-1:], "element")
