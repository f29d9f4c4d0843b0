"""Which mistakes explain a submission: known ones that fit everything, else whatever else was tried."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lib.exercises import Exercise, Test
from lib.grading.expected import CannotGrade, Likely, Truth, compute_truth
from lib.grading.form import in_parts
from lib.grading.judge import Judgement, judge, recognised
from lib.grading.slips.explain import explained
from lib.grading.slips.table import Slips, slips_of
from lib.grading.trial import Runner, Trial, trial_of
from lib.lesson import run
from lib.sandbox.job import Ran


def mistakes_of(
    exercise: Exercise,
    tests: Sequence[Test],
    truth: Truth,
    trials: Sequence[Trial],
    judgements: Sequence[Judgement],
    runner: Runner,
    seed: int = 0,
    *,
    kept: bool = True,
) -> list[Likely]:
    """The known mistakes that fit everything that may be seen; where none does, what else explains it.

    `kept`: what slips of code answer to these tests is kept for whoever comes next.
    """
    if known := recognised(tests, trials, judgements, truth.mistakes):
        return known
    shown = [place for place, test in enumerate(tests) if not test.hidden]
    if not any(_can_be_explained(trials[place], judgements[place]) for place in shown):
        return []
    asked, parts = [tests[i] for i in shown], [truth.parts[i] for i in shown]
    slips = slips_of(exercise, asked, parts, seed) if kept else Slips(exercise, asked, parts, seed)
    shown = [shown[place] for place in slips.places]
    return explained(
        slips,
        [trials[i] for i in shown],
        [not judgements[i].passed for i in shown],
        [replace(likely, trials=tuple(likely.trials[i] for i in shown)) for likely in truth.mistakes],
        runner,
    )


def _can_be_explained(trial: Trial, judgement: Judgement) -> bool:
    """Whether a test failed by what came back: not where a call was stopped, or there is no function."""
    return not judgement.passed and trial.last.outcome in ("returned", "raised")


@dataclass(frozen=True, eq=False)
class Typed(Test):
    """A test of numbers that somebody has typed."""

    given: Mapping[str, Any] = field(default_factory=dict)

    def args(self, seed: int = 0) -> dict[str, Any]:
        return copy.deepcopy(dict(self.given))


def mistakes_on(exercise: Exercise, given: Mapping[str, Any], ran: Ran, runner: Runner) -> list[Likely]:
    """Which mistakes explain what a function gave for these arguments alone; none where it is right."""
    single = any(np.asarray(value).dtype == np.float32 for value in given.values())
    test = Typed("these numbers", {}, rtol=2e-5 if single else 1e-6, given=given)
    alone = replace(exercise, tests=(test,))
    try:
        truth = compute_truth(alone, runner)
    except (CannotGrade, *run.REFUSALS):  # the lesson takes what the exercise does not
        return []
    trial = in_parts(trial_of(alone, ran), truth.parts[0])
    judgement = judge(test, trial, truth.parts[0])
    if judgement.passed:
        return []
    return mistakes_of(alone, (test,), truth, [trial], [judgement], runner, kept=False)
