"""How well learners' code is kept in, found out by trying to get out.

*full*: the system-call filter is in, and real attempts from inside were all refused or stopped. *partial*: an own
process, a clean environment and limits; stops accidents, not attacks. *none*: a time limit only.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from typing import Literal

from lib.sandbox.drive import Broken
from lib.sandbox.job import Call, Limits, Outcome, Ran
from lib.sandbox.pool import Pool, shared_pool

Level = Literal["full", "partial", "none"]
Hosting = Literal["local", "public", "class"]


@dataclass(frozen=True)
class Isolation:
    """How well learners' code is kept in, and why no better; `also` names the measures that are in force."""

    level: Level
    reasons: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """Something that a submission must not manage: the body of a function, and how trying it has to end.

    `error` is the exception that says "refused": any other could mean that the attempt itself is wrong.
    """

    does: str
    code: str
    ends: Outcome = "raised"
    error: str = ""

    def failed(self, ran: Ran) -> bool:
        """Whether it ended as it has to."""
        return ran.outcome == self.ends and (not self.error or (ran.fault is not None and ran.fault.type == self.error))


REFUSED = "PermissionError"
ATTEMPTS = (
    Attempt("open a file", "open('/etc/passwd').read()", error=REFUSED),
    Attempt("write a file", "open('/tmp/by-hand-was-here', 'w').close()", error=REFUSED),
    Attempt("open a socket", "import socket; socket.socket()", error=REFUSED),
    Attempt("start a process", "import os; os.fork() or os._exit(0)", error=REFUSED),
    Attempt("run a program", "import os; os.execv('/bin/true', ['true'])", error=REFUSED),
    Attempt("send a signal", "import os, signal; os.kill(os.getpid(), signal.SIGCONT)", error=REFUSED),
    Attempt("take more memory than allowed", "import numpy; numpy.ones(2**26)", "out of memory"),
    Attempt("run without end", "while True: pass", "out of time"),
)
SELF_TEST = Limits(cpu_seconds=0.3, wall_seconds=10.0, memory_mib=128)


def examine(pool: Pool) -> Isolation:
    """Tries every attempt in the pool's workers. Takes about a second."""
    try:
        refused = pool.refused()
    except Broken as fault:
        return Isolation("none", (f"the process for learners' code does not start: {fault}",))
    source = "\n".join(f"def attempt_{i}():\n    {attempt.code}" for i, attempt in enumerate(ATTEMPTS))
    rans = [pool.run(source, f"attempt_{i}", [Call()], SELF_TEST)[0] for i in range(len(ATTEMPTS))]
    return judged(refused, rans, sys.platform)


def judged(refused: dict[str, str], rans: list[Ran], platform: str) -> Isolation:
    """The level, from what the machine refused to the workers and how the attempts ended."""
    managed = [
        f"a submission can {attempt.does} (it was: {ran.outcome})"
        for attempt, ran in zip(ATTEMPTS, rans, strict=True)
        if not attempt.failed(ran)
    ]
    missing = [f"{name}: {why}" for name, why in refused.items() if why]
    also = tuple(name for name, why in refused.items() if not why)
    if platform == "win32":
        return Isolation("none", ("Windows has no limits that could be set here; only the time is limited",), also)
    if managed or refused.get("system-call filter", "the workers are not filtered"):
        return Isolation("partial", (*missing, *managed), also)
    return Isolation("full", tuple(missing), also)


_known: Isolation | None = None
_lock = threading.Lock()


def isolation() -> Isolation:
    """How well this machine isolates, tried once for the whole run."""
    global _known
    with _lock:
        if _known is None:
            _known = examine(shared_pool())
        return _known


def may_run(level: Level, hosting: Hosting, accepted: Level = "full") -> tuple[bool, str]:
    """Whether learners' code may run here, and the sentence that says so on the screen (empty: nothing to say).

    `accepted` is the operator's setting `accept_isolation`: the lowest level they answer for. Alone on an own machine
    there is nobody to attack, so there it runs whatever the level is.
    """
    ranks = {"none": 0, "partial": 1, "full": 2}
    if level == "full":
        return True, ""
    if hosting == "local":
        note = "stops accidents, not attacks" if level == "partial" else "is stopped by a time limit only"
        return True, f"Your code runs on this computer; what keeps it in {note}."
    if accepted != "none" and ranks[level] >= ranks[accepted]:
        return True, "Code that runs here is kept from accidents, not from attacks; the operator has accepted that."
    return False, (
        "Exercises are off: this server cannot keep strangers' code in. `python -m lib.doctor` says why and what to do."
    )
