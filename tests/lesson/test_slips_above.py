"""A sign, a factor or a logarithm's base in a step above is told at the result, where nothing else fits."""

from __future__ import annotations

import numpy as np
import pytest

from lib.catalog import LOSSES
from lib.lesson.working import judge

SCORES = {"input": [[1, 2], [1, 3], [2, 0]], "target": [0, 1, 1]}
X, Y = np.array(SCORES["input"], dtype=float), np.array(SCORES["target"])
RIGHT = X[np.arange(3), Y]
GAUSS = {"input": [1.0, 2.0], "target": [2.5, 2.0], "var": [4.0, 0.3]}
E, VAR = np.array(GAUSS["input"]) - np.array(GAUSS["target"]), np.array(GAUSS["var"])

CASES = {
    "log sum exp to base 10": (
        "cross_entropy_loss",
        SCORES,
        np.mean(np.log10(np.exp(X).sum(1)) - RIGHT),
        "log of the sum of eˣ",
    ),
    "the variance's logarithm to base 2": (
        "gaussian_nll_loss",
        GAUSS,
        np.mean(np.log2(VAR) + E**2 / VAR) / 2,
        "logarithm of the variance",
    ),
}


@pytest.mark.parametrize(("slug", "values", "result", "step"), CASES.values(), ids=CASES)
def test_the_step_is_told(slug, values, result, step):
    last = judge(LOSSES[slug], values, {"loss": f"{result:.6g}"}, (0,))[-1]
    assert last.verdict == "wrong"
    assert f"A slip at “{step}”" in last.says


def test_three_digits_are_too_few_to_tell():
    result = CASES["log sum exp to base 10"][2]
    assert not judge(LOSSES["cross_entropy_loss"], SCORES, {"loss": f"{result:.3g}"}, (0,))[-1].says
