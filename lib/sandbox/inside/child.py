"""Our part of the learner's process: loads the file, calls the function, and describes what came of it.

The learner's code can change everything here, so our side believes nothing that is said here without a check (see
`drive.py`). It says what happened, never whether it is right, and it holds nothing that would help to cheat: only the
inputs of one call, and no expected value.
"""

from __future__ import annotations

import io
import json
import linecache
import os
import sys
import traceback
import types
import warnings
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.sandbox import frames

FILE = "submission.py"
MODULE = "submission"
OWN_LINES = 12  # of a traceback
TEXT_MOST = 4000  # characters of a message
WARNINGS_MOST = 20
RECURSION_MOST = 20_000  # what the stack of 64 MB holds, at 3 KB for each level that passes through C

Header = dict[str, Any]


def read_exactly(descriptor: int, size: int) -> bytes:
    """The next bytes; fewer only if there will be no more."""
    parts, left = [], size
    while left and (part := os.read(descriptor, min(left, 2**20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def read_frame(descriptor: int) -> Header | None:
    """The next frame from the grader; None when it has nothing more to say."""
    start = read_exactly(descriptor, frames.PREFIX.size)
    if not start:
        return None
    length = frames.length_of(start, frames.TRUSTED) or 0
    return frames.opened(start + read_exactly(descriptor, length - len(start)), frames.TRUSTED)


def write_all(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


@dataclass(eq=False)
class Warned:
    """The warnings of one call, each once, and at most WARNINGS_MOST."""

    texts: dict[str, None] = field(default_factory=dict)

    def show(self, message: Any, category: type, filename: str, lineno: int, *rest: Any) -> None:
        where = f" (line {lineno})" if filename == FILE else ""
        if len(self.texts) < WARNINGS_MOST:
            self.texts[f"{category.__name__}: {message}{where}"[:TEXT_MOST]] = None

    def taken(self) -> list[str]:
        texts = list(self.texts)
        self.texts.clear()
        return texts


def answer(requests: int, results: int) -> None:
    """Serves one job: the file, then one call after another, until the grader closes its end."""
    job = read_frame(requests)
    if job is None:
        return
    warned = Warned()
    warnings.simplefilter("always")
    warnings.showwarning = warned.show  # type: ignore[assignment]
    room = frames.Room(**job["room"])
    function, header = load(job["source"], job["function"])
    _reply(results, header | {"token": job["token"], "warnings": warned.taken()})
    while function is not None and (call := read_frame(requests)) is not None:
        args, kwargs = call["value"]
        value, header = run(function, args, kwargs)
        header |= {"token": call["token"], "warnings": warned.taken()}
        _reply(results, header, value, room)


def _reply(results: int, header: Header, value: Any = None, room: frames.Room = frames.NO_ARRAYS) -> None:
    """Sends what happened. What was printed is sent before it, so that it counts as this call's."""
    try:
        data = frames.frame_of(value, header, room)
    except BaseException as fault:  # to look at a learner's object may run their code, which may do anything, even exit
        said = str(fault) if isinstance(fault, frames.BadValue) else f"raises {type(fault).__name__} when it is read"
        data = frames.frame(header | {"outcome": "bad result", "value": None, "fault": _plain("", said)})
    _flush()
    write_all(results, data)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # closed or replaced by the learner, whose output it is
            continue


def load(source: str, function: str) -> tuple[Callable[..., Any] | None, Header]:
    """The function that the file defines, or why there is none."""
    source = source.removeprefix("\ufeff")
    linecache.cache[FILE] = (len(source), None, source.splitlines(True), FILE)
    try:
        code = compile(source, FILE, "exec", dont_inherit=True)
    except UnicodeEncodeError as fault:
        line = source.count("\n", 0, fault.start) + 1
        return None, {"outcome": "does not parse", "fault": _plain("UnicodeError", "the file is not UTF-8 text", line)}
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as fault:
        return None, {"outcome": "does not parse", "fault": _unparsed(fault)}
    module = types.ModuleType(MODULE)
    module.__file__ = FILE
    sys.modules[MODULE] = module  # dataclasses look up the module of a class
    sys.setrecursionlimit, sys.argv = _set_recursion_limit, [FILE]
    try:
        exec(code, module.__dict__)
    except BaseException as fault:
        return None, _raised(fault)
    found = getattr(module, function, None)
    if not callable(found):
        return None, {"outcome": "no such function", "found": _functions(module)}
    return found, {"outcome": "returned"}


_set_limit = sys.setrecursionlimit


def _set_recursion_limit(limit: int) -> None:
    """sys.setrecursionlimit, but not beyond what the stack holds: a RecursionError says more than a crash."""
    _set_limit(min(limit, RECURSION_MOST))


def _functions(module: types.ModuleType) -> list[str]:
    """The functions that the file itself defines, in its order."""
    defined = vars(module).items()
    return [name for name, item in defined if isinstance(item, types.FunctionType) and item.__module__ == MODULE][:100]


def run(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, Header]:
    """Calls the function once: what it gave back, and what happened."""
    before = _inputs(args, kwargs)
    value: Any = None
    try:
        value = function(*args, **kwargs)
        header: Header = {"outcome": "returned"}
    except TypeError as fault:
        # The call itself raised it if no line of the function is in the traceback.
        inside = fault.__traceback__ is not None and fault.__traceback__.tb_next is not None
        header = _raised(fault) if inside else {"outcome": "wrong arguments", "fault": _fault(fault)}
    except BaseException as fault:
        header = _raised(fault)
    after = _inputs(args, kwargs)
    return value, header | {"changed": [name for name in before if before[name] != after.get(name)]}


def _inputs(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, object]:
    """What each input holds, to be compared later; plain numbers and strings cannot change."""
    named = {**{str(i): item for i, item in enumerate(args)}, **kwargs}
    return {name: _held(item) for name, item in named.items() if not isinstance(item, str | int | float | None)}


def _held(value: Any) -> object:
    packing = frames.Packing(frames.TRUSTED)
    try:
        return json.dumps(packing.pack(value)), [(a.dtype.str, a.shape, a.tobytes()) for a in packing.arrays]
    except frames.BadValue as fault:  # the learner put something into a list or dict of ours
        return str(fault)


_ENDINGS = ((RecursionError, "too deep"), (MemoryError, "out of memory"), (SystemExit, "exited"))


def _raised(fault: BaseException) -> Header:
    outcome = next((outcome for kind, outcome in _ENDINGS if isinstance(fault, kind)), "raised")
    return {"outcome": outcome, "fault": _fault(fault)}


def _plain(kind: str, message: str, line: int | None = None, code: str = "", text: str = "") -> list[Any]:
    """The fields of a Fault, in its order."""
    return [kind, message[:TEXT_MOST], line, code[:TEXT_MOST], text[-TEXT_MOST:]]


def _fault(fault: BaseException) -> list[Any]:
    """The error, with the learner's own lines only, and of these the last: recursion has thousands."""
    own: deque[tuple[int, str]] = deque(maxlen=OWN_LINES)
    step = fault.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == FILE:
            own.append((step.tb_lineno, step.tb_frame.f_code.co_name))
        step = step.tb_next
    kind, message = type(fault).__name__, _message(fault)
    lines = [f"  line {line}, in {name}\n    {_code(line)}\n" for line, name in own]
    line = own[-1][0] if own else None
    return _plain(kind, message, line, _code(line) if line else "", "".join([*lines, f"{kind}: {message}"]))


def _message(fault: BaseException) -> str:
    try:
        return str(fault)
    except Exception:  # an exception of the learner's own that cannot be shown
        return ""


def _code(line: int) -> str:
    return linecache.getline(FILE, line).strip()


def _unparsed(fault: BaseException) -> list[Any]:
    if not isinstance(fault, SyntaxError):
        return _plain(type(fault).__name__, _message(fault))
    shown = io.StringIO()
    shown.writelines(traceback.format_exception_only(fault))
    return _plain(type(fault).__name__, fault.msg, fault.lineno, (fault.text or "").strip("\n"), shown.getvalue())
