"""Our end of a warm worker, and of the children that it forks (Linux)."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from io import FileIO
from typing import Any

from lib.sandbox import frames
from lib.sandbox.drive import Broken, Ended, Printed, ended
from lib.sandbox.job import Limits
from lib.sandbox.launch import COMMAND, ENVIRONMENT, SECONDS_TO_END, SECONDS_TO_START
from lib.sandbox.top_level import Span

SECONDS_TO_FORK = 20.0
CHUNK = 2**18
QUIET_SHARE = 0.05  # of the processor: whoever uses less is waiting, and would be even on a machine that does much else
QUIET_LOOKS = 0.5  # seconds


class Silent(Broken):
    """The worker did not answer in time."""


class WarmWorker:
    """A process that has imported everything and forks a child for each job; one job at a time."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                COMMAND,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        self._control = ours
        self._refused: dict[str, str] | None = None
        self.jobs = 0
        self.pid = self._process.pid

    @property
    def is_ready(self) -> bool:
        """Whether it has warmed up; never waits."""
        return self._refused is not None or bool(select.select([self._control], [], [], 0)[0])

    def refused(self) -> dict[str, str]:
        """For each measure that isolates it: why the machine refused it, or nothing. Raises Broken."""
        if self._refused is None:
            self._refused = self.hear(SECONDS_TO_START)[0]["ready"]
        return self._refused

    @contextmanager
    def start(self, limits: Limits, calls: int) -> Iterator[WarmChild]:
        """A new child, ended on leaving. Raises Broken."""
        self.refused()
        self.jobs += 1
        with ExitStack() as owned:
            requests, to_requests = _pipe(owned)
            from_results, results = _pipe(owned)
            from_output, output = _pipe(owned)
            self.say({"limits": asdict(limits), "calls": calls}, [requests, results, output])
            for theirs in (requests, results, output):
                theirs.close()
            told, handle = self.hear(SECONDS_TO_FORK)
            if handle is not None:
                owned.enter_context(handle)
            child = WarmChild(self, limits, told["pid"], handle, to_requests, from_results, from_output)
            owned.callback(child.end)
            child.await_ready()
            yield child

    def say(self, message: dict[str, Any], descriptors: list[FileIO]) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(message).encode()], [file.fileno() for file in descriptors])
        except OSError as fault:
            raise Broken(f"the worker has gone ({fault}){self._last_words()}") from None

    def hear(self, seconds: float) -> tuple[dict[str, Any], FileIO | None]:
        """The worker's next message and the handle on a process that may come with it. Raises Broken."""
        self._control.settimeout(seconds)
        try:
            data, descriptors, *_ = socket.recv_fds(self._control, 4096, 1)
        except TimeoutError:
            raise Silent(f"the worker said nothing for {seconds:g} s") from None
        except OSError as fault:
            raise Broken(f"the worker cannot be heard ({fault})") from None
        handle = FileIO(descriptors[0], "r") if descriptors else None
        if not data:
            raise Broken(f"the worker has ended{self._last_words()}")
        return json.loads(data), handle

    def _last_words(self) -> str:
        """How it ended and what it wrote before: why it could not start, for example."""
        assert self._process.stderr is not None
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            return ""
        return f", exit code {self._process.returncode}: {self._process.stderr.read()[-2000:].decode(errors='replace')}"

    def close(self) -> None:
        """Ends it, and whatever it started. Safe to call twice."""
        self._control.close()  # the worker reads end of file, kills its child and ends
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


def _pipe(owned: ExitStack) -> tuple[FileIO, FileIO]:
    """A pipe whose ends are objects, which close once. A bare number closed twice could close another thread's file."""
    reading, writing = os.pipe()
    return owned.enter_context(FileIO(reading, "r")), owned.enter_context(FileIO(writing, "w"))


class WarmChild:
    """A forked process that holds one submission. Every wait here has an end."""

    def __init__(
        self,
        worker: WarmWorker,
        limits: Limits,
        pid: int,
        handle: FileIO | None,
        requests: FileIO,
        results: FileIO,
        output: FileIO,
    ) -> None:
        self._worker, self._limits, self._pid, self._handle = worker, limits, pid, handle
        self._requests, self._results, self._output = requests, results, output
        self._status: int | None = None
        self._kept, self._seen = bytearray(), 0
        for file in (requests, results, output):
            os.set_blocking(file.fileno(), False)
        self._waiting = select.poll()
        self._waiting.register(results, select.POLLIN)
        self._waiting.register(output, select.POLLIN)

    def await_ready(self) -> None:
        """Waits until all its limits are in place. What fails before that is our fault: raises Broken."""
        ready = bytearray()
        until = time.monotonic() + SECONDS_TO_FORK
        while len(ready) < len(frames.READY) and time.monotonic() < until:
            self._waiting.poll(1000 * SECONDS_TO_FORK)
            self._read_output()
            if (part := self._results.read(len(frames.READY) - len(ready))) == b"":
                break
            ready += part or b""
        if ready != frames.READY:
            raise Broken(f"a child did not start: {self._kept[-2000:].decode(errors='replace')}")

    def ask(self, data: bytes, room: frames.Room, span: Span) -> bytearray:
        reply, left = bytearray(), memoryview(data)
        clock = _Clock(span, self._pid)
        self._waiting.register(self._requests, select.POLLOUT)
        while (length := frames.length_of(reply, room)) is None or len(reply) < length:
            self._waiting.poll(1000 * max(0.0, clock.next_look - time.monotonic()))
            self._read_output()
            part = self._results.read(CHUNK)
            if part == b"":
                raise self._ended_itself()
            reply += part or b""
            left = self._send(left)
            if clock.is_up():
                self._kill()
                raise Ended("out of time", only_waited=clock.only_waited)
        if len(reply) > length:
            raise frames.BadFrame("more came after it")
        self._read_output()
        return reply

    def _send(self, left: memoryview) -> memoryview:
        """Writes as much as the pipe takes now, and gives the rest."""
        if left:
            try:
                left = left[self._requests.write(left) or 0 :]
            except BrokenPipeError:
                raise self._ended_itself() from None
            if not left:
                self._waiting.unregister(self._requests)
        return left

    def _read_output(self) -> None:
        """Keeps the beginning of what is printed, counts the rest, and ends a process that prints too much."""
        if self._output.closed:
            return
        while part := self._output.read(CHUNK):
            self._seen += len(part)
            self._kept += part[: max(0, self._limits.output_kept - len(self._kept))]
            if self._seen > self._limits.output_killed:
                self._kill()
                raise Ended("too much output")
        if part == b"":  # the process has ended, or has closed its end: there will be no more
            self._waiting.unregister(self._output)
            self._output.close()

    def printed(self) -> Printed:
        printed = Printed(bytes(self._kept), self._seen - len(self._kept))
        self._kept, self._seen = bytearray(), 0
        return printed

    def _ended_itself(self) -> Ended:
        """How it ended. If it has only closed its pipe, it is killed."""
        self._kill()
        self._read_output()
        return ended(self._status or 0)

    def finish(self) -> None:
        self._requests.close()
        if not self._end_within(SECONDS_TO_END):
            self._kill()
            raise Ended("bad result", "the process would not end after the last result")
        if self._results.read(1):
            raise Ended("bad result", "more came after the result")

    def end(self) -> None:
        if self._status is None:
            self._kill()

    def _kill(self) -> None:
        """Kills the process by its handle, which can never mean another one. Without a handle the worker does it."""
        if self._status is not None:
            return
        if self._handle is None:
            self._worker.say({"kill": True}, [])
        else:
            try:
                signal.pidfd_send_signal(self._handle.fileno(), signal.SIGKILL)
            except ProcessLookupError:  # it ended by itself just now
                pass
        if not self._end_within(SECONDS_TO_FORK):
            raise Broken("a child does not end")

    def _end_within(self, seconds: float) -> bool:
        if self._status is None:
            try:
                self._status = self._worker.hear(seconds)[0]["status"]
            except Silent:
                return False
        return True


class _Clock:
    """The time that one question takes: by the clock, and of the processor.

    A process with one thread uses at most a second of the processor each second, so it is enough to look when the limit
    could have been reached.
    """

    def __init__(self, span: Span, pid: int) -> None:
        self._pid, self._limit = pid, span.cpu
        self._used = self._processor()
        self._began = time.monotonic()
        self._end = self._began + span.wall
        self._quiet = self._began + span.quiet if span.quiet is not None else self._end
        self.only_waited = False
        self.next_look = min(self._end, self._quiet, self._began + self._limit)

    def _processor(self) -> float:
        """Seconds of the processor that the process has used, from the clock that Linux keeps for each process."""
        try:
            return time.clock_gettime((~self._pid << 3) | 2)
        except OSError:  # it has ended; its pipes will say so
            return 0.0

    def is_up(self) -> bool:
        now = time.monotonic()
        if now < self.next_look:
            return False
        used = self._processor() - self._used
        if now >= self._quiet and used < QUIET_SHARE * (now - self._began):
            self.only_waited = True
            return True
        left = self._limit - used
        looks = [now + max(left, 0.001), *([self._quiet] if now < self._quiet else [now + QUIET_LOOKS])]
        self.next_look = min(self._end, *looks)
        return now >= self._end or left <= 0
