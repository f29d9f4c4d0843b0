"""Exercises: what their folders may hold, what is said of a wrong one, and that every one judges well."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from lib.catalog import LOSSES
from lib.exercises import EXERCISES, FOLDER, ExerciseError, read_exercise, read_exercises
from lib.exercises.arguments import build
from lib.exercises.keys import Table
from lib.exercises.left_out import read_left_out
from lib.exercises.spec import PATHS
from lib.grading.author.check import check
from lib.grading.expected import lesson_mistakes
from lib.lesson.spec import Mistake
from lib.sandbox.pool import shared_pool


@pytest.mark.parametrize("exercise", [pytest.param(e, id=slug) for slug, e in EXERCISES.items()])
def test_exercise_judges_well(exercise):
    found = check(exercise, shared_pool())
    assert not found.faults, "\n".join(found.faults)
    assert found.caught == found.mistakes > 0


def test_page_order_follows_the_path_from_easy_to_hard():
    places = [(list(PATHS).index(e.path), e.order) for e in EXERCISES.values()]
    assert places == sorted(places)


@pytest.fixture
def folder(tmp_path):
    """A copy of the softmax exercise that may be spoiled."""
    return shutil.copytree(FOLDER / "softmax", tmp_path / "softmax")


SPOILED = {
    "unknown key": ("exercise.toml", "level = 2", "levle = 2", "did you mean level"),
    "level out of range": ("exercise.toml", "level = 2", "level = 7", "level is 7; expected one of 1, 2, 3, 4, 5"),
    "unknown answer": ("exercise.toml", '"value"', '"worth"', "answer is 'worth'; expected one of value, grad"),
    "unknown lesson": ("exercise.toml", "level = 2", 'level = 2\nlesson = "hubr"', "lesson is 'hubr'; expected"),
    "no such argument": ("exercise.toml", "{ scores = [1.0, 2.0, 3.0] }", "{ x = [1.0] }", "args.scores is missing"),
    "ragged": ("exercise.toml", "[1.0, 2.0, 3.0]", "[[1.0], [2.0, 3.0]]", "tests[1].args.scores: the rows differ"),
    "random without seed": ("exercise.toml", "seed = 11\n", "", "seed is missing; expected a whole number"),
    "unknown sort of random": ("exercise.toml", '"normal"', '"nromal"', "random is 'nromal'; expected one of"),
    "two tests of one name": ("exercise.toml", '"two samples"', '"three scores"', "a name that no other test has"),
    "not TOML": ("exercise.toml", "title = ", "title : ", "not valid TOML"),
    "another function": ("starter.py", "def softmax", "def softmx", "it defines softmx; expected softmax"),
    "another signature": ("solution.py", "(scores)", "(scores, axis)", "expected (scores), as starter.py"),
    "mistake without words": ("mistakes/base_two.py", '"""', "# ", "no docstring at the top"),
}


@pytest.mark.parametrize(("file", "old", "new", "says"), list(SPOILED.values()), ids=list(SPOILED))
def test_a_wrong_folder_is_told_by_file_key_and_what_was_expected(folder, file, old, new, says):
    text = (folder / file).read_text()
    assert old in text
    spoiled = text.split("\n\n", 1)[1] if file.startswith("mistakes") else text.replace(old, new)
    (folder / file).write_text(spoiled)
    with pytest.raises(ExerciseError) as caught:
        read_exercise(folder)
    assert says in str(caught.value)
    assert file.split("/")[-1] in str(caught.value)


def test_a_mistake_of_the_lesson_is_left_out_by_its_name(tmp_path):
    exercise = leaving_out(tmp_path, "huber_loss", 'smooth_l1 = "Its delta is always 1."')
    assert exercise.leave_out == {"smooth_l1": "Its delta is always 1."}
    names = {mistake.name for mistake in lesson_mistakes(exercise)}
    assert "smooth_l1" not in names and "square_without_half" in names


def leaving_out(tmp_path, slug, line):
    """The exercise with this line in its table of what is left out."""
    copied = shutil.copytree(FOLDER / slug, tmp_path / slug)
    toml = copied / "exercise.toml"
    toml.write_text(toml.read_text().replace("[[tests]]", f"[leave_out]\n{line}\n\n[[tests]]", 1))
    return read_exercise(copied)


OUT_OF_PLACE = {  # an exercise, what it leaves out, and what is said of it
    "misspelt": ("huber_loss", 'smoth_l1 = "Why."', "leave_out.smoth_l1 is no mistake of the lesson; did you mean"),
    "blanks for underscores": ("huber_loss", '"smooth l1" = "Why."', "did you mean smooth_l1?"),
    "of the gradient": ("huber_loss", 'unbounded_pull = "Why."', "is no mistake of the lesson; expected one of "),
    "of the value": (
        "huber_gradient",
        'square_without_half = "Why."',
        "is no mistake of the lesson; expected one of unb",
    ),
    "the old form": (
        "huber_loss",
        '"You left out the ½" = "Why."',
        '"You left out the ½" is how a sentence begins; expected the name of the mistake: square_without_half.',
    ),
    "the old form, for two": ("huber_loss", '"You did not " = "Why."', "arms_not_lowered and arms_of_slope_one."),
    "the old form, of none": ("huber_loss", '"You danced" = "Why."', "the name of the mistake: one of "),
    "without a lesson": ("softmax", 'smooth_l1 = "Why."', "expected no such table, since there is no lesson"),
    "without a reason": ("huber_loss", "smooth_l1 = true", "leave_out.smooth_l1 is True; expected text"),
}


@pytest.mark.parametrize(("slug", "line", "says"), list(OUT_OF_PLACE.values()), ids=list(OUT_OF_PLACE))
def test_what_is_no_name_of_a_mistake_is_told_in_one_sentence(tmp_path, slug, line, says):
    with pytest.raises(ExerciseError) as caught:
        leaving_out(tmp_path, slug, line)
    assert says in str(caught.value)
    assert f"{slug}/exercise.toml" in str(caught.value)


def test_a_former_name_still_leaves_a_mistake_out():
    mistakes = {"divides_by_rows": Mistake({}, "You divided by rows.", aliases=("counts_rows",))}
    lesson = replace(LOSSES["huber_loss"], mistakes=mistakes)
    table = Table("exercise.toml", {"leave_out": {"counts_rows": "There is one row."}})
    assert read_left_out(table, lesson, "value") == {"divides_by_rows": "There is one row."}


def test_a_missing_file_is_named(folder):
    (folder / "statement.md").unlink()
    with pytest.raises(ExerciseError, match=r"softmax/statement\.md is missing"):
        read_exercise(folder)


def test_the_version_follows_from_the_content_alone(folder):
    before = read_exercise(folder).version
    assert before == EXERCISES["softmax"].version
    (folder / "statement.md").write_text("other words\n")
    assert read_exercise(folder).version != before


def test_a_private_folder_stands_anywhere(folder):
    assert list(read_exercises(folder.parent)) == ["softmax"]


VALUES = {
    "a list with a point": ([1.0, 2], np.array([1.0, 2.0])),
    "whole numbers": ([1, 2], np.array([1, 2])),
    "single precision": ({"array": [1.0], "dtype": "float32"}, np.array([1], np.float32)),
    "empty": ({"full": 0.0, "shape": [0, 3]}, np.zeros((0, 3))),
    "a tuple": ({"tuple": [0.9, 0.99]}, (0.9, 0.99)),
    "nothing": ({"none": True}, None),
    "a word": ("mean", "mean"),
}


@pytest.mark.parametrize(("written", "expected"), list(VALUES.values()), ids=list(VALUES))
def test_value_of_an_argument(written, expected):
    got = build({"x": written}, {}, (0, 0))["x"]
    assert type(got) is type(expected)
    np.testing.assert_array_equal(got, expected)
    assert getattr(got, "dtype", None) == getattr(expected, "dtype", None)


def test_random_arguments_follow_from_the_seed():
    test = next(t for t in EXERCISES["softmax"].tests if t.seed is not None)
    np.testing.assert_array_equal(test.args()["scores"], test.args()["scores"])
    assert not np.array_equal(test.args()["scores"], test.args(1)["scores"])
