"""Assignments as students and staff meet them: opened, worked on, handed in, made, changed. Without a browser."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.allowance import USUAL, Allowance, Rate
from lib.course import engine
from lib.course.assignments import assignment_of, assignments, extensions, form_of
from lib.course.courses import close_course, my_courses
from lib.course.results import Graded, OurFault
from lib.course.seen import my_attempts, submission_of
from lib.course.sign_in import end_sessions
from lib.course.submit import draft_of, save_draft, submit
from lib.course.who import NotThere, Who
from lib.exercises import EXERCISES, FOLDER, Exercise
from lib.grading.classroom.homework import homework_of
from lib.refusal import Refusal
from lib.sandbox.turns import Visitor
from lib.ui import limits, sandbox
from lib.ui.course import handing_in
from lib.ui.course.files import answer_in, read_files
from lib.ui.course.moments import by_the_clock, later_by_weeks, moment_at
from tests.course.setting import SETTINGS, TERMS, Class, stub
from tests.course_pages.conftest import Opens, words
from tests.databases import NOON, Clock

DAY = timedelta(days=1)
SOFTMAX, MSE = EXERCISES["softmax"], EXERCISES["mse_loss"]


def key(here: Class, who: Who, exercise: int = 0) -> str:
    return f"class_{who.id}_{here.exercises[exercise]}"


def typed(app: AppTest, here: Class, who: Who, text: str) -> AppTest:
    app.session_state[f"{key(here, who)}_editor_text"] = text
    return run(app)


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, [error.message for error in app.exception]
    return app


def click(app: AppTest, name: str) -> AppTest:
    app.button(key=name).click()
    return run(app)


def submitted(app: AppTest, here: Class, who: Who, text: str) -> AppTest:
    typed(app, here, who, text)
    return click(app, f"{key(here, who)}_submit")


def test_a_student_sees_what_is_asked_until_when_and_what_lateness_costs(small_class: Class, open_as: Opens) -> None:
    said = words(open_as(small_class.li, "assignment", assignment=small_class.assignment))
    for part in (
        "Week 1",
        "Write `softmax(scores)`",
        "Due **Fri 8 May, 14:00** · taken until Mon 11 May, 14:00",
        "Late work loses 10 % of what it earned for each day begun.",
        "Handed in on 9 May 12:00, one day late: 18 of 20 becomes 16.2.",
        "As many attempts as you like.",
        "8 tests are visible, 4 are hidden.",
    ):
        assert part in said, part


def test_wrong_then_right_with_a_receipt_each_time(small_class: Class, open_as: Opens) -> None:
    here, wrong = small_class, next(one for one in SOFTMAX.mistakes if one.name == "adds_epsilon")
    app = open_as(here.li, "assignment", assignment=here.assignment)
    said = words(submitted(app, here, here.li, wrong.source))
    first = my_attempts(here.store, here.li, here.exercises[0])[0]
    assert f"**Receipt {first.number}** · attempt 1 · Fri 1 May, 14:00:00" in said
    assert submission_of(here.store, here.li, first.number).sha256 in said
    assert "It is the next one to be graded." in said
    engine.work_until_idle(here.store)
    said = words(run(app))
    assert "against division by 0" in said and "visible tests passed" in said and "Hidden tests are not shown" in said
    submitted(app, here, here.li, SOFTMAX.solution)
    engine.work_until_idle(here.store)
    said = words(run(app))
    assert "8 of 8 visible tests passed" in said and "attempt 2" in said and "Likely mistake" not in said


def test_the_visible_tests_run_as_often_as_wanted_and_use_no_attempt(small_class: Class, open_as: Opens) -> None:
    here = small_class
    app = open_as(here.li, "assignment", assignment=here.assignment)
    typed(app, here, here.li, SOFTMAX.solution)
    for _ in range(2):
        assert "Every visible test passes" in words(click(app, f"{key(here, here.li)}_run"))
    assert my_attempts(here.store, here.li, here.exercises[0]) == []


def test_the_same_text_is_not_handed_in_twice_in_a_row(small_class: Class, open_as: Opens) -> None:
    here = small_class
    app = open_as(here.li, "assignment", assignment=here.assignment)
    submitted(app, here, here.li, "1")
    assert "exactly this already" in words(click(app, f"{key(here, here.li)}_submit"))
    submitted(app, here, here.li, "0.5")
    submitted(app, here, here.li, "1")
    assert [one.attempt for one in my_attempts(here.store, here.li, here.exercises[0])] == [3, 2, 1]


def test_who_hands_in_or_runs_too_often_is_asked_to_wait_and_keeps_what_was_typed(
    small_class: Class, open_as: Opens, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = small_class
    monkeypatch.setattr(limits, "SHARED", Allowance(lambda: clock.now.timestamp()))
    for room in (sandbox, handing_in):
        monkeypatch.setattr(room, "visitor", lambda: Visitor("192.0.2.1"))
    monkeypatch.setattr(limits, "rates_from", lambda values: {kind: Rate(2, 3) for kind in USUAL})
    app = open_as(here.li, "assignment", assignment=here.assignment)
    for text in ("1", "2", "3"):
        submitted(app, here, here.li, text)
    assert "That was too often within a minute. It goes on in 30 s." in words(app)
    assert app.session_state[f"{key(here, here.li)}_editor_text"] == "3"
    assert len(my_attempts(here.store, here.li, here.exercises[0])) == 2
    for _ in range(4):
        click(app, f"{key(here, here.li)}_run")
    assert "Too much came from your network within a minute." in words(app) and "Nothing is lost" in words(app)
    clock.forward(minutes=1)
    submitted(app, here, here.li, "3")
    assert len(my_attempts(here.store, here.li, here.exercises[0])) == 3


def test_after_our_fault_the_same_text_may_be_handed_in_again(small_class: Class, open_as: Opens, clock: Clock) -> None:
    here = small_class
    app = open_as(here.li, "assignment", assignment=here.assignment)
    submitted(app, here, here.li, "1")
    _ours(here, clock)
    assert "that is our fault. It takes no attempt away" in words(run(app))
    click(app, f"{key(here, here.li)}_submit")
    assert len(my_attempts(here.store, here.li, here.exercises[0])) == 2


def _ours(here: Class, clock: Clock) -> None:
    def fails(exercise: Exercise, code: str) -> Graded:
        raise OurFault("no room")

    for _ in range(4):
        engine.work_until_idle(here.store, grade=fails)
        clock.forward(minutes=3)


def test_the_place_in_the_line_is_told(small_class: Class, open_as: Opens) -> None:
    here = small_class
    for text in ("1", "2"):
        submit(here.store, here.bo, here.exercises[0], text)
    app = open_as(here.li, "assignment", assignment=here.assignment)
    assert "2 submissions are graded before it" in words(submitted(app, here, here.li, "1"))


def test_attempts_are_counted_down_and_the_limit_is_told(class_store: Any, open_as: Opens) -> None:
    here = Class(class_store, terms=replace(TERMS, attempts=2))
    app = open_as(here.li, "assignment", assignment=here.assignment)
    assert "**2** of 2 attempts left" in words(app)
    assert "**1** of 2 attempts left" in words(submitted(app, here, here.li, "1"))
    submitted(app, here, here.li, "2")
    assert "You have used 2 of 2 attempts." in words(submitted(app, here, here.li, "3"))


CLOSED = {
    "it has closed": (lambda here, clock: clock.forward(days=10), "This closed on Mon 11 May, 14:00."),
    "the course is closed": (lambda here, clock: close_course(here.store, here.ada, here.course), "is closed."),
}


@pytest.mark.parametrize(("ends", "says"), CLOSED.values(), ids=CLOSED)
def test_nothing_is_taken_after_the_end_and_the_page_says_so(
    small_class: Class, open_as: Opens, clock: Clock, ends: Any, says: str
) -> None:
    here = small_class
    ends(here, clock)
    app = open_as(here.li, "assignment", assignment=here.assignment)
    assert says in words(app) and app.button(key=f"{key(here, here.li)}_submit").disabled


def test_what_is_shown_grows_when_it_closes(small_class: Class, open_as: Opens, clock: Clock) -> None:
    here = small_class
    number = submit(here.store, here.li, here.exercises[0], "0.5").number
    engine.work_until_idle(here.store, grade=stub)
    hidden = [test.name for test in SOFTMAX.tests if test.hidden]
    said = words(open_as(here.li, "submission", submission=number))
    assert not any(name in said for name in hidden) and "9 of 18" not in said
    clock.forward(days=11)
    said = words(open_as(here.li, "submission", submission=number))
    assert all(name in said for name in hidden) and "9 of 18 points" in said
    assert "Your mark: **5** of 10." in words(open_as(here.li, "assignment", assignment=here.assignment))


def test_an_older_attempt_is_put_back_and_the_draft_can_be_had_again(small_class: Class, open_as: Opens) -> None:
    here = small_class
    number = submit(here.store, here.li, here.exercises[0], "older = 1").number
    save_draft(here.store, here.li, here.exercises[0], "newer = 1")
    app = click(open_as(here.li, "submission", submission=number), f"put_back_{number}")
    assert draft_of(here.store, here.li, here.exercises[0]) == ("older = 1", NOON)
    click(run(app), f"{key(here, here.li)}_back")
    assert draft_of(here.store, here.li, here.exercises[0]) == ("newer = 1", NOON)


def test_a_draft_is_kept_on_the_server_and_opened_on_another_machine(small_class: Class, open_as: Opens) -> None:
    here = small_class
    typed(open_as(here.li, "assignment", assignment=here.assignment), here, here.li, "x = 1")
    assert draft_of(here.store, here.li, here.exercises[0]) == ("x = 1", NOON)
    other = open_as(here.li, "assignment", assignment=here.assignment)
    assert other.session_state[f"{key(here, here.li)}_editor_text"] == "x = 1"


def test_opening_a_page_writes_no_draft(small_class: Class, open_as: Opens) -> None:
    here = small_class
    run(open_as(here.li, "assignment", assignment=here.assignment))
    assert draft_of(here.store, here.li, here.exercises[0]) is None


def test_a_tab_that_stands_open_does_not_undo_another_machine(small_class: Class, open_as: Opens, clock: Clock) -> None:
    here, back = small_class, f"{key(small_class, small_class.li)}_back"
    app = open_as(here.li, "assignment", assignment=here.assignment)
    typed(app, here, here.li, "old")
    clock.forward(minutes=1)
    save_draft(here.store, here.li, here.exercises[0], "newer")
    run(app)
    assert draft_of(here.store, here.li, here.exercises[0]) == ("newer", NOON + timedelta(minutes=1))
    typed(app, here, here.li, "mine")
    assert draft_of(here.store, here.li, here.exercises[0]) == ("mine", NOON + timedelta(minutes=1))
    click(run(app), back)
    assert draft_of(here.store, here.li, here.exercises[0]) == ("newer", NOON + timedelta(minutes=1))


def test_an_expired_session_keeps_what_was_typed_and_writes_nothing(small_class: Class, open_as: Opens) -> None:
    here = small_class
    app = open_as(here.li, "assignment", assignment=here.assignment)
    typed(app, here, here.li, "before")
    end_sessions(here.store, here.li)
    assert "Sign in to see this page." in words(typed(app, here, here.li, "after"))
    assert draft_of(here.store, here.li, here.exercises[0]) == ("before", NOON)
    open_as(here.li, "courses")  # signs in anew, also in the tab that stayed open
    run(app)
    assert draft_of(here.store, here.li, here.exercises[0]) == ("after", NOON)


def test_another_look_is_asked_for_once_and_the_answer_stands_there(small_class: Class, open_as: Opens) -> None:
    here = small_class
    number = submit(here.store, here.li, here.exercises[0], "0.5").number
    engine.work_until_idle(here.store, grade=stub)
    app = open_as(here.li, "submission", submission=number)
    app.text_area(key=f"asks_{number}").set_value("Is row 2 *right*?")
    next(button for button in app.main.button if button.label == "Ask for another look").click()
    said = words(run(app))
    assert r"Is row 2 \*right\*?" in said and "No answer yet" in said and not app.text_area
    assert "You forgot half." in said


# Who, which page, and what it says to them. What is not theirs looks as if it did not exist.
NOWHERE, NOT_YOURS = "There is no such", "Only instructors"
DOORS: dict[str, tuple[str | None, str, str]] = {
    "guest, assignment": (None, "assignment", "Sign in to see this page."),
    "guest, submission": (None, "submission", "Sign in to see this page."),
    "guest, form": (None, "assignment_form", "Sign in to see this page."),
    "student elsewhere, assignment": ("zoe", "assignment", NOWHERE),
    "student elsewhere, submission": ("zoe", "submission", NOWHERE),
    "student elsewhere, form": ("zoe", "assignment_form", NOWHERE),
    "teacher elsewhere, assignment": ("eve", "assignment", NOWHERE),
    "teacher elsewhere, submission": ("eve", "submission", NOWHERE),
    "teacher elsewhere, form": ("eve", "assignment_form", NOWHERE),
    "another student, submission": ("bo", "submission", NOWHERE),
    "student, form": ("bo", "assignment_form", NOT_YOURS),
}


@pytest.mark.parametrize(("name", "slug", "says"), DOORS.values(), ids=DOORS)
def test_the_pages_open_to_those_whose_they_are(
    small_class: Class, open_as: Opens, name: str | None, slug: str, says: str
) -> None:
    here = small_class
    number = submit(here.store, here.li, here.exercises[0], "secret = 1").number
    who = getattr(here, name) if name else None
    said = words(open_as(who, slug, assignment=here.assignment, submission=number))
    assert says in said and "Week 1" not in said and "softmax" not in said.lower()


@pytest.mark.parametrize(("name", "says"), [("tom", NOT_YOURS), ("li", NOT_YOURS), ("eve", NOWHERE)])
def test_only_its_instructors_are_offered_a_new_assignment(
    small_class: Class, open_as: Opens, name: str, says: str
) -> None:
    app = open_as(getattr(small_class, name), "assignment_form", course=small_class.course)
    assert says in words(app) and not app.main.text_input


ADDRESSES = ("", "x", "-1", "1e9", "999999999", "9" * 400, "１")


@pytest.mark.parametrize("text", ADDRESSES, ids=lambda text: repr(text[:12]))
@pytest.mark.parametrize("slug", ["assignment", "submission", "assignment_form"])
def test_any_number_in_the_address_is_answered_in_words(
    small_class: Class, open_as: Opens, slug: str, text: str
) -> None:
    said = words(open_as(small_class.ada, slug, **{"submission" if slug == "submission" else "assignment": text}))
    assert "There is no such" in said


def test_nothing_is_told_before_it_opens_but_staff_may_try(class_store: Any, open_as: Opens) -> None:
    here = Class(class_store, terms=replace(TERMS, opens=NOON + DAY))
    assert "There is no such assignment" in words(open_as(here.li, "assignment", assignment=here.assignment))
    app = open_as(here.tom, "assignment", assignment=here.assignment)
    assert "Students do not see it yet" in words(app)
    submitted(app, here, here.tom, "1")
    assert submission_of(here.store, here.tom, 1).trial


def test_staff_see_what_a_student_will_see_and_nothing_is_kept(class_store: Any, open_as: Opens, clock: Clock) -> None:
    here = Class(class_store, terms=replace(TERMS, opens=NOON + DAY))
    save_draft(here.store, here.tom, here.exercises[0], "my own trial")
    app = open_as(here.tom, "assignment", assignment=here.assignment, as_student=1)
    desk = f"{key(here, here.tom)}_look"
    assert app.session_state[f"{desk}_editor_text"] == SOFTMAX.starter and app.button(key=f"{desk}_submit").disabled
    app.session_state[f"{desk}_editor_text"] = SOFTMAX.solution
    assert "Every visible test passes" in words(click(app, f"{desk}_run"))
    assert draft_of(here.store, here.tom, here.exercises[0])[0] == "my own trial"  # type: ignore[index]
    fresh = open_as(here.tom, "assignment", assignment=here.assignment, as_student=1)
    ours = [line for line in words(fresh).splitlines() if "what a student who has done nothing" not in line]
    assert "There is no such assignment" in words(
        open_as(here.li, "assignment", assignment=here.assignment, as_student=1)
    )
    clock.forward(days=1)
    assert ours == words(open_as(here.li, "assignment", assignment=here.assignment, as_student=1)).splitlines()


def test_a_trial_is_shown_as_a_student_sees_it_until_staff_ask_for_all(small_class: Class, open_as: Opens) -> None:
    here = small_class
    submit(here.store, here.ada, here.exercises[0], "0.5")
    engine.work_until_idle(here.store, grade=stub)
    app = open_as(here.ada, "assignment", assignment=here.assignment)
    assert "of 18 points" not in words(app)
    app.toggle(key=f"{key(here, here.ada)}_all").set_value(True)
    assert "9 of 18 points" in words(run(app))


FILES: dict[str, tuple[dict[str, str], str]] = {
    "one file": ({"softmax.py": SOFTMAX.solution}, "softmax.py"),
    "two that compete": ({"a.py": SOFTMAX.solution, "b.py": SOFTMAX.mistakes[0].source}, "none counts"),
    "twice the same": ({"a.py": SOFTMAX.solution, "b.py": "# again\n" + SOFTMAX.solution}, "a.py"),
    "the newer copy loses": ({"a.py": SOFTMAX.solution, "a (1).py": SOFTMAX.mistakes[0].source}, "a.py"),
    "the starter and an answer": ({"starter.py": SOFTMAX.starter, "a.py": SOFTMAX.solution}, "a.py"),
    "another function": ({"a.py": "def soft_max(x): return x"}, "No file has a function softmax"),
    "a broken notebook": ({"a.ipynb": "{"}, "could not be read"),
    "another kind of file": ({"a.docx": "x"}, "could not be read"),
    "a notebook": (
        {"a.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": SOFTMAX.solution + "\n%time x"}]})},
        "a.ipynb",
    ),
}


@pytest.mark.parametrize(("files", "says"), FILES.values(), ids=FILES)
def test_files_are_read_as_batch_reads_them(files: dict[str, str], says: str) -> None:
    read = read_files([(name, text.encode()) for name, text in files.items()], [SOFTMAX, MSE])
    answer = answer_in(read, SOFTMAX)
    assert (answer.source.name if answer.source else answer.says.replace("\\", "")).find(says) >= 0
    assert answer.is_begun == (answer.source is not None)


HANDED_OUT = {
    "for this": (homework_of([SOFTMAX, MSE]).line, False, False),
    "one of several files": (homework_of([SOFTMAX]).line, False, False),
    "for other homework": (homework_of([EXERCISES["huber_loss"]], "hw9").line, True, False),
    "an older version": ("# Torch by Hand, homework hw1: softmax 0123456789ab", False, True),
    "it does not say": ("# my homework", False, False),
}


@pytest.mark.parametrize(("line", "astray", "older"), HANDED_OUT.values(), ids=HANDED_OUT)
def test_a_file_that_was_handed_out_for_something_else_is_told(line: str, astray: bool, older: bool) -> None:
    read = read_files([("hw.py", f"{line}\n{SOFTMAX.solution}".encode())], [SOFTMAX, MSE])
    answer = answer_in(read, SOFTMAX)
    assert (answer.is_astray, answer.is_of_another_version, bool(read.astray)) == (astray, older, astray)


def test_of_more_files_than_were_kept_none_counts() -> None:
    read = read_files([("a.py", SOFTMAX.solution.encode())], [SOFTMAX], lost=1)
    assert answer_in(read, SOFTMAX).source is None


def test_an_instructor_makes_an_assignment_after_reading_what_it_does(small_class: Class, open_as: Opens) -> None:
    here = small_class
    app = open_as(here.ada, "assignment_form", course=here.course)
    form = f"form_new_{here.course}"
    app.text_input(key=f"{form}_title").set_value("Week 2")
    app.multiselect(key=f"{form}_exercises").set_value(["softmax"])
    app.session_state[f"{form}_due"] = datetime(2026, 5, 3, 10)
    app.session_state[f"{form}_closes"] = datetime(2026, 5, 5, 10)
    said = words(run(app))
    assert "Handed in on 4 May 08:00, one day late: 16.2 of 18 becomes 14.58." in said
    warning = "The solution and hidden tests of this exercise are public. Good for practice; for marks, make your own:"
    assert warning in said
    assert len(assignments(here.store, here.ada, here.course)) == 1
    click(app, f"{form}_save")
    made = max(assignments(here.store, here.ada, here.course), key=lambda one: one.id)
    assert (made.title, made.terms.due) == ("Week 2", datetime(2026, 5, 3, 8, tzinfo=UTC))
    assert made.terms.closes == datetime(2026, 5, 5, 8, tzinfo=UTC)


NOT_SAVED = {
    "due before it opens": ({"due": datetime(2026, 4, 1, 10)}, "not in order"),
    "an hour that is left out": ({"opens": datetime(2027, 3, 28, 2, 30)}, "the clocks go forward"),
    "no weight": ({"weight_softmax": 0.0}, "more than 0"),
    "no title": ({"title": "  "}, "A title and at least one exercise"),
    "no exercise": ({"exercises": []}, "A title and at least one exercise"),
}


@pytest.mark.parametrize(("typed", "says"), NOT_SAVED.values(), ids=NOT_SAVED)
def test_what_cannot_be_is_said_and_not_saved(
    small_class: Class, open_as: Opens, typed: dict[str, Any], says: str
) -> None:
    here, form = small_class, f"form_new_{small_class.course}"
    app = open_as(here.ada, "assignment_form", course=here.course)
    for name, value in ({"title": "Week 2", "exercises": ["softmax"]} | typed).items():
        app.session_state[f"{form}_{name}"] = value
    assert says in words(run(app))
    assert not [button for button in app.button if button.key == f"{form}_save"]


def test_a_change_says_whose_marks_move_before_it_is_saved(small_class: Class, open_as: Opens, clock: Clock) -> None:
    here, form = small_class, f"form_{small_class.assignment}_0"
    clock.forward(days=8)
    submit(here.store, here.li, here.exercises[0], "1")
    engine.work_until_idle(here.store, grade=stub)
    app = open_as(here.ada, "assignment_form", assignment=here.assignment)
    assert not [button for button in app.button if button.key == f"{form}_save"]
    app.number_input(key=f"{form}_late").set_value(50.0)
    assert "**1** mark moves" in words(run(app))
    assert app.main.dataframe[0].value.to_numpy().tolist() == [["Li", 9.0, 5.0]]
    before = form_of(here.store, here.ada, here.assignment)
    said = words(click(app, f"{form}_save"))
    after = form_of(here.store, here.ada, here.assignment)
    assert "Saved." in said and after == replace(before, terms=replace(before.terms, late_percent=50.0))


def test_a_private_exercise_is_offered_to_staff_and_needs_no_warning(
    small_class: Class, open_as: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here, form = small_class, f"form_new_{small_class.course}"
    shutil.copytree(FOLDER / "huber_loss", tmp_path / "secret_huber")
    settings = replace(SETTINGS, exercises=(tmp_path,))
    monkeypatch.setattr("pages.course.assignment_form.settings_of_class", lambda: settings)
    app = open_as(here.ada, "assignment_form", course=here.course)
    app.session_state[f"{form}_title"], app.session_state[f"{form}_exercises"] = "Exam", ["secret_huber"]
    assert "are public" not in words(run(app))
    click(app, f"{form}_save")
    made = max(one.id for one in assignments(here.store, here.ada, here.course))
    assert assignment_of(here.store, here.ada, made).exercises[0].slug == "secret_huber"
    with pytest.raises(NotThere):  # it opens in an hour
        assignment_of(here.store, here.li, made)
    assert "no such" in words(open_as(here.li, "assignment", assignment=made))


def test_other_times_are_given_and_taken_back(small_class: Class, open_as: Opens) -> None:
    here, times = small_class, f"times_{small_class.assignment}_{small_class.li.id}"
    app = open_as(here.tom, "assignment_form", assignment=here.assignment)
    assert not [field for field in app.text_input if str(field.key).endswith("_title")]  # an assistant changes no terms
    app.selectbox(key=f"times_who_{here.assignment}").set_value(here.li.id)
    run(app)
    app.session_state[f"{times}_0_due"] = datetime(2026, 5, 20, 9)
    assert "There is no reason" in words(click(run(app), f"{times}_0_give"))
    app.text_input(key=f"{times}_0_why").set_value("ill")
    said = words(click(app, f"{times}_0_give"))
    assert "due 20 May 09:00, until 20 May 09:00" in said
    given = extensions(here.store, here.ada, here.assignment)
    assert given[here.li.id].due == datetime(2026, 5, 20, 7, tzinfo=UTC)
    assert "your own times" in words(open_as(here.li, "assignment", assignment=here.assignment))
    app = open_as(here.tom, "assignment_form", assignment=here.assignment)
    app.selectbox(key=f"times_who_{here.assignment}").set_value(here.li.id)
    run(app)
    app.text_input(key=f"{times}_0_why").set_value("a mistake")
    click(run(app), f"{times}_0_take")
    assert extensions(here.store, here.ada, here.assignment) == {}


def test_marks_are_released_at_one_moment_and_taken_back(small_class: Class, open_as: Opens) -> None:
    here, name = small_class, f"release_{small_class.assignment}"
    app = click(open_as(here.ada, "assignment_form", assignment=here.assignment), name)
    assert "Marks are released since Fri 1 May, 14:00" in words(app)
    assert assignment_of(here.store, here.ada, here.assignment).released == NOON
    click(app, name)
    assert assignment_of(here.store, here.ada, here.assignment).released is None


def test_a_course_is_copied_with_its_dates_moved(small_class: Class, open_as: Opens) -> None:
    here = small_class
    app = open_as(here.ada, "assignment_form", course=here.course)
    assert "Week 1: due Fri 6 Nov, 14:00" in words(app)
    click(app, f"next_make_{here.course}")
    new = my_courses(here.store, here.ada)[0]
    due = assignments(here.store, here.ada, new.id)[0].terms.due
    assert by_the_clock(due, "Europe/Berlin") == datetime(2026, 11, 6, 14)


BERLIN = "Europe/Berlin"
TWICE = datetime(2026, 10, 25, 2, 30)  # once in summer time, once in winter time
IN_WINTER_TIME = datetime(2026, 10, 25, 1, 30, 9, tzinfo=UTC)
CLOCKS = {
    "summer": (datetime(2026, 7, 1, 12), None, datetime(2026, 7, 1, 10, tzinfo=UTC)),
    "winter": (datetime(2026, 12, 1, 12), None, datetime(2026, 12, 1, 11, tzinfo=UTC)),
    "twice, the first": (TWICE, None, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    "twice, as it was": (TWICE, IN_WINTER_TIME, IN_WINTER_TIME),
    "another than it was": (datetime(2026, 10, 25, 2, 31), IN_WINTER_TIME, datetime(2026, 10, 25, 0, 31, tzinfo=UTC)),
}


@pytest.mark.parametrize(("shown", "before", "moment"), CLOCKS.values(), ids=CLOCKS)
def test_what_a_clock_shows_becomes_a_moment(shown: datetime, before: datetime | None, moment: datetime) -> None:
    assert moment_at(shown, BERLIN, before) == moment and by_the_clock(moment, BERLIN) == shown


def test_an_hour_that_the_clocks_leave_out_is_refused() -> None:
    with pytest.raises(Refusal, match="28 March has no 02:30 in Europe/Berlin"):
        moment_at(datetime(2027, 3, 28, 2, 30), BERLIN)


def test_weeks_later_is_the_same_hour_by_the_clocks() -> None:
    moved = later_by_weeks(datetime(2026, 10, 20, 12, tzinfo=UTC), 1, BERLIN)
    assert moved == datetime(2026, 10, 27, 13, tzinfo=UTC)
