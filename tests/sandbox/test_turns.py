"""Whose turn it is, in a simulated hour: no worker runs, and seconds cost nothing."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

import pytest

from lib.sandbox.turns import Turn, Turns, Visitor

WORKERS = 2
SLEEP, WORK = 12.0, 0.01  # seconds that a sleeping and an ordinary submission take
Job = tuple[float, str, str, float]  # when it comes, address, cookie, how long it runs


def waits(jobs: Iterable[Job], workers: int = WORKERS) -> list[tuple[Job, float]]:
    """Each job with how long it waited."""
    turns, now, free = Turns(workers), 0.0, workers
    coming, running = sorted(jobs), list[tuple[float, int, Turn, float]]()
    held: dict[int, Job] = {}
    done: list[tuple[Job, float]] = []
    while coming or running or turns.count:
        moments = ([coming[0][0]] if coming else []) + ([running[0][0]] if running else [])
        now = min(moments)
        while running and running[0][0] <= now:
            _, _, ended, seconds = heapq.heappop(running)
            turns.ended(ended, seconds)
            free += 1
        while coming and coming[0][0] <= now:
            job = coming.pop(0)
            joined = turns.join(Visitor(job[1], job[2]))
            held[id(joined)] = job
            kept.append(joined)
        while free and (turn := turns.next()):
            job = held[id(turn)]
            free -= 1
            done.append((job, now - job[0]))
            heapq.heappush(running, (now + job[3], id(turn), turn, job[3]))
    return done


kept: list[Turn] = []  # so that no two turns share an id


def longest(done: Sequence[tuple[Job, float]], seconds: float) -> float:
    return max(waited for job, waited in done if job[3] == seconds)


CROWDS: dict[str, list[Job]] = {
    "a lecture hall beside twelve sleepers of one address": [
        *((0.0, "hall", f"student {n}", WORK) for n in range(200)),
        *((0.0, "elsewhere", f"tab {n}", SLEEP) for n in range(12)),
    ],
    "one student beside two hundred sleepers of one address": [
        *((0.0, "hall", f"sleeper {n}", SLEEP) for n in range(200)),
        (0.0, "home", "", WORK),
    ],
    "one student beside two hundred who throw their cookies away": [
        *((0.0, "hall", "", SLEEP) for n in range(200)),
        (0.0, "home", "", WORK),
    ],
}


@pytest.mark.parametrize("jobs", CROWDS.values(), ids=CROWDS)
def test_an_address_that_sleeps_leaves_a_worker_to_the_others(jobs):
    assert longest(waits(jobs), WORK) < SLEEP + 1


def test_sleepers_that_came_first_hold_a_hall_up_no_longer_than_one_of_them_sleeps():
    sleepers = [(0.0, "elsewhere", f"tab {n}", SLEEP) for n in range(12)]
    assert (
        longest(waits([*sleepers, *((1.0, "hall", f"student {n}", WORK) for n in range(200))]), WORK)
        < SLEEP + 200 * WORK
    )


def test_within_an_address_a_quick_visitor_is_not_behind_twelve_tabs():
    jobs = [(0.0, "hall", "sleeper", SLEEP) for _ in range(12)] + [(0.5, "hall", f"s{n}", WORK) for n in range(50)]
    assert longest(waits(jobs), WORK) < 1


def test_one_visitor_runs_one_job_at_a_time():
    turns = Turns(WORKERS)
    first, second = turns.join(Visitor("a", "x")), turns.join(Visitor("a", "x"))
    assert turns.next() is first and turns.next() is None
    turns.ended(first, 1.0)
    assert turns.next() is second


def test_alone_an_address_has_all_workers_and_beside_another_all_but_one():
    turns = Turns(3)
    for cookie in "pqrs":
        turns.join(Visitor("hall", cookie))
    assert [turns.next() is not None for _ in range(2)] == [True, True]
    other = turns.join(Visitor("home"))
    assert turns.next() is other
    assert turns.next() is None or turns.count == 1


def test_an_address_that_has_used_much_is_not_starved_by_others_that_come_and_go():
    """Ever new addresses arrive; one that has used an hour's share before still gets on."""
    heavy = [(float(n), "heavy", f"v{n}", 5.0) for n in range(4)]
    passing = [(n * 0.6, f"new {n}", "", 1.0) for n in range(300)]
    done = waits([*heavy, *passing])
    assert max(waited for job, waited in done if job[1] == "heavy") < 60


def test_the_place_counts_those_who_go_before():
    turns = Turns(WORKERS)
    hall = [turns.join(Visitor("hall", f"s{n}")) for n in range(5)]
    home = turns.join(Visitor("home"))
    assert [turns.place(turn) for turn in hall] == [1, 3, 4, 5, 6]
    assert turns.place(home) == 2
    order = []
    while turn := turns.next():
        order.append(turn)
        turns.ended(turn, 1.0)
    assert order[:2] == [hall[0], home]


def test_who_gives_up_leaves_nothing_behind():
    turns = Turns(WORKERS)
    turns.leave(turns.join(Visitor("a", "x")))
    assert turns.count == 0 and turns.next() is None
