"""What is known of a file's statements at top level while it is loaded: which may run, for how long, which do not.

First the whole file runs in one go. If the process ends over it, or takes longer than one statement may, it is loaded
anew with care: the process asks before each statement, so that the one to blame is known, left out the next time, and
told. Where even that does not come to an end, nothing is run but what the function needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from lib.sandbox.cells import Cell, cells_of, lines_of, place_in
from lib.sandbox.job import Fault, LeftOut, Limits, Outcome, Program, Why

RESTARTS_MOST = 6  # processes that may end over a statement, each way
WALL_TIMES, WALL_MORE = 2.0, 1.0  # by the clock a statement may take as many times its processor time, and a second
QUIET_SECONDS = 1.0  # a statement that only waits is ended after this time
CODE_MOST = 200  # characters of a statement's first line
HOPELESS: tuple[Outcome, ...] = ("bad result", "our fault")  # what is sent is forged, or we failed: nobody tries again


class Span(NamedTuple):
    """How long a process may take to answer: seconds of the processor, by the clock, and by the clock doing nothing."""

    cpu: float
    wall: float
    quiet: float | None = None


class At(NamedTuple):
    """The statement that a process is about to run, as the process says, and the processor time used so far."""

    line: int
    last_line: int
    needed: bool
    used: float


@dataclass(eq=False)
class TopLevel:
    """One file, over all the processes that load it."""

    program: Program
    limits: Limits
    careful: bool = False
    only_needed: bool = False
    without: dict[int, LeftOut] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    at: At | None = None
    restarts: int = 0
    used: float = 0.0  # seconds of the processor, over all processes
    spent: float = 0.0  # seconds by the clock, likewise
    used_by_cell: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cells = cells_of(self.program.text)
        self.without = {one.line: one for one in self.program.without}
        self.only_needed = self.program.only_needed
        self.careful = bool(self.without) or self.only_needed

    def header(self) -> dict[str, Any]:
        """What the process is told."""
        skipped = list(self.without)
        text, careful, only_needed = self.program.text, self.careful, self.only_needed
        return {"source": text, "careful": careful, "only_needed": only_needed, "skipped": skipped}

    def began(self) -> Span:
        """A new process loads the file: how long it may take until it is heard of."""
        self.at = None
        self.used_by_cell.clear()
        return _span(self.limits.piece_seconds)

    def goes_on(self, at: At) -> tuple[bool, Span]:
        """The process is about to run a statement: whether it may, and how long it may take until it is heard of."""
        if self.at is not None:
            self._count(max(0.0, at.used - self.at.used))
        self.at = at
        seconds = self._seconds(at)
        if seconds <= 0:
            self._leave_out("out of time")
        return seconds > 0, _span(seconds if seconds > 0 else self.limits.piece_seconds)

    def _count(self, seconds: float) -> None:
        assert self.at is not None
        cell = place_in(self.cells, self.at.line)[0]
        self.used += seconds
        self.used_by_cell[cell] = self.used_by_cell.get(cell, 0.0) + seconds

    def _seconds(self, at: At) -> float:
        """Seconds of the processor that are left for a statement. The function's own do not wait for the others'."""
        if at.needed:
            return self.limits.needed_seconds
        cell = place_in(self.cells, at.line)[0]
        before = self.used_by_cell.get(cell, 0.0) if cell else 0.0
        return min(self.limits.piece_seconds - before, self.limits.load_seconds - self.used)

    def ended(self, outcome: Outcome, fault: Fault | None, seconds: float) -> bool:
        """The process has ended over the file, after some seconds: whether to try again, with what is known now."""
        self.spent += seconds
        if outcome in HOPELESS or (self.careful and self.at is None) or self.spent > longest(self.limits):
            return False
        if not self.careful:
            self.careful = True
            return True
        self._count(seconds)
        self._leave_out(outcome, fault)
        self.restarts += 1
        if self.restarts <= RESTARTS_MOST and max(self.used, self.spent / WALL_TIMES) <= self.limits.load_seconds:
            return True
        again, self.only_needed = not self.only_needed, True
        self.restarts, self.used = 0, 0.0
        return again

    def _leave_out(self, why: Why, fault: Fault | None = None) -> None:
        assert self.at is not None
        self.without[self.at.line] = self.left_out(self.at.line, self.at.last_line, why, fault)

    def left_out(self, line: int, last_line: int, why: Why, fault: Fault | None = None) -> LeftOut:
        code = "".join(lines_of(self.program.text)[line - 1 : line]).strip()[:CODE_MOST]
        return LeftOut(line, last_line, why, self.placed(fault), *place_in(self.cells, line), code)

    def placed(self, fault: Fault | None) -> Fault | None:
        """The fault, with the cell that its line is in."""
        if fault is None or not fault.line or not self.cells:
            return fault
        cell, within = place_in(self.cells, fault.line)
        return replace(fault, cell=cell, line_in_cell=within)


def longest(limits: Limits) -> float:
    """Seconds by the clock after which nobody tries any more to load a file."""
    return (WALL_TIMES + 1) * limits.load_seconds


def _span(cpu: float) -> Span:
    return Span(cpu, WALL_TIMES * cpu + WALL_MORE, min(QUIET_SECONDS, cpu))
