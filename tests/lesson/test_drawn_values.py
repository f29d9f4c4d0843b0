"""Values that nobody thinks of: hypothesis draws them for each kind of input and shrinks what goes wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.catalog import LESSONS
from lib.lesson.pieces.draw import draw_values
from lib.lesson.spec import Lesson
from tests.lesson.test_every_loss import assert_agrees_with_torch
from tests.lesson.test_every_loss import settings as parameter_settings

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

ORDINARY = st.floats(-30, 30, allow_nan=False, width=32)
SPECIAL = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 1e-12, 50.0, -50.0, np.inf, -np.inf, np.nan])
NUMBERS = {
    "float": ORDINARY | SPECIAL,
    "index": st.integers(-2, 6),
    "index or float": st.integers(-2, 6),
}


@st.composite
def values_for(draw: st.DrawFn, lesson: Lesson) -> dict:
    """Fitting values from the lesson's own dice, some of them replaced by numbers of the input's kind."""
    shapes = draw(st.sampled_from(lesson.shapes))
    values: dict = draw_values(lesson, shapes, draw(st.integers(0, 2**32 - 1)))
    for spec in lesson.tensors:
        array = values.get(spec.name)
        if array is None or array.size == 0:
            continue
        numbers = NUMBERS["float" if array.dtype.kind == "f" else "index"]
        changes = draw(st.dictionaries(st.integers(0, array.size - 1), numbers, max_size=2))
        for place, number in changes.items():
            array.flat[place] = number
    return {**values, **draw(st.sampled_from(parameter_settings(lesson)))}


@pytest.mark.parametrize("slug", LESSONS)
def test_whatever_is_drawn_agrees_with_torch_or_is_refused_by_both(slug):
    lesson = LESSONS[slug]

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(values_for(lesson))
    def check(values):
        assert_agrees_with_torch(lesson, values)

    check()
