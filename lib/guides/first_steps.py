"""The first three steps of a newcomer: cross-entropy of two scores, small enough for pen and paper.

They are judged by the engine that judges every lesson, so that slips are named and a later step may follow from an
earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget
from lib.catalog import LOSSES
from lib.lesson.formula import formula
from lib.lesson.run import torch_result
from lib.lesson.spec import Mistake, Step, Steps, Topic
from lib.lesson.working import Judged, judge

SLUG = "cross_entropy_loss"
VALUES: Mapping[str, Any] = {"input": np.array([1.0, 2.0]), "target": np.array(0)}
SUM, SHARE, LOSS = "sum_of_powers", "share", "loss"
STEPS = (SUM, SHARE, LOSS)


def by_hand(input, target, *, weight, ignore_index, reduction, label_smoothing) -> Steps:
    """From two scores to the loss: add the powers up, take the right class's share, then −log of it."""
    powers = np.exp(input)
    total = yield Step(
        SUM,
        r"Z = \sum_c e^{x_c}",
        powers.sum(),
        worked=lambda: formula("e^{<first>} + e^{<second>}", first=input[0], second=input[1]),
        words="Add the two powers up.",
    )
    share = yield Step(
        SHARE,
        r"p = e^{x_1} / Z",
        powers[target] / total,
        worked=lambda: formula(r"e^{<first>} / <sum_of_powers>", first=input[0], sum_of_powers=total),
        words="Divide the first power by the sum of both.",
    )
    yield Step(
        LOSS,
        r"\ell = -\log p",
        -np.log(share),
        worked=lambda: formula(r"-\log(<share>)", share=share),
        words="Take the natural logarithm, and turn its sign.",
    )


def grad_by_hand(done, **given) -> Steps:
    """Nothing: no slope is asked here."""
    yield from ()


def _powers(given: Mapping[str, Any]) -> np.ndarray:
    return np.asarray(np.exp(given["input"]))


MISTAKES: Mapping[str, Mistake] = {
    "scores_added_first": Mistake(
        {SUM: lambda given, done: np.exp(given["input"].sum())},
        "That is e to the sum of the scores. Each score gets its own power; the powers are added.",
    ),
    "powers_multiplied": Mistake(
        {SUM: lambda given, done: np.round(_powers(given), 3).prod()},
        "You multiplied the powers. They are added.",
    ),
    "scores_added": Mistake(
        {SUM: lambda given, done: given["input"].sum()},
        "You added the scores themselves. Added are their powers, 2.718 and 7.389.",
    ),
    "powers_subtracted": Mistake(
        {SUM: lambda given, done: np.diff(_powers(given))[0]},
        "You took the difference. The powers are added.",
    ),
    "logarithm_too_early": Mistake(
        {SUM: lambda given, done: np.log(_powers(given).sum())},
        "That is the logarithm of the sum. It comes last; here the sum itself is asked.",
    ),
    "averaged": Mistake(
        {SUM: lambda given, done: _powers(given).mean()},
        "You took the mean of the two. Here their sum is asked.",
    ),
    "other_class": Mistake(
        {SHARE: lambda given, done: _powers(given)[1] / done[SUM]},
        "You took the second class's share. The right class is the first: 2.718 out of the sum.",
    ),
    "odds_for_share": Mistake(
        {SHARE: lambda given, done: _powers(given)[0] / _powers(given)[1]},
        "You divided by the other power alone. A share is taken of the whole sum.",
    ),
    "upside_down": Mistake(
        {SHARE: lambda given, done: done[SUM] / _powers(given)[0]},
        "You divided the sum by the power. A share is the part divided by the whole, and less than 1.",
    ),
    "scores_without_powers": Mistake(
        {SHARE: lambda given, done: given["input"][0] / given["input"].sum()},
        "That is the share of the score, 1 out of 3. Shares are taken of the powers: 2.718 out of their sum.",
    ),
    "in_percent": Mistake(
        {SHARE: lambda given, done: 100 * done[SHARE]},
        "That is in percent. A share is a number from 0 to 1.",
    ),
    "loss_of_other_class": Mistake(
        {LOSS: lambda given, done: -np.log(1 - done[SHARE])},
        "That is what the second class would cost. The right class is the first.",
    ),
    "sign_left_out": Mistake(
        {LOSS: lambda given, done: np.log(done[SHARE])},
        "You left out the minus. The logarithm of a share is below 0; a loss is not.",
    ),
    "base_2": Mistake(
        {LOSS: lambda given, done: -np.log2(done[SHARE])},
        "You took the logarithm to base 2. PyTorch takes the natural one, to base e.",
    ),
    "base_10": Mistake(
        {LOSS: lambda given, done: -np.log10(done[SHARE])},
        "You took the logarithm to base 10, the “log” of many calculators. PyTorch takes the natural one, “ln”.",
    ),
    "one_less_share": Mistake(
        {LOSS: lambda given, done: 1 - done[SHARE]},
        "That is 1 less the share. The loss is −log of the share: it grows without end as the share falls to 0.",
    ),
    "one_over_share": Mistake(
        {LOSS: lambda given, done: 1 / done[SHARE]},
        "That is 1 over the share; its logarithm is the loss.",
    ),
    "weighed_by_share": Mistake(
        {LOSS: lambda given, done: -done[SHARE] * np.log(done[SHARE])},
        "You multiplied by the share once more, as entropy does. The loss is −log of the share alone.",
    ),
}


@cache
def lesson() -> Topic:
    """Cross-entropy loss, in three smaller steps."""
    return replace(LOSSES[SLUG], by_hand=by_hand, grad_by_hand=grad_by_hand, mistakes=MISTAKES, grad_mistakes={})


def judged(entries: Mapping[str, str]) -> dict[str, Judged]:
    """Step → what the entry for it is worth. `entries` maps steps to what was typed."""
    return {one.row.key: one for one in judge(lesson(), VALUES, entries, ())}


def by_torch(*, budget: Budget = UNBOUNDED) -> float:
    """What nn.CrossEntropyLoss gives for the two scores."""
    return float(torch_result(LOSSES[SLUG], VALUES, budget=budget).value)
