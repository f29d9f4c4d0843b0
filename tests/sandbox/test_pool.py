"""How jobs queue, and what happens to workers."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import numpy as np
import pytest

from lib.sandbox import pool as pool_module
from lib.sandbox.job import Busy, Call, Limits
from lib.sandbox.pool import Pool
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


def test_one_job_at_a_time_for_each_person() -> None:
    source = "import time\ndef f():\n    time.sleep(0.3)\n    return time.monotonic()\n"
    ends: dict[str, float] = {}
    with Pool(2) as two:
        two.run("def f(): ...", "f", [Call()])

        def job(name: str, person: str) -> None:
            ends[name] = two.run(source, "f", [Call()], person=person)[0].value

        threads = [threading.Thread(target=job, args=job_of) for job_of in (("a1", "a"), ("a2", "a"), ("b", "b"))]
        for thread in threads:
            thread.start()
            time.sleep(0.05)
        for thread in threads:
            thread.join()
    assert ends["a2"] - ends["a1"] >= 0.3
    assert ends["b"] < ends["a2"]


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
