"""Whose page is drawn next: who has used least goes first, a long run lets go, and nobody waits for ever."""

from __future__ import annotations

import inspect
import threading
import time
from contextlib import suppress

import pytest
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

from lib.ui import memory, page_turns
from lib.ui.page_turns import ENTRY, LEAD, PageTurns, Run, TurnTaking, take_turns


def compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class Line:
    """Runs that are drawn by threads of their own, and the order in which they began."""

    def __init__(self) -> None:
        self.turns = PageTurns()
        self.order: list[str] = []
        self.threads: list[threading.Thread] = []

    def start(self, session, work=lambda run: None, address="one"):
        thread = threading.Thread(target=self._draw, args=(session, address, work))
        self.threads.append(thread)
        before = len(self.turns._waiting)
        thread.start()
        while not (len(self.turns._waiting) > before or session in self.order or not thread.is_alive()):
            time.sleep(0.001)

    def _draw(self, session, address, work):
        run = self.turns.begin(session, address)
        self.order.append(session)
        with suppress(SystemExit):
            try:
                work(run)
            finally:
                self.turns.end(run)

    def finish(self):
        for thread in self.threads:
            thread.join(10)
        assert not any(thread.is_alive() for thread in self.threads)
        return self.order


@pytest.fixture
def line():
    return Line()


def hold(line: Line) -> threading.Event:
    """A run that keeps its turn, with signs of life, until the event is set."""
    over = threading.Event()

    def work(run: Run) -> None:
        while not over.wait(0.01):
            run.seen = time.monotonic()

    line.start("holds", work)
    return over


def test_who_has_used_least_goes_first(line):
    line.turns.begin("busy", "one")  # comes to be known
    run = line.turns._running
    compute(0.05)
    line.turns.end(run)
    known = line.turns.begin("quiet", "one")
    line.turns.end(known)
    known.session.seconds = ENTRY / 2
    over = hold(line)
    line.start("busy")
    line.start("new")
    line.start("quiet")
    over.set()
    assert line.finish() == ["holds", "quiet", "new", "busy"]


def test_sessions_of_an_address_carry_what_they_have_used_together(line):
    for session in ("a", "b"):
        run = line.turns.begin(session, "crowd")
        compute(0.05)
        line.turns.end(run)
    over = hold(line)
    line.start("c", address="crowd")
    line.start("d", address="elsewhere")
    over.set()
    assert line.finish() == ["holds", "d", "c"]


def test_a_run_lets_go_of_its_turn_when_another_has_used_clearly_less(line):
    said = []
    other = threading.Event()

    def work(run):
        other.wait(5)
        while "little" not in line.order:
            compute(0.02)
            said.append(line.turns.go_on(run))

    line.start("much", work)
    line.start("little")
    other.set()
    assert line.finish() == ["much", "little"]
    assert said[-1] and sum(said) == 1
    assert 0.02 * len(said) == pytest.approx(LEAD, abs=0.1)


@pytest.mark.parametrize(("waited", "passed"), [(0.0, True), (40.0, True), (page_turns.PATIENCE + 40.0, False)])
def test_what_a_session_has_used_does_not_fade_while_it_stands_in_line(line, monkeypatch, waited, passed):
    over = hold(line)
    line.start("early")
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + waited)
    line.turns._sessions["light"] = page_turns._Used(ENTRY / 4, at=now() + waited)
    line.start("light")
    over.set()
    assert line.finish() == (["holds", "light", "early"] if passed else ["holds", "early", "light"])


def test_waiting_has_not_made_a_session_light_when_its_turn_comes(line, monkeypatch):
    over = hold(line)
    owed = []
    line.start("early", lambda run: owed.append(run.session.now()))
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + 30.0)
    over.set()
    line.finish()
    assert owed[0] == pytest.approx(ENTRY, rel=0.05)


@pytest.mark.parametrize(("seconds", "breathes"), [(0.01, False), (0.1, True)], ids=["short run", "longer run"])
def test_a_longer_run_leaves_the_interpreter_to_the_servers_threads_now_and_then(line, monkeypatch, seconds, breathes):
    slept: list[float] = []
    run = line.turns.begin("works", "one")
    monkeypatch.setattr(time, "sleep", slept.append)
    compute(seconds)
    line.turns.go_on(run)
    assert slept == ([page_turns.BREATH] if breathes else [])
    line.turns.end(run)


def test_two_long_runs_do_not_overlap(line, monkeypatch):
    monkeypatch.setattr(page_turns, "LEAD", 0.01)
    within, most = [], []

    def work(run):
        run.long = True
        line.turns.go_on(run)
        within.append(run)
        for _ in range(20):
            compute(0.006)
            line.turns.go_on(run)
            most.append(len(within))
        within.remove(run)

    for name in "abc":
        line.start(name, work)
    line.finish()
    assert max(most) == 1


def test_while_a_run_is_silent_another_goes(line):
    over, in_time = threading.Event(), []
    line.start("waits for something", lambda run: in_time.append(over.wait(5)))
    line.start("next", lambda run: over.set())
    assert line.finish() == ["waits for something", "next"]
    assert in_time == [True]


def test_while_a_run_is_away_another_goes_at_once(line):
    over = threading.Event()

    def work(run):
        with line.turns.away(run):
            assert not line.turns.go_on(run)  # what it writes meanwhile needs no turn
            over.wait(10)

    line.start("submits", work)
    start = time.monotonic()
    line.start("next", lambda run: over.set())
    line.finish()
    assert time.monotonic() - start < page_turns.SILENT / 2


def test_a_run_that_fails_passes_its_turn_on(line):
    def fail(run):
        raise SystemExit

    line.start("fails", fail)
    line.start("next")
    assert line.finish() == ["fails", "next"]


def test_twenty_runs_that_let_go_again_and_again_all_end(line):
    def work(run):
        for _ in range(4):
            compute(0.006)
            run.long = run.long or len(line.order) % 3 == 0
            line.turns.go_on(run)

    for number in range(20):
        line.start(f"{number}", work)
    assert len(line.finish()) == 20


def test_only_so_many_sessions_are_remembered(monkeypatch, line):
    monkeypatch.setattr(page_turns, "MOST_SESSIONS", 3)
    for number in range(5):
        line.turns.end(line.turns.begin(f"{number}", "one"))
    assert list(line.turns._sessions) == ["2", "3", "4"]


def test_use_fades_by_half_in_its_time(monkeypatch):
    now = 100.0
    monkeypatch.setattr(page_turns.time, "monotonic", lambda: now)
    used = page_turns._Used(ENTRY, now)
    now += page_turns.HALF_LIFE
    assert used.now() == ENTRY / 2


@pytest.mark.parametrize("name", ["_run_script", "_maybe_handle_execution_control_request"])
def test_streamlit_still_has_what_the_turns_hold_on_to(name):
    assert inspect.signature(getattr(ScriptRunner, name)) == inspect.signature(getattr(TurnTaking, name))


def test_the_app_draws_in_turns(monkeypatch):
    monkeypatch.setattr(app_session, "ScriptRunner", ScriptRunner)
    take_turns()
    assert app_session.ScriptRunner is TurnTaking


@pytest.mark.skipif(memory._glibc() is None, reason="the C library is not glibc")
def test_memory_goes_back_once_however_often_that_is_asked(monkeypatch):
    gone, calls = threading.Event(), []

    def give_back():
        calls.append(1)
        gone.set()

    monkeypatch.setattr(memory, "PAUSE", 0.05)
    monkeypatch.setattr(memory, "_asked_for", threading.Event())
    monkeypatch.setattr(memory, "give_back", give_back)
    for _ in range(5):
        memory.give_back_soon()
    assert gone.wait(5)
    assert calls == [1]
