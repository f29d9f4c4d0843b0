"""Has workers ready to be killed: imports everything once, then forks one for each line it reads.

A line is DATABASE RECEIPTS PERSON EXERCISE KIND; the answer is the worker's process id. A worker hands in now and then,
writing down each receipt when it has it, and grades what waits, a few milliseconds each. The "last" one only grades. Of
an "early" one the id comes before it has done anything, of the others when they have begun.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

from lib.course import engine
from lib.course.results import Graded
from lib.course.submit import submit
from lib.course.who import Who
from lib.exercises import Exercise
from lib.store import open_store
from tests.course.setting import stub

PACE = engine.Pace(lease=0.5, pauses=(0.05, 0.05, 0.05), overlooked=0.5, look=0.05, sign=0.1)


def slowly(exercise: Exercise, code: str) -> Graded:
    time.sleep(random.uniform(0, 0.01))
    return stub(exercise, code)


def work(url: str, receipts: str, person: str, exercise: str, kind: str) -> None:
    store = open_store(url)
    engine.start(store, 2, grade=slowly, pace=PACE)
    if kind != "early":
        print(os.getpid(), flush=True)
    while True:
        if kind != "last":
            receipt = submit(store, Who(int(person)), int(exercise), f"{random.random()}")
            with open(receipts, "a") as file:
                file.write(f"{receipt.number} {receipt.sha256}\n")
        time.sleep(random.uniform(0, 0.02))


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            random.seed(line)
            work(*line.split())
        if line.split()[-1] == "early":
            print(child, flush=True)


if __name__ == "__main__":
    main()
