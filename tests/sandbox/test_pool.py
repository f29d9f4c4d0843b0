"""How jobs queue, and what happens to workers."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from lib.sandbox import pool as pool_module
from lib.sandbox.drive import CUT_SHORT, LEFT_OVER, NOT_RUN, WAITED
from lib.sandbox.job import Busy, Call, Limits
from lib.sandbox.pool import Patience, Pool
from lib.sandbox.turns import Visitor
from tests.sandbox.conftest import run


@pytest.mark.skipif(sys.platform == "win32", reason="there is no worker to end")
def test_dead_worker_is_replaced(pool: Pool) -> None:
    (dead,) = pool.pids()
    os.kill(dead, signal.SIGKILL)
    assert run(pool, "def f():\n    return 1\n").value == 1
    assert pool.pids() != [dead]


@pytest.mark.skipif(sys.platform != "linux", reason="workers are renewed where they stay")
def test_worker_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "JOBS_UNTIL_RENEWED", 2)
    with Pool(1) as few:
        before = few.pids()
        until = time.monotonic() + 60
        while few.pids() == before and time.monotonic() < until:
            assert run(few, "def f():\n    return 1\n").value == 1
        assert few.pids() != before


def test_fresh_process_gives_the_same() -> None:
    source = "print('hi')\ndef f(x):\n    if x.sum() == 0:\n        while True: pass\n    return x / 2\n"
    calls = [Call((np.ones(2),)), Call((np.zeros(2),)), Call((np.full(2, 4.0),))]
    with Pool(1, warm=False) as fresh:
        rans = fresh.run(source, "f", calls, Limits(wall_seconds=1.0))
        assert [ran.outcome for ran in rans] == ["returned", "out of time", "returned"]
        assert rans[0].output == "hi\n" and rans[2].value.tolist() == [2.0, 2.0]
        assert run(fresh, "import os\nos._exit(3)\n").outcome == "exited"
        assert run(fresh, "def f():\n    while True: print('x' * 9999)\n").outcome == "too much output"


def test_jobs_are_taken_in_the_order_they_came(pool: Pool) -> None:
    done: list[int] = []
    lock = threading.Lock()

    def job(number: int) -> None:
        assert run(pool, "def f(n):\n    return n\n", number).value == number
        with lock:
            done.append(number)

    hold = threading.Thread(target=run, args=(pool, "import time\ndef f():\n    time.sleep(0.5)\n"))
    threads = [threading.Thread(target=job, args=(number,)) for number in range(30)]
    hold.start()
    for thread in threads:
        time.sleep(0.005)
        thread.start()
    for thread in [hold, *threads]:
        thread.join()
    assert done == list(range(30))


def test_one_job_at_a_time_for_each_visitor() -> None:
    source = "import time\ndef f():\n    time.sleep(0.3)\n    return time.monotonic()\n"
    ends: dict[str, float] = {}
    with Pool(2) as two:
        two.run("def f(): ...", "f", [Call()])

        def job(name: str, cookie: str) -> None:
            ends[name] = two.run(source, "f", [Call()], visitor=Visitor("hall", cookie))[0].value

        threads = [threading.Thread(target=job, args=job_of) for job_of in (("a1", "a"), ("a2", "a"), ("b", "b"))]
        for thread in threads:
            thread.start()
            time.sleep(0.05)
        for thread in threads:
            thread.join()
    assert ends["a2"] - ends["a1"] >= 0.3
    assert ends["b"] < ends["a2"]


SLEEPS = "import time\ndef f():\n    time.sleep(100)\n"
BRIEF = Limits(wall_seconds=2.0, job_seconds=2.0)  # in place of 8 s
SLEEPERS = [Visitor("elsewhere", f"browser {n}") for n in range(12)]
TABS = [Visitor("hall", "browser")] * 12
CROWDS = {  # twelve sleepers, who would hold two workers for twelve seconds, and who works beside them
    "a lecture hall beside sleepers of one address": (SLEEPERS, [Visitor("hall", f"student {n}") for n in range(200)]),
    "one student beside sleepers of one address": (SLEEPERS, [Visitor("home", "student")]),
    "one student beside a neighbour with twelve tabs": (TABS, [Visitor("hall", "student")]),
}
WAITED_MOST = 8.0  # seconds longer than the same crowd waits alone, which is for the machine to say


def crowd(pool: Pool, visitors: list[Visitor]) -> float:
    """All submit at once: the longest that one of them waited for an answer."""
    waited: list[float] = []

    def submit(visitor: Visitor) -> None:
        began = time.monotonic()
        assert pool.run("def f(x):\n    return x + 1\n", "f", [Call((1,))], visitor=visitor)[0].value == 2
        waited.append(time.monotonic() - began)

    together([threading.Thread(target=submit, args=(visitor,)) for visitor in visitors])
    assert len(waited) == len(visitors)
    return max(waited)


def together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="a fresh process for each job takes longer than this allows")
@pytest.mark.parametrize(("sleepers", "honest"), CROWDS.values(), ids=CROWDS)
def test_sleepers_hold_nobody_up(sleepers: list[Visitor], honest: list[Visitor]) -> None:
    def sleep(visitor: Visitor) -> None:
        with contextlib.suppress(RuntimeError):  # the pool is closed before all had their turn
            pool.run(SLEEPS, "f", [Call()] * 3, BRIEF, visitor)

    with Pool(2) as pool:
        alone = crowd(pool, honest)
        sleeping = [threading.Thread(target=sleep, args=(visitor,)) for visitor in sleepers]
        for thread in sleeping:
            thread.start()
        time.sleep(0.5)  # they have both workers by now
        beside = crowd(pool, honest)
    for thread in sleeping:
        thread.join()
    assert beside <= alone + WAITED_MOST


def test_a_sleeper_holds_a_worker_no_longer_than_a_job_may_take(pool: Pool) -> None:
    began = time.monotonic()
    rans = pool.run(SLEEPS, "f", [Call()] * 3, Limits(wall_seconds=1.0, job_seconds=1.2, quiet_seconds=5.0))
    assert time.monotonic() - began < 2.0
    assert [ran.outcome for ran in rans] == ["out of time"] * 3
    assert rans[0].fault is None  # stopped as any call that takes too long
    assert [ran.fault and ran.fault.message for ran in rans[1:]] == [CUT_SHORT, LEFT_OVER]


WAITS_WHERE = "import time\ndef f(waits):\n    time.sleep(100 * waits)\n    return waits\n"
WAITING = {  # which calls wait, and what is said of each; nothing: it came back
    "one of them": ([0, 1, 0], ["", WAITED, ""]),
    "all": ([1, 1, 1, 1, 1], [WAITED, WAITED, WAITED, LEFT_OVER, LEFT_OVER]),
}


@pytest.mark.parametrize(("waits", "said"), WAITING.values(), ids=WAITING)
def test_a_call_that_only_waits_is_stopped_soon_and_the_others_are_made(pool: Pool, waits, said) -> None:
    began = time.monotonic()
    rans = pool.run(WAITS_WHERE, "f", [Call((one,)) for one in waits])
    assert time.monotonic() - began < 3.0
    assert [ran.fault.message if ran.fault else "" for ran in rans] == said
    assert [ran.outcome for ran in rans] == ["out of time" if one else "returned" for one in said]


FORGES = f"import os\ndef f(ends):\n    if ends:\n        os._exit(1)\n    raise ValueError({WAITED!r})\n"


def test_an_error_in_the_words_for_waiting_is_an_error(pool: Pool) -> None:
    rans = pool.run(FORGES, "f", [Call((ends,)) for ends in (0, 0, 0, 1, 0)])
    assert [ran.outcome for ran in rans] == ["raised", "raised", "raised", "exited", "raised"]


COMPUTES = "import time\ndef f():\n    end = time.process_time() + 1.2\n    while time.process_time() < end: pass\n"


def test_a_call_that_computes_may_take_longer(pool: Pool) -> None:
    (ran,) = pool.run(COMPUTES, "f", [Call()])
    assert ran.outcome == "returned"


@pytest.fixture
def held(pool: Pool) -> Iterator[Pool]:
    """The pool while a job of 1.5 s of computing runs in its only worker."""
    hold = threading.Thread(target=pool.run, args=(COMPUTES.replace("1.2", "1.5"), "f", [Call()]))
    hold.start()
    time.sleep(0.2)
    yield pool
    hold.join()


def test_who_waits_is_told_the_place_in_line(held: Pool) -> None:
    told: dict[str, list[int]] = {"first": [], "second": []}

    def job(name: str) -> None:
        held.run("def f(): ...", "f", [Call()], visitor=Visitor(name), patience=Patience(tell=told[name].append))

    threads = [threading.Thread(target=job, args=(name,)) for name in told]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert set(told["first"]) == {1, 0} and told["second"][0] == 2
    assert [places[-1] for places in told.values()] == [0, 0]


def test_waiting_has_an_end(held: Pool) -> None:
    patience = Patience(0.5)
    with pytest.raises(Busy, match="its turn has not come"):
        held.run("def f(): ...", "f", [Call()], visitor=Visitor("home"), patience=patience)
    assert patience.seconds <= 0
    assert held._turns.count == 0


def test_patience_is_for_all_jobs_together(held: Pool) -> None:
    patience = Patience(30.0)
    for _ in range(2):
        held.run("def f(): ...", "f", [Call()], patience=patience)
    assert 28.0 < patience.seconds < 29.5


class Left(BaseException):
    """What Streamlit raises in the thread of a visitor who has left."""


def leave(place: int) -> None:
    raise Left


def test_who_leaves_gives_the_turn_up(held: Pool) -> None:
    with pytest.raises(Left):
        held.run("def f(): ...", "f", [Call()], visitor=Visitor("home"), patience=Patience(tell=leave))
    assert held._turns.count == 0 and not held._callers
    assert run(held, "def f():\n    return 1\n").value == 1


def leave_when_called(place: int) -> None:
    if place == 0:
        raise Left


def test_who_leaves_as_the_turn_comes_leaves_the_worker_too(held: Pool) -> None:
    with pytest.raises(Left):
        held.run("def f(): ...", "f", [Call()], visitor=Visitor("home"), patience=Patience(tell=leave_when_called))
    assert len(held._free) == 1
    assert run(held, "def f():\n    return 1\n").value == 1


def test_full_house_is_refused(monkeypatch: pytest.MonkeyPatch, pool: Pool) -> None:
    monkeypatch.setattr(pool_module, "WAITING_MOST", 0)
    with pytest.raises(Busy, match="waiting"):
        run(pool, "def f(): ...\n")


def test_closed_pool_refuses() -> None:
    closed = Pool(1)
    closed.close()
    closed.close()
    with pytest.raises(RuntimeError, match="closed"):
        closed.run("", "f", [Call()])


ENDS_ALL = {
    "a loop": ("while True: pass", Limits(cpu_seconds=0.2, wall_seconds=2.0, one_ends_all=True), ["before\n", "", ""]),
    "a sleep": ("time.sleep(9)", Limits(quiet_seconds=0.2, wall_seconds=2.0, one_ends_all=True), ["before\n", "", ""]),
}


@pytest.mark.parametrize(("line", "limits", "printed"), ENDS_ALL.values(), ids=ENDS_ALL)
def test_one_call_that_takes_too_long_ends_the_job_where_that_is_asked(pool, line, limits, printed):
    source = f"import time\ndef f(n):\n    print('before')\n    if n:\n        {line}\n    return n\n"
    rans = pool.run(source, "f", [Call((n,)) for n in (0, 1, 0, 1)], limits)
    assert [ran.outcome for ran in rans] == ["returned", "out of time", "not run", "not run"]
    assert [ran.output for ran in rans[1:]] == printed
    assert {ran.fault.message for ran in rans[2:] if ran.fault} == {NOT_RUN}
