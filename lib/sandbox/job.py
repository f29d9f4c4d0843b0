"""What goes into the sandbox and what comes out: plain data that both sides share. Runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from lib.sandbox.cells import place_said

Outcome = Literal[
    "returned",  # a value came back; whether it is right is not known here
    "raised",
    "out of time",
    "not run",  # the job had ended before, as Limits.one_ends_all asks
    "out of memory",
    "too deep",  # recursion without end, in Python or in C
    "too much output",
    "exited",  # sys.exit() and the like
    "crashed",  # the interpreter itself ended
    "bad result",  # what came back is no array, number, or tuple, list or dict of them, or too large
    "wrong arguments",  # the function cannot be called in this way
    "no such function",
    "does not parse",
    "our fault",  # nothing that the learner did; never counted
]


@dataclass(frozen=True)
class Limits:
    """What one call may use, and what loading the file may.

    While the file loads, a statement at top level may take `piece_seconds` of the processor (in a notebook all of a
    cell's together), one that the function needs `needed_seconds`, and all `load_seconds`.

    `memory_mib` comes on top of what the worker holds before the file is loaded. Printed text is kept up to
    `output_kept` bytes, and the call ends at `output_killed`. When all calls of a job together have taken
    `job_seconds`, the one that runs is stopped, and those left over are out of time without having run: so long at most
    the next in line waits for a worker. A call that only waits (`time.sleep`) is stopped after `quiet_seconds`.
    `one_ends_all`: the first call that is out of time ends the job, and those after it are not run.
    """

    cpu_seconds: float = 5.0
    wall_seconds: float = 8.0
    memory_mib: int = 512
    output_kept: int = 64 * 1024
    output_killed: int = 4 * 2**20
    result_bytes: int = 16 * 2**20
    result_arrays: int = 1024  # a list of NumPy numbers is one for each
    result_dims: int = 8
    source_bytes: int = 128 * 1024
    job_seconds: float = 8.0
    quiet_seconds: float = 1.0
    piece_seconds: float = 1.0
    needed_seconds: float = 3.0
    load_seconds: float = 5.0
    one_ends_all: bool = False


@dataclass(frozen=True, eq=False)
class Call:
    """One call of the learner's function.

    Values are arrays, numbers, strings, bools, None, and tuples, lists and dicts of them (an optimizer's state).
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """An error with the learner's own lines only: `line` counts from 1, `code` is that line's text.

    Where no exception was seen, `type` is empty and `message` says what is known: how the process ended, what is wrong
    with the result. In a notebook `line` counts in the program of all cells, and `line_in_cell` in the code cell of
    that number.
    """

    type: str
    message: str
    line: int | None
    code: str
    traceback: str
    cell: int = 0
    line_in_cell: int = 0

    @property
    def place(self) -> str:
        """In a sentence: "cell 3, line 2" or "line 7"."""
        return place_said(self.cell, self.line_in_cell if self.cell else self.line or 0)


# A stub, after the function itself; nothing that it reaches; only types and decorators that are defined nowhere.
Why = Outcome | Literal["not written", "not needed", "bare"]


@dataclass(frozen=True)
class LeftOut:
    """A statement at top level that did not run, or not to its end, and why.

    `line` and `last_line` count in the program; `cell` is the number among a notebook's code cells (0: it is none), and
    `line_in_cell` counts there. `code` is its first line.
    """

    line: int
    last_line: int
    why: Why
    fault: Fault | None = None
    cell: int = 0
    line_in_cell: int = 0
    code: str = ""

    @property
    def ended_process(self) -> bool:
        """Whether the process ended over it, or would have: it need not be tried again."""
        return self.why in get_args(Outcome) and (self.fault is None or not self.fault.line)

    @property
    def place(self) -> str:
        """In a sentence: "cell 3, line 2" or "line 7"."""
        return place_said(self.cell, self.line_in_cell if self.cell else self.line)


@dataclass(frozen=True)
class Program:
    """The text of a file, and which of its statements at top level run.

    All, one by one, but `without`, of which it is known why they do not; or `only_needed`: imports, definitions and
    assignments that the function reaches by the syntax tree.
    """

    text: str
    only_needed: bool = False
    without: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, eq=False)
class Ran:
    """What came of one call.

    `value` holds arrays, plain numbers, strings, None, and tuples, lists and dicts of them; it has a meaning only if
    the outcome is "returned". `output` is what the call printed, `output_cut` how many bytes of it are left out.
    `changed` names the inputs that were written to: a name, or a position counted from 0. `found` lists the functions
    that the file does define, for "no such function". `seconds` is by the clock. `left_out` are the statements at top
    level that did not run; `only_needed` says that nothing ran but what the function needs. `only_waited`: out of time
    because nothing was computed any more.
    """

    outcome: Outcome
    value: Any = None
    fault: Fault | None = None
    output: str = ""
    output_cut: int = 0
    warnings: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    seconds: float = 0.0
    left_out: tuple[LeftOut, ...] = ()
    only_needed: bool = False
    only_waited: bool = False


class Busy(RuntimeError):
    """Too many jobs are waiting; the message says so in a sentence."""
