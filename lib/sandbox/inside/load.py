"""Loads a file: its statements run one by one in one namespace, and one that fails stops only itself."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lib.sandbox.inside import faults, standins
from lib.sandbox.inside.pieces import Piece, is_guarded, needed, only_defines, pieces_of
from lib.sandbox.inside.standins import is_stand_in

MODULE = "submission"
RECURSION_MOST = 20_000  # what the stack of 64 MB holds, at 3 KB for each level that passes through C
LEFT_OUT_MOST = 60  # statements whose failure is told
MESSAGE_MOST = 500  # characters of what is said of each

Header = dict[str, Any]
Pause = Callable[[Piece, bool], bool]
Function = Callable[..., Any]


@dataclass(eq=False)
class Loading:
    """How a file is to be loaded, and how far that has come.

    `careful`: the grader is asked before each statement, so that it knows which one takes too long; `skipped` are the
    lines of those that it knows of. `only_needed`: nothing runs but what the function needs.
    """

    source: str
    function: str
    careful: bool
    only_needed: bool
    skipped: frozenset[int]
    module: types.ModuleType = field(init=False)
    latest: Function | None = None  # the last function, or the like, that bore the name
    failed: dict[Piece, Header] = field(default_factory=dict)

    def load(self, pause: Pause) -> tuple[Function | None, Header]:
        """The function that the file defines, or why there is none; and what was left out."""
        faults.remember(self.source)
        self._begin()
        if not self.careful and self._loads_at_once():
            return self.latest, {"outcome": "returned", "left_out": []}
        try:
            pieces = pieces_of(self.source)
        except UnicodeEncodeError as fault:
            line = self.source.count("\n", 0, fault.start) + 1
            told = faults.plain("UnicodeError", "the file is not UTF-8 text", line)
            return None, {"outcome": "does not parse", "fault": told}
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as fault:
            return None, {"outcome": "does not parse", "fault": faults.unparsed(fault)}
        self._begin()
        wanted = needed(pieces, self.function) if self.careful or self.only_needed else set()
        for piece in pieces:
            if self.only_needed and piece not in wanted:
                self._pass_over(piece)
            else:
                self._run(piece, lambda piece: not self.careful or pause(piece, piece in wanted))
        header = self._found(pieces) | {"left_out": self._left_out()}
        return (self.latest if header["outcome"] == "returned" else None), header

    def _begin(self) -> None:
        self.module = types.ModuleType(MODULE)
        self.module.__file__ = faults.FILE
        sys.modules[MODULE] = self.module  # dataclasses look up the module of a class
        sys.setrecursionlimit, sys.argv = _set_recursion_limit, [faults.FILE]
        sys.breakpointhook = _go_on  # a forgotten breakpoint() stops nobody where there is nobody to ask
        standins.is_guarded = lambda line: is_guarded(pieces_of(self.source), line)

    def _loads_at_once(self) -> bool:
        """Runs a file that only defines things as a whole, which takes less time than to part it. Where that fails,
        nothing has happened that matters, and its statements run one by one."""
        if self.source.count(f"def {self.function}") > 1:
            return False
        try:
            code = compile(self.source, faults.FILE, "exec", dont_inherit=True)
            if not only_defines(code):
                return False
            exec(code, self.module.__dict__)
        except BaseException:  # it will be met again, at its statement
            return False
        found = vars(self.module).get(self.function)
        self.latest = found if isinstance(found, types.FunctionType) else None
        return self.latest is not None

    def _pass_over(self, piece: Piece) -> None:
        if not piece.is_definition:
            self._fail(piece, {"outcome": "not needed"})

    def _run(self, piece: Piece, may: Callable[[Piece], bool]) -> None:
        if piece.line in self.skipped:
            return self._fail(piece, {"outcome": "skipped"})
        if self.latest is not None and piece.is_stub_of(self.function):
            return self._fail(piece, {"outcome": "not written"})
        if not may(piece):
            return self._fail(piece, {"outcome": "skipped"})
        try:
            exec(self._code(piece), self.module.__dict__)
        except BaseException as fault:
            self._fail(piece, faults.raised(fault))
            self._make_do(piece, fault)
        now = vars(self.module).get(self.function)
        if now is not self.latest and callable(now) and not is_stand_in(now):
            self.latest = now

    def _code(self, piece: Piece) -> types.CodeType:
        """What runs of a statement: decorators that are stand-ins are taken off, which leaves a function as it is."""
        if "@" not in self.source or not piece.is_definition:
            return piece.code
        return piece.undecorated({name for name, value in vars(self.module).items() if is_stand_in(value)})

    def _make_do(self, piece: Piece, fault: BaseException) -> None:
        """What can be had of a statement that failed: names for what is not here, so that a type or a decorator may
        bear them; a function without types and decorators that nobody defines."""
        names = vars(self.module)
        if isinstance(fault, ImportError):
            for name, origin in piece.imports_from_nowhere():
                names.setdefault(name, standins.Absent(origin))
        elif isinstance(fault, NameError) and piece.defines_function:
            try:
                exec(piece.bare({*names, *vars(builtins)}), names)
            except BaseException:  # it fails for another reason, too; the first one is told
                return
            self._fail(piece, self.failed[piece] | {"outcome": "bare"})

    def _fail(self, piece: Piece, why: Header) -> None:
        self.failed[piece] = why

    def _found(self, pieces: Sequence[Piece]) -> Header:
        """Whether there is a function. If not, because of which statement, or what there is in its place."""
        if self.latest is None and callable(now := vars(self.module).get(self.function)):
            self.latest = now
        if self.latest is not None:
            return {"outcome": "returned"}
        found = _functions(self.module, self.function)
        failed = [piece for piece, why in self.failed.items() if why["outcome"] not in ("not needed", "bare")]
        binding = any(self.function in piece.binds for piece in failed)
        wanted = needed(pieces, self.function) if binding else set(() if found else failed)
        blamed = next((piece for piece in failed if piece in wanted), None)
        if blamed is None:
            return {"outcome": "no such function", "found": found}
        if self.failed[blamed]["outcome"] == "skipped":
            return {"outcome": "no such function", "found": found, "because": blamed.line}
        return self.failed[blamed]

    def _left_out(self) -> list[list[Any]]:
        told = list(self.failed.items())[:LEFT_OUT_MOST]
        return [
            [piece.line, piece.last_line, why["outcome"], _short(why.get("fault"))]
            for piece, why in told
            if why["outcome"] != "skipped"  # these the grader knows better
        ]


def _short(fault: list[Any] | None) -> list[Any] | None:
    """A fault without its traceback, and with no long message."""
    return fault and [fault[0], fault[1][:MESSAGE_MOST], fault[2], fault[3][:MESSAGE_MOST], ""]


def _go_on(*args: object, **kwargs: object) -> None:
    pass


_set_limit = sys.setrecursionlimit


def _set_recursion_limit(limit: int) -> None:
    """sys.setrecursionlimit, but not beyond what the stack holds: a RecursionError says more than a crash."""
    _set_limit(min(limit, RECURSION_MOST))


def _functions(module: types.ModuleType, function: str) -> list[str]:
    """The functions that the file itself defines, in its order; before them, as Class.name, a method of this name."""
    own = vars(module).items()
    classes = [(name, item) for name, item in own if isinstance(item, type) and not is_stand_in(item)]
    functions = [name for name, item in own if isinstance(item, types.FunctionType) and item.__module__ == MODULE]
    return [*(f"{name}.{function}" for name, item in classes if function in vars(item)), *functions][:100]
