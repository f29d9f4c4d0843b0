"""A submission that fails is told why: the known mistake, a slip of code, two of them, or where to begin."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from lib.exercises import EXERCISES
from lib.grading.expected import compute_truth, truth_of
from lib.grading.grade import Grade, grade
from lib.grading.mistakes import Typed, mistakes_on
from lib.grading.slips.table import MOST_BYTES, Slips, slips_of
from lib.sandbox.job import Call, Limits
from lib.sandbox.pool import shared_pool
from tests.grading.slips_by_hand import NOBODY_KNOWS, SLIPS, SOLUTIONS, TWO_SLIPS, Wrong

QUICK = ("mse_loss", "softmax", "cosine_annealing", "step_lr")  # exercises whose slips are tried every time
NOT_FOUND = {"warm up-ends late": "two uses of one argument part, and only one of them is wrong"}


def marked(table: dict[str, Wrong]) -> list[object]:
    """Each with its id; what takes long on the whole is tried now and then."""
    return [
        pytest.param(wrong, id=name, marks=[] if wrong.exercise in QUICK else [pytest.mark.long])
        for name, wrong in table.items()
        if name not in NOT_FOUND
    ]


def graded(wrong: Wrong) -> Grade:
    return grade(EXERCISES[wrong.exercise], wrong.source)


def said(given: Grade) -> str:
    return " ".join(f"{one.name}: {one.says}" for one in given.mistakes)


@pytest.mark.parametrize("exercise", [pytest.param(name, id=name) for name in SOLUTIONS if name in QUICK])
def test_what_slips_are_made_in_is_right(exercise):
    assert grade(EXERCISES[exercise], SOLUTIONS[exercise]).passed


@pytest.mark.long
@pytest.mark.parametrize("exercise", SOLUTIONS)
def test_all_that_slips_are_made_in_is_right(exercise):
    assert grade(EXERCISES[exercise], SOLUTIONS[exercise]).passed


@pytest.mark.parametrize("wrong", marked(SLIPS))
def test_an_ordinary_slip_is_named(wrong):
    given = graded(wrong)
    assert not given.passed
    assert any(word.lower() in said(given).lower() for word in wrong.words), said(given) or "nothing is named"


@pytest.mark.parametrize("wrong", marked(TWO_SLIPS))
def test_two_slips_are_named_as_two(wrong):
    assert "Two things" in said(graded(wrong))


@pytest.mark.parametrize("wrong", marked(NOBODY_KNOWS))
def test_what_cannot_be_known_is_not_named(wrong):
    given = graded(wrong)
    assert not given.passed and not given.mistakes
    assert "Begin with" in given.look_at


def test_nothing_is_named_where_nothing_is_wrong():
    given = grade(EXERCISES["softmax"], SOLUTIONS["softmax"])
    assert given.passed and not given.mistakes and not given.look_at


def test_where_to_begin_is_the_smallest_test_and_the_number_furthest_off():
    wrong = "import numpy as np\ndef softmax(scores):\n    return np.where(scores > 1, 0.25, 0.125) + 0 * scores\n"
    given = grade(EXERCISES["softmax"], wrong)
    failed = [test for test in given.tests if not test.hidden and not test.passed]
    smallest = min(np.size(test.expected) for test in failed)
    named = next(test for test in failed if f"“{test.name}”" in given.look_at)
    assert np.size(named.expected) == smallest
    off = np.abs(np.asarray(named.got) - named.expected)
    assert f"at [{int(np.argmax(off))}]" in given.look_at


def test_a_failing_grade_is_quick_the_second_time():
    wrong = NOBODY_KNOWS["softmax-strange"]
    graded(wrong)  # everything is tried, and kept
    began = time.process_time()
    graded(wrong)
    assert time.process_time() - began < 0.1


def test_what_is_kept_of_an_exercise_is_bounded():
    exercise = EXERCISES["softmax"]
    truth = truth_of(exercise, shared_pool())
    places = [place for place, test in enumerate(exercise.tests) if not test.hidden]
    asked = [exercise.tests[i] for i in places], [truth.parts[i] for i in places]
    slips = slips_of(exercise, *asked, 0)
    slips.single(shared_pool())
    slips.pairs(shared_pool(), 0)
    assert 0 < slips.nbytes < 3 * MOST_BYTES
    assert slips_of(exercise, *asked, 0) is slips


def test_a_solution_that_never_ends_with_a_slip_in_it_is_given_up():
    """warm_restarts waits until its waves are long enough; with a first wave of length 0 that is never."""
    test = Typed("a short wave", {}, given={"steps": 5, "lr": 0.1, "T_0": 1, "T_mult": 2})
    exercise = replace(EXERCISES["warm_restarts"], tests=(test,))
    truth = compute_truth(exercise, shared_pool())
    single, _ = Slips(exercise, exercise.tests, truth.parts).single(shared_pool())
    assert single.slips and ("T_0", "less") not in [change for slip in single.slips for change in slip.changes]


ON_THE_PAGE = {
    "sum for mean": ("np.mean(losses)", "np.sum(losses)", "sum"),
    "a slip of code": ("(input - target) ** 2", "(input - target) ** 2 // 1", "whole"),
    "right": ("", "", ""),
}


@pytest.mark.parametrize(("old", "new", "word"), ON_THE_PAGE.values(), ids=ON_THE_PAGE)
def test_your_own_numpy_on_a_lesson_is_told_the_same(old, new, word):
    exercise, source = EXERCISES["mse_loss"], SOLUTIONS["mse_loss"].replace(old, new) if old else SOLUTIONS["mse_loss"]
    given = {"input": np.array([[1.5, 2.0], [0.25, 4.5]]), "target": np.array([[1.0, 0.5], [2.0, 1.75]])}
    ran = shared_pool().run(source, exercise.function, [Call((given["input"], given["target"]))], Limits())[0]
    named = " ".join(one.says for one in mistakes_on(exercise, given, ran, shared_pool()))
    assert word.lower() in named.lower() and bool(named) == bool(word)
