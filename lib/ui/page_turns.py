"""One page at a time, in fair order: who has used the server least of late goes first.

The pages of all visitors are drawn by threads of one interpreter, which runs one of them at a time anyway. Left to
itself it gives all the same share, so thirty visitors with costly links would slow the others down thirty times. Here
a run of a page waits for its turn, and lets go in the middle where somebody waits who has used clearly less: Streamlit
asks at each element, and our own computations between their steps (`Budget.ask`), whether the run is still wanted.

Used time fades by half in `HALF_LIFE` seconds, counted for a session and for its address: thirty sessions at one
address carry what they have used together. A session that has just come is counted as if it had used `ENTRY` already,
so that opening ever new ones is no way past those who are there; for the same reason what a session has used does not
fade while it stands in line, but from `PATIENCE` seconds on, after which nobody is passed for ever. This is the classic
scheduler with decaying use (as in Unix, where `nice` comes from), over pages in place of processes.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner.script_runner import RerunData, ScriptRunner

from lib.ui.memory import give_back_soon

HALF_LIFE = 10.0  # seconds
ENTRY = 2.0  # seconds that a new session is taken to have used
PATIENCE = 60.0  # seconds in line, from which on what a run's session has used fades
SLICE = 0.003  # of the processor, that a run may keep its turn for whoever waits
LEAD = 0.04  # seconds more than another has used, before a run lets it go first in the middle
SHORT = 0.05  # of the processor: a run that has taken more breathes now and then
BREATH = 0.0005  # seconds without the interpreter, so that the server's own threads get it (see `go_on`)
SWITCH = 0.001  # seconds for which a thread keeps the interpreter that others want; an answer takes several of them
LONG = 0.3  # of the processor: a run that has taken more is a long one; one of these goes on at a time
SILENT = 0.5  # seconds without a sign: it waits for something else, so another may go
MOST_SESSIONS = 5_000  # whose use is remembered


@dataclass
class _Used:
    """Seconds of the processor, fading."""

    seconds: float = 0.0
    at: float = field(default_factory=time.monotonic)

    def at_time(self, moment: float) -> float:
        return self.seconds * 0.5 ** (max(moment - self.at, 0.0) / HALF_LIFE)

    def now(self) -> float:
        return self.at_time(time.monotonic())

    def add(self, seconds: float) -> None:
        self.seconds, self.at = self.now() + seconds, time.monotonic()


@dataclass(eq=False)
class Run:
    """One run of a page, by the thread that made it."""

    session: _Used
    address: _Used
    long: bool = False  # or large: it may hold much memory
    away: bool = False  # it waits for something else than its turn, and computes nothing
    spent: float = 0.0
    turn: threading.Event = field(default_factory=threading.Event)
    seen: float = field(default_factory=time.monotonic)
    _in_line_since: float | None = None
    _counted: float = field(default_factory=time.thread_time)

    def count(self) -> None:
        """Adds what the thread has computed since it was counted last."""
        now = time.thread_time()
        for used in (self.session, self.address):
            used.add(now - self._counted)
        self.spent += now - self._counted
        self._counted, self.seen = now, time.monotonic()
        self.long = self.long or self.spent > LONG

    @property
    def uncounted(self) -> float:
        return time.thread_time() - self._counted

    @property
    def used(self) -> float:
        return self.session.at_time(self._fades_until) + self.address.now()

    @property
    def _fades_until(self) -> float:
        now = time.monotonic()
        if self._in_line_since is None:
            return now
        return max(self._in_line_since, now - PATIENCE)

    def stand_in_line(self) -> None:
        self.turn.clear()
        self._in_line_since = time.monotonic()

    def take_turn(self) -> None:
        self.session.seconds, self.session.at = self.session.at_time(self._fades_until), time.monotonic()
        self._in_line_since = None
        self.seen = time.monotonic()
        self.turn.set()


class PageTurns:
    """Whose run goes on. All methods are called by the thread of the run in question."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Run] = []
        self._running: Run | None = None
        self._long: Run | None = None  # the one long run that has begun to be one and has not ended
        self._sessions: OrderedDict[str, _Used] = OrderedDict()
        self._addresses: OrderedDict[str, _Used] = OrderedDict()

    def begin(self, session: str, address: str) -> Run:
        """Waits for the turn of a new run."""
        with self._lock:
            run = Run(_remembered(self._sessions, session, ENTRY), _remembered(self._addresses, address, 0.0))
        self._wait(run)
        return run

    def go_on(self, run: Run) -> bool:
        """Lets others go first where they should, and says whether that took place."""
        keeps_it = run is self._running and run.uncounted < SLICE and (not run.long or run is self._long)
        if run.away or keeps_it:
            return False
        with self._lock:
            run.count()
            let_go = run is not self._running or self._should_let_go(run)
        if not let_go:
            if (
                run.spent > SHORT
            ):  # NumPy lets go of the interpreter and takes it back before a thread that waits wakes up
                time.sleep(BREATH)
            return False
        self._wait(run)
        return True

    def end(self, run: Run) -> None:
        with self._lock:
            run.count()
            if self._long is run:
                self._long = None
            self._give_up_turn(run)
        if run.long:
            give_back_soon()

    @contextmanager
    def away(self, run: Run) -> Iterator[None]:
        """While the run waits for something else, others take their turns."""
        with self._lock:
            run.count()
            run.away = True
            self._give_up_turn(run)
        try:
            yield
        finally:
            run.away = False
            self._wait(run)

    def _should_let_go(self, run: Run) -> bool:
        if run.long and self._long is not run:
            if self._long is not None:
                return True
            self._long = run
        return any(self._may_go(one) and one.used + LEAD < run.used for one in self._waiting)

    def _may_go(self, run: Run) -> bool:
        return not run.long or self._long in (None, run)

    def _wait(self, run: Run) -> None:
        with self._lock:
            run.stand_in_line()
            self._waiting.append(run)
            self._give_up_turn(run)
        while not run.turn.wait(SILENT):
            with self._lock:
                if self._running and time.monotonic() - self._running.seen > SILENT:
                    self._running = None
                self._give_turn()

    def _give_up_turn(self, run: Run) -> None:
        if self._running is run:
            self._running = None
        self._give_turn()

    def _give_turn(self) -> None:
        """To the one who has used least, if nobody has it."""
        first = min(filter(self._may_go, self._waiting), key=lambda run: run.used, default=None)
        if self._running is not None or first is None:
            return
        self._waiting.remove(first)
        self._running = first
        if first.long:
            self._long = first
        first.take_turn()


def _remembered(all_used: OrderedDict[str, _Used], name: str, at_first: float) -> _Used:
    used = all_used.pop(name, None) or _Used(at_first)
    all_used[name] = used
    while len(all_used) > MOST_SESSIONS:
        all_used.popitem(last=False)
    return used


page_turns = PageTurns()
_here = threading.local()  # the run that this thread draws


class TurnTaking(ScriptRunner):
    """Streamlit's thread that draws pages, in turns. The two methods are its own; a test notices if they change."""

    def _run_script(self, rerun_data: RerunData) -> None:
        _here.run = page_turns.begin(self._session_id, st.context.ip_address or "local")
        try:
            super()._run_script(rerun_data)
        finally:
            page_turns.end(_here.run)
            _here.run = None

    def _maybe_handle_execution_control_request(self) -> None:
        """Called at each element: ends the run if nobody wants it any more."""
        super()._maybe_handle_execution_control_request()
        run = getattr(_here, "run", None)
        if run is not None and page_turns.go_on(run):
            super()._maybe_handle_execution_control_request()  # after a pause somebody may have left


def take_turns() -> None:
    """From now on pages are drawn in turns."""
    app_session.ScriptRunner = TurnTaking  # type: ignore[misc]
    sys.setswitchinterval(SWITCH)


def large() -> None:
    """This run is about to hold much memory: it waits until no other does."""
    run = getattr(_here, "run", None)
    if run is not None:
        run.long = True
        page_turns.go_on(run)


@contextmanager
def away() -> Iterator[None]:
    """While this run waits for something else, other pages are drawn."""
    run = getattr(_here, "run", None)
    if run is None:
        yield
        return
    with page_turns.away(run):
        yield
