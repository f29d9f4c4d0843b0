"""Puts a stored submission into the line, in the transaction that stores it."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from procrastinate import App, SyncPsycopgConnector, exceptions
from sqlalchemy.orm import Session

from lib.store import Store
from lib.store.work import Submission

QUEUE, TASK = "grading", "grade a submission"

JOBS = App(connector=SyncPsycopgConnector())  # never opened: every job is deferred on the connection of its row
BELL = threading.Condition()  # rung when something waits; the threads of this program listen


def enqueue(session: Session, store: Store, submission: Submission, at: datetime | None = None) -> None:
    """The submission waits to be graded, not before `at`. On PostgreSQL a job says so, which carries its id alone."""
    submission.state, submission.not_before = "waiting", at or store.now()
    submission.holder = submission.until = None
    session.flush()
    if store.is_postgresql:
        defer(session, submission.id, at)


def defer(session: Session, submission_id: int, at: datetime | None = None) -> None:
    """A job for this submission, unless one waits already."""
    connection = session.connection()
    raw: Any = connection.connection.driver_connection
    task = JOBS.configure_task(TASK, queue=QUEUE, queueing_lock=str(submission_id), schedule_at=at, connection=raw)
    try:
        with connection.begin_nested():  # the connection's own: the session's would wait for its first query
            task.defer(submission_id=submission_id)
    except exceptions.AlreadyEnqueued:
        pass  # that one will do


def ring() -> None:
    """Wakes the threads that grade, after the transaction is through."""
    with BELL:
        BELL.notify_all()
