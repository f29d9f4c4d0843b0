"""From the assignment to the mark: what may be handed in when, what is seen of it, what moves a mark."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from lib.course import engine
from lib.course.assignments import (
    Form,
    Part,
    assignment_of,
    assignments,
    change_assignment,
    copy_course,
    effect_of_changing,
    effect_of_making,
    extend,
    extensions,
    form_of,
    make_assignment,
    release,
)
from lib.course.courses import change_course
from lib.course.exercises import exercise_at, exercises_for
from lib.course.export import export_marks
from lib.course.gradebook import figures, gradebook
from lib.course.marking import answer, ask_for_another_look, comment, override, overrides, who_asks
from lib.course.regrade import (
    apply_regrade,
    drop_tests,
    give_up_regrade,
    plan_regrade,
    preview_drop,
    preview_regrade,
    run_regrade,
)
from lib.course.results import Graded, OurFault
from lib.course.roster import read_roster
from lib.course.roster_file import read_roster_file
from lib.course.seen import attempts_of, my_attempts, my_marks, submission_of
from lib.course.settings import Settings
from lib.course.staff import audit_of, grade_again, our_faults
from lib.course.submit import Progress, attempts_left, draft_of, save_draft, state_of, submit
from lib.course.who import NotThere, Who
from lib.exercises import EXERCISES, FOLDER, Exercise
from lib.refusal import Refusal
from lib.store import Store
from lib.store.trail import Audit
from lib.store.work import Grading, Result
from tests.course.setting import SETTINGS, SLUGS, TERMS, Class, stub
from tests.databases import NOON, Clock, on_sqlite

DAY = timedelta(days=1)


def hand_in(here: Class, who: Who, share: str, exercise: int = 0, grade: Any = stub) -> int:
    number = submit(here.store, who, here.exercises[exercise], share).number
    engine.work_until_idle(here.store, grade=grade)
    return number


def points(here: Class, who: Who, exercise: int = 0) -> float | None:
    student = next(one for one in gradebook(here.store, here.ada, here.course).students if one.person_id == who.id)
    mark = student.marks.get(here.exercises[exercise])
    return None if mark is None or mark.points is None else round(mark.points, 6)


@pytest.fixture
def private(tmp_path: Path) -> Settings:
    """Settings with a folder that holds one exercise of the instructor's own."""
    shutil.copytree(FOLDER / "softmax", tmp_path / "mine" / "secret_softmax")
    return replace(SETTINGS, exercises=(tmp_path / "mine",))


def test_nothing_is_taken_or_told_before_it_opens_and_nothing_taken_after_it_closes(store: Store, clock: Clock) -> None:
    here = Class(store, terms=replace(TERMS, opens=NOON + DAY))
    for look in (
        lambda: submit(store, here.li, here.exercises[0], "1"),
        lambda: assignment_of(store, here.li, here.assignment),
        lambda: save_draft(store, here.li, here.exercises[0], "1"),
        lambda: my_attempts(store, here.li, here.exercises[0]),
    ):
        with pytest.raises(NotThere, match="no such assignment"):
            look()
    assert assignments(store, here.li, here.course) == [] and my_marks(store, here.li, here.course) == ({}, {})
    assert submit(store, here.tom, here.exercises[0], "1").trial
    clock.forward(days=1)
    assert [one.title for one in assignments(store, here.li, here.course)] == ["Week 1"]
    assert not submit(store, here.li, here.exercises[0], "1").trial
    clock.forward(days=9)
    with pytest.raises(Refusal, match="closed on 11 May 14:00"):
        submit(store, here.li, here.exercises[0], "1")
    assert submit(store, here.ada, here.exercises[0], "1").trial


def test_other_times_for_one_student(store: Store, clock: Clock) -> None:
    here = Class(store)
    said = extend(store, here.tom, here.assignment, here.li.id, due=NOON + 9 * DAY, closes=NOON + 12 * DAY, why="ill")
    assert said == "Open from 1 May 14:00, due 10 May 14:00, until 13 May 14:00."
    clock.forward(days=8)
    for who in (here.li, here.bo):
        hand_in(here, who, "1")
    assert (points(here, here.li), points(here, here.bo)) == (10, 9)
    clock.forward(days=3)
    assert submit(store, here.li, here.exercises[0], "1").attempt == 2
    with pytest.raises(Refusal, match="closed"):
        submit(store, here.bo, here.exercises[0], "1")
    assert list(extensions(store, here.tom, here.assignment)) == [here.li.id]
    extend(store, here.tom, here.assignment, here.li.id, why="a mistake")
    assert extensions(store, here.tom, here.assignment) == {} and points(here, here.li) == 9
    with pytest.raises(Refusal, match="not in order"):
        extend(store, here.tom, here.assignment, here.li.id, opens=NOON + 8 * DAY, why="x")


def test_attempts_are_limited_and_our_faults_take_none(store: Store, clock: Clock) -> None:
    here = Class(store, terms=replace(TERMS, attempts=2))

    def fails(exercise: Exercise, code: str) -> Graded:
        raise OurFault("no room")

    number = submit(store, here.li, here.exercises[0], "1").number
    for _ in range(4):
        engine.work_until_idle(store, grade=fails)
        clock.forward(minutes=3)
    assert state_of(store, here.li, number) == Progress("our fault")
    assert [(one.number, one.trouble) for one in our_faults(store, here.tom, here.course)] == [(number, "no room")]
    assert attempts_left(store, here.li, here.exercises[0]) == 2
    assert [hand_in(here, here.li, share) for share in ("0.5", "0.1")] == [2, 3]
    with pytest.raises(Refusal, match="2 of 2 attempts"):
        submit(store, here.li, here.exercises[0], "1")
    assert attempts_left(store, here.li, here.exercises[0]) == 0
    assert points(here, here.li) == 5


def test_staff_have_what_we_could_not_grade_tried_again(store: Store, clock: Clock) -> None:
    here = Class(store)

    def fails(exercise: Exercise, code: str) -> Graded:
        raise OurFault("no room")

    number = submit(store, here.li, here.exercises[0], "1").number
    for _ in range(4):
        engine.work_until_idle(store, grade=fails)
        clock.forward(minutes=3)
    assert points(here, here.li) is None
    grade_again(store, here.tom, number)
    engine.work_until_idle(store, grade=stub)
    assert points(here, here.li) == 10 and our_faults(store, here.tom, here.course) == []
    with pytest.raises(Refusal, match="is graded; only one"):
        grade_again(store, here.tom, number)
    last = audit_of(store, here.ada, here.course, person_id=here.li.id)[0]
    assert (last.who, last.what, last.whom, last.about) == ("Tom", "tried again", "Li", number)


CODES = {
    "nothing": ("", "nothing to hand in"),
    "only blanks": (" \n\t", "nothing to hand in"),
    "too long": ("#" * 140_000, "expected at most 131,072"),
}


@on_sqlite
@pytest.mark.parametrize(("code", "says"), CODES.values(), ids=CODES)
def test_code_that_cannot_be_taken(store: Store, code: str, says: str) -> None:
    here = Class(store)
    with pytest.raises(Refusal, match=says):
        submit(store, here.li, here.exercises[0], code)


@pytest.mark.parametrize("code", ["a\0b", "half \ud800", "李 = '\u202e'", "\r\n1\r"], ids=["nul", "half", "bidi", "cr"])
def test_code_is_stored_to_the_byte(store: Store, code: str) -> None:
    here = Class(store)
    number = submit(store, here.li, here.exercises[0], code).number
    assert submission_of(store, here.li, number).code == code
    save_draft(store, here.li, here.exercises[0], code)
    save_draft(store, here.li, here.exercises[0], code + "!")
    assert draft_of(store, here.li, here.exercises[0]) == (code + "!", NOON)
    assert draft_of(store, here.bo, here.exercises[0]) is None


SEEN: dict[str, tuple[dict[str, Any], int, bool, bool]] = {  # terms, days later; visible tests, everything
    "as usual, while it is open": ({}, 0, True, False),
    "as usual, when it has closed": ({}, 10, True, True),
    "all at once": ({"show_hidden": "at once"}, 0, True, True),
    "nothing before release": ({"show_tests": "when released", "show_hidden": "when released"}, 10, False, False),
}


@on_sqlite
@pytest.mark.parametrize(("terms", "days", "tests", "in_full"), SEEN.values(), ids=SEEN)
def test_what_a_student_sees(
    store: Store, clock: Clock, terms: dict[str, Any], days: int, tests: bool, in_full: bool
) -> None:
    here = Class(store, terms=replace(TERMS, **terms))
    number = hand_in(here, here.li, "0.5")
    comment(store, here.tom, number, "Well tried.")
    clock.forward(days=days)
    exercise = EXERCISES[SLUGS[0]]
    hidden, visible = [t for t in exercise.tests if t.hidden], exercise.visible
    assert hidden and visible
    seen = submission_of(store, here.li, number)
    assert len(seen.tests) == len(visible) * tests + len(hidden) * in_full
    assert bool(seen.mistakes) == tests and (seen.comment == "Well tried.") == in_full
    whole = exercise.max_score if in_full else sum(test.points for test in visible)
    assert (seen.score, seen.of) == ((whole / 2, whole) if tests else (None, None))
    (line,) = my_attempts(store, here.li, here.exercises[0])
    assert (line.score, line.of) == (seen.score, seen.of)
    marks, sums = my_marks(store, here.li, here.course)
    assert marks[here.exercises[0]].points == (5 if in_full else None)
    assert sums == ({here.assignment: 5} if in_full else {})
    full = submission_of(store, here.tom, number)
    assert len(full.tests) == len(exercise.tests) and full.comment and full.score == exercise.max_score / 2
    release(store, here.ada, here.assignment)
    assert submission_of(store, here.li, number).in_full
    with pytest.raises(NotThere):
        submission_of(store, here.bo, number)


def test_a_private_exercise_does_not_exist_for_others(store: Store, clock: Clock, private: Settings) -> None:
    here = Class(store, private)
    later = here.assign(replace(TERMS, opens=NOON + DAY), ("secret_softmax",))
    everyone = {"guest": None, "ada": here.ada, "tom": here.tom, "li": here.li, "zoe": here.zoe}

    def who_sees() -> set[str]:
        return {name for name, who in everyone.items() if "secret_softmax" in exercises_for(store, private, who)}

    assert who_sees() == {"ada", "tom"} and "secret_softmax" not in EXERCISES
    clock.forward(days=1)
    assert who_sees() == {"ada", "tom", "li"}
    with pytest.raises(Refusal, match="no exercise 'secret_softmax'"):
        effect_of_making(store, SETTINGS, here.ada, here.course, Form("x", (Part("secret_softmax"),), TERMS))
    assert assignment_of(store, here.li, later).exercises[0].slug == "secret_softmax"


def test_an_assignment_keeps_the_version_it_took_until_a_regrade_takes_the_newest(
    store: Store, private: Settings
) -> None:
    here = Class(store, private)
    assignment = here.assign(slugs=("secret_softmax",))
    asked = assignment_of(store, here.ada, assignment).exercises[0]
    here.exercises = [asked.id]
    toml = private.exercises[0] / "secret_softmax" / "exercise.toml"
    toml.write_text(toml.read_text() + "\n# changed\n")
    assert exercise_at(store, asked.slug, asked.version).version == asked.version
    number = hand_in(here, here.li, "1")
    regrade = plan_regrade(store, private, here.ada, assignment, "a better test", number=number, newest=True)
    assert list(run_regrade(store, here.ada, regrade, stub)) == [(0, 1), (1, 1)]
    apply_regrade(store, here.ada, regrade)
    now = assignment_of(store, here.ada, assignment).exercises[0].version
    assert now != asked.version
    with store.reading() as session:
        kept = session.execute(select(Grading.version, Grading.in_force).order_by(Grading.id)).all()
    assert [tuple(one) for one in kept] == [(asked.version, False), (now, True)]


FORMS: dict[str, tuple[Form, str]] = {
    "no exercise": (Form("x", (), TERMS), "expected 1 to 100"),
    "one twice": (Form("x", (Part("softmax"), Part("softmax")), TERMS), "is there twice"),
    "an unknown one": (Form("x", (Part("../../etc"),), TERMS), "no exercise"),
    "no title": (Form("  ", (Part("softmax"),), TERMS), "expected 1 to 200"),
    "no weight": (Form("x", (Part("softmax", 0),), TERMS), "expected more than 0"),
    "a weight that is no number": (Form("x", (Part("softmax", float("nan")),), TERMS), "expected more than 0"),
    "times out of order": (Form("x", (Part("softmax"),), replace(TERMS, closes=NOON)), "not in order"),
}


@on_sqlite
@pytest.mark.parametrize(("form", "says"), FORMS.values(), ids=FORMS)
def test_assignments_that_do_not_fit_together_are_refused(store: Store, form: Form, says: str) -> None:
    here = Class(store)
    for try_it in (
        lambda: effect_of_making(store, SETTINGS, here.ada, here.course, form),
        lambda: make_assignment(store, SETTINGS, here.ada, here.course, form),
        lambda: change_assignment(store, SETTINGS, here.ada, here.assignment, form),
    ):
        with pytest.raises(Refusal, match=says):
            try_it()


def test_the_effect_of_a_change_is_told_before_it_is_saved(store: Store, clock: Clock) -> None:
    here = Class(store)
    hand_in(here, here.li, "1")
    clock.forward(days=8)
    hand_in(here, here.bo, "1")
    form = form_of(store, here.ada, here.assignment)
    harder = replace(
        form, terms=replace(form.terms, late_percent=50, scale=100), parts=(Part(SLUGS[0], 1), Part(SLUGS[1], 3))
    )
    effect = effect_of_changing(store, SETTINGS, here.ada, here.assignment, harder)
    assert any("becomes" in sentence for sentence in effect.says)
    assert effect.warnings and "are public" in effect.warnings[0]
    assert {(one.person_id, one.before, one.after) for one in effect.moves} == {
        (here.li.id, 10, 25),
        (here.bo.id, 9, 12.5),
    }
    assert points(here, here.li) == 10
    change_assignment(store, SETTINGS, here.ada, here.assignment, harder)
    assert (points(here, here.li), points(here, here.bo)) == (25, 12.5)
    with pytest.raises(Refusal, match="submissions already"):
        change_assignment(store, SETTINGS, here.ada, here.assignment, replace(form, parts=(Part(SLUGS[1]),)))
    change_assignment(
        store, SETTINGS, here.ada, here.assignment, replace(form, parts=(Part(SLUGS[0]), Part("entropy")))
    )
    assert [one.slug for one in assignment_of(store, here.li, here.assignment).exercises] == [SLUGS[0], "entropy"]


def test_points_by_hand_count_until_they_are_taken_back(store: Store) -> None:
    here = Class(store)
    hand_in(here, here.li, "0.5")
    override(store, here.tom, here.exercises[0], here.li.id, 7, "a good idea")
    override(store, here.tom, here.exercises[1], here.bo.id, 3, "told aloud")
    assert (points(here, here.li), points(here, here.bo, 1)) == (7, 3)
    override(store, here.ada, here.exercises[0], here.li.id, None, "no")
    assert points(here, here.li) == 5
    given = overrides(store, here.tom, here.exercises[0], here.li.id)
    assert [(one.points, one.why, one.by) for one in given] == [(None, "no", "Ada"), (7, "a good idea", "Tom")]
    with store.reading() as session:
        trail = session.scalars(select(Audit).where(Audit.what == "override").order_by(Audit.id)).all()
    assert [(one.who, one.person_id, one.before, one.after, one.why) for one in trail][0] == (
        (here.tom.id, here.li.id, {"points": None}, {"points": 7}, "a good idea")
    )


@on_sqlite
@pytest.mark.parametrize(
    ("given", "why", "says"),
    [
        (7, " ", "The reason has"),
        (-1, "x", "expected 0 to 20"),
        (21, "x", "expected 0 to 20"),
        (float("nan"), "x", "expected 0 to 20"),
        (7, "x" * 6000, "The reason has"),
    ],
)
def test_points_by_hand_need_a_reason_and_bounds(store: Store, given: float, why: str, says: str) -> None:
    here = Class(store)
    with pytest.raises(Refusal, match=says):
        override(store, here.tom, here.exercises[0], here.li.id, given, why)


def test_another_look_is_asked_for_and_answered(store: Store) -> None:
    here = Class(store)
    number = hand_in(here, here.li, "0.5")
    ask_for_another_look(store, here.li, number, "I rounded.")
    with pytest.raises(Refusal, match="asked already"):
        ask_for_another_look(store, here.li, number, "Please!")
    with pytest.raises(NotThere):
        ask_for_another_look(store, here.bo, number, "Mine?")
    (waits,) = who_asks(store, here.tom, here.course)
    assert (waits.number, waits.name, waits.asks) == (number, "Li", "I rounded.")
    student = next(one for one in gradebook(store, here.tom, here.course).students if one.person_id == here.li.id)
    assert student.asks == {here.exercises[0]}
    answer(store, here.tom, waits.id, "Seen.")
    with pytest.raises(Refusal, match="answered already"):
        answer(store, here.tom, waits.id, "Again.")
    assert submission_of(store, here.li, number).looks[0].answer == "Seen."
    assert who_asks(store, here.tom, here.course) == []


def test_a_regrade_is_looked_at_applied_and_keeps_the_old(store: Store) -> None:
    here = Class(store)
    numbers = [hand_in(here, who, "0.5") for who in (here.li, here.bo)]
    hand_in(here, here.li, "0.5", 1)
    regrade = plan_regrade(store, SETTINGS, here.ada, here.assignment, "too strict", exercise_id=here.exercises[0])
    steps = run_regrade(store, here.ada, regrade, lambda exercise, code: stub(exercise, "0.8"))
    assert [next(steps), next(steps)] == [(0, 2), (1, 2)]
    steps.close()  # stopped in the middle
    assert preview_regrade(store, here.ada, regrade).done == 1
    with pytest.raises(Refusal, match="1 of 2 are graded anew"):
        apply_regrade(store, here.ada, regrade)
    assert list(run_regrade(store, here.ada, regrade, lambda exercise, code: stub(exercise, "0.8"))) == [(1, 2), (2, 2)]
    preview = preview_regrade(store, here.ada, regrade)
    assert {(one.person_id, one.before, round(one.after or 0, 9)) for one in preview.moves} == {
        (here.li.id, 10, 13),
        (here.bo.id, 5, 8),
    }
    assert points(here, here.li) == 5
    assert apply_regrade(store, here.ada, regrade).moves == preview.moves
    assert points(here, here.li) == 8 and len(attempts_of(store, here.tom, here.exercises[0], here.li.id)) == 1
    with store.reading() as session:
        kept = session.execute(select(Grading.in_force, Grading.counts).where(Grading.submission_id == numbers[0]))
        assert sorted(force for force, _ in kept) == [False, True]
    with pytest.raises(Refusal, match="applied already"):
        apply_regrade(store, here.ada, regrade)


def test_a_regrade_can_be_given_up_and_tells_what_failed(store: Store) -> None:
    here = Class(store)
    number = hand_in(here, here.li, "0.5")

    def fails(exercise: Exercise, code: str) -> Graded:
        raise OurFault("no room")

    regrade = plan_regrade(store, SETTINGS, here.ada, here.assignment, "x")
    assert list(run_regrade(store, here.ada, regrade, fails)) == [(0, 1), (1, 1)]
    assert preview_regrade(store, here.ada, regrade).troubles == {number: "no room"}
    give_up_regrade(store, here.ada, regrade)
    assert points(here, here.li) == 5
    with pytest.raises(Refusal, match="nothing to grade anew"):
        plan_regrade(store, SETTINGS, here.ada, here.assignment, "x", exercise_id=here.exercises[1])


def test_a_test_is_dropped_for_everyone_and_counts_again(store: Store) -> None:
    here = Class(store)
    first = EXERCISES[SLUGS[0]].tests[0]

    def all_but_first(exercise: Exercise, code: str) -> Graded:
        graded = stub(exercise, "1")
        graded.told["tests"][0] |= {"points": 0.0, "outcome": "wrong value"}
        graded.told["score"] -= first.points
        return graded

    number = hand_in(here, here.li, "x", grade=all_but_first)
    before = points(here, here.li)
    assert before is not None and before < 10
    (move,) = preview_drop(store, here.ada, here.exercises[0], [first.name])
    assert (move.person_id, move.after) == (here.li.id, 10) and points(here, here.li) == before
    assert drop_tests(store, here.ada, here.exercises[0], [first.name], "it was wrong") == [move]
    assert points(here, here.li) == 10
    hand_in(here, here.bo, "x", grade=all_but_first)  # those that come later too
    assert points(here, here.bo) == 10
    with store.reading() as session:
        assert session.scalar(select(Result.points).where(Result.name == first.name).limit(1)) == 0
    drop_tests(store, here.ada, here.exercises[0], [], "it was right")
    assert (
        points(here, here.li) == before and submission_of(store, here.tom, number).of == EXERCISES[SLUGS[0]].max_score
    )
    with pytest.raises(Refusal, match="No test 'nonsense'"):
        drop_tests(store, here.ada, here.exercises[0], ["nonsense"], "x")


def queries(store: Store, act: Callable[[], object]) -> int:
    count = []

    def note_it(*_: object) -> None:
        count.append(1)

    event.listen(store.engine, "before_cursor_execute", note_it)
    act()
    event.remove(store.engine, "before_cursor_execute", note_it)
    return len(count)


def test_the_gradebook_tells_everything_with_a_number_of_queries_that_does_not_grow(store: Store) -> None:
    here = Class(store)
    read_roster(store, here.ada, here.course, b"name,email\nNot Yet,later@example.edu\n")
    few = queries(store, lambda: gradebook(store, here.tom, here.course))
    hand_in(here, here.li, "0.5")
    hand_in(here, here.li, "1", 1)
    hand_in(here, here.bo, "0")
    submit(store, here.bo, here.exercises[1], "1")
    submit(store, here.tom, here.exercises[1], "1")  # a trial
    here.assign(slugs=("entropy", "log_softmax"))
    assert queries(store, lambda: gradebook(store, here.tom, here.course)) == few <= 12
    book = gradebook(store, here.tom, here.course)
    assert [(one.slug, one.of) for one in book.columns] == [
        *((slug, 10) for slug in SLUGS),
        ("entropy", 10),
        ("log_softmax", 10),
    ]
    assert [one.name for one in book.students] == ["Bo", "Li", "Not Yet"]  # a zero because of the file comes first
    bo, li, not_yet = book.students
    assert bo.zero_by_file and bo.totals == {here.assignment: None} and bo.marks[here.exercises[1]].open
    assert li.totals == {here.assignment: 15} and not_yet.marks == {}
    change_course(store, here.ada, here.course, anonymous=True)
    anonymous = gradebook(store, here.tom, here.course).students
    assert not {"Bo", "Li"} & {one.name for one in anonymous} and not any(
        one.email for one in anonymous if one.person_id
    )


def test_figures_tell_what_the_class_gets_wrong(store: Store, clock: Clock) -> None:
    here = Class(store)
    wrong = [hand_in(here, who, "0.5") for who in (here.li, here.bo)]
    clock.forward(minutes=12)
    hand_in(here, here.li, "1")
    one, two = figures(store, here.tom, here.assignment)
    assert (one.handed_in, one.passed, one.attempts, one.minutes) == (2, 1, 2, 12)
    assert [(found.name, found.students, found.examples) for found in one.mistakes] == [("half", 2, tuple(wrong))]
    assert (two.handed_in, two.passed, two.mistakes) == (0, 0, ())


CANVAS = (
    b"Student,ID,SIS User ID,SIS Login ID,Section,Old (1)\n    Points Possible,,,,,5\n"
    b'"=cmd|x, Li",4711,s1,LI@example.edu,A,\n"Bo, Bo",4712,s2,bo@example.edu,A,\n'
)
MOODLE = (
    b"Identifier,Full name,Email address\nParticipant 7,=cmd|x Li,li@example.edu\nParticipant 8,Bo,bo@example.edu\n"
)


def rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(("data", "kind"), [(CANVAS, "canvas"), (MOODLE, "moodle")], ids=["canvas", "moodle"])
def test_marks_leave_for_the_platform_that_the_roster_came_from(store: Store, data: bytes, kind: Any) -> None:
    here = Class(store)
    read_roster(store, here.ada, here.course, data)
    number = hand_in(here, here.li, "0.5")
    comment(store, here.tom, number, "=HYPERLINK(1) <b>")
    table = rows(export_marks(store, here.ada, here.course, kind))
    names = {one.name for one in read_roster_file(export_marks(store, here.ada, here.course, kind)).students}
    assert names >= {"=cmd|x, Li" if kind == "canvas" else "=cmd|x Li"}  # read again, it is the same student
    assert not any(cell.lstrip().startswith(("=", "@", "+", "-")) for row in table for cell in row)
    if kind == "canvas":
        assert table[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Week 1"]
        assert table[1] == ["    Points Possible", "", "", "", "", "20"]
        assert sorted(row[-1] for row in table[2:]) == ["", "5"]
    else:
        assert table[0][:5] == ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade"]
        by_number = {row[0]: row for row in table[1:]}
        assert by_number["Participant 7"][3:5] == ["5", "20"] and by_number["Participant 8"][3] == ""
        assert "&lt;b&gt;" in by_number["Participant 7"][-1]


def test_plain_marks_have_a_column_for_everything(store: Store) -> None:
    here = Class(store)
    hand_in(here, here.li, "0.5")
    table = rows(export_marks(store, here.ada, here.course, "plain"))
    assert table[0][4:] == ["Week 1: softmax", "Week 1: mse_loss", "Week 1"]
    assert {row[0]: row[4:] for row in table[2:]} == {"Bo": ["", "", ""], "Li": ["5", "", "5"]}
    with store.reading() as session:
        assert session.scalars(select(Audit).where(Audit.what == "marks exported")).one().who == here.ada.id
    change_course(store, here.ada, here.course, anonymous=True)
    with pytest.raises(Refusal, match="anonymous"):
        export_marks(store, here.ada, here.course, "plain")


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "ids", "says"),
    [("xlsx", (), "expected canvas, moodle, plain"), ("plain", (99,), "no such assignment")],
)
def test_exports_that_there_are_not(store: Store, kind: Any, ids: tuple[int, ...], says: str) -> None:
    here = Class(store)
    with pytest.raises(Refusal, match=says):
        export_marks(store, here.ada, here.course, kind, ids)


def test_a_course_is_copied_to_next_term(store: Store) -> None:
    here = Class(store)
    hand_in(here, here.li, "1")
    new = copy_course(store, here.ada, here.course, "Next term", weeks=30)
    (copied,) = assignments(store, here.ada, new)
    assert [one.slug for one in copied.exercises] == list(SLUGS)
    assert copied.terms.opens == TERMS.opens + timedelta(weeks=30, hours=1)  # the same hour by the clock, in winter
    assert gradebook(store, here.ada, new).students == ()
