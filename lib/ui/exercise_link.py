"""Links to exercises, and which one the address names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import streamlit as st

from lib.exercises import EXERCISES, Exercise
from lib.ui.exercise_address import NAME, OLD, PAGE, exercise_query


def exercise_link(exercise: Exercise, label: str, **looks: Any) -> None:
    """A link to it; by itself as wide as its words."""
    page = st.session_state["pages"][PAGE]
    st.page_link(page, label=label, query_params=exercise_query(exercise.slug), **{"width": "content", **looks})


def asked_exercise() -> Exercise | None:
    """The exercise that the address names; None where it names none that there is."""
    return EXERCISES.get(str(st.query_params.get(NAME, "")))


@cache
def old_pages() -> Mapping[str, str]:
    """Slug of the page that each exercise had → its name, for hosts that cannot redirect."""
    return {OLD + slug: slug for slug in EXERCISES}
