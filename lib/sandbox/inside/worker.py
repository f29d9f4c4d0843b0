"""The warm process that forks a child for each submission: `python -I -B worker.py`, started by the pool only.

It imports everything that a submission may need, gives up every right it has, and from then on forks one child per job,
before the job comes. It never reads a submission: it passes the pipes of a job on to the child, which starts as a copy
of a process that holds NumPy and nothing to steal. With `--once` (where forking is not safe) it serves one job itself.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import platform
import select
import signal
import socket
import sys
import threading
import traceback
import warnings
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).parents[3]))  # -I leaves the project's folder out

import numpy as np

from lib.sandbox import frames
from lib.sandbox.inside import child, standins
from lib.sandbox.job import Limits

if sys.platform != "win32":
    from lib.sandbox.inside import confine, seccomp

# What files of students import: loaded before the door is shut, because nothing can be loaded after it.
LOADED = """
    abc argparse array ast base64 bisect builtins calendar cmath collections.abc contextlib contextvars copy csv
    dataclasses datetime decimal difflib doctest enum errno fractions functools gc glob graphlib hashlib heapq hmac
    inspect io itertools json keyword logging math numbers operator os os.path pathlib pickle platform pprint queue
    random re reprlib secrets shutil signal sndhdr statistics string struct sys tempfile textwrap threading time timeit
    tokenize traceback types typing unicodedata unittest uuid warnings weakref zlib _strptime
    concurrent.futures.thread encodings.ascii encodings.cp1252 encodings.idna encodings.latin_1 encodings.utf_16
    encodings.utf_8_sig
    numpy.char numpy.core numpy.core.arrayprint numpy.core.defchararray numpy.core.einsumfunc numpy.core.fromnumeric
    numpy.core.function_base numpy.core.getlimits numpy.core.multiarray numpy.core.numeric numpy.core.numerictypes
    numpy.core.records numpy.core.shape_base numpy.core.umath numpy.ctypeslib numpy.dtypes numpy.exceptions numpy.fft
    numpy.lib.stride_tricks numpy.linalg numpy.ma numpy.matlib numpy.polynomial numpy.random numpy.rec numpy.strings
    numpy.testing numpy.typing
""".split()


def warm_up() -> None:
    """Loads what submissions need, and makes BLAS and LAPACK claim their memory, which they do at first use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about modules that are going away: who imports them may still have them
        for name in LOADED:
            try:
                importlib.import_module(name)
            except ImportError:  # not every Python has every module
                continue
    square = np.random.default_rng(0).normal(size=(64, 64))
    np.linalg.svd(square @ square)
    np.random.seed(None)
    standins.install()
    os.environ.clear()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # what is printed before a crash is seen
    gc.collect()
    gc.freeze()  # a collection in a child would otherwise touch, and so copy, every page


def receive(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next job, and the descriptors that came with it; None when the app has gone."""
    while True:
        data, descriptors, *_ = socket.recv_fds(control, 4096, 3)
        if not data:
            return None
        if descriptors:  # else it asks to kill a child that has ended in the meantime
            return json.loads(data), descriptors


def send(control: socket.socket, message: dict[str, Any], descriptors: tuple[int, ...] = ()) -> None:
    socket.send_fds(control, [json.dumps(message).encode()], list(descriptors))


def serve(control: socket.socket) -> None:
    """Hands each job to a child, until the app closes its end of the socket, or ends.

    PR_SET_PDEATHSIG would not do: it fires when the *thread* that started the worker ends, as threads of the app do.
    """
    why_not = seccomp.why_not()
    filter_program = b"" if why_not else seccomp.program(platform.machine())
    held = confine.address_space()
    child_ended = _child_ended()
    no_input = os.open(os.devnull, os.O_RDONLY)
    refused = {"system-call filter": why_not, **confine.confine()}
    send(control, {"ready": refused})
    spare = Spare(no_input, held, filter_program)
    while (order := receive(control)) is not None:
        job, descriptors = order
        pid = spare.pid
        spare.begin(job, descriptors)
        pidfd = _pidfd(pid)
        send(control, {"pid": pid}, (pidfd,) if pidfd >= 0 else ())
        if pidfd >= 0:
            os.close(pidfd)
        spare = Spare(no_input, held, filter_program)
        if not _until_ended(control, pid, child_ended):
            return


class Spare:
    """A child that is forked before its job comes: forking takes longer than most jobs, and so nobody waits for it.

    It is told its job over a socket of its own, and ends when the worker closes that socket, or ends.
    """

    def __init__(self, no_input: int, held: int, filter_program: bytes) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            _be_child(theirs.fileno(), no_input, held, filter_program)
        theirs.close()

    def begin(self, job: dict[str, Any], descriptors: list[int]) -> None:
        send(self._line, job, tuple(descriptors))
        self._line.close()
        for descriptor in descriptors:
            os.close(descriptor)


def _child_ended() -> int:
    """A pipe that gets a byte whenever a child ends. This works also on kernels that cannot wait for a pidfd."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler of ours there is no byte
    signal.set_wakeup_fd(writing)
    return reading


def _pidfd(pid: int) -> int:
    """A handle on the child that can never mean another process; -1 where the kernel has none."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        return -1


def _until_ended(control: socket.socket, pid: int, child_ended: int) -> bool:
    """Waits for the child and reports how it ended; False when the app has gone, and the child with it."""
    watched = select.poll()
    watched.register(control, select.POLLIN)
    watched.register(child_ended, select.POLLIN)
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            send(control, {"status": os.waitstatus_to_exitcode(status)})
            return True
        if control.fileno() in dict(watched.poll()):
            asked = control.recv(4096)  # to kill it, where the app has no handle of its own; or nothing: end of file
            os.kill(pid, signal.SIGKILL)
            if not asked:
                return False
            watched.unregister(control)
        _empty(child_ended)


def _empty(pipe: int) -> None:
    try:
        while os.read(pipe, 512):
            pass
    except BlockingIOError:
        return


def _be_child(line: int, no_input: int, held: int, filter_program: bytes) -> NoReturn:
    """Becomes the process that a submission runs in. Never returns into the worker's loop."""
    status = 0
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(no_input, 0)  # was the control socket
        os.dup2(line, 3)
        os.closerange(4, confine.DESCRIPTORS)
        with socket.socket(fileno=3) as orders:
            order = receive(orders)
        if order is not None:
            job, (requests, results, output) = order
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.close(output)
            confine.limit_self(Limits(**job["limits"]), job["calls"], held)
            if filter_program:
                seccomp.enter(filter_program)
            child.write_all(results, frames.READY)
            status = _answered(requests, results)
    except BaseException:
        traceback.print_exc()
        status = 1
    finally:
        os._exit(status)  # no atexit, no destructors: no code of the learner's runs after the last answer


def _answered(requests: int, results: int) -> int:
    """The exit code after all answers. What fails here is the learner's doing, and printed text goes to learners: a
    traceback would show them where the server keeps its files."""
    try:
        child.answer(requests, results)
    except BaseException:
        return 1
    return 0


def serve_once() -> None:
    """Serves one job without a fork: frames on standard input and output, printed text on standard error."""
    requests, results = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    child.write_all(results, frames.READY)
    start = child.read_frame(requests)
    if start is None:
        return
    if sys.platform != "win32":
        confine.limit_self(Limits(**start["limits"]), start["calls"], confine.address_space())
    os._exit(_answered(requests, results))


def main() -> None:
    warm_up()
    if "--once" in sys.argv:
        serve_once()
    else:
        assert threading.active_count() == 1  # a fork takes one thread along, and the locks of all
        serve(socket.socket(fileno=0))


if __name__ == "__main__":
    main()
