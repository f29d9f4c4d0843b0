"""What went wrong in the learner's process, as the fields of a Fault: with the learner's own lines only."""

from __future__ import annotations

import io
import linecache
import traceback
from collections import deque
from typing import Any

from lib.sandbox.cells import Cell, cells_of, lines_of, place_in, place_said

FILE = "submission.py"
OWN_LINES = 12  # of a traceback
TEXT_MOST = 4000  # characters of a message

_cells: list[Cell] = []  # of the one file that this process runs

_ENDINGS = ((RecursionError, "too deep"), (MemoryError, "out of memory"), (SystemExit, "exited"))


def remember(source: str) -> None:
    """From here on lines are told as those of this text."""
    linecache.cache[FILE] = (len(source), None, [f"{line}\n" for line in lines_of(source)], FILE)
    _cells[:] = cells_of(source)


def place(line: int) -> str:
    """The line as its author sees it: in a notebook by cell."""
    return place_said(*place_in(_cells, line))


def raised(fault: BaseException) -> dict[str, Any]:
    outcome = next((outcome for kind, outcome in _ENDINGS if isinstance(fault, kind)), "raised")
    return {"outcome": outcome, "fault": told(fault)}


def plain(kind: str, message: str, line: int | None = None, code: str = "", text: str = "") -> list[Any]:
    """The fields of a Fault, in its order."""
    return [kind, message[:TEXT_MOST], line, code[:TEXT_MOST], text[-TEXT_MOST:]]


def told(fault: BaseException) -> list[Any]:
    """The error, with the learner's own lines only, and of these the last: recursion has thousands."""
    own: deque[tuple[int, str]] = deque(maxlen=OWN_LINES)
    step = fault.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == FILE:
            own.append((step.tb_lineno, step.tb_frame.f_code.co_name))
        step = step.tb_next
    kind, message = type(fault).__name__, _message(fault)
    lines = [f"  {place(line)}, in {name}\n    {_code(line)}\n" for line, name in own]
    line = own[-1][0] if own else None
    return plain(kind, message, line, _code(line) if line else "", "".join([*lines, f"{kind}: {message}"]))


def _message(fault: BaseException) -> str:
    try:
        return str(fault)
    except Exception:  # an exception of the learner's own that cannot be shown
        return ""


def _code(line: int) -> str:
    return linecache.getline(FILE, line).strip()


def unparsed(fault: BaseException) -> list[Any]:
    if not isinstance(fault, SyntaxError):
        return plain(type(fault).__name__, _message(fault))
    shown = io.StringIO()
    shown.writelines(traceback.format_exception_only(fault))
    code = (fault.text or "").strip("\n")
    return plain(type(fault).__name__, fault.msg, fault.lineno, code, shown.getvalue())
