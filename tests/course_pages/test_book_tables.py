"""What a cell of the gradebook says, what its columns are called, and how a class is spread over tenths."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.course.gradebook import Column, Head, Student
from lib.course.marks import ExerciseMark
from lib.course.policy import Attempt, Terms
from lib.plots.distribution import tenths
from lib.ui.course.marks_table import FIGURE_SPACE, cell, marks_table
from tests.databases import NOON

TERMS = Terms(NOON, NOON + timedelta(1), NOON + timedelta(2))
MARK: dict[str, Any] = {"of": 10.0, "attempt": Attempt(1, 1, NOON, "graded"), "attempts": 1}
CELLS = {
    "nothing yet": (None, False, ""),
    "missing": (None, True, "missing"),
    "points": (ExerciseMark(9.5, **MARK), False, f"{FIGURE_SPACE}9.50"),
    "zero by the file": (ExerciseMark(0.0, zero_by_file=True, **MARK), False, f"{FIGURE_SPACE}0.00 file"),
    "late": (ExerciseMark(10.0, late=2, **MARK), False, "10.00 late"),
    "late, but by hand": (ExerciseMark(10.0, late=2, override=10.0, **MARK), False, "10.00 by hand"),
    "waits": (ExerciseMark(None, of=10.0, attempts=1, open=True), False, "waits"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_says(name: str) -> None:
    mark, missing, says = CELLS[name]
    assert cell(mark, missing, False, 5) == says


def test_points_sort_as_numbers_do() -> None:
    told = [cell(ExerciseMark(points, **MARK), False, False, 6) for points in (2.0, 10.0, 100.0)]
    assert [one.replace(FIGURE_SPACE, " ") for one in told] == sorted(one.replace(FIGURE_SPACE, " ") for one in told)


@pytest.mark.parametrize(
    ("totals", "says"),
    [({}, ""), ({1: None}, "waits"), ({1: 9.5}, f"{FIGURE_SPACE}9.50"), ({1: 0.0}, f"{FIGURE_SPACE}0.00")],
    ids=["nothing handed in", "not graded yet", "points", "zero"],
)
def test_a_total_says(totals: dict[int, float | None], says: str) -> None:
    heads = [Head(1, "Week", TERMS, None, 10.0), Head(2, "Lessons alone", TERMS, None, 0.0)]
    columns = [Column(1, 1, "softmax", "Softmax", 10.0, ())]
    frame, chosen = marks_table([Student(1, None, "Li", "", "", "", {}, totals)], heads, columns)
    assert frame.iloc[0, 0] == says and list(chosen.values()) == [("assignment", 1), ("exercise", 1)]


def test_columns_of_one_name_are_told_apart() -> None:
    heads = [Head(n, "Week", TERMS, None, 10.0) for n in (1, 2)]
    columns = [Column(n, n, "softmax", "Softmax", 10.0, ()) for n in (1, 2)]
    frame, chosen = marks_table([Student(1, None, "Li", "", "", "", {}, {})], heads, columns)
    assert sorted(chosen.values()) == [("assignment", 1), ("assignment", 2), ("exercise", 1), ("exercise", 2)]
    assert [names[1] for names in frame.columns] == list(chosen) and frame.columns.is_unique


def test_a_share_falls_into_its_tenth() -> None:
    counts = tenths([0.0, 0.0999, 0.1, 0.7 - 0.4, 0.7, 1.0, 1.2])
    assert {name: count for name, count in counts.items() if count} == {
        "0–10 %": 2,
        "10–20 %": 1,
        "30–40 %": 1,
        "70–80 %": 1,
        "90–100 %": 1,
        "over 100 %": 1,
    }
