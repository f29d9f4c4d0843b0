"""A made-up class of any size for tests and screenshots: names, attempts with the mistakes that real ones make, marks.

Each text is graded once, and its grading stands for all who wrote it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lib.course.assignments import Form, Part, assignment_of, make_assignment
from lib.course.courses import make_course
from lib.course.policy import Terms
from lib.course.results import Graded, grading_of, store_grading
from lib.course.settings import Named, Settings
from lib.course.sign_in import sign_in
from lib.course.who import Who
from lib.exercises import EXERCISES, Exercise
from lib.store import Store
from lib.store.people import Enrolment, Person, RosterRow
from lib.store.work import AnotherLook, AssignedExercise, Submission

FIRST = "Li Bo Ada Noor Kofi Ines Tomás Yuki Zoë Ravi Lena Omar Mei Jan Fatou Ola".split()
LAST = "Wei Okafor Nguyen Müller Silva Haddad Kowalski Tanaka Berg Mensah Rossi Demir Petrova Singh Costa Lund".split()
WEEKS = (("softmax", "mse_loss", "huber_loss"), ("cross_entropy_loss", "kl_div_loss"))
BROKEN = "def softmax(x)\n    return x\n"
ISSUER = "https://login.example.edu"
SETTINGS = Settings(instructors=(Named(ISSUER, email="ada@example.edu"),), issuers=(ISSUER,))


@dataclass(frozen=True)
class MadeUp:
    """The instructor, the course, its assignments, and the students' persons."""

    ada: Who
    course: int
    assignments: tuple[int, ...]
    students: tuple[int, ...]


Grader = Callable[[Exercise, str], Graded]


def made_up(
    store: Store, grade: Grader, students: int = 30, seed: int = 0, weeks: Sequence[tuple[str, ...]] = WEEKS
) -> MadeUp:
    """A course with this many students. The first assignment was due yesterday, the next ones are a week apart."""
    claims = {"iss": ISSUER, "sub": "ada", "name": "Ada Lovelace", "email": "ada@example.edu", "email_verified": True}
    ada = sign_in(store, SETTINGS, claims)
    course = make_course(store, ada, "Deep learning, spring", "Europe/Berlin")
    opens = store.now() - timedelta(days=8)
    numbers = []
    for place, slugs in enumerate(weeks):
        due = opens + timedelta(days=7 * (place + 1))
        terms = Terms(opens, due, due + timedelta(days=3), late_percent=10, show_hidden="after closing")
        form = Form(f"Week {place + 1}", tuple(Part(slug, 10) for slug in slugs), terms)
        numbers.append(make_assignment(store, SETTINGS, ada, course, form))
    chance = random.Random(seed)
    with store.writing() as session:
        people = _people(session, store, course, students)
    for number in numbers:
        _hand_in(store, ada, number, people, grade, chance)
    _ask(store, numbers[0])
    return MadeUp(ada, course, tuple(numbers), tuple(people))


def _people(session: Session, store: Store, course: int, students: int) -> list[int]:
    """Students with a row of the roster; one more row in ten is claimed by nobody."""
    now = store.now()
    people = []
    for n in range(students):
        name = f"{FIRST[n % len(FIRST)]} {LAST[(n // len(FIRST) + 5 * n) % len(LAST)]}"
        email = f"student{n}@example.edu"
        person = Person(name=name, email=email, made=now, issuer=ISSUER, subject=f"{course}-{n}")
        session.add(person)
        session.flush()
        people.append(person.id)
        session.add(Enrolment(course_id=course, person_id=person.id, role="student", made=now))
        about = {"platform": "canvas", "number": str(1000 + n), "sis_id": f"S{n}", "section": f"Group {n % 3 + 1}"}
        session.add(RosterRow(course_id=course, name=name, email=email, person_id=person.id, claimed=now, **about))
        if n % 10 == 9:
            session.add(RosterRow(course_id=course, name=f"Waits {n}", email=f"waits{n}@example.edu"))
    return people


def texts_of(exercise: Exercise) -> list[str]:
    """What students write: the solution, each known mistake, a file that does not parse."""
    return [exercise.solution, *(wrong.source for wrong in exercise.mistakes), exercise.starter, BROKEN]


def _hand_in(store: Store, ada: Who, number: int, people: Sequence[int], grade: Grader, chance: random.Random) -> None:
    """Up to three attempts of most students; the last one is right more often than not."""
    shown = assignment_of(store, ada, number)
    for asked in shown.exercises:
        exercise = EXERCISES[asked.slug]
        texts = texts_of(exercise)
        came = {text: grade(exercise, text) for text in texts}
        rows, graded = [], []
        for person in people:
            if chance.random() < 0.12:
                continue
            tries = chance.choice((1, 1, 2, 3))
            start = shown.terms.opens + timedelta(hours=chance.uniform(1, 190))
            for attempt in range(1, tries + 1):
                right = attempt == tries and chance.random() < 0.65
                text = texts[0] if right else chance.choice(texts[1:])
                at = min(start + timedelta(minutes=17 * attempt), store.now() - timedelta(minutes=1))
                rows.append(_row(asked.id, person, attempt, text, at))
                graded.append(came[text])
        _store(store, rows, graded)


def _row(exercise: int, person: int, attempt: int, text: str, at: datetime) -> dict[str, Any]:
    code = f"# attempt {attempt}\n{text}".encode("utf-8", "surrogatepass")
    return {
        "exercise_id": exercise,
        "person_id": person,
        "number": attempt,
        "code": code,
        "sha256": hashlib.sha256(code).hexdigest(),
        "at": at,
        "state": "graded",
        "not_before": at,
    }


def _store(store: Store, rows: list[dict[str, Any]], graded: list[Graded]) -> None:
    with store.writing() as session:
        for row, came in zip(rows, graded, strict=True):
            submission = Submission(**row)
            session.add(submission)
            session.flush()
            grading = grading_of(submission.id, came, (), row["at"])
            grading.in_force = True
            store_grading(session, grading, came)


def _ask(store: Store, assignment: int) -> None:
    """The first who handed something in asks for another look."""
    with store.writing() as session:
        first = select(func.min(Submission.id)).join(AssignedExercise, AssignedExercise.id == Submission.exercise_id)
        number = session.scalar(first.where(AssignedExercise.assignment_id == assignment))
        if number is not None:
            asks = "I think that the third test rounds differently.\nCould you look again?"
            session.add(AnotherLook(submission_id=number, asks=asks, at=store.now()))
