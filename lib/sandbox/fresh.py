"""A fresh process per job, for systems where a warm one must not be forked (macOS, Windows).

It takes many times as long and isolates less: a process of its own with a clean environment, a time limit and, except
on Windows, limits on memory and files. It works everywhere, so it can be tried and compared on Linux.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import IO

from lib.sandbox import frames
from lib.sandbox.drive import Broken, Ended, Printed, ended
from lib.sandbox.job import Limits
from lib.sandbox.launch import COMMAND, ENVIRONMENT, SECONDS_TO_END, SECONDS_TO_START
from lib.sandbox.top_level import Span

CHUNK = 2**16
SECONDS_OF_QUIET = 0.005


class FreshWorker:
    """Takes the place of a warm worker, and starts a process for each job."""

    jobs = 0  # not counted: there is nothing to renew
    pid = os.getpid()
    is_ready = True

    def refused(self) -> dict[str, str]:
        return {"warm worker": "a process with NumPy in it can be forked safely on Linux only"}

    @contextmanager
    def start(self, limits: Limits, calls: int) -> Iterator[FreshChild]:
        process = subprocess.Popen(
            [*COMMAND, "--once"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=ENVIRONMENT,
            start_new_session=True,
        )
        child = FreshChild(process, limits)
        try:
            child.begin(calls)
            yield child
        finally:
            child.end()

    def close(self) -> None:
        """Nothing to end: no process outlives its job."""


class FreshChild:
    """A process that was started for one submission.

    Pipes on Windows cannot be polled, so a thread reads what is printed, and a timer kills the process when it takes
    too long; every wait ends with the process.
    """

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self._process, self._limits = process, limits
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        self._requests, self._results, self._output = process.stdin, process.stdout, process.stderr
        self._killed: Ended | None = None
        self._kept, self._seen = bytearray(), 0
        self._reader = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()

    def begin(self, calls: int) -> None:
        """Waits until it has imported everything, and tells it its limits. Raises Broken."""
        with self._time_limit(SECONDS_TO_START):
            if _read(self._results, len(frames.READY)) != frames.READY:
                raise Broken(f"the process did not start: {self.printed().kept[-2000:].decode(errors='replace')}")
        self._requests.write(frames.frame({"limits": asdict(self._limits), "calls": calls}))

    def ask(self, data: bytes, room: frames.Room, span: Span) -> bytes:
        with self._time_limit(span.wall):
            try:
                _write(self._requests, data)
            except OSError:  # a broken pipe: it has ended
                raise self._ended_itself() from None
            reply = _read(self._results, frames.PREFIX.size)
            length = frames.length_of(reply, room)
            if length is not None:
                reply += _read(self._results, length - len(reply))
        if length is None or len(reply) < length:
            raise self._ended_itself()
        return reply

    @contextmanager
    def _time_limit(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._kill, [Ended("out of time")])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _read_output(self) -> None:
        while part := self._output.read(CHUNK):
            self._seen += len(part)
            self._kept += part[: max(0, self._limits.output_kept - len(self._kept))]
            if self._seen > self._limits.output_killed:
                self._kill(Ended("too much output"))

    def printed(self) -> Printed:
        """What was printed, once nothing more comes: the thread that reads may lag a little behind the answer."""
        seen = -1
        while seen != self._seen and self._reader.is_alive():
            seen = self._seen
            time.sleep(SECONDS_OF_QUIET)
        printed = Printed(bytes(self._kept), self._seen - len(self._kept))
        self._kept, self._seen = bytearray(), 0
        return printed

    def _kill(self, why: Ended) -> None:
        self._killed = self._killed or why
        if sys.platform == "win32":
            self._process.kill()
        elif self._process.poll() is None:  # with all that it started, as far as that stayed in its session
            with suppress(ProcessLookupError):  # it may have ended just now
                os.killpg(self._process.pid, signal.SIGKILL)

    def _ended_itself(self) -> Ended:
        try:
            status = self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._kill(Ended("bad result", "the process closed its end of the pipe"))
            status = self._process.wait()
        return self._killed or ended(status)

    def finish(self) -> None:
        self._requests.close()
        with self._time_limit(SECONDS_TO_END):
            if self._results.read(1):
                raise Ended("bad result", "more came after the result")

    def end(self) -> None:
        self._kill(Ended("exited"))
        self._process.wait()
        self._reader.join(SECONDS_TO_END)
        for file in (self._requests, self._results):
            file.close()
        if not self._reader.is_alive():
            self._output.close()  # else a process that got away holds the pipe: it must not be closed while it is read


def _read(file: IO[bytes], size: int) -> bytes:
    """That many bytes; fewer only at the end."""
    parts, left = [], size
    while left and (part := file.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _write(file: IO[bytes], data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
