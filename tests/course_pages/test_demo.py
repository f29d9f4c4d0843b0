"""The made-up class: what a visitor of it finds."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lib.course.courses import my_courses
from lib.course.demo.__main__ import BUTTONS, names, write_secrets
from lib.course.demo.made_up import STUDENT, TEACHER, WEEKS, make_up, students
from lib.course.demo.provider import HOST, claims_of
from lib.course.gradebook import gradebook
from lib.course.marking import who_asks
from lib.course.settings import Named, Settings, settings_from
from lib.course.sign_in import sign_in
from lib.exercises import EXERCISES
from lib.store import Store
from lib.store.work import Submission
from tests.databases import Clock

ISSUER = "http://127.0.0.1:1"


def test_thirty_students_have_thirty_names_and_the_exercises_are_there() -> None:
    assert len(set(students(30))) == 30 and STUDENT in students(1)
    assert all(slug in EXERCISES for slugs, _ in WEEKS.values() for slug in slugs)
    assert {subject for _, subject in BUTTONS.values() if subject} <= set(names(1)) and HOST == "127.0.0.1"


def test_the_settings_are_those_of_a_class_with_a_database_and_a_key_of_its_own(tmp_path: Path) -> None:
    file = write_secrets(tmp_path, 8501, ISSUER)
    settings = settings_from(file)
    assert settings.database == f"sqlite:///{tmp_path}/class.sqlite"
    assert settings.instructors == (Named(ISSUER, TEACHER),)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("seed", [1])
def test_students_make_mistakes_that_are_recognised(class_store: Store, clock: Clock, seed: int) -> None:
    clock.now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    settings = Settings(instructors=(Named(ISSUER, TEACHER),), issuers=(ISSUER,))
    count = make_up(class_store, settings, ISSUER, count=2, seed=seed)
    with class_store.reading() as session:
        states = dict(session.execute(select(Submission.state, func.count()).group_by(Submission.state)).all())
    assert states == {"graded": count} and count > 5
    ada = sign_in(class_store, settings, {"iss": ISSUER, "sub": TEACHER, **claims_of(TEACHER)})
    (course,) = my_courses(class_store, ada)
    book = gradebook(class_store, ada, course.id)
    assert len(book.heads) == len(WEEKS) == 3
    assert who_asks(class_store, ada, course.id)
