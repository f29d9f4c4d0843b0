"""The queue in front of the workers: `shared_pool().run(source, function, calls)`.

Jobs are taken in the order in which they came, one at a time for each person. The thread that brings a job waits until
a worker is free, and then runs the job there itself. So there is no dispatcher that could hang, and each job that waits
costs no more than a sleeping thread.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from lib.sandbox.drive import Broken, Child, run_job
from lib.sandbox.fresh import FreshWorker
from lib.sandbox.job import Busy, Call, Fault, Limits, Ran
from lib.sandbox.warm import WarmWorker

WAITING_MOST = 2000
WORKERS_MOST = 8  # a worker takes 50 MB, and the app needs a core too
JOBS_UNTIL_RENEWED = 500  # whatever may pile up in a worker goes with it
USUAL = Limits()
TRIES = 2  # a worker may have died because the kernel was out of memory; a new one may do


class Worker(Protocol):
    """What runs jobs, one at a time."""

    jobs: int

    @property
    def pid(self) -> int: ...
    @property
    def is_ready(self) -> bool: ...
    def refused(self) -> dict[str, str]: ...
    def start(self, limits: Limits, calls: int) -> AbstractContextManager[Child]: ...
    def close(self) -> None: ...


def can_fork() -> bool:
    """Whether a process that holds NumPy may be forked: macOS's Accelerate hangs in the child, Windows has no fork."""
    return sys.platform == "linux"


@dataclass(eq=False)
class _Place:
    """A worker, and the one that will take its place once it has warmed up."""

    worker: Worker
    successor: Worker | None = None


@dataclass(eq=False)
class _Turn:
    """A thread that waits for a worker, and the place it is given when it is called."""

    person: str | None
    given: _Place | None = None
    called: threading.Event = field(default_factory=threading.Event)


class Pool:
    """Workers that run learners' code. One for each core unless told otherwise; `close` ends them.

    `warm=False` starts a fresh process for each job, as happens by itself where a warm one cannot be forked.
    """

    def __init__(self, workers: int | None = None, warm: bool | None = None) -> None:
        self._kind: type[Worker] = WarmWorker if (can_fork() if warm is None else warm) else FreshWorker
        self._lock = threading.Lock()
        self._waiting: deque[_Turn] = deque()
        self._running: set[str] = set()
        self._closed = False
        self._places = [_Place(self._kind()) for _ in range(workers or min(os.cpu_count() or 1, WORKERS_MOST))]
        self._free = deque(self._places)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def run(
        self, source: str, function: str, calls: Sequence[Call], limits: Limits = USUAL, person: str | None = None
    ) -> list[Ran]:
        """Loads `source` and calls `function` once for each of `calls`, one after another: a Ran for each, in order.

        Waits for a free worker, and until no other job of the same person runs. Safe to call from any thread. Raises
        Busy when too many wait, and RuntimeError after `close`. Trouble on our side is the outcome "our fault".
        """
        if not calls:
            return []
        place = self._enter(person)
        try:
            return self._run_at(place, source, function, calls, limits)
        finally:
            self._leave(place, person)

    def refused(self) -> dict[str, str]:
        """For each measure that isolates the workers: why the machine refused it, or nothing. Raises Broken."""
        return self._places[0].worker.refused()

    def pids(self) -> list[int]:
        return [place.worker.pid for place in self._places]

    def _run_at(self, place: _Place, source: str, function: str, calls: Sequence[Call], limits: Limits) -> list[Ran]:
        """Runs the job in this place's worker, and once more in a new one if that fails on our side."""
        for tries_left in reversed(range(TRIES)):
            try:
                return run_job(place.worker.start, source, function, calls, limits)
            except Broken as fault:
                said = str(fault)
                self._replace(place, self._kind() if tries_left or not self._closed else None)
        return [Ran("our fault", fault=Fault("", said, None, "", ""))] * len(calls)

    def _enter(self, person: str | None) -> _Place:
        """Waits for a place, in the order of arrival."""
        turn = _Turn(person)
        with self._lock:
            if len(self._waiting) >= WAITING_MOST:
                raise Busy(f"{WAITING_MOST} submissions are waiting already")
            self._waiting.append(turn)
            self._hand_out()
        turn.called.wait()
        if turn.given is None:
            raise RuntimeError("the pool is closed")
        return turn.given

    def _leave(self, place: _Place, person: str | None) -> None:
        """Gives the place to the next in line, with a new worker in it if the old one has done its share."""
        if place.worker.jobs >= JOBS_UNTIL_RENEWED:
            self._renew(place)
        with self._lock:
            self._free.append(place)
            self._running.discard(person or "")
            if self._closed:
                place.worker.close()
            self._hand_out()

    def _hand_out(self) -> None:
        """Gives free places to those who wait and may run, or sends all away from a closed pool. Needs the lock."""
        passed: list[_Turn] = []
        while self._waiting and (self._free or self._closed):
            turn = self._waiting.popleft()
            if turn.person in self._running and not self._closed:
                passed.append(turn)
                continue
            if not self._closed:
                turn.given = self._free.popleft()
                if turn.person:
                    self._running.add(turn.person)
            turn.called.set()
        self._waiting.extendleft(reversed(passed))

    def _renew(self, place: _Place) -> None:
        """Starts a successor beside the worker. It takes over when it has warmed up, so that nobody waits for it."""
        if place.successor is None:
            place.successor = self._kind()
        elif place.successor.is_ready:
            self._replace(place, place.successor)

    def _replace(self, place: _Place, worker: Worker | None) -> None:
        place.worker.close()
        if worker is not None:
            place.worker, place.successor = worker, None

    def close(self) -> None:
        """Ends all workers, and sends those who wait away. Safe to call twice."""
        with self._lock:
            self._closed = True
            self._hand_out()
            free = list(self._free)
        for place in free:  # those at work are closed when they leave
            place.worker.close()
            if place.successor is not None:
                place.successor.close()


_shared: Pool | None = None
_shared_lock = threading.Lock()


def shared_pool() -> Pool:
    """The app's pool, started when it is first asked for and ended with the app."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Pool()
            atexit.register(_shared.close)
        return _shared
