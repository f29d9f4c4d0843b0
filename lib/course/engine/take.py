"""Takes a submission to be graded, and puts down what came of it. The row is the truth about both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.orm import Session

from lib.course.engine.enqueue import defer, enqueue
from lib.course.results import Graded, add_grading
from lib.store import Store
from lib.store.work import AssignedExercise, Submission


@dataclass(frozen=True)
class Pace:
    """How patient the engine is, in seconds.

    A holder has to renew its lease before it is over. `pauses` lie before the second try after our fault, the third and
    the fourth; then staff see it. A row that waits for `overlooked` without a job is put into the line again.
    """

    lease: float = 60.0
    pauses: tuple[float, ...] = (5.0, 30.0, 120.0)
    overlooked: float = 60.0
    look: float = 1.0
    sign: float = 15.0  # between two signs of life
    most_ends: int = 25  # so often a worker may end over one submission, before that counts as our fault


PACE = Pace()


@dataclass(frozen=True)
class Taken:
    """A submission that this holder grades, and by which exercise."""

    id: int
    holder: str
    slug: str
    version: str
    code: str
    at: datetime | None = None  # when it was handed in
    request: str = ""  # by which logs name it


@dataclass(frozen=True)
class Fault:
    """Grading failed on our side, and why. `counts` false: there was only no room just now."""

    why: str
    counts: bool = True
    kind: str = ""  # of the exception


def take(store: Store, holder: str, submission_id: int | None = None, pace: Pace = PACE) -> Taken | None:
    """The submission that is next, or this one if it can be had: held by `holder` until the lease is over.

    None if nothing waits, or if this one is graded or held by another.
    """
    with store.reading() as session:  # does not keep others from writing, most often there is nothing
        if session.scalar(_next(store, submission_id)) is None:
            return None
    with store.writing() as session:
        row = session.scalar(_next(store, submission_id).with_for_update(skip_locked=True))
        if row is None:
            return None
        if row.tries - row.faults > pace.most_ends:
            row.state, row.trouble = "our fault", f"The program that graded it ended {pace.most_ends} times."
            row.holder = row.until = None
            return None
        row.state, row.holder, row.tries = "running", holder, row.tries + 1
        row.until = store.now() + timedelta(seconds=pace.lease)
        exercise = session.get_one(AssignedExercise, row.exercise_id)
        code = (row.code or b"").decode("utf-8", "surrogatepass")
        return Taken(row.id, holder, exercise.slug, exercise.version, code, row.at, row.request)


def _next(store: Store, submission_id: int | None) -> Select[Any]:
    chosen = select(Submission).order_by(Submission.not_before, Submission.id).limit(1)
    if submission_id is None:
        return chosen.where(_can_be_had(store))
    waits = Submission.state.in_(("stored", "waiting"))
    return chosen.where(Submission.id == submission_id, or_(waits, _is_left(store)))


def _can_be_had(store: Store) -> ColumnElement[bool]:
    waits = and_(Submission.state.in_(("stored", "waiting")), Submission.not_before <= store.now())
    return or_(waits, _is_left(store))


def _is_left(store: Store) -> ColumnElement[bool]:
    """Its holder has gone without a word."""
    return and_(Submission.state == "running", Submission.until < store.now())


def renew(store: Store, ids: list[int], holder: str, pace: Pace = PACE) -> None:
    """Says that the holder of these is alive."""
    if ids:
        with store.writing() as session:
            mine = (Submission.id.in_(ids), Submission.holder == holder, Submission.state == "running")
            until = store.now() + timedelta(seconds=pace.lease)
            session.execute(update(Submission).where(*mine).values(until=until))


def done(store: Store, taken: Taken, came: Graded | Fault, pace: Pace = PACE) -> bool:
    """Puts down what came of it, and whether that counted: not if another holds it by now, or it is graded."""
    with store.writing() as session:
        mine = (Submission.id == taken.id, Submission.holder == taken.holder, Submission.state == "running")
        row = session.scalar(select(Submission).where(*mine).with_for_update())
        if row is None:
            return False
        if isinstance(came, Fault):
            _try_again(session, store, row, came, pace)
        else:
            exercise = session.get_one(AssignedExercise, row.exercise_id)
            add_grading(session, row.id, came, exercise.dropped, store.now())
            row.state, row.trouble, row.holder, row.until = "graded", "", None, None
        return True


def _try_again(session: Session, store: Store, row: Submission, fault: Fault, pace: Pace) -> None:
    row.trouble, row.holder, row.until = fault.why[:1000], None, None
    row.faults += 1
    if not fault.counts:
        row.tries, row.faults = row.tries - 1, row.faults - 1
        enqueue(session, store, row, store.now() + timedelta(seconds=pace.look))
    elif row.faults > len(pace.pauses):
        row.state = "our fault"
    else:
        enqueue(session, store, row, store.now() + timedelta(seconds=pace.pauses[row.faults - 1]))


def take_up_what_is_overlooked(store: Store, pace: Pace = PACE) -> int:
    """On PostgreSQL: a job for each row whose holder has gone, or that waits without one; how many rows."""
    with store.writing() as session:
        before = store.now() - timedelta(seconds=pace.overlooked)
        waits = and_(Submission.state.in_(("stored", "waiting")), Submission.not_before < before)
        rows = session.scalars(
            select(Submission).where(or_(waits, _is_left(store))).with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            if row.state != "running":
                row.state = "waiting"
                defer(session, row.id)
            else:
                enqueue(session, store, row)
        return len(rows)
