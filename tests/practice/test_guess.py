"""The round number on whose side a value is guessed."""

from __future__ import annotations

import numpy as np
import pytest

from lib.ui.working.guess import landmark, side

SEEDS = [f"seed {i}" for i in range(40)]


@pytest.mark.parametrize("value", [2.3133, 0.1269, -1.5, 3.0, 1e-9, 250.0, 0.0, -0.004])
def test_it_is_near_never_the_value_itself_and_on_either_side(value):
    marks = [landmark(np.array(value), seed) for seed in SEEDS]
    assert all(
        mark is not None and mark != value and len(f"{abs(mark):g}".replace(".", "").strip("0")) <= 6 for mark in marks
    )
    assert {side(np.array(value), mark) for mark in marks if mark is not None} == {"larger", "smaller"}
    assert all(mark is not None and abs(mark - value) <= max(1.0, abs(value)) for mark in marks)


def test_the_same_sheet_asks_the_same_question():
    assert len({landmark(np.array(2.0), "one") for _ in range(5)}) == 1


@pytest.mark.parametrize("value", [np.array([1.0, 2.0]), np.array(np.nan), np.array(np.inf), np.array([])])
def test_there_is_nothing_to_guess(value):
    assert landmark(value, "seed") is None
