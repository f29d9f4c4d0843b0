"""Several machines over one PostgreSQL: two servers, workers elsewhere, one that vanishes, an upgrade in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from lib.course import engine
from lib.course.engine.signs import signs
from lib.course.seen import submission_of
from lib.course.submit import state_of, submit
from lib.exercises import EXERCISES
from lib.refusal import Refusal
from lib.store import Store, open_store
from lib.store.upgrade import revisions
from lib.store.work import Grading, Submission
from tests.course.nursery import PACE
from tests.course.setting import TERMS, Class, stub
from tests.course.test_engine import until_graded
from tests.databases import Clock

ROOT = Path(__file__).parents[2]
NOW, DAY = datetime.now(UTC), timedelta(days=1)
OPEN = replace(TERMS, opens=NOW - DAY, due=NOW + DAY, closes=NOW + 2 * DAY)
WORKER = [sys.executable, "-m", "lib.course", "--secrets", "none.toml", "--database"]


@contextmanager
def servers(url: str, count: int = 2) -> Iterator[list[Store]]:
    """The store as so many servers have it, each with connections of its own."""
    stores = [open_store(url) for _ in range(count)]
    yield stores
    for store in stores:
        store.close()


def until(happens: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)


@pytest.mark.long
def test_what_is_handed_in_at_one_server_is_graded_elsewhere_and_shown_at_another(
    postgresql: Callable[[str], str],
) -> None:
    """With the command that the handbook names, and its real grader. A worker that is asked to stop says goodbye."""
    url = postgresql("machines")
    with servers(url) as (here, there):
        people = Class(here, terms=OPEN)
        number = submit(here, people.li, people.exercises[0], EXERCISES["softmax"].solution).number
        worker = subprocess.Popen([*WORKER, url, "worker", "--workers", "2"], cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            until(lambda: state_of(there, people.li, number).state == "graded")
            seen = submission_of(there, people.ada, number)
            assert (seen.passed, seen.score) == (True, EXERCISES["softmax"].max_score)
            assert [one.places for one in signs(there)] == [2]
        finally:
            worker.terminate()
        assert worker.wait(20) == 0 and signs(there) == []


def test_the_queue_spreads_the_jobs_and_a_worker_that_vanishes_loses_nothing(
    postgresql: Callable[[str], str], tmp_path: Path
) -> None:
    url = postgresql("spread")
    with (
        servers(url) as (here, there),
        subprocess.Popen(
            [sys.executable, "-m", "tests.course.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as nursery,
    ):
        people = Class(here, terms=OPEN)
        assert nursery.stdin and nursery.stdout
        line = f"{url} {tmp_path / 'receipts'} {people.li.id} {people.exercises[0]} last\n"
        pids = []
        for _ in range(2):
            nursery.stdin.write(line)
            nursery.stdin.flush()
            pids.append(int(nursery.stdout.readline()))
        try:
            until(lambda: len(signs(here)) == 2)
            for number in range(60):
                submit((here, there)[number % 2], people.li, people.exercises[0], "0.5")
            until_graded(there, 20)
            until(lambda: sum(one.graded for one in signs(there)) == 60)
            assert all(one.graded > 0 for one in signs(there)), [(one.name, one.graded) for one in signs(there)]
            killed_while_it_grades(pids.pop(), lambda: submit(here, people.bo, people.exercises[1], "1"), there)
            until_graded(there, 20)
            until(lambda: jobs(there) == 0)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            nursery.stdin.close()
        with there.reading() as session:
            counted = session.execute(select(Grading.submission_id, func.count()).group_by(Grading.submission_id))
            assert {count for _, count in counted} == {1}


def killed_while_it_grades(pid: int, hand_in: Callable[[], object], store: Store) -> None:
    """Kills a worker in the middle of grading: not in between, when it holds nothing."""
    held = select(func.count()).where(Submission.state == "running", Submission.holder.contains(f":{pid}:"))
    for _ in range(100):
        for _ in range(5):
            hand_in()
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.1)  # the other one has put down what it had
        with store.reading() as session:
            if session.scalar(held):
                return os.kill(pid, signal.SIGKILL)
        os.kill(pid, signal.SIGCONT)
    raise AssertionError("it never held anything")


def jobs(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0


def test_a_limit_on_handing_in_holds_on_all_servers_together(postgresql: Callable[[str], str], clock: Clock) -> None:
    with servers(postgresql("limited")) as both:
        here, there = (replace(store, clock=clock) for store in both)
        people = Class(here)
        for number, store in enumerate((here, there, here)):
            submit(store, people.li, people.exercises[number % 2], "1", most_a_minute=3)
        with pytest.raises(Refusal, match="3 times within a minute"):
            submit(there, people.li, people.exercises[0], "1", most_a_minute=3)
        submit(there, people.bo, people.exercises[0], "1", most_a_minute=3)
        clock.forward(seconds=60)
        submit(there, people.li, people.exercises[0], "1", most_a_minute=3)


def as_one_version_before(store: Store) -> None:
    """The tables as the last version had them."""
    with store.writing() as session:
        session.execute(text("DROP TABLE worker"))
        session.execute(text("ALTER TABLE submission DROP COLUMN request"))
        session.execute(text("UPDATE alembic_version SET version_num = '0005'"))


def test_a_machine_that_is_cut_off_keeps_no_lock_for_longer_than_a_minute(postgresql: Callable[[str], str]) -> None:
    """Its connection stands open on the other side until PostgreSQL finds out: by itself after two hours."""
    with servers(postgresql("cut_off"), 1) as (store,):
        with store.reading() as session:
            assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"
        with store.engine.connect() as cut_off, store.writing() as other:
            cut_off.execute(text("SET LOCAL idle_in_transaction_session_timeout = 50"))
            cut_off.execute(text("LOCK TABLE submission IN EXCLUSIVE MODE"))
            other.execute(text("SET LOCAL lock_timeout = 5000"))
            other.execute(text("LOCK TABLE submission IN EXCLUSIVE MODE"))
            cut_off.invalidate()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_upgrade_with_a_pause_loses_nothing(
    database: str, tmp_path: Path, request: pytest.FixtureRequest, clock: Clock
) -> None:
    """Handed in, not graded or half graded; everything is stopped for a minute; both servers start anew at once."""
    url = f"sqlite:///{tmp_path / 'class.sqlite'}"
    if database == "postgresql":
        url = request.getfixturevalue("postgresql")("paused")
    with servers(url, 1) as (store,):
        before = replace(store, clock=clock)
        people = Class(before)
        handed_in = [submit(before, people.li, people.exercises[0], f"0.{n}") for n in range(5, 10)]
        assert engine.take(before, "killed in the middle of it") is not None
        as_one_version_before(before)
    clock.forward(seconds=61)
    with ThreadPoolExecutor(2) as starting:
        new = list(starting.map(open_store, [url] * 2))
    first, second = (replace(store, clock=clock) for store in new)
    with first.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == revisions()[0]
    running = engine.start(first, 2, grade=stub, pace=PACE)
    try:
        later = submit(second, people.bo, people.exercises[1], "1")
        until_graded(second, 20)
    finally:
        running.stop()
    with second.reading() as session:
        kept = {one.id: one.sha256 for one in session.scalars(select(Submission))}
        assert session.scalar(select(func.count()).select_from(Grading)) == len(kept) == 6
    assert kept == {one.number: one.sha256 for one in (*handed_in, later)}
    for store in new:
        store.close()
