"""Handing in: stored before anything else, answered with a receipt, then graded."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lib.course.engine.enqueue import enqueue, ring
from lib.course.log import event
from lib.course.marks import window_in
from lib.course.policy import Window, told
from lib.course.who import Acting, NotThere, need_exercise, need_submission, role_of
from lib.refusal import Refusal
from lib.sandbox.job import Limits
from lib.store import Store
from lib.store.people import Course, Enrolment
from lib.store.work import AssignedExercise, Assignment, Draft, Extension, State, Submission

MOST_BYTES = Limits().source_bytes


@dataclass(frozen=True)
class Receipt:
    """What proves that something was handed in: the number, the server's time in UTC, and the SHA-256 of the bytes
    that were stored. `attempt` counts from 1. `trial`: by staff, outside the gradebook."""

    number: int
    attempt: int
    at: datetime
    sha256: str
    trial: bool = False


def submit(
    store: Store, who: Acting, exercise_id: int, code: str, file: str = "", *, most_a_minute: int = 0
) -> Receipt:
    """Stores the code for this exercise of an assignment and has it graded; `file` is the name it was uploaded under.

    Raises NotThere before the assignment opens, Refusal after it closes, when no attempt is left, for code that is too
    long, or for more than `most_a_minute` on all servers together (0: as often as wanted). Members of the staff may try
    at any time.
    """
    data = _checked(code)
    with store.writing() as session:
        exercise, assignment, trial = _need_open(session, store, who, exercise_id)
        assert who is not None
        # one after another for each person: so two windows cannot both have the last attempt
        me = (Enrolment.course_id == assignment.course_id, Enrolment.person_id == who.id)
        session.scalars(select(Enrolment).where(*me).with_for_update()).one()
        _need_a_pause(session, store, who.id, most_a_minute)
        attempt = _next_attempt(session, who.id, exercise, None if trial else assignment.attempts)
        row = Submission(
            exercise_id=exercise.id,
            person_id=who.id,
            number=attempt,
            trial=trial,
            code=data,
            file=file[:200],
            sha256=hashlib.sha256(data).hexdigest(),
            at=store.now(),
            not_before=store.now(),
            request=secrets.token_hex(6),
        )
        session.add(row)
        session.flush()
        enqueue(session, store, row)
        receipt = _receipt(row)
    event("stored", submission=row.id, request=row.request, bytes=len(data))
    ring()
    return receipt


def _checked(code: str) -> bytes:
    data = code.encode("utf-8", "surrogatepass")
    if not code.strip():
        raise Refusal("There is nothing to hand in yet.")
    if len(data) > MOST_BYTES:
        raise Refusal("The code has {came:,} bytes; expected at most {most:,}.", came=len(data), most=MOST_BYTES)
    return data


def _receipt(row: Submission) -> Receipt:
    return Receipt(row.id, row.number, row.at, row.sha256, row.trial)


def _need_open(
    session: Session, store: Store, who: Acting, exercise_id: int
) -> tuple[AssignedExercise, Assignment, bool]:
    """The exercise, its assignment, and whether this is a trial of the staff. Raises NotThere and Refusal."""
    exercise, assignment, window, staff = need_visible(session, store, who, exercise_id)
    course = session.get_one(Course, assignment.course_id)
    if course.closed is not None:
        raise Refusal("This course is closed.")
    if not staff and store.now() >= window.closes:
        raise Refusal("This closed on {when}.", when=told(window.closes, course.zone))
    return exercise, assignment, staff


def need_visible(
    session: Session, store: Store, who: Acting, exercise_id: int
) -> tuple[AssignedExercise, Assignment, Window, bool]:
    """The exercise, its assignment, the acting person's times, and whether they are staff. Raises NotThere."""
    exercise, assignment = need_exercise(session, who, exercise_id, "student")
    assert who is not None
    own = select(Extension).where(Extension.assignment_id == assignment.id, Extension.person_id == who.id)
    window = window_in(assignment, session.scalar(own))
    staff = role_of(session, who, assignment.course_id) != "student"
    if not staff and store.now() < window.opens:
        raise NotThere("There is no such assignment.")
    return exercise, assignment, window, staff


def _next_attempt(session: Session, person_id: int, exercise: AssignedExercise, most: int | None) -> int:
    """The number of the next attempt. Those that we could not grade take none away. Raises Refusal at the limit."""
    mine = (Submission.exercise_id == exercise.id, Submission.person_id == person_id)
    used = select(func.count()).where(*mine, Submission.state != "our fault", Submission.trial.is_(False))
    if most is not None and (session.scalar(used) or 0) >= most:
        raise Refusal("You have used {most} of {most} attempts.", most=most)
    return 1 + (session.scalar(select(func.max(Submission.number)).where(*mine)) or 0)


def _need_a_pause(session: Session, store: Store, person_id: int, most: int) -> None:
    """Raises Refusal if this person has handed in so often within a minute, whatever server took it."""
    if not most:
        return
    since = store.now() - timedelta(minutes=1)
    mine = select(func.count()).where(Submission.person_id == person_id, Submission.at > since)
    if (session.scalar(mine) or 0) >= most:
        raise Refusal("You have handed in {most} times within a minute. Wait a moment, then go on.", most=most)


def attempts_left(store: Store, who: Acting, exercise_id: int) -> int | None:
    """How often the acting person may still hand this in; None: as often as wanted."""
    with store.reading() as session:
        exercise, assignment, _, staff = need_visible(session, store, who, exercise_id)
        if assignment.attempts is None or staff or who is None:
            return None
        mine = (Submission.exercise_id == exercise.id, Submission.person_id == who.id)
        used = select(func.count()).where(*mine, Submission.state != "our fault", Submission.trial.is_(False))
        return max(0, assignment.attempts - (session.scalar(used) or 0))


@dataclass(frozen=True)
class Progress:
    """Where a submission stands; `ahead` is how many are before it in the line."""

    state: State
    ahead: int = 0


def state_of(store: Store, who: Acting, submission_id: int) -> Progress:
    """Where the acting person's submission stands, or any one for staff. Raises NotThere for somebody else's."""
    with store.reading() as session:
        row, _, _ = need_submission(session, who, submission_id, "student")
        if row.state not in ("stored", "waiting"):
            return Progress(row.state)
        before = select(func.count()).where(
            Submission.state.in_(("stored", "waiting", "running")), Submission.id < row.id
        )
        return Progress(row.state, session.scalar(before) or 0)


def save_draft(store: Store, who: Acting, exercise_id: int, code: str) -> None:
    """Keeps what was typed on the server, so that it is there on another machine and after the session."""
    data = code.encode("utf-8", "surrogatepass")
    if len(data) > MOST_BYTES:
        raise Refusal("The code has {came:,} bytes; expected at most {most:,}.", came=len(data), most=MOST_BYTES)
    with store.writing() as session:
        need_visible(session, store, who, exercise_id)
        assert who is not None
        draft = session.get(Draft, (exercise_id, who.id))
        if draft is None:
            session.add(Draft(exercise_id=exercise_id, person_id=who.id, code=data, at=store.now()))
        else:
            draft.code, draft.at = data, store.now()


def draft_of(store: Store, who: Acting, exercise_id: int) -> tuple[str, datetime] | None:
    """What the acting person typed last, and when; None if they have not."""
    with store.reading() as session:
        need_visible(session, store, who, exercise_id)
        assert who is not None
        draft = session.get(Draft, (exercise_id, who.id))
        return None if draft is None else (draft.code.decode("utf-8", "surrogatepass"), draft.at)
