"""The queue in front of the workers: `shared_pool().run(source, function, calls)`.

Jobs are taken in the order of `turns.py`, which is fair between visitors and between addresses. The thread that brings
a job waits until a worker is free, and then runs the job there itself. So there is no dispatcher that could hang, and
each job that waits costs no more than a sleeping thread.
"""

from __future__ import annotations

import atexit
import itertools
import math
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from lib.sandbox.drive import Broken, Child, run_job
from lib.sandbox.fresh import FreshWorker
from lib.sandbox.job import Busy, Call, Fault, Limits, Program, Ran
from lib.sandbox.turns import Turn, Turns, Visitor
from lib.sandbox.warm import WarmWorker

WAITING_MOST = 2000
WORKERS_MOST = 8  # a worker takes 50 MB, and the app needs a core too
JOBS_UNTIL_RENEWED = 500  # whatever may pile up in a worker goes with it
USUAL = Limits()
FIRST_LOOK, NEXT_LOOKS = 0.3, 1.0  # seconds after which who waits looks at their place
LOOKS_A_SECOND = 100  # of all who wait together: to count places takes a millisecond where thousands wait
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


def _silent(place: int) -> None:
    """Nobody is told."""


@dataclass(eq=False)
class Patience:
    """For how many seconds somebody waits at most, over all their jobs; `tell` is told the place in line meanwhile.

    `tell` hears the place again and again, 1 for who is next, and 0 at the end. It may raise, as when the visitor has
    left: then the turn is given up.
    """

    seconds: float = math.inf
    tell: Callable[[int], None] = _silent


@dataclass(eq=False)
class _Caller:
    """A thread that waits for its turn, and the place it is given when it is called."""

    given: _Place | None = None
    called: threading.Event = field(default_factory=threading.Event)


class Pool:
    """Workers that run learners' code. One for each core unless told otherwise; `close` ends them.

    `warm=False` starts a fresh process for each job, as happens by itself where a warm one cannot be forked.
    """

    def __init__(self, workers: int | None = None, warm: bool | None = None) -> None:
        self._kind: type[Worker] = WarmWorker if (can_fork() if warm is None else warm) else FreshWorker
        self._lock = threading.Lock()
        self._callers: dict[Turn, _Caller] = {}
        self._own = itertools.count()
        self._closed = False
        self._places = [_Place(self._kind()) for _ in range(workers or min(os.cpu_count() or 1, WORKERS_MOST))]
        self._free = deque(self._places)
        self._turns = Turns(len(self._places))

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def run(
        self,
        source: str | Program,
        function: str,
        calls: Sequence[Call],
        limits: Limits = USUAL,
        visitor: Visitor | None = None,
        patience: Patience | None = None,
    ) -> list[Ran]:
        """Loads `source` and calls `function` once for each of `calls`, one after another: a Ran for each, in order.

        Waits for the visitor's turn; a job without one is the program's own, and each is a visitor of its own. Safe to
        call from any thread. Raises Busy when too many wait or the patience is at its end, whatever `patience.tell`
        raises, and RuntimeError after `close`. Trouble on our side is the outcome "our fault".
        """
        if not calls:
            return []
        turn, place = self._enter(visitor or Visitor("", str(next(self._own))), patience or Patience())
        began = time.monotonic()
        try:
            return self._run_at(place, source, function, calls, limits)
        finally:
            self._leave(place, turn, time.monotonic() - began)

    def refused(self) -> dict[str, str]:
        """For each measure that isolates the workers: why the machine refused it, or nothing. Raises Broken."""
        return self._places[0].worker.refused()

    def pids(self) -> list[int]:
        return [place.worker.pid for place in self._places]

    def _run_at(
        self, place: _Place, source: str | Program, function: str, calls: Sequence[Call], limits: Limits
    ) -> list[Ran]:
        """Runs the job in this place's worker, and once more in a new one if that fails on our side."""
        for tries_left in reversed(range(TRIES)):
            try:
                return run_job(place.worker.start, source, function, calls, limits)
            except Broken as fault:
                said = str(fault)
                self._replace(place, self._kind() if tries_left or not self._closed else None)
        return [Ran("our fault", fault=Fault("", said, None, "", ""))] * len(calls)

    def _enter(self, visitor: Visitor, patience: Patience) -> tuple[Turn, _Place]:
        """Waits for a place."""
        caller = _Caller()
        with self._lock:
            if self._turns.count >= WAITING_MOST:
                raise Busy(f"{WAITING_MOST} submissions are waiting already.")
            turn = self._turns.join(visitor)
            self._callers[turn] = caller
            self._hand_out()
        try:
            self._wait(turn, caller, patience)
        except BaseException:  # a visitor who leaves ends the thread with an exception of Streamlit's
            self._give_up(turn, caller)
            raise
        if caller.given is None:
            raise RuntimeError("the pool is closed")
        return turn, caller.given

    def _wait(self, turn: Turn, caller: _Caller, patience: Patience) -> None:
        """Sleeps until it is called, and tells the place in line now and then. Raises Busy."""
        began, until, pause, told = time.monotonic(), time.monotonic() + patience.seconds, FIRST_LOOK, False
        try:
            while not caller.called.wait(min(pause, max(0.0, until - time.monotonic()))):
                if time.monotonic() >= until:
                    raise Busy("So many submissions came before yours that its turn has not come yet.")
                place, pause = self._look(turn, caller)
                patience.tell(place)
                told = True
        finally:
            patience.seconds -= time.monotonic() - began
        if told:
            patience.tell(0)

    def _look(self, turn: Turn, caller: _Caller) -> tuple[int, float]:
        """The place in line, and for how many seconds to sleep before the next look."""
        with self._lock:
            place = 0 if caller.called.is_set() else self._turns.place(turn)
            return place, max(NEXT_LOOKS, self._turns.count / LOOKS_A_SECOND)

    def _give_up(self, turn: Turn, caller: _Caller) -> None:
        """The turn is left to others, also if it came just now."""
        with self._lock:
            if self._callers.pop(turn, None):
                self._turns.leave(turn)
            elif caller.given is not None:
                self._free.append(caller.given)
                self._turns.ended(turn, 0.0)
                self._hand_out()

    def _leave(self, place: _Place, turn: Turn, seconds: float) -> None:
        """Gives the place to the next in line, with a new worker in it if the old one has done its share."""
        try:
            if place.worker.jobs >= JOBS_UNTIL_RENEWED:
                self._renew(place)
        finally:
            with self._lock:
                self._free.append(place)
                self._turns.ended(turn, seconds)
                if self._closed:
                    place.worker.close()
                self._hand_out()

    def _hand_out(self) -> None:
        """Calls those whose turn it is, or sends all away from a closed pool. Needs the lock."""
        if self._closed:
            for caller in self._callers.values():
                caller.called.set()
            self._callers.clear()
        while not self._closed and self._free and (turn := self._turns.next()):
            caller = self._callers.pop(turn)
            caller.given = self._free.popleft()
            caller.called.set()

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
