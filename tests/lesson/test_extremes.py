"""Extreme inputs: the hand calculation holds where the book's formula breaks, and the verdicts are right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lib.catalog import LESSONS
from lib.lesson.run import extremes
from lib.lesson.run.extremes import PRECISIONS, WAYS, table

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
CROSS_ENTROPY = LESSONS["cross_entropy_loss"]
WITH = [pytest.param(lesson, id=slug) for slug, lesson in LESSONS.items() if lesson.extremes]


@pytest.mark.parametrize("lesson", WITH)
def test_hand_calculation_agrees_and_the_naive_formula_breaks(lesson):
    rows = table(lesson)
    assert [row.x for row in rows] == list(extremes.NUMBERS)
    for row in rows:
        assert [(c.way, c.precision) for c in row.cells] == [(w, p) for w in WAYS for p in PRECISIONS]
        for way in ("stable", "torch"):
            assert row.cell(way, "float64").kind in ("agrees", "not defined", "refused"), f"{way} at {row.x}"
    broken = extremes.counts(rows, "naive")
    assert broken.get("overflow", 0) + broken.get("off", 0) > 0, "then this lesson needs no extremes"


VERDICTS = [
    (0.0, "naive", "float16", "agrees", "agrees"),
    (100.0, "naive", "float32", "overflow", "NaN"),
    (-100.0, "naive", "float16", "overflow", "overflow"),
    (-100.0, "naive", "float32", "off", "off by 0.0169"),
    (-100.0, "stable", "float16", "agrees", "agrees"),
    (1e9, "torch", "float32", "agrees", "agrees"),
    (1e9, "torch", "float16", "overflow", "NaN"),
    (np.inf, "torch", "float64", "not defined", "not defined"),
    (-np.inf, "naive", "float64", "agrees", "agrees"),
]


@pytest.mark.parametrize(("x", "way", "precision", "kind", "verdict"), VERDICTS)
def test_verdicts_on_cross_entropy(x, way, precision, kind, verdict):
    cell = table(CROSS_ENTROPY, (x,))[0].cell(way, precision)
    assert (cell.kind, cell.verdict) == (kind, verdict)


def test_value_and_distance_are_torchs():
    (row,) = table(CROSS_ENTROPY, (-100.0,))
    cell = row.cell("naive", "float32")
    assert row.truth == 100.0
    assert cell.value is not None and cell.off == pytest.approx(100 - cell.value)


def fixed(naive=None, **values):
    """Cross-entropy with other extremes."""
    given = {"input": [[1.0, 0.0]], "target": [0]} | values
    own = CROSS_ENTROPY.extremes
    assert own is not None
    return replace(CROSS_ENTROPY, extremes=replace(own, values=lambda x: given, naive=naive or own.naive))


def test_what_torch_refuses_is_refused_in_every_precision():
    (row,) = table(fixed(target=[7], naive=lambda **_: np.float64(1)), (0.0,))
    assert row.truth is None
    assert {c.kind for c in row.cells if c.way != "naive"} == {"refused"}
    assert {c.kind for c in row.cells if c.way == "naive"} == {"not defined"}


def test_a_missing_kernel_is_not_supported_rather_than_wrong():
    for row in table(LESSONS["ctc_loss"]):
        assert row.cell("torch", "float16").verdict == "not supported"
        assert row.cell("torch", "float16").value is None


def test_a_fault_in_the_naive_formula_is_not_hidden():
    def faulty(**_):
        raise IndexError("a slip")

    with pytest.raises(IndexError, match="a slip"):
        table(fixed(faulty))
    with pytest.raises(ValueError, match="gives 2 numbers"):
        table(fixed(lambda **_: np.ones(2)))


def test_lesson_whose_book_formula_is_the_stable_one_has_no_naive_cells():
    rows = table(replace(CROSS_ENTROPY, extremes=None))
    assert {row.ways for row in rows} == {("stable", "torch")}
    assert next(row for row in rows if row.x == 1e9).cell("stable", "float16").kind != "agrees"
