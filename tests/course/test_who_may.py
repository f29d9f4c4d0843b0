"""Who may what: every public function of lib.course that reaches the store, as everyone. A new one needs a line."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

import lib.course
from lib.course import (
    assignments,
    bring_in,
    claims,
    completion,
    courses,
    engine,
    exercises,
    export,
    gradebook,
    keeping,
    lessons,
    marking,
    progress,
    regrade,
    review,
    roster,
    seen,
    sign_in,
    staff,
    submit,
)
from lib.course.who import NotAllowed
from lib.exercises import EXERCISES
from lib.grading.classroom.homework import homework_of
from lib.refusal import Refusal
from lib.store import Store
from tests.course.setting import SETTINGS, Class, stub
from tests.course.test_keeping import everything

# guest; Zoe studies and Eve teaches elsewhere; Li's is the submission, Bo studies here too; Tom assists, Ada teaches
EVERYONE = ("guest", "zoe", "eve", "li", "bo", "tom", "ada")
SIGNED_IN, MEMBERS, STAFF, INSTRUCTOR = EVERYONE[1:], EVERYONE[3:], EVERYONE[5:], EVERYONE[6:]
TEACHERS, OWNER_AND_STAFF, OWNER = ("eve", "ada"), ("li", "tom", "ada"), ("li",)


MARKS = b"student,id,softmax\nLi,,1\n"


class Setting(Class):
    """The class with one of everything, so that each function has something to act on."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        roster.read_roster(store, self.ada, self.course, b"name,email\nNew,new@example.edu\nOld,old@example.edu\n")
        self.rows = [row.id for row in roster.roster(store, self.ada, self.course)]
        self.link = roster.make_links(store, self.ada, self.course, self.rows[:1])[0].token
        self.lesson = self.with_a_lesson()
        self.number = submit.submit(store, self.li, self.exercises[0], "0.5").number
        engine.work_until_idle(store, grade=stub)
        marking.ask_for_another_look(store, self.li, self.number, "please")
        self.look = marking.who_asks(store, self.ada, self.course)[0].id
        self.asker = self.joined("max", courses.set_code(store, self.eve, self.other, on=True))
        claims.ask_to_join(store, self.asker, self.course)
        self.claim = claims.open_claims(store, self.ada, self.course)[0].id
        self.form = assignments.form_of(store, self.ada, self.assignment)
        self.regrade = regrade.plan_regrade(store, SETTINGS, self.ada, self.assignment, "x")
        self.code = courses.set_code(store, self.ada, self.course, on=True)
        self.test = EXERCISES["softmax"].tests[0].name
        self.handout = homework_of([EXERCISES["softmax"]], "hw3").line.encode()

    def who(self, name: str) -> Any:
        return None if name == "guest" else getattr(self, name)


Act = Callable[[Setting, Store, Any], Any]
ACTIONS: dict[str, tuple[tuple[str, ...], Act]] = {
    # courses and people
    "courses.make_course": (TEACHERS, lambda c, s, who: courses.make_course(s, who, "New")),
    "courses.my_courses": (EVERYONE, lambda c, s, who: courses.my_courses(s, who)),
    "courses.course_of": (MEMBERS, lambda c, s, who: courses.course_of(s, who, c.course)),
    "courses.members": (STAFF, lambda c, s, who: courses.members(s, who, c.course)),
    "courses.change_course": (INSTRUCTOR, lambda c, s, who: courses.change_course(s, who, c.course, title="x")),
    "courses.set_role": (INSTRUCTOR, lambda c, s, who: courses.set_role(s, who, c.course, c.bo.id, "student")),
    "courses.set_code": (INSTRUCTOR, lambda c, s, who: courses.set_code(s, who, c.course, on=True)),
    "courses.join_by_code": (SIGNED_IN, lambda c, s, who: courses.join_by_code(s, who, "wrong")),
    "claims.ask_to_join": (SIGNED_IN, lambda c, s, who: claims.ask_to_join(s, who, c.course)),
    "claims.open_claims": (INSTRUCTOR, lambda c, s, who: claims.open_claims(s, who, c.course)),
    "claims.decide_claim": (INSTRUCTOR, lambda c, s, who: claims.decide_claim(s, who, c.claim, None, accept=False)),
    "sign_in.end_sessions": (SIGNED_IN, lambda c, s, who: sign_in.end_sessions(s, who)),
    "sign_in.claim_by_link": (SIGNED_IN, lambda c, s, who: sign_in.claim_by_link(s, who, c.link)),
    # roster
    "roster.roster": (STAFF, lambda c, s, who: roster.roster(s, who, c.course)),
    "roster.preview_roster": (INSTRUCTOR, lambda c, s, who: roster.preview_roster(s, who, c.course, b"name\nX\n")),
    "roster.read_roster": (INSTRUCTOR, lambda c, s, who: roster.read_roster(s, who, c.course, b"name\nX\n")),
    "roster.assign_row": (INSTRUCTOR, lambda c, s, who: roster.assign_row(s, who, c.rows[1], c.bo.id)),
    "roster.make_links": (INSTRUCTOR, lambda c, s, who: roster.make_links(s, who, c.course)),
    "roster.revoke_links": (INSTRUCTOR, lambda c, s, who: roster.revoke_links(s, who, c.course, c.rows)),
    "roster.remove_row": (INSTRUCTOR, lambda c, s, who: roster.remove_row(s, who, c.rows[0])),
    # assignments
    "exercises.exercises_for": (EVERYONE, lambda c, s, who: exercises.exercises_for(s, SETTINGS, who)),
    "assignments.assignments": (MEMBERS, lambda c, s, who: assignments.assignments(s, who, c.course)),
    "assignments.assignment_of": (MEMBERS, lambda c, s, who: assignments.assignment_of(s, who, c.assignment)),
    "assignments.form_of": (STAFF, lambda c, s, who: assignments.form_of(s, who, c.assignment)),
    "assignments.effect_of_making": (
        INSTRUCTOR,
        lambda c, s, who: assignments.effect_of_making(s, SETTINGS, who, c.course, c.form),
    ),
    "assignments.make_assignment": (
        INSTRUCTOR,
        lambda c, s, who: assignments.make_assignment(s, SETTINGS, who, c.course, c.form),
    ),
    "assignments.effect_of_changing": (
        INSTRUCTOR,
        lambda c, s, who: assignments.effect_of_changing(s, SETTINGS, who, c.assignment, c.form),
    ),
    "assignments.change_assignment": (
        INSTRUCTOR,
        lambda c, s, who: assignments.change_assignment(s, SETTINGS, who, c.assignment, c.form),
    ),
    "assignments.extend": (STAFF, lambda c, s, who: assignments.extend(s, who, c.assignment, c.li.id, why="ill")),
    "assignments.extensions": (STAFF, lambda c, s, who: assignments.extensions(s, who, c.assignment)),
    "assignments.release": (INSTRUCTOR, lambda c, s, who: assignments.release(s, who, c.assignment, on=False)),
    "assignments.copy_course": (INSTRUCTOR, lambda c, s, who: assignments.copy_course(s, who, c.course, "x", weeks=4)),
    # handing in
    "submit.submit": (MEMBERS, lambda c, s, who: submit.submit(s, who, c.exercises[0], "1")),
    "submit.attempts_left": (MEMBERS, lambda c, s, who: submit.attempts_left(s, who, c.exercises[0])),
    "submit.state_of": (OWNER_AND_STAFF, lambda c, s, who: submit.state_of(s, who, c.number)),
    "submit.save_draft": (MEMBERS, lambda c, s, who: submit.save_draft(s, who, c.exercises[0], "1")),
    "lessons.hand_in_working": (
        MEMBERS,
        lambda c, s, who: lessons.hand_in_working(s, who, c.lesson, (0, 0), {"error": "1"}),
    ),
    "lessons.save_begun": (MEMBERS, lambda c, s, who: lessons.save_begun(s, who, c.lesson, (0, 0), {"error": "1"})),
    "lessons.begun_of": (MEMBERS, lambda c, s, who: lessons.begun_of(s, who, c.lesson)),
    "lessons.my_working": (MEMBERS, lambda c, s, who: lessons.my_working(s, who, c.lesson)),
    "lessons.working_of": (STAFF, lambda c, s, who: lessons.working_of(s, who, c.lesson, c.li.id)),
    "completion.my_lessons": (MEMBERS, lambda c, s, who: completion.my_lessons(s, who, c.course)),
    "completion.completion": (STAFF, lambda c, s, who: completion.completion(s, who, c.course)),
    "submit.draft_of": (MEMBERS, lambda c, s, who: submit.draft_of(s, who, c.exercises[0])),
    "seen.submission_of": (OWNER_AND_STAFF, lambda c, s, who: seen.submission_of(s, who, c.number)),
    "seen.my_attempts": (MEMBERS, lambda c, s, who: seen.my_attempts(s, who, c.exercises[0])),
    "seen.my_marks": (MEMBERS, lambda c, s, who: seen.my_marks(s, who, c.course)),
    "seen.attempts_of": (STAFF, lambda c, s, who: seen.attempts_of(s, who, c.exercises[0], c.li.id)),
    "progress.keep_progress": (SIGNED_IN, lambda c, s, who: progress.keep_progress(s, who, {"softmax": "{}"})),
    "progress.progress_of": (SIGNED_IN, lambda c, s, who: progress.progress_of(s, who)),
    # staff
    "staff.our_faults": (STAFF, lambda c, s, who: staff.our_faults(s, who, c.course)),
    "staff.grade_again": (STAFF, lambda c, s, who: staff.grade_again(s, who, c.number)),
    "staff.audit_of": (INSTRUCTOR, lambda c, s, who: staff.audit_of(s, who, c.course)),
    # looking at a submission
    # from the command line
    "bring_in.preview_marks": (INSTRUCTOR, lambda c, s, who: bring_in.preview_marks(s, who, c.assignment, MARKS)),
    "bring_in.bring_marks": (INSTRUCTOR, lambda c, s, who: bring_in.bring_marks(s, who, c.assignment, MARKS, "x")),
    "bring_in.homework_in": (
        INSTRUCTOR,
        lambda c, s, who: bring_in.homework_in(s, SETTINGS, who, c.course, c.handout),
    ),
    "bring_in.assign_homework": (
        INSTRUCTOR,
        lambda c, s, who: bring_in.assign_homework(s, SETTINGS, who, c.course, c.handout),
    ),
    "review.place_of": (STAFF, lambda c, s, who: review.place_of(s, who, c.exercises[0], c.li.id)),
    "review.place_of_submission": (STAFF, lambda c, s, who: review.place_of_submission(s, who, c.number)),
    "review.members_names": (STAFF, lambda c, s, who: review.members_names(s, who, c.assignment, [c.li.id])),
    "review.alike_in": (STAFF, lambda c, s, who: review.alike_in(s, who, c.exercises[0], EXERCISES["softmax"])),
    # marking
    "gradebook.gradebook": (STAFF, lambda c, s, who: gradebook.gradebook(s, who, c.course)),
    "gradebook.figures": (STAFF, lambda c, s, who: gradebook.figures(s, who, c.assignment)),
    "marking.override": (STAFF, lambda c, s, who: marking.override(s, who, c.exercises[0], c.li.id, 3, "x")),
    "marking.overrides": (STAFF, lambda c, s, who: marking.overrides(s, who, c.exercises[0], c.li.id)),
    "marking.comment": (STAFF, lambda c, s, who: marking.comment(s, who, c.number, "x")),
    "marking.ask_for_another_look": (OWNER, lambda c, s, who: marking.ask_for_another_look(s, who, c.number, "x")),
    "marking.who_asks": (STAFF, lambda c, s, who: marking.who_asks(s, who, c.course)),
    "marking.answer": (STAFF, lambda c, s, who: marking.answer(s, who, c.look, "x")),
    "regrade.plan_regrade": (INSTRUCTOR, lambda c, s, who: regrade.plan_regrade(s, SETTINGS, who, c.assignment, "x")),
    "regrade.run_regrade": (INSTRUCTOR, lambda c, s, who: list(regrade.run_regrade(s, who, c.regrade, stub))),
    "regrade.open_regrades": (INSTRUCTOR, lambda c, s, who: regrade.open_regrades(s, who, c.course)),
    "regrade.preview_regrade": (INSTRUCTOR, lambda c, s, who: regrade.preview_regrade(s, who, c.regrade)),
    "regrade.apply_regrade": (INSTRUCTOR, lambda c, s, who: regrade.apply_regrade(s, who, c.regrade)),
    "regrade.give_up_regrade": (INSTRUCTOR, lambda c, s, who: regrade.give_up_regrade(s, who, c.regrade)),
    "regrade.preview_drop": (INSTRUCTOR, lambda c, s, who: regrade.preview_drop(s, who, c.exercises[0], [c.test])),
    "regrade.drop_tests": (INSTRUCTOR, lambda c, s, who: regrade.drop_tests(s, who, c.exercises[0], [c.test], "x")),
    "export.export_marks": (INSTRUCTOR, lambda c, s, who: export.export_marks(s, who, c.course, "plain")),
    "keeping.what_is_kept": (SIGNED_IN, lambda c, s, who: keeping.what_is_kept(s, who)),
    "keeping.export_person": (("li", "ada"), lambda c, s, who: keeping.export_person(s, who, c.li.id)),
    "keeping.erase_person": (INSTRUCTOR, lambda c, s, who: keeping.erase_person(s, who, c.bo.id, "x")),
    "courses.close_course": (INSTRUCTOR, lambda c, s, who: courses.close_course(s, who, c.course)),
}

# No person acts: the browser's secret itself is asked about, or the program and whoever runs it act.
WITHOUT_A_PERSON = {
    *("sign_in.sign_in", "sign_in.start_session", "sign_in.session_of", "sign_in.end_session"),
    *("sign_in.look_at_link", "sign_in.open_link", "sign_in.invite_instructor", "demo.made_up.make_up"),
    *("engine.enqueue.enqueue", "engine.take.take", "engine.take.renew", "engine.take.done"),
    *("engine.take.take_up_what_is_overlooked", "engine.run.start", "engine.run.work_until_idle"),
    *("engine.signs.sign", "engine.signs.sign_off", "engine.signs.signs", "engine.signs.is_alive"),
    *(
        "health.health",
        "health.migration",
        "health.queue",
        "health.readiness",
        "metrics.metrics",
        "move.move",
        "move.need_quiet",
        "move.fingerprints",
    ),
    *("exercises.exercise_at", "keeping.erase_by_operator", "keeping.tidy", "backup.backup", "backup.restore"),
}
# Parts of actions: they are handed the session of one that has asked already, or ask with it.
WITHIN_AN_ACTION = {
    *("claims.claim_by_email", "claims.claim", "claims.ask", "claims.enrol", "claims.link_person", "who.note"),
    *("exercises.may_see", "submit.need_visible", "keeping.erase", "keeping.erase_again"),
}


def functions() -> Iterator[str]:
    """Every public function of lib.course that is handed the store."""
    for module in pkgutil.walk_packages(lib.course.__path__, "lib.course."):
        if not module.name.endswith("__main__"):
            for name, function in inspect.getmembers(import_module(module.name), inspect.isfunction):
                known = function.__module__ == module.name and not name.startswith("_")
                if known and "store" in inspect.signature(function).parameters:
                    yield f"{module.name.removeprefix('lib.course.')}.{name}"


def test_every_function_has_a_line() -> None:
    assert set(functions()) == {*ACTIONS, *WITHOUT_A_PERSON, *WITHIN_AN_ACTION}
    assert not {*ACTIONS} & (WITHOUT_A_PERSON | WITHIN_AN_ACTION)


def test_everyone_may_what_the_table_says_and_what_is_refused_changes_nothing(store: Store) -> None:
    here = Setting(store)
    before = everything(store)
    for name, (allowed, act) in ACTIONS.items():
        for who in EVERYONE:
            if who not in allowed:
                with pytest.raises(NotAllowed):
                    act(here, store, here.who(who))
                    pytest.fail(f"{who} may {name}")
    assert everything(store) == before
    for name, (allowed, act) in ACTIONS.items():
        for who in allowed:
            try:
                act(here, store, here.who(who))
            except Refusal as error:  # such as: this is answered already
                may = not isinstance(error, NotAllowed) or "with this code" in str(error)
                assert may, f"{who} may not {name}: {error}"


@pytest.mark.parametrize("missing", [0, -1, 99, 2**31, -(2**70)])
def test_what_does_not_exist_looks_like_what_is_others(store: Store, missing: int) -> None:
    here = Setting(store)
    pairs: list[tuple[Callable[[int], Any], int]] = [
        (lambda number: courses.course_of(store, here.zoe, number), here.course),
        (lambda number: assignments.assignment_of(store, here.zoe, number), here.assignment),
        (lambda number: submit.submit(store, here.zoe, number, "1"), here.exercises[0]),
        (lambda number: lessons.my_working(store, here.zoe, number), here.lesson),
        (lambda number: lessons.save_begun(store, here.zoe, number, (0, 0), {"error": "1"}), here.lesson),
        (lambda number: lessons.hand_in_working(store, here.zoe, number, (0, 0), {"error": "1"}), here.lesson),
        (lambda number: seen.submission_of(store, here.bo, number), here.number),
    ]
    for look, theirs in pairs:
        said = []
        for number in (theirs, missing):
            with pytest.raises(NotAllowed) as refused:
                look(number)
            said.append((type(refused.value), str(refused.value)))
        assert said[0] == said[1]
