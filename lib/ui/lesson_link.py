"""From a failing test of an exercise to its lesson, on this test's numbers and where they go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from lib.catalog import TOPICS
from lib.exercises import Exercise
from lib.grading.expected import Likely
from lib.grading.grade import TestResult
from lib.lesson.names import name_of
from lib.lesson.objectives import TYPED
from lib.ui.fields import MOST_IN_URL, key_of, link_values
from lib.ui.text import say


def lesson_link(exercise: Exercise, mistake: Likely, failed: TestResult) -> None:
    """The link. Where the lesson cannot take this test's numbers, it opens without them."""
    page = st.session_state["pages"].get(exercise.lesson)
    if exercise.lesson not in TOPICS or page is None:
        return
    query = lesson_query(exercise, failed.args, failed.update)
    st.page_link(
        page,
        label=_label(exercise, mistake, failed) if query else say("Lesson: {title}", title=page.title),
        icon=":material/arrow_forward:",
        query_params=query,
        width="content",
    )


def _label(exercise: Exercise, mistake: Likely, failed: TestResult) -> str:
    label = say("Work this test by hand")
    if failed.update:
        label += say(", update {number}", number=failed.update)
    return label + (say(", step “{step}”", step=name_of(mistake.step.partition("[")[0])) if mistake.step else "")


def lesson_query(exercise: Exercise, args: Mapping[str, Any], update: int = 0) -> dict[str, str] | None:
    """Query parameters that open the exercise's lesson on a test's arguments, for an optimizer at this update.

    None if they are too long for a URL, or the lesson has no field for one of them.
    """
    lesson, values = TOPICS[exercise.lesson], _in_the_lessons_fields(exercise, args)
    if not set(values) <= {spec.name for spec in lesson.form} or np.ndim(values.get("lr", 0.0)):
        return None
    query = link_values(lesson, values)
    floats = {value.dtype.name for value in args.values() if isinstance(value, np.ndarray) and value.dtype.kind == "f"}
    query |= {key_of(lesson, "dtype"): kind for kind in floats if len(floats) == 1}
    query |= {key_of(lesson, "view"): "gradient"} if exercise.answer == "grad" else {}
    query |= {key_of(lesson, "at"): str(update)} if update else {}
    query |= {key_of(lesson, "objective"): TYPED} if exercise.answer == "update" else {}
    return query if sum(map(len, query.values())) <= MOST_IN_URL else None


def _in_the_lessons_fields(exercise: Exercise, args: Mapping[str, Any]) -> Mapping[str, Any]:
    """An optimizer's lesson sets up a run: where it starts, and the gradients as typed ones."""
    if exercise.answer != "update":
        return args
    rest = {name: value for name, value in args.items() if name not in ("param", "grads")}
    updates = len(args["grads"])
    return {"objective": TYPED, "start": args["param"], "grads": args["grads"], "updates": updates, **_one_drop(rest)}


def _one_drop(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Turns a list of learning rates into what the lesson has fields for, one drop. Other lists stay as they are."""
    rates = given.get("lr", 0.0)
    if not np.ndim(rates):
        return given
    drops = np.flatnonzero(np.diff(rates)) + 1
    if len(drops) > 1:
        return given
    drop = {"drop_at": int(drops[0]) + 1, "drop_to": float(rates[-1])} if len(drops) else {}
    return {**given, "lr": float(rates[0]), **drop}
