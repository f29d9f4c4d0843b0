"""A quiz shows one slip, in one step, for one reason; a calculation asks the step where the slip is made."""

from itertools import islice

import numpy as np
import pytest

from lib.catalog import TOPICS
from lib.lesson.working.diagnose import mistaken
from lib.practice.cases import drawn_cases
from lib.practice.quiz import REASONS, Quiz, calculation_of, effect, judged, quiz_of
from lib.tensors.write import format_tensor

FEW = 2  # mistakes of each lesson that are looked at, spread over the catalogue


def some(slug: str) -> list[Quiz]:
    names = list(TOPICS[slug].mistakes)
    spread = [name for start in range(3) for name in names[start::3]]
    return list(islice(filter(None, (quiz_of(slug, name, 1) for name in spread)), FEW))


@pytest.mark.parametrize("slug", TOPICS)
def test_one_step_is_wrong_and_the_rest_follows_from_it(slug):
    found = some(slug)
    assert len(found) == FEW
    for quiz in found:
        shown = quiz.slipped
        made = mistaken(shown.case, quiz.mistake)
        assert made is not None
        wrong_steps = {
            row.step.name
            for row, value, follows in zip(shown.rows, shown.values, shown.follows, strict=True)
            if not np.allclose(value, follows, rtol=1e-9, atol=1e-12)
        }
        assert wrong_steps == {shown.wrong_row.step.name} and not shown.wrong_row.step.given
        for row, value in zip(shown.rows, shown.values, strict=True):
            np.testing.assert_array_equal(value, row.of(made.sent[row.step.name]))


@pytest.mark.parametrize("slug", TOPICS)
def test_one_reason_fits_and_each_of_the_others_can_be_answered(slug):
    for quiz in some(slug):
        for reason in quiz.reasons:
            shown = effect(quiz, reason)
            stands = quiz.slipped.values[quiz.slipped.wrong]
            is_there = shown is not None and shown.place == quiz.slipped.wrong
            fits = is_there and shown is not None and np.allclose(shown.value, stands, rtol=5e-3)
            assert fits == (reason is quiz.mistake), reason.name
        assert 3 <= len({reason.says for reason in quiz.reasons}) == len(quiz.reasons) <= REASONS


def test_reasons_stand_in_no_fixed_place():
    places = {
        quiz.reasons.index(quiz.mistake) for seed in range(12) if (quiz := quiz_of("mse_loss", "sum_for_mean", seed))
    }
    assert len(places) > 1


@pytest.mark.parametrize("slug", TOPICS)
def test_a_calculation_takes_the_right_number_and_names_the_slip(slug):
    for quiz in some(slug)[:1]:
        name = quiz.mistake.name
        asked = calculation_of(slug, name, 1)
        if asked is None:
            continue
        right, slip = (
            format_tensor(np.asarray(values[asked.wrong]), digits=6) for values in (asked.follows, asked.values)
        )
        assert judged(asked, right).verdict == "right"
        found = judged(asked, slip)
        assert found.verdict == "mistake" and name in {mistake.name for mistake in found.mistakes}
        assert judged(asked, "").verdict == "blank"


@pytest.mark.parametrize(("slug", "name"), [("cross_entropy_loss", "no_such_slip"), ("mse_loss", "")])
def test_what_no_lesson_has_is_not_asked(slug, name):
    assert quiz_of(slug, name, 0) is None and calculation_of(slug, name, 0) is None


def test_the_same_seed_gives_the_same_numbers():
    drawn = [list(drawn_cases(TOPICS[slug], 5))[0].given["lr"] for slug in ("step_lr", "step_lr")]
    assert drawn[0] == drawn[1]
    one, other = (next(drawn_cases(TOPICS["mse_loss"], 5)).given["input"] for _ in range(2))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(one, np.round(one, 1))
