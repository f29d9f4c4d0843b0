"""Where digits cannot tell, the expression does: it is tried on the other samples."""

from __future__ import annotations

import pytest

from lib.catalog import TOPICS
from lib.lesson.working import judge

PAIR = {"input": [3.0, 1.0], "target": [1.0, 4.0]}  # the first error is above 0, the second below
SAME = {"input": [[1.0, 1.0], [1.0, 3.0]], "target": [0, 1]}
CASES = {
    # slug, values, entries, the row, words
    "a sign that is kept": ("l1_loss", PAIR, {"error": "x - y", "loss_per_element": "e"}, "another number. You kept"),
    "by the other way round": (
        "mse_loss",
        {"input": [2.0, 1.0], "target": [2.0, 4.0]},
        {"error": "y - x"},
        "prediction",
    ),
    "right everywhere": ("l1_loss", PAIR, {"error": "x - y", "loss_per_element": "abs(e)"}, ""),
    "with a number of this sample": ("l1_loss", PAIR, {"error": "3 - 1", "loss_per_element": "e*1"}, ""),
    "a square": (
        "mse_loss",
        {"input": [1.0, 2.0], "target": [0.0, 4.0]},
        {"error": "x-y", "loss_per_element": "e"},
        "gives",
    ),
}


@pytest.mark.parametrize(("slug", "values", "entries", "words"), CASES.values(), ids=CASES)
def test_a_right_number_from_a_wrong_expression_is_told(slug, values, entries, words):
    judged = {one.row.key: one for one in judge(TOPICS[slug], values, entries, (0,))}
    looked_at = judged[list(entries)[-1]]
    assert looked_at.verdict == "right"
    assert words in looked_at.says if words else not looked_at.says
