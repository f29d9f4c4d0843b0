"""Our part of the learner's process: loads the file, calls the function, and describes what came of it.

The learner's code can change everything here, so our side believes nothing that is said here without a check (see
`drive.py`). It says what happened, never whether it is right, and it holds nothing that would help to cheat: only the
inputs of one call, and no expected value.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lib.sandbox import frames
from lib.sandbox.inside import faults
from lib.sandbox.inside.faults import FILE, TEXT_MOST
from lib.sandbox.inside.load import Header, Loading
from lib.sandbox.inside.pieces import Piece

WARNINGS_MOST = 20
_CATCHES = re.compile(r"\bexcept\b.*(?:FloatingPointError|Warning)")


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
        where = f" ({faults.place(lineno)})" if filename == FILE else ""
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
    function, header = _loading(job).load(lambda piece, needed: _goes_on(job, piece, needed, warned, requests, results))
    _calm(job["source"])
    _reply(results, header | {"token": job["token"], "warnings": warned.taken()})
    while function is not None and (call := read_frame(requests)) is not None:
        args, kwargs = call["value"]
        value, header = run(function, args, kwargs)
        header |= {"token": call["token"], "warnings": warned.taken()}
        _reply(results, header, value, room)


def _calm(source: str) -> None:
    """Takes back that warnings are errors, which whoever looks for a slip asks for above a function that does not need
    it; a file that catches them does."""
    if _CATCHES.search(source):
        return
    if "raise" in np.geterr().values():
        np.seterr(all="warn", under="ignore")
    if any(one[0] == "error" for one in warnings.filters):
        warnings.simplefilter("always")


def _loading(job: Header) -> Loading:
    source, skipped = job["source"].removeprefix("\ufeff"), frozenset(job["skipped"])
    return Loading(source, job["function"], job["careful"], job["only_needed"], skipped)


def _goes_on(job: Header, piece: Piece, needed: bool, warned: Warned, requests: int, results: int) -> bool:
    """Tells the grader what is about to run, and since when; whether it may run. The job gets the next token."""
    at = [piece.line, piece.last_line, needed, time.process_time()]
    _reply(results, {"outcome": "pausing", "at": at, "token": job["token"], "warnings": warned.taken()})
    said = read_frame(requests)
    if said is None:
        raise SystemExit  # nobody listens any more
    job["token"] = said["token"]
    return said["runs"]


def _reply(results: int, header: Header, value: Any = None, room: frames.Room = frames.NO_ARRAYS) -> None:
    """Sends what happened. What was printed is sent before it, so that it counts as this call's."""
    try:
        data = frames.frame_of(value, header, room)
    except BaseException as fault:  # to look at a learner's object may run their code, which may do anything, even exit
        said = str(fault) if isinstance(fault, frames.BadValue) else f"raises {type(fault).__name__} when it is read"
        data = frames.frame(header | {"outcome": "bad result", "value": None, "fault": faults.plain("", said)})
    _flush()
    write_all(results, data)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # closed or replaced by the learner, whose output it is
            continue


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
        header = faults.raised(fault) if inside else {"outcome": "wrong arguments", "fault": faults.told(fault)}
    except BaseException as fault:
        header = faults.raised(fault)
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
