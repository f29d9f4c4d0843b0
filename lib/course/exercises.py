"""Exercises of a class: the public ones, private folders, and the versions that assignments hold fast."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lib.course.policy import Window
from lib.course.settings import Settings
from lib.course.who import Acting, role_of
from lib.exercises import EXERCISES, Exercise, ExerciseError, read_exercise, read_exercises
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Course, Enrolment, Person
from lib.store.work import AssignedExercise, Assignment, Extension, PinnedExercise


def private_exercises(settings: Settings) -> dict[str, Exercise]:
    """What the operator's folders hold. Raises Refusal for a name that is there twice, ExerciseError for a bad one."""
    found: dict[str, Exercise] = {}
    for folder in settings.exercises:
        if not folder.is_dir():
            raise Refusal("exercises names {folder}, which is no folder.", folder=folder)
        for slug, exercise in read_exercises(folder).items():
            if slug in EXERCISES or slug in found:
                raise Refusal("There are two exercises {slug}; rename the one in {folder}.", slug=slug, folder=folder)
            found[slug] = exercise
    return found


def exercises_for(store: Store, settings: Settings, who: Acting) -> Mapping[str, Exercise]:
    """The exercises that exist as far as the acting person may know: public ones for everyone, private ones for staff,
    and for a student those of assignments that have opened for them, in the version that is graded."""
    if who is None:
        return EXERCISES
    with store.reading() as session:
        person = session.get(Person, who.id)
        if person is None or person.erased is not None:
            return EXERCISES
        staff = select(Enrolment.role).where(Enrolment.person_id == who.id, Enrolment.role != "student").limit(1)
        everything = person.teacher or session.scalar(staff) is not None
        opened = _opened(session, store, who.id)
        pinned = {slug: _pinned(session, slug, version) for slug, version in opened if slug not in EXERCISES}
    return {**EXERCISES, **(private_exercises(settings) if everything else {}), **pinned}


def _opened(session: Session, store: Store, person_id: int) -> list[tuple[str, str]]:
    """Name and version of what a student has been given so far, in courses that run."""
    now = store.now()
    rows = session.execute(
        select(AssignedExercise.slug, AssignedExercise.version, Assignment.opens, Extension.opens)
        .join(Assignment, Assignment.id == AssignedExercise.assignment_id)
        .join(Course, Course.id == Assignment.course_id)
        .join(Enrolment, Enrolment.course_id == Assignment.course_id)
        .outerjoin(Extension, (Extension.assignment_id == Assignment.id) & (Extension.person_id == Enrolment.person_id))
        .where(Enrolment.person_id == person_id, Enrolment.role == "student", Course.closed.is_(None))
        .order_by(AssignedExercise.id)
    )
    return [(slug, version) for slug, version, opens, own in rows if (own or opens) <= now]


def exercise_to_assign(settings: Settings, slug: str) -> Exercise:
    """The newest version of an exercise, public or private. Raises Refusal if there is none."""
    found = EXERCISES.get(slug) or private_exercises(settings).get(slug)
    if found is None:
        raise Refusal("There is no exercise {slug!r}.", slug=slug[:80])
    return found


def pin(session: Session, exercise: Exercise) -> None:
    """Keeps the folder as it is, so that this version can be graded wherever a worker runs."""
    if session.get(PinnedExercise, (exercise.version, exercise.slug)) is None:
        private = exercise.slug not in EXERCISES
        files = _files(exercise.folder)
        session.add(PinnedExercise(version=exercise.version, slug=exercise.slug, files=files, private=private))
        session.flush()


def _files(folder: Path) -> dict[str, Any]:
    """What counts for the version, as `version_of` in lib.exercises.folder has it."""
    paths = sorted({*folder.glob("*.*"), *folder.glob("mistakes/*.py")})
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in paths
        if path.is_file()
    }


def exercise_at(store: Store, slug: str, version: str) -> Exercise:
    """An exercise in the version that an assignment holds. Raises Refusal if the store does not have it."""
    public = EXERCISES.get(slug)
    if public is not None and public.version == version:
        return public
    with store.reading() as session:
        return _pinned(session, slug, version)


def _pinned(session: Session, slug: str, version: str) -> Exercise:
    kept = session.get(PinnedExercise, (version, slug))
    if kept is None:
        raise Refusal("The exercise {slug} is not kept in version {version}.", slug=slug, version=version)
    return _unpacked(slug, version, tuple(kept.files.items()))


@lru_cache(maxsize=256)  # by its content: the version is a hash of it
def _unpacked(slug: str, version: str, files: tuple[tuple[str, str], ...]) -> Exercise:
    with tempfile.TemporaryDirectory(prefix="exercise-") as place:
        folder = Path(place) / slug
        for name, text in files:
            path = folder / PurePosixPath(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
        exercise = read_exercise(folder)
    if exercise.version != version:
        raise ExerciseError(f"{slug}: its version is {exercise.version}; expected {version}.")
    return exercise


def may_see(session: Session, who: Acting, assignment: Assignment, window: Window, store: Store) -> bool:
    """Whether the assignment exists, as far as the acting person may know: to students only once it has opened."""
    role = role_of(session, who, assignment.course_id)
    return role is not None and (role != "student" or window.opens <= store.now())
