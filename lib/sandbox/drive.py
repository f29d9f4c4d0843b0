"""Leads a learner's process through one job, call by call, and says what became of each.

What the process says may be forged by the learner, so it is checked here: an answer has to come in time, as one frame,
with the token of its call. Anything else ends the process, and the calls that are left go to a new one.
"""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol, cast, get_args

from lib.sandbox import frames
from lib.sandbox.job import Call, Fault, LeftOut, Limits, Outcome, Program, Ran, Why
from lib.sandbox.top_level import At, Span, TopLevel, longest

MOST_OF_A_TEXT = 8000  # characters; an honest process sends half as many

MOST_OF_A_NAME = 1000  # characters of a warning, an input or a function: there may be many
MOST_NAMES = 100

LEFT_OVER = "It was not run: the tests before it had used up the time of the whole submission."
NOT_RUN = "It was not run: a test before it had used up the time."
CUT_SHORT = "It was stopped: the tests before it had used up most of the time of the whole submission."
WAITED = "It was stopped because it only waited: nothing was computed any more. Does it sleep, or wait for input?"
WAITS_AGAIN, WAITS_MOST = 0.15, 3  # seconds for calls after one that only waited; how many of these end the job
TWICE = "More came back than one answer to each test."  # fixed: what came may tell of another test, a hidden one


class Broken(RuntimeError):
    """Something on our side failed: the worker has gone, or cannot start a process."""


@dataclass(frozen=True, eq=False)
class Ended(Exception):
    """The learner's process ended before it answered: how, and what more is known."""

    outcome: Outcome
    says: str = ""
    only_waited: bool = False  # it was ended because it computed nothing any more


@dataclass(frozen=True)
class Printed:
    """What was printed: the beginning, and how many bytes of the rest were left out."""

    kept: bytes = b""
    cut: int = 0


class Child(Protocol):
    """A learner's process, seen from our side."""

    def ask(self, data: bytes, room: frames.Room, span: Span) -> bytes | bytearray:
        """Sends a frame and waits for one, as long as it may take. Raises Ended or Broken."""

    def printed(self) -> Printed:
        """What was printed since the last time."""

    def finish(self) -> None:
        """Lets the process end by itself. Raises Ended if it sends more than it was asked."""


Start = Callable[[Limits, int], AbstractContextManager[Child]]


def run_job(start: Start, source: str | Program, function: str, calls: Sequence[Call], limits: Limits) -> list[Ran]:
    """One Ran per call, in as many processes as it takes. Raises Broken."""
    program = Program(source) if isinstance(source, str) else source
    if len(program.text.encode(errors="surrogatepass")) > limits.source_bytes:
        message = f"the file has more than {limits.source_bytes // 1024} KB"
        return [Ran("does not parse", fault=_said(message))] * len(calls)
    top = TopLevel(program, limits)
    rans: list[Ran] = []
    left_out: tuple[LeftOut, ...] = ()
    until, allowed = time.monotonic() + limits.job_seconds, longest(limits)
    while len(rans) < len(calls) and time.monotonic() < until and not _is_over(rans, limits):
        with start(limits, len(calls) - len(rans)) as child:
            loaded, alive = _load(child, top, function, limits)
            until += min(loaded.seconds, allowed)  # the calls do not pay for what loading takes, within its limits
            allowed -= min(loaded.seconds, allowed)
            if not alive and top.ended(loaded.outcome, loaded.fault, loaded.seconds):
                continue
            left_out = loaded.left_out if alive else tuple(sorted(top.without.values(), key=lambda one: one.line))
            if loaded.outcome != "returned":  # a file that does not load fails every call alike
                alike = replace(loaded, output="", output_cut=0, warnings=(), seconds=0.0)
                rans += [loaded, *[alike] * (len(calls) - len(rans) - 1)]
                break
            quiet = WAITS_AGAIN if _waits(rans) else limits.quiet_seconds
            rans += _in_one_process(child, loaded, calls[len(rans) :], limits, until, quiet)
        if len(rans) > 1:
            rans[-1] = _cut_short(rans[-1], limits, until)
    unmade = Ran("not run", fault=_said(NOT_RUN)) if limits.one_ends_all else Ran("out of time", fault=_said(LEFT_OVER))
    rans += [unmade] * (len(calls) - len(rans))
    return [replace(ran, fault=top.placed(ran.fault), left_out=left_out, only_needed=top.only_needed) for ran in rans]


def _load(child: Child, top: TopLevel, function: str, limits: Limits) -> tuple[Ran, bool]:
    """Loads the file: how that ended, with all that was printed and the time it took; whether the process is alive."""
    ask = {**top.header(), "function": function, "room": asdict(_room(limits))}
    span, loaded = top.began(), Ran("returned")
    while True:
        ran, alive, header = _asked(child, ask, None, frames.NO_ARRAYS, LOADING, span)
        loaded = _with_loading(ran, loaded)
        if header.get("outcome") != PAUSING:
            break
        runs, span = top.goes_on(_at(header["at"]))
        ask, left = {"runs": runs}, longest(limits) - loaded.seconds
        if left <= 0:  # a process that asks without end, to be given time again and again
            return replace(loaded, outcome="out of time"), False
        span = span._replace(wall=min(span.wall, left))
    cut = len(loaded.output) - limits.output_kept
    if cut > 0:
        loaded = replace(loaded, output=loaded.output[: limits.output_kept], output_cut=loaded.output_cut + cut)
    return (_with_left_out(loaded, header, top) if alive else loaded), alive


def _with_left_out(loaded: Ran, header: dict[str, Any], top: TopLevel) -> Ran:
    """With the statements that did not run; if there is no function because of one of them, with its fault."""
    told = [top.left_out(*one) for one in _left_out(header.get("left_out", []))]
    left_out = tuple(sorted([*told, *top.without.values()], key=lambda one: one.line))
    because = next((one for one in left_out if one.line == header.get("because")), None)
    if because is not None and loaded.outcome == "no such function" and because.why in get_args(Outcome):
        loaded = replace(loaded, outcome=cast(Outcome, because.why), fault=_at_statement(because))
    return replace(loaded, left_out=left_out)


def _at_statement(because: LeftOut) -> Fault:
    """The fault of a statement that ended the process, at its line."""
    says = because.fault.message if because.fault else ""
    if because.why == "out of time":
        says = f"It was stopped before the function was there: {because.place} takes too long ({because.code})."
    return Fault("", says, because.line, because.code, "", because.cell, because.line_in_cell)


def _room(limits: Limits) -> frames.Room:
    return frames.Room(limits.result_bytes, limits.result_arrays, limits.result_dims)


def _is_over(rans: Sequence[Ran], limits: Limits) -> bool:
    """Whether no other process is started, whatever calls are left."""
    stopped = limits.one_ends_all and any(ran.outcome == "out of time" for ran in rans)
    return stopped or _waits(rans) >= WAITS_MOST


def _waits(rans: Sequence[Ran]) -> int:
    """How many calls were stopped because they only waited."""
    return sum(ran.only_waited for ran in rans)


def _in_one_process(
    child: Child, loaded: Ran, calls: Sequence[Call], limits: Limits, until: float, quiet: float
) -> list[Ran]:
    """Makes the calls until the process ends or time is up: a Ran for each call that was made."""
    room, alive = _room(limits), True
    rans: list[Ran] = []
    for call in calls:
        span = Span(limits.cpu_seconds, max(0.0, min(limits.wall_seconds, until - time.monotonic())), quiet)
        ran, alive, _ = _asked(child, {}, (call.args, dict(call.kwargs)), room, CALLING, span)
        rans.append(ran)
        if not alive and ran.outcome == "bad result" and len(rans) > 1:  # it may have answered the call before twice
            rans[-2] = _doubtful(rans[-2])
        if not alive or time.monotonic() > until:
            break
    rans[0] = _with_loading(rans[0], loaded)
    if alive:
        try:
            child.finish()
        except Ended:
            rans[-1] = _doubtful(rans[-1])
    return rans


def _doubtful(ran: Ran) -> Ran:
    """A call that may have been answered twice. It is said in fixed words: the second answer may come from a later
    test, which is perhaps hidden."""
    return replace(ran, outcome="bad result", value=None, fault=_said(TWICE))


def _cut_short(ran: Ran, limits: Limits, until: float) -> Ran:
    """Says so where a call had much less time than it may take alone."""
    short = ran.outcome == "out of time" and time.monotonic() >= until and 2 * ran.seconds < limits.wall_seconds
    return replace(ran, fault=_said(CUT_SHORT)) if short else ran


def _with_loading(first: Ran, loaded: Ran) -> Ran:
    """What came of a question, with what was printed, warned of and took time before it, as the file was loaded."""
    return replace(
        first,
        output=loaded.output + first.output,
        output_cut=loaded.output_cut + first.output_cut,
        warnings=loaded.warnings + first.warnings,
        seconds=loaded.seconds + first.seconds,
    )


def _asked(
    child: Child, header: dict[str, Any], value: Any, room: frames.Room, may: Sequence[str], span: Span
) -> tuple[Ran, bool, dict[str, Any]]:
    """Puts one question to the process: what came of it, whether the process can be asked again, and its answer.

    `may` lists the outcomes that the process may report.
    """
    token = secrets.token_hex(8)  # made only now, so that nothing can be answered in advance
    began, alive, answer = time.perf_counter(), True, dict[str, Any]()
    try:
        data = frames.frame_of(value, header | {"token": token}, frames.TRUSTED)
        came = frames.opened(child.ask(data, room, span), room)
        ran, answer = _ran(came, token, may), came
    except frames.BadValue as fault:  # a state that came back from an update, and cannot be handed to the next
        return Ran("bad result", fault=_said(f"what it returned before {fault}")), alive, answer
    except Ended as ending:
        says = WAITED if ending.only_waited else ending.says
        ran, alive = Ran(ending.outcome, fault=_said(says) if says else None, only_waited=ending.only_waited), False
    except frames.BadFrame as fault:
        ran, alive = Ran("bad result", fault=_said(f"it was not sent by return: {fault}")), False
    printed = child.printed()
    output = printed.kept.decode("utf-8", "replace")
    ran = replace(ran, output=output, output_cut=printed.cut, seconds=time.perf_counter() - began)
    return ran, alive, answer


# Outcomes that the learner's process may report itself, for the file and for a call. Not "our fault", which would not
# be counted; and of a call nothing that is said of the whole file, where it would show what a hidden test was given.
BOTH: tuple[Outcome, ...] = ("returned", "raised", "out of memory", "too deep", "exited")
PAUSING = "pausing"  # it asks whether it may go on with the next statement of the file
LOADING = (*BOTH, "no such function", "does not parse", PAUSING)
CALLING = (*BOTH, "bad result", "wrong arguments")
LEAVING_OUT: tuple[Why, ...] = (*BOTH[1:], "not written", "not needed", "bare")


def _ran(header: dict[str, Any], token: str, may: Sequence[str]) -> Ran:
    """The answer, checked field by field. Raises BadFrame."""
    outcome = next((one for one in may if one == header.get("outcome")), None)
    if outcome is None or header.get("token") != token:
        raise frames.BadFrame("its header is not that of an answer")
    if outcome == PAUSING:
        _at(header.get("at"))
        return Ran("returned", warnings=_texts(header.get("warnings", [])))
    _left_out(header.get("left_out", []))
    return Ran(
        cast(Outcome, outcome),
        value=header.get("value") if outcome == "returned" else None,
        fault=_fault(header.get("fault")),
        warnings=_texts(header.get("warnings", [])),
        changed=_texts(header.get("changed", [])),
        found=_texts(header.get("found", [])) if outcome == "no such function" else (),
    )


def _texts(listed: Any) -> tuple[str, ...]:
    if not isinstance(listed, list) or len(listed) > MOST_NAMES or not all(isinstance(text, str) for text in listed):
        raise frames.BadFrame("its header lists something else than texts")
    return tuple(_readable(text, MOST_OF_A_NAME) for text in listed)


def _at(described: Any) -> At:
    match described:
        case [int(line), int(last_line), bool(needed), float(used)] if _are_lines(line, last_line) and 0 <= used < 1e9:
            return At(line, last_line, needed, used)
    raise frames.BadFrame("its header names no statement")


def _left_out(listed: Any) -> list[tuple[int, int, Why, Fault | None]]:
    if not isinstance(listed, list) or len(listed) > MOST_NAMES:
        raise frames.BadFrame("its header does not list statements")
    return [_one_left_out(one) for one in listed]


def _one_left_out(described: Any) -> tuple[int, int, Why, Fault | None]:
    match described:
        case [int(line), int(last_line), str(said), fault] if _are_lines(line, last_line):
            why = next((one for one in LEAVING_OUT if one == said), None)
            if why is not None:
                return line, last_line, why, _fault(fault)
    raise frames.BadFrame("its header describes no statement")


def _are_lines(line: int, last_line: int) -> bool:
    return 0 < line <= last_line < 2**31


def _fault(described: Any) -> Fault | None:
    match described:
        case None:
            return None
        case [str(kind), str(message), int() | None as line, str(code), str(text)] if line is None or 0 <= line < 2**31:
            return Fault(_readable(kind), _readable(message), line, _readable(code), _readable(text))
    raise frames.BadFrame("its header describes no error")


def _readable(text: str, most: int = MOST_OF_A_TEXT) -> str:
    """The text, cut (a forged one may be huge), and without halves of characters, which no file or screen takes."""
    return text[:most].encode("utf-8", "replace").decode()


def _said(message: str) -> Fault:
    """A fault of which no more is known than this."""
    return Fault("", message, None, "", "")


def ended(status: int) -> Ended:
    """How a process ended by itself, from its status: an exit code, or minus the number of a signal."""
    if status >= 0:
        return Ended("exited", f"the process ended itself, with exit code {status}")
    if -status in (getattr(signal, "SIGXCPU", None), getattr(signal, "SIGALRM", None)):
        return Ended("out of time")
    if -status == getattr(signal, "SIGKILL", None):  # not sent by us: the kernel was out of memory
        return Ended("out of memory")
    return Ended("crashed", f"the process ended with {_signal_name(-status)}")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
