"""A small class to test with: a course, people, an assignment; and gradings that need no sandbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from lib.course.assignments import Form, Part, assignment_of, change_assignment, form_of, make_assignment
from lib.course.courses import join_by_code, make_course, set_code, set_role
from lib.course.lessons import LessonPart
from lib.course.policy import Terms
from lib.course.results import Graded
from lib.course.settings import Named, Settings
from lib.course.sign_in import sign_in
from lib.course.who import Who
from lib.exercises import Exercise
from lib.store import Store
from tests.databases import NOON

ISSUER = "https://login.example.edu"
SETTINGS = Settings(instructors=(Named(ISSUER, email="ada@example.edu"), Named(ISSUER, "eve")), issuers=(ISSUER,))
SLUGS = ("softmax", "mse_loss")
TERMS = Terms(NOON, NOON + timedelta(days=7), NOON + timedelta(days=10), late_percent=10)
PRIVATE = Path(__file__).parent / "private"


def claims(subject: str, **more: object) -> dict[str, object]:
    email = f"{subject}@example.edu"
    return {"iss": ISSUER, "sub": subject, "name": subject.title(), "email": email, "email_verified": True, **more}


def person(store: Store, subject: str, settings: Settings = SETTINGS) -> Who:
    return sign_in(store, settings, claims(subject))


class Class:
    """Ada teaches the course, Tom assists, Li and Bo are students; Eve teaches another course, Zoe studies there."""

    def __init__(self, store: Store, settings: Settings = SETTINGS, terms: Terms = TERMS) -> None:
        self.store, self.settings = store, settings
        self.ada, self.eve = person(store, "ada", settings), person(store, "eve", settings)
        self.course = make_course(store, self.ada, "Deep learning", "Europe/Berlin")
        self.other = make_course(store, self.eve, "Another one")
        code = set_code(store, self.ada, self.course, on=True)
        self.tom, self.li, self.bo = (self.joined(name, code) for name in ("tom", "li", "bo"))
        self.zoe = self.joined("zoe", set_code(store, self.eve, self.other, on=True))
        set_role(store, self.ada, self.course, self.tom.id, "assistant")
        self.assignment = self.assign(terms)
        self.exercises = [one.id for one in assignment_of(store, self.ada, self.assignment).exercises]

    def joined(self, name: str, code: str) -> Who:
        who = person(self.store, name, self.settings)
        join_by_code(self.store, who, code)
        return who

    def assign(self, terms: Terms = TERMS, slugs: tuple[str, ...] = SLUGS, **more: object) -> int:
        form = Form("Week 1", tuple(Part(slug, 10) for slug in slugs), replace(terms, **more))  # type: ignore[arg-type]
        return make_assignment(self.store, self.settings, self.ada, self.course, form)

    def with_a_lesson(self, slug: str = "mse_loss", example: str = "") -> int:
        """Puts this lesson into the assignment, on an example's numbers; its number."""
        form = replace(form_of(self.store, self.ada, self.assignment), lessons=(LessonPart.of(slug, example),))
        change_assignment(self.store, self.settings, self.ada, self.assignment, form)
        return assignment_of(self.store, self.ada, self.assignment).lessons[0].id


def stub(exercise: Exercise, code: str) -> Graded:
    """Grades "0.5" as half of the points of each test, and other code as all of them."""
    share = float(code) if code.replace(".", "").isdecimal() else 1.0
    tests = [
        {
            "name": test.name,
            "points": test.points * share,
            "max_points": test.points,
            "hidden": test.hidden,
            "outcome": "passed" if share == 1 else "wrong value",
            "message": "" if share == 1 else "it differs",
            "mistake_name": None,
            "details": "",
        }
        for test in exercise.tests
    ]
    told = {
        "exercise": exercise.slug,
        "score": exercise.max_score * share,
        "max_score": exercise.max_score,
        "problem": "" if share else "There is no function.",
        "mistakes": [] if share == 1 else ["You forgot half."],
        "mistake_names": [] if share == 1 else ["half"],
        "output": "",
        "tests": tests,
    }
    return Graded(exercise.version, told)
