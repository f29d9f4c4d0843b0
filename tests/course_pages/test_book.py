"""Gradebook, review, regrade, our faults: what they show, to whom, and what a click does."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.course import engine
from lib.course.assignments import assignment_of
from lib.course.bring_in import assign_homework, bring_marks, homework_in, preview_marks
from lib.course.courses import change_course
from lib.course.gradebook import gradebook
from lib.course.marking import ask_for_another_look, overrides, who_asks
from lib.course.regrade import open_regrades, plan_regrade, run_regrade
from lib.course.results import Graded, OurFault
from lib.course.review import place_of_submission
from lib.course.seen import submission_of
from lib.course.submit import submit
from lib.course.who import Who
from lib.exercises import EXERCISES, Exercise
from lib.grading.classroom.homework import homework_of
from lib.refusal import Refusal
from lib.ui.course.code_text import beside_each_other
from tests.course.setting import SETTINGS, Class, stub
from tests.course_pages.conftest import Opens, words
from tests.databases import Clock

PAGES = {"gradebook": "course", "class_faults": "course", "review": "submission", "regrade": "assignment"}


@pytest.fixture
def handed_in(small_class: Class) -> int:
    """Li's second attempt, of which half is right; Bo's is broken."""
    for who, code in ((small_class.li, "0.25"), (small_class.li, "0.5"), (small_class.bo, "0")):
        number = submit(small_class.store, who, small_class.exercises[0], code).number
        engine.work_until_idle(small_class.store, grade=stub)
    return number - 1


def _query(here: Class, slug: str, number: int) -> dict[str, int]:
    return {PAGES[slug]: {"course": here.course, "submission": number, "assignment": here.assignment}[PAGES[slug]]}


@pytest.mark.parametrize("slug", PAGES)
@pytest.mark.parametrize("name", ["guest", "li", "bo", "zoe", "eve"])
def test_no_page_of_staff_shows_anything_to(
    name: str, slug: str, small_class: Class, handed_in: int, open_as: Opens
) -> None:
    who = None if name == "guest" else getattr(small_class, name)
    said = words(open_as(who, slug, **_query(small_class, slug, handed_in)))
    assert any(one in said for one in ("Sign in", "There is no such", "Only instructors")), said
    assert "Week 1" not in said and "0.5" not in said


@pytest.mark.parametrize("slug", PAGES)
def test_staff_see_every_page(slug: str, small_class: Class, handed_in: int, open_as: Opens) -> None:
    for who in (small_class.tom, small_class.ada):
        said = words(open_as(who, slug, **_query(small_class, slug, handed_in)))
        assert "There is no such" not in said and "The address names" not in said, said


@pytest.mark.parametrize("slug", PAGES)
def test_an_address_without_a_number_says_what_is_expected(slug: str, small_class: Class, open_as: Opens) -> None:
    assert "expected one such as" in words(open_as(small_class.ada, slug))


def _links(app: AppTest) -> list[str]:
    return [str(one.label) for one in app.main.get("page_link")]  # type: ignore[union-attr]


def _fill(app: AppTest, label: str, value: str | float) -> None:
    fields = [*app.main.text_input, *app.main.number_input, *app.main.text_area]
    next(one for one in fields if one.label == label or one.label.startswith(label)).set_value(value)


def _press(app: AppTest, label: str) -> None:
    next(one for one in app.main.button if one.label == label).click().run()
    assert not app.exception, [error.message for error in app.exception]


def _points(here: Class, who: Who) -> float | None:
    book = gradebook(here.store, here.ada, here.course)
    mark = next(one for one in book.students if one.person_id == who.id).marks.get(here.exercises[0])
    return mark.points if mark else None


def test_points_by_hand_need_a_reason_and_change_the_mark(small_class: Class, handed_in: int, open_as: Opens) -> None:
    app = open_as(small_class.tom, "review", submission=handed_in)
    assert "Mark 5 of 10" in words(app)
    _fill(app, "Points of", 8.5)
    _press(app, "Give these points")
    assert "The reason has 0 characters" in words(app) and _points(small_class, small_class.li) == 5
    _fill(app, "Reason", "the idea is right")
    _press(app, "Give these points")
    assert _points(small_class, small_class.li) == 8.5 and "Mark 8.5 of 10" in words(app)
    assert "the idea is right" in words(app) and "By hand so far: 1" in [one.label for one in app.main.expander]
    _fill(app, "Reason", "it is not")
    _press(app, "Take points by hand back")
    assert _points(small_class, small_class.li) == 5


def test_points_by_hand_for_whoever_handed_nothing_in(small_class: Class, handed_in: int, open_as: Opens) -> None:
    where = {"exercise": small_class.exercises[1], "person": small_class.bo.id}
    app = open_as(small_class.ada, "review", **where)
    _fill(app, "Points of", 3.0)
    _fill(app, "Reason", "on paper")
    _press(app, "Give these points")
    given = overrides(small_class.store, small_class.ada, small_class.exercises[1], small_class.bo.id)
    assert [(one.points, one.why) for one in given] == [(3.0, "on paper")]


def test_the_comment_and_the_answer_reach_the_student(small_class: Class, handed_in: int, open_as: Opens) -> None:
    ask_for_another_look(small_class.store, small_class.li, handed_in, "Is *this* right?")
    app = open_as(small_class.tom, "review", submission=handed_in)
    _fill(app, "Comment", "Nearly.")
    _press(app, "Save the comment")
    _fill(app, "Answer", "No.")
    _press(app, "Answer")
    seen = submission_of(small_class.store, small_class.tom, handed_in)
    assert (seen.comment, seen.looks[0].answer) == ("Nearly.", "No.")
    assert not who_asks(small_class.store, small_class.tom, small_class.course)


def test_what_changed_since_the_attempt_before_is_shown(small_class: Class, handed_in: int, open_as: Opens) -> None:
    app = open_as(small_class.tom, "review", submission=handed_in, review_code="changes")
    assert "-0.25\n+0.5" in [one.value for one in app.main.code]


def test_staff_see_what_the_student_sees_by_now(small_class: Class, handed_in: int, open_as: Opens) -> None:
    app = open_as(small_class.tom, "review", submission=handed_in)
    assert "Hidden tests are not shown yet" not in words(app)
    app.main.toggle[0].set_value(True).run()
    assert "Hidden tests are not shown yet" in words(app)


def test_no_name_is_shown_while_grading_is_anonymous(small_class: Class, handed_in: int, open_as: Opens) -> None:
    change_course(small_class.store, small_class.ada, small_class.course, anonymous=True)
    ask_for_another_look(small_class.store, small_class.li, handed_in, "please")
    for slug, query in (
        ("review", {"submission": handed_in}),
        ("gradebook", {"course": small_class.course}),
        ("class_faults", {"course": small_class.course, "faults_view": "asks"}),
    ):
        app = open_as(small_class.tom, slug, **query)
        shown = [words(app), *_links(app), *(str(one.value) for one in app.main.dataframe)]
        assert not any("Li" in one.split() or "Bo" in one.split() for one in shown), shown


def test_next_and_previous_lead_through_the_students(small_class: Class, handed_in: int, open_as: Opens) -> None:
    place = place_of_submission(small_class.store, small_class.tom, handed_in)
    assert [(one.name, one.number) for one in place.line] == [("Bo", handed_in + 1), ("Li", handed_in)]
    assert "Previous student" in _links(open_as(small_class.tom, "review", submission=handed_in))
    assert "Next student" in _links(open_as(small_class.tom, "review", submission=handed_in + 1))


def test_a_regrade_is_looked_at_then_applied(
    small_class: Class, handed_in: int, open_as: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_regrade, "__defaults__", (lambda exercise, code: stub(exercise, "1"),))
    app = open_as(small_class.ada, "regrade", assignment=small_class.assignment)
    _press(app, "Grade anew, and look first")
    assert "There is no reason" in words(app)
    _fill(app, "Reason", "the test was wrong")
    _press(app, "Grade anew, and look first")
    assert "**2 marks move**: 2 up, 0 down." in words(app) and _points(small_class, small_class.li) == 5
    assert list(app.main.dataframe[0].value["Student"]) == ["Li", "Bo"]
    _press(app, "Apply")
    assert _points(small_class, small_class.li) == 10
    assert not open_regrades(small_class.store, small_class.ada, small_class.course)


def test_a_regrade_that_is_given_up_moves_nothing(small_class: Class, handed_in: int, open_as: Opens) -> None:
    plan_regrade(small_class.store, SETTINGS, small_class.ada, small_class.assignment, "try")
    app = open_as(small_class.ada, "regrade", assignment=small_class.assignment)
    assert "Apply" not in [one.label for one in app.main.button]
    _press(app, "Give up")
    assert _points(small_class, small_class.li) == 5
    assert not open_regrades(small_class.store, small_class.ada, small_class.course)


def test_a_test_is_dropped_for_everyone_after_a_look(small_class: Class, handed_in: int, open_as: Opens) -> None:
    app = open_as(small_class.ada, "regrade", assignment=small_class.assignment, regrade_view="drop")
    names = [test.name for test in EXERCISES["softmax"].tests]
    app.main.multiselect[0].set_value(names).run()
    assert "**2 marks move**: 2 up, 0 down." in words(app)
    _fill(app, "Reason", "all of them were wrong")
    _press(app, "Apply")
    assert _points(small_class, small_class.li) == 10  # no test is left that could take points


def test_marks_are_released_at_one_moment(small_class: Class, handed_in: int, open_as: Opens, clock: Clock) -> None:
    app = open_as(small_class.ada, "regrade", assignment=small_class.assignment, regrade_view="release")
    _press(app, "Release all marks now")
    assert assignment_of(small_class.store, small_class.ada, small_class.assignment).released == clock.now
    _press(app, "Take the release back")
    assert assignment_of(small_class.store, small_class.ada, small_class.assignment).released is None


def test_what_we_could_not_grade_is_tried_again(small_class: Class, open_as: Opens, clock: Clock) -> None:
    def fails(exercise: Exercise, code: str) -> Graded:
        raise OurFault("The sandbox is *gone*.")

    number = submit(small_class.store, small_class.li, small_class.exercises[0], "1").number
    for _ in range(5):
        engine.work_until_idle(small_class.store, grade=fails)
        clock.forward(minutes=5)
    app = open_as(small_class.tom, "class_faults", course=small_class.course)
    assert "The sandbox is \\*gone\\*." in words(app)
    assert "We could not grade 1" in _links(open_as(small_class.tom, "gradebook", course=small_class.course))
    app = open_as(small_class.tom, "class_faults", course=small_class.course)
    _press(app, "Grade all again")
    engine.work_until_idle(small_class.store, grade=stub)
    assert submission_of(small_class.store, small_class.tom, number).state == "graded"


def test_the_audit_tells_who_did_what_in_the_zone_of_the_course(small_class: Class, open_as: Opens) -> None:
    app = open_as(small_class.ada, "class_faults", course=small_class.course, faults_view="record")
    told = app.main.dataframe[0].value
    made = told[told["What"] == "assignment made"].iloc[0]
    assert made["Who"] == "Ada" and "due: Fri 8 May, 14:00" in made["After"]


def test_the_class_view_counts_mistakes_and_links_examples(small_class: Class, handed_in: int, open_as: Opens) -> None:
    submit(small_class.store, small_class.li, small_class.exercises[1], "0.5")
    engine.work_until_idle(small_class.store, grade=stub)
    app = open_as(small_class.tom, "gradebook", course=small_class.course, gradebook_view="class")
    assert "**2 of 2** · Softmax: You forgot half." in words(app)
    assert {"Example 1", "Example 2", "Teach again: MSE loss"} <= set(_links(app))


def test_a_filter_leaves_those_that_are_like_that(small_class: Class, handed_in: int, open_as: Opens) -> None:
    app = open_as(small_class.tom, "gradebook", course=small_class.course)
    assert list(app.main.dataframe[0].value.index) == ["Bo", "Li"]  # a zero because of the file comes first
    app.selectbox(key="gradebook_show").select("file").run()
    assert list(app.main.dataframe[0].value.index) == ["Bo"]
    app.selectbox(key="gradebook_show").select("missing").run()
    assert "No student is like that." in words(app)


def test_what_is_alike_is_compared_when_asked(small_class: Class, open_as: Opens) -> None:
    long = "\n".join(f"    odd_{n} = np.exp(x[{n}]) * {n} + np.log({n} + x[{n} + 1])" for n in range(1, 12))
    code = f"import numpy as np\ndef softmax(x):\n{long}\n    return odd_1\n"
    for who in (small_class.li, small_class.bo):
        submit(small_class.store, who, small_class.exercises[0], code)
    engine.work_until_idle(small_class.store, grade=lambda exercise, text: stub(exercise, "0.5"))
    app = open_as(small_class.tom, "gradebook", course=small_class.course, gradebook_view="alike")
    _press(app, "Compare")
    assert any("Bo and Li: 100%" in one.label for one in app.main.expander)


def test_code_that_hides_something_is_shown_as_it_is(small_class: Class, open_as: Opens) -> None:
    code = "x = '\u202e\ud800'  # </pre><script>"
    number = submit(small_class.store, small_class.li, small_class.exercises[0], code).number
    engine.work_until_idle(small_class.store, grade=lambda exercise, text: stub(exercise, "0.5"))
    app = open_as(small_class.tom, "review", submission=number)
    assert "x = '⟨U+202E⟩⟨U+D800⟩'  # </pre><script>" in [one.value for one in app.main.code]
    assert "<script>" not in beside_each_other([], [code])


def test_marks_of_batch_come_in_by_number_or_name(small_class: Class, handed_in: int) -> None:
    most = EXERCISES["softmax"].max_score
    lines = [f"Li,,{most / 2},2", f"bo,,{most},", "Zoe,,1,", f"Tom,,1,{most}", f"Li,,{most},", "Bo W,7,x,"]
    data = "\n".join(["student,id,softmax,elsewhere", *lines]).encode()
    before = preview_marks(small_class.store, small_class.ada, small_class.assignment, data)
    assert [(one.name, one.before, one.after) for one in before.marks] == [("Bo", 0, 10)] and before.same == 1
    told = "\n".join(before.problems)
    assert "Line 4: Zoe is not in this course" in told and "Tom is not in this course" in told
    assert "Line 6 is the same student as line 2" in told and "Bo W is not in this course" in told
    bring_marks(small_class.store, small_class.ada, small_class.assignment, data, "graded by batch")
    assert _points(small_class, small_class.bo) == 10 and _points(small_class, small_class.li) == 5
    given = overrides(small_class.store, small_class.ada, small_class.exercises[0], small_class.bo.id)
    assert [(one.points, one.why) for one in given] == [(10, "graded by batch")]


@pytest.mark.parametrize("text", ["nan", "-1", "1e9", "half"], ids=str)
def test_a_mark_of_batch_that_cannot_be_is_left_out(text: str, small_class: Class) -> None:
    data = f"student,id,softmax\nLi,,{text}\n".encode()
    found = preview_marks(small_class.store, small_class.ada, small_class.assignment, data)
    assert not found.marks and f"softmax has {text!r}" in found.problems[0]


def test_a_file_of_marks_needs_an_exercise_of_the_assignment(small_class: Class) -> None:
    with pytest.raises(Refusal, match="No column is named after an exercise"):
        preview_marks(small_class.store, small_class.ada, small_class.assignment, b"student,id,l1_loss\nLi,,1\n")


def test_a_handout_becomes_an_assignment_that_has_not_opened(small_class: Class) -> None:
    told = homework_of([EXERCISES["softmax"], EXERCISES["mse_loss"]], "hw3")
    data = f"{told.line}\nimport numpy\n".replace(EXERCISES["mse_loss"].version, "abc123").encode()
    found = homework_in(small_class.store, SETTINGS, small_class.ada, small_class.course, data)
    assert (found.id, found.slugs, found.changed) == ("hw3", ("softmax", "mse_loss"), ("mse_loss",))
    number = assign_homework(small_class.store, SETTINGS, small_class.ada, small_class.course, data)
    made = assignment_of(small_class.store, small_class.ada, number)
    assert made.title == "hw3" and made.terms.opens > small_class.store.now()
    with pytest.raises(Refusal, match="does not say which homework"):
        homework_in(small_class.store, SETTINGS, small_class.ada, small_class.course, b"\xff\x00")
