"""Whatever was handed in is graded once: with two workers, after our faults, and when programs are killed."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from lib.course import engine
from lib.course.engine.take import Fault, renew, take_up_what_is_overlooked
from lib.course.exercises import exercise_at
from lib.course.results import OurFault
from lib.course.submit import submit
from lib.exercises import EXERCISES
from lib.sandbox.pool import Busy
from lib.store import Store, open_store
from lib.store.work import Grading, Result, Submission
from tests.course.setting import TERMS, Class, stub
from tests.databases import Clock, empty

NOW, DAY = datetime.now(UTC), timedelta(days=1)
QUICK = engine.Pace(lease=5, pauses=(0.01, 0.01, 0.01), look=0.02)


def row(store: Store, number: int) -> Submission:
    with store.reading() as session:
        return session.get_one(Submission, number)


def gradings(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(Grading)) or 0


def jobs(store: Store) -> list[str]:
    with store.reading() as session:
        waiting = "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
        return list(session.scalars(text(waiting))) if store.is_postgresql else []


def test_a_submission_goes_from_stored_to_graded(store: Store) -> None:
    here = Class(store)
    receipt = submit(store, here.li, here.exercises[0], "0.5")
    assert (row(store, receipt.number).state, receipt.at, receipt.attempt) == ("waiting", store.now(), 1)
    assert receipt.sha256 == hashlib.sha256(b"0.5").hexdigest()
    assert jobs(store) == ([str(receipt.number)] if store.is_postgresql else [])
    taken = engine.take(store, "one")
    assert taken is not None and (taken.id, taken.slug, taken.code) == (receipt.number, "softmax", "0.5")
    assert row(store, receipt.number).state == "running"
    assert engine.take(store, "two") is None and engine.take(store, "two", receipt.number) is None
    graded = stub(exercise_at(store, taken.slug, taken.version), taken.code)
    assert engine.done(store, taken, graded) and not engine.done(store, taken, graded)
    assert row(store, receipt.number).state == "graded" and gradings(store) == 1
    assert engine.take(store, "two", receipt.number) is None
    with store.reading() as session:
        kept = session.scalars(select(Grading)).one()
        names = session.scalars(select(Result.name).order_by(Result.place)).all()
    assert kept.score == EXERCISES["softmax"].max_score / 2 and kept.in_force and kept.mistakes == ["half"]
    assert names == [test.name for test in EXERCISES["softmax"].tests]


def test_a_lease_that_is_over_is_taken_up_and_the_first_holder_does_not_count(store: Store, clock: Clock) -> None:
    here = Class(store)
    number = submit(store, here.li, here.exercises[0], "1").number
    first = engine.take(store, "one")
    assert first is not None
    clock.forward(seconds=50)
    renew(store, [number], "one")
    clock.forward(seconds=50)
    assert engine.take(store, "two") is None
    clock.forward(seconds=11)
    second = engine.take(store, "two")
    assert second is not None and second.id == number
    graded = stub(EXERCISES["softmax"], "1")
    assert not engine.done(store, first, graded) and gradings(store) == 0
    assert engine.done(store, second, graded) and gradings(store) == 1


def test_our_fault_is_tried_three_times_more_with_growing_pauses(store: Store, clock: Clock) -> None:
    here = Class(store)
    number = submit(store, here.li, here.exercises[0], "1").number
    for pause in (*engine.PACE.pauses, None):
        taken = engine.take(store, "one")
        assert taken is not None
        engine.done(store, taken, Fault("the disk is full"))
        assert row(store, number).trouble == "the disk is full"
        if pause:
            assert row(store, number).state == "waiting"
            clock.forward(seconds=pause - 1)
            assert engine.take(store, "one") is None
            clock.forward(seconds=1)
    assert row(store, number).state == "our fault" and engine.take(store, "one") is None
    assert sorted(engine.PACE.pauses) == list(engine.PACE.pauses)


FAULTS: dict[str, tuple[list[Exception], str]] = {
    "once": ([OurFault("x")], "graded"),
    "three times": ([OurFault("x"), KeyError("y"), OurFault("z")], "graded"),
    "four times": ([OurFault("x")] * 4, "our fault"),
    "no room, ten times": ([Busy("full")] * 10, "graded"),
}


@pytest.mark.parametrize(("faults", "ends"), FAULTS.values(), ids=FAULTS)
def test_whatever_grading_raises_is_our_fault(store: Store, clock: Clock, faults: list[Exception], ends: str) -> None:
    here, left = Class(store), list(faults)

    def grade(exercise: object, code: str) -> object:
        clock.forward(seconds=2)
        if left:
            raise left.pop(0)
        return stub(EXERCISES["softmax"], code)

    number = submit(store, here.li, here.exercises[0], "1").number
    for _ in range(20):
        engine.work_until_idle(store, grade=grade, pace=QUICK)  # type: ignore[arg-type]
        clock.forward(seconds=2)
    assert row(store, number).state == ends and gradings(store) == (ends == "graded")


def test_a_submission_that_ends_its_worker_every_time_is_shown_to_staff(store: Store, clock: Clock) -> None:
    here = Class(store)
    number = submit(store, here.li, here.exercises[0], "1").number
    while engine.take(store, "one") is not None:
        clock.forward(seconds=61)
    assert row(store, number).state == "our fault" and row(store, number).tries == engine.PACE.most_ends + 1


def test_the_job_is_stored_with_the_row_or_not_at_all(postgresql_store: Store) -> None:
    empty(postgresql_store)
    store = replace(postgresql_store, clock=Clock())
    here = Class(store)
    number = submit(store, here.li, here.exercises[0], "1").number
    with pytest.raises(ZeroDivisionError), store.writing() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
        engine.enqueue(session, store, session.get_one(Submission, number))
        _ = 1 / 0
    assert jobs(store) == [str(number)]
    with store.writing() as session:  # a second job for the row is not needed
        engine.enqueue(session, store, session.get_one(Submission, number))
    assert jobs(store) == [str(number)]


def test_what_waits_without_a_job_gets_one_after_a_minute(postgresql_store: Store) -> None:
    empty(postgresql_store)
    clock = Clock()
    store = replace(postgresql_store, clock=clock)
    here = Class(store)
    waits, gone = (submit(store, here.li, one, "1").number for one in here.exercises)
    assert engine.take(store, "gone", gone) is not None
    with store.writing() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
    clock.forward(seconds=59)
    assert take_up_what_is_overlooked(store) == 0 and jobs(store) == []
    clock.forward(seconds=2)
    assert take_up_what_is_overlooked(store) == 2
    assert sorted(jobs(store)) == sorted([str(waits), str(gone)])


def test_two_workers_grade_everything_once(store: Store) -> None:
    store = replace(store, clock=lambda: datetime.now(UTC))
    here = Class(store, terms=replace(TERMS, opens=NOW - DAY, due=NOW + DAY, closes=NOW + 2 * DAY))
    before = [submit(store, here.li, here.exercises[0], "0.5").number for _ in range(5)]
    workers = engine.start(store, 2, grade=stub, pace=QUICK)
    try:
        during = [submit(store, here.bo, here.exercises[1], "1").number for _ in range(15)]
        until_graded(store, 20)
    finally:
        workers.stop()
    assert gradings(store) == len(before) + len(during) == 20
    assert jobs(store) == []


def until_graded(store: Store, seconds: float) -> None:
    until = time.monotonic() + seconds
    left = select(func.count()).where(Submission.state != "graded")
    while time.monotonic() < until:
        with store.reading() as session:
            if not session.scalar(left):
                return
        time.sleep(0.02)
    with store.reading() as session:
        states = session.execute(select(Submission.state, func.count()).group_by(Submission.state)).all()
    raise AssertionError(f"after {seconds} s: {states}")


def test_a_real_submission_is_graded_in_the_sandbox(store: Store) -> None:
    here = Class(store)
    right, wrong = EXERCISES["softmax"].solution, "def softmax(x): return x"
    numbers = [submit(store, here.li, here.exercises[0], code).number for code in (right, wrong)]
    assert engine.work_until_idle(store) == 2
    with store.reading() as session:
        found = session.execute(select(Grading.passed, Grading.score, Grading.report).order_by(Grading.submission_id))
        (passed, score, report), (other, _, _) = found.all()
    assert (passed, other, score) == (True, False, EXERCISES["softmax"].max_score) and len(numbers) == 2
    assert report["versions"]["exercise"] == EXERCISES["softmax"].version


@pytest.fixture(scope="module")
def nursery() -> Iterator[Callable[..., int]]:
    """Starts a worker that may be killed; gives its process id."""
    command = [sys.executable, "-m", "tests.course.nursery"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        assert process.stdin and process.stdout
        asks, answers = process.stdin, process.stdout

        def worker(*words: object) -> int:
            asks.write(" ".join(map(str, words)) + "\n")
            return int(answers.readline())

        yield worker
        asks.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("kills", [12, pytest.param(200, marks=pytest.mark.long)])
def test_killing_programs_loses_nothing_and_grades_nothing_twice(
    kills: int, database: str, tmp_path: Path, request: pytest.FixtureRequest, nursery: Callable[..., int]
) -> None:
    url = f"sqlite:///{tmp_path / 'class.sqlite'}"
    if database == "postgresql":
        url = request.getfixturevalue("postgresql")(f"kills_{kills}")
    store, file, rng = open_store(url), tmp_path / "receipts", random.Random(kills)
    file.touch()
    here = Class(store, terms=replace(TERMS, opens=NOW - DAY, due=NOW + DAY, closes=NOW + 2 * DAY))
    handed_in = {}
    for number in range(kills):
        victim = nursery(url, file, here.li.id, here.exercises[0], "early" if number % 2 else "begun")
        receipt = submit(store, here.bo, here.exercises[1], "1")
        handed_in[receipt.number] = receipt.sha256
        time.sleep(rng.uniform(0, 0.2))
        os.kill(victim, signal.SIGKILL)
    last = nursery(url, file, here.li.id, here.exercises[0], "last")
    try:
        until_graded(store, 30)
    finally:
        os.kill(last, signal.SIGKILL)
    handed_in |= {int(number): digest for number, digest in map(str.split, file.read_text().splitlines())}
    with store.reading() as session:
        kept = {one.id: one.sha256 for one in session.scalars(select(Submission))}
        graded = session.execute(select(Grading.submission_id, func.count()).group_by(Grading.submission_id))
        assert {number: count for number, count in graded} == dict.fromkeys(kept, 1)
    store.close()
    assert handed_in.items() <= kept.items()
