"""Grades what waits: in threads of this program, which is how the app does it, or as a program of its own."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Status
from sqlalchemy.exc import SQLAlchemyError

from lib.course.engine.enqueue import BELL, QUEUE, TASK
from lib.course.engine.signs import Done, sign, sign_off
from lib.course.engine.take import PACE, Fault, Pace, Taken, done, renew, take, take_up_what_is_overlooked
from lib.course.exercises import exercise_at
from lib.course.log import event
from lib.course.results import Graded, Grader, OurFault, grade_now
from lib.sandbox.pool import Busy
from lib.store import Store

log = logging.getLogger(__name__)


@dataclass
class Engine:
    """What grades in this program. `stop` waits for what is being graded."""

    store: Store
    grade: Grader = grade_now
    pace: Pace = PACE
    holder: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}")
    threads: list[threading.Thread] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)
    held: set[int] = field(default_factory=set)
    places: int = 1
    has_done: Done = field(default_factory=Done)

    def grade_one(self, submission_id: int | None = None) -> bool:
        """Grades the next submission, or this one; whether there was one."""
        taken = take(self.store, self.holder, submission_id, self.pace)
        if taken is None:
            return False
        self.held.add(taken.id)
        try:
            event("taken", **self._about(taken))
            began = time.monotonic()
            came = self._came_of(taken)
            counted = done(self.store, taken, came, self.pace)
            self._tell(taken, came, time.monotonic() - began, counted)
        finally:
            self.held.discard(taken.id)
        return True

    def _about(self, taken: Taken) -> dict[str, int | str]:
        return {"submission": taken.id, "request": taken.request, "worker": self.holder}

    def _tell(self, taken: Taken, came: Graded | Fault, seconds: float, counted: bool) -> None:
        """Counts it, and says so in the log. `counted` false: somebody else holds the submission by now."""
        about = self._about(taken) | {"ms": round(seconds * 1000)}
        if not counted:
            event("too late", **about)
        elif isinstance(came, Graded):
            to_mark = (self.store.now() - (taken.at or self.store.now())).total_seconds()
            self.has_done.add(seconds, to_mark)
            event("graded", **about, to_mark_ms=round(to_mark * 1000))
        elif came.counts:
            self.has_done.add(seconds, None)
            event("our fault", **about, error=came.kind)
        else:
            event("no room", **about)

    def _came_of(self, taken: Taken) -> Graded | Fault:
        try:
            return self.grade(exercise_at(self.store, taken.slug, taken.version), taken.code)
        except Busy as error:
            return Fault(str(error), counts=False)
        except OurFault as error:
            log.error("submission %s could not be graded: %s", taken.id, error)
            return Fault(str(error), kind="OurFault")
        except Exception as error:  # whatever it is: it is told to staff, and others are graded all the same
            log.exception("submission %s could not be graded", taken.id)
            return Fault(f"{type(error).__name__}: {error}", kind=type(error).__name__)

    def stop(self) -> None:
        self.ending.set()
        with BELL:
            BELL.notify_all()
        for thread in self.threads:
            thread.join()
        _unless_the_database_is_away(lambda: sign_off(self.store, self.holder))
        event("stops", worker=self.holder)

    def _lives(self) -> None:
        """Says that this program is alive, and renews the leases of what is being graded, in good time."""
        signed = -math.inf
        while True:
            if time.monotonic() - signed >= self.pace.sign:
                _unless_the_database_is_away(lambda: sign(self.store, self.holder, self.places, self.has_done))
                signed = time.monotonic()
            if self.ending.wait(min(self.pace.lease / 4, self.pace.sign)):
                return
            _unless_the_database_is_away(lambda: renew(self.store, list(self.held), self.holder, self.pace))

    def _leases(self) -> None:
        """On SQLite: takes whatever is next, and sleeps until the bell rings or it is time to look."""
        while not self.ending.is_set():
            if not _unless_the_database_is_away(self.grade_one):
                with BELL:
                    BELL.wait(self.pace.look)


def _unless_the_database_is_away(action: Callable[[], object]) -> object:
    """What the action gives; nothing if the database does not answer, which is logged, and tried again later."""
    try:
        return action()
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return None


def start(store: Store, workers: int = 1, *, grade: Grader = grade_now, pace: Pace = PACE) -> Engine:
    """Starts to grade beside whatever else this program does, so many submissions at a time."""
    engine = Engine(store, grade, pace, places=workers)
    engine.threads.append(threading.Thread(target=engine._lives, name="leases", daemon=True))
    if store.is_postgresql:
        engine.threads.append(threading.Thread(target=_take_jobs, args=(engine, workers), name="jobs", daemon=True))
    else:
        named = (threading.Thread(target=engine._leases, name=f"grades {n}", daemon=True) for n in range(workers))
        engine.threads.extend(named)
    event("starts", worker=engine.holder, places=workers)
    for thread in engine.threads:
        thread.start()
    return engine


def work_until_idle(store: Store, *, grade: Grader = grade_now, pace: Pace = PACE, seconds: float | None = None) -> int:
    """Grades what waits now, in this thread; how many. Without the queue, which finds its jobs done afterwards."""
    engine, count, until = Engine(store, grade, pace), 0, time.monotonic() + (seconds or 1e9)
    while time.monotonic() < until and engine.grade_one():
        count += 1
    return count


def _take_jobs(engine: Engine, workers: int) -> None:
    """On PostgreSQL: Procrastinate hands out the jobs. A lost connection is logged, and made anew."""
    while not engine.ending.is_set():
        try:
            asyncio.run(_until_stopped(engine, workers))
        except Exception:
            log.exception("the queue does not answer")
            engine.ending.wait(engine.pace.look)


async def _until_stopped(engine: Engine, workers: int) -> None:
    jobs = _jobs_app(engine)
    async with jobs.open_async():
        worker = asyncio.create_task(
            jobs.run_worker_async(
                queues=[QUEUE],
                concurrency=workers,
                install_signal_handlers=False,
                delete_jobs="always",
                fetch_job_polling_interval=engine.pace.look,
                update_heartbeat_interval=max(1.0, engine.pace.overlooked / 6),
                stalled_worker_timeout=max(3.0, engine.pace.overlooked / 2),
            )
        )
        sweep = asyncio.create_task(_sweep(engine, jobs))
        try:
            while not engine.ending.is_set() and not worker.done() and not sweep.done():
                await asyncio.sleep(0.05)
        finally:
            for task in (sweep, worker):
                task.cancel()
            results = await asyncio.gather(worker, sweep, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, asyncio.CancelledError):
                raise result


def _jobs_app(engine: Engine) -> App:
    address = engine.store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    jobs = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=6))

    @jobs.task(name=TASK, queue=QUEUE)
    def grade_submission(submission_id: int) -> None:
        engine.grade_one(submission_id)

    return jobs


async def _sweep(engine: Engine, jobs: App) -> None:
    """Clears the jobs of workers that are gone, and has their rows and overlooked ones graded all the same."""
    while True:
        await asyncio.to_thread(
            _unless_the_database_is_away, lambda: take_up_what_is_overlooked(engine.store, engine.pace)
        )
        away = max(3.0, engine.pace.overlooked / 2)
        for job in await jobs.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=away):
            await jobs.job_manager.finish_job(job, Status.FAILED, delete_job=True)
        await asyncio.sleep(engine.pace.look)
