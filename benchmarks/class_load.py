"""A class at its deadline: `python -m benchmarks.class_load` prints the table of docs/measured.md.

Two hundred sessions are open, and each changes a number every ten seconds; two hundred students hand in within ten
seconds of these. The sessions are driven by a process of their own on the same machine, and what is handed in is stored
as the page stores it. Then the server is ended and started anew, and every session comes back to its lesson.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select

from benchmarks.page_speed import row
from benchmarks.public import watched_memory
from benchmarks.sessions import Session, changed_text, open_socket, visit
from lib.course.assignments import Form, Part, assignment_of, make_assignment
from lib.course.courses import make_course
from lib.course.policy import Terms
from lib.course.sign_in import sign_in
from lib.course.submit import submit
from lib.course.who import Who
from lib.exercises import EXERCISES
from lib.store import Store, open_store
from lib.store.people import Enrolment
from lib.store.work import Submission
from tests.conftest import serve
from tests.course_pages.made_up import ISSUER, SETTINGS

SLUG, EXERCISE = "cross_entropy_loss", "huber_loss"
EVERY = 10.0  # seconds between two entries of a session
WITHIN = 10.0  # seconds in which all hand in
SECRETS = """
hosting = "class"
database = "sqlite:///{folder}/class.sqlite"
workers = 2
"""


def make_up(store: Store, students: int) -> tuple[list[Who], int]:
    """A course of this many students with one assignment, and the number of its exercise."""
    ada = sign_in(store, SETTINGS, {"iss": ISSUER, "sub": "ada", "email": "ada@example.edu", "email_verified": True})
    course = make_course(store, ada, "Deep learning", "UTC")
    now = store.now()
    terms = Terms(now - timedelta(days=1), now + timedelta(days=1), now + timedelta(days=2))
    assignment = make_assignment(store, SETTINGS, ada, course, Form("Week 1", (Part(EXERCISE, 10),), terms))
    people = [sign_in(store, SETTINGS, {"iss": ISSUER, "sub": f"student {n}"}) for n in range(students)]
    with store.writing() as session:
        made = {"course_id": course, "role": "student", "made": now}
        session.add_all(Enrolment(person_id=who.id, **made) for who in people)
    return people, assignment_of(store, ada, assignment).exercises[0].id


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The app as a class, until the block ends: its process and its address."""
    process, server = serve(folder / "log.txt", Path("app.py"), "--secrets.files", str(folder / "secrets.toml"))
    try:
        yield process, server.url
    finally:
        process.terminate()
        process.wait(30)


async def in_turns(url: str, count: int, seconds: float) -> list[float]:
    """Seconds of each entry of this many sessions, which begin one after the other."""
    sessions = [await visit(url, SLUG, "pitfalls") for _ in range(count)]
    print(json.dumps("open"), flush=True)
    return [one for times in await asyncio.gather(*(enters(s, n, count, seconds) for n, s in enumerate(sessions)))
            for one in times]  # fmt: skip


async def enters(session: Session, place: int, count: int, seconds: float) -> list[float]:
    times, end = [], time.monotonic() + seconds
    await asyncio.sleep(EVERY * place / count)
    turn = 1
    while time.monotonic() < end:
        taken = await session.run(changed_text(SLUG, turn))
        times.append(taken)
        turn += 1
        await asyncio.sleep(max(0.0, EVERY - taken))
    return times


async def come_back(url: str, count: int) -> None:
    """This many sessions open their lesson again, with what was typed."""
    query = urlencode({f"{SLUG}_input": changed_text(SLUG, 3)})

    async def again() -> None:
        session = Session(await open_socket(url), SLUG, query)
        await session.run()

    await asyncio.gather(*(again() for _ in range(count)))


@contextmanager
def driver(url: str, sessions: int, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the sessions; its second line holds their times."""
    command = [sys.executable, "-m", "benchmarks.class_load", "--drive", url, "--sessions", str(sessions)]
    process = subprocess.Popen([*command, "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.wait(120)


def hand_in(store: Store, people: list[Who], exercise: int) -> float:
    """All hand in, evenly within WITHIN seconds: seconds from the last of them to the last mark."""
    code = EXERCISES[EXERCISE].solution
    start = time.monotonic()
    for place, who in enumerate(people):
        time.sleep(max(0.0, start + WITHIN * place / len(people) - time.monotonic()))
        submit(store, who, exercise, code)
    last = time.monotonic()
    while True:
        with store.reading() as session:
            graded = session.scalar(select(func.count()).where(Submission.state == "graded"))
        if graded == len(people):
            return time.monotonic() - last
        if time.monotonic() - last > 120:
            raise TimeoutError(f"{graded} of {len(people)} are graded after two minutes")
        time.sleep(0.1)


def report(folder: Path, sessions: int, students: int) -> None:
    (folder / "secrets.toml").write_text(SECRETS.format(folder=folder))
    store = open_store(f"sqlite:///{folder}/class.sqlite")
    people, exercise = make_up(store, students)
    with served(folder) as (process, url):
        asyncio.run(come_back(url, 1))
        time.sleep(5)
        with watched_memory(process) as seen, driver(url, sessions, 3 * EVERY) as driving:
            last = hand_in(store, people, exercise)
            assert driving.stdout is not None
            times = json.loads(driving.stdout.readline())
    row(f"{students} submissions within {WITHIN:g} s beside {sessions} sessions: last mark after", f"{last:.1f} s")
    slow = statistics.quantiles(times, n=20)[-1]
    row("An entry meanwhile, median and 95 of 100 within", f"{statistics.median(times):.2f} s, {slow:.2f} s")
    row("Memory, at the most", f"{max(seen):.0f} MB")
    start = time.monotonic()
    with served(folder) as (_, url):
        asyncio.run(come_back(url, sessions))
        row(f"{sessions} sessions back after a restart, with what was typed", f"{time.monotonic() - start:.1f} s")
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.class_load", description=__doc__)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=3 * EVERY, help=argparse.SUPPRESS)
    parser.add_argument("--drive", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.drive:
        print(json.dumps(asyncio.run(in_turns(options.drive, options.sessions, options.seconds))))
        return
    print("| what | measured |\n| --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        report(Path(folder), options.sessions, options.students)


if __name__ == "__main__":
    main()
