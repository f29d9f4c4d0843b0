"""The learner's own parameter values for the first updates, judged against the hand calculation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lib.budget import UNBOUNDED, Budget
from lib.lesson.optimizer import Optimizer
from lib.lesson.pieces.checks import words
from lib.lesson.run.set_up import SetUp
from lib.lesson.run.trace import Update, trace_by_hand
from lib.lesson.spec import Mistake
from lib.lesson.working.diagnose import same_value, slip_of
from lib.tensors.read import Typed
from lib.tensors.rounding import carried, fits


def judge_trace(
    lesson: Optimizer, ready: SetUp, truth: Sequence[Update], typed: Typed, *, budget: Budget = UNBOUNDED
) -> list[str]:
    """What to say, in Markdown: how many updates fit, where the first one parts, and the mistakes that explain it."""
    shape = ready.param.shape
    if typed.array.ndim != len(shape) + 1 or typed.array.shape[1:] != shape:
        expected = words((len(truth), *shape)) if len(truth) == 1 else f"(1 to {len(truth)}, *{words(shape)})"
        return [f":red[This has shape {words(typed.array.shape)}; expected {expected}: one parameter per update.]"]
    if len(typed.array) > len(truth):
        return [f":red[There are {len(typed.array)} parameters; the run has {len(truth)} updates.]"]
    right = _fitting(typed, truth, ready)
    if right.all():
        return [":green[✓ right]" if len(right) == 1 else f":green[✓ all {len(right)} updates right]"]
    if _begins_with_the_start(typed, truth, ready):
        return [":red[✗ wrong:] one too many; the list begins with the parameter before update 1. The rest is right."]
    first = int(np.argmin(right))
    lines = [_parting(typed, truth, first)]
    return lines + [f"- {mistake.says}" for mistake in _explaining(lesson, ready, truth, typed, budget)]


def _fitting(typed: Typed, updates: Sequence[Update], ready: SetUp) -> np.ndarray:
    """For each typed update whether it fits, but for rounding on the way."""
    expected = np.stack([update.param for update in updates[: len(typed.array)]])
    return np.asarray(carried(typed, expected, format=ready.param.dtype).reshape(len(typed.array), -1).all(-1))


def _begins_with_the_start(typed: Typed, truth: Sequence[Update], ready: SetUp) -> bool:
    shifted = np.stack([ready.param, *(update.param for update in truth)])[: len(typed.array)]
    return len(shifted) > 1 and bool(carried(typed, shifted, format=ready.param.dtype).all())


def _parting(typed: Typed, truth: Sequence[Update], first: int) -> str:
    apart = np.abs(typed.array[first] - truth[first].param)
    before = "" if first == 0 else f":green[✓ update 1{f' to {first}' if first > 1 else ''} right.] "
    return f"{before}:red[✗ wrong] Update {first + 1} parts from PyTorch's, by {np.max(apart):.3g}."


def _explaining(
    lesson: Optimizer, ready: SetUp, truth: Sequence[Update], typed: Typed, budget: Budget
) -> list[Mistake]:
    """Every mistake that, made in each update, gives all that was typed."""
    count = len(typed.array)
    found = []
    for mistake in lesson.mistakes.values():
        slip = slip_of(mistake)
        wrong = trace_by_hand(lesson, ready.param, ready.grads, ready.values, count, slip=slip, budget=budget)
        parts = any(not same_value(a.param, b.param) for a, b in zip(wrong, truth, strict=False))
        given = np.stack([update.param for update in wrong])
        if parts and fits(typed, given, format=ready.param.dtype).all():
            found.append(mistake)
    return found
