"""What a worker gives up before it meets the first submission, and what a child may use.

The system-call filter is the wall. Everything here stands behind it, for the day on which the filter has a hole; each
measure is tried, and what a machine refuses is reported, not fatal: containers refuse namespaces, old kernels have no
Landlock. All of it has to happen after the imports, which need files.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from lib.sandbox.inside import kernel
from lib.sandbox.job import Limits

NOBODY = 65534
STACK = 64 * 2**20  # Linux keeps 128 MB of room below a stack, whatever the limit was at the start
DESCRIPTORS = 64
CHILD_DESCRIPTORS = 16
WAYS = 3  # what loading may take in one process, in multiples of its limit: a statement that is needed goes beyond it

# Numbers from include/uapi/linux: sched.h, landlock.h, capability.h
_NEW_UTS, _NEW_IPC, _NEW_USER, _NEW_NET = 0x04000000, 0x08000000, 0x10000000, 0x40000000
_UNSHARE = {"x86_64": 272, "aarch64": 97}
_CAPSET = {"x86_64": 126, "aarch64": 91}
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_CAPABILITY_VERSION = 0x20080522


def lower_priority() -> None:
    """The app goes first, and when memory runs out the kernel takes a worker rather than the app."""
    os.nice(5)
    Path("/proc/self/oom_score_adj").write_text("800")


def few_descriptors() -> None:
    """Limits how many files can be open: a child closes all that it could have inherited."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


def enter_namespaces() -> None:
    """Gives the worker a network without devices, and IPC and a host name of its own.

    An ordinary user may do so only in a user namespace. Root goes without one, and drops its user id later: within a
    user namespace it could still read root's files.
    """
    user, group = os.geteuid(), os.getegid()
    number = _UNSHARE[os.uname().machine]
    if user == 0:
        kernel.syscall(number, _NEW_NET | _NEW_IPC | _NEW_UTS)
        return
    kernel.syscall(number, _NEW_USER | _NEW_NET | _NEW_IPC | _NEW_UTS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")


def empty_root() -> None:
    """The root folder becomes one that is deleted already: empty, and nothing can be made in it."""
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.rmdir(folder)
    os.chroot(".")


def drop_bounding_set() -> None:
    """Takes from every program that might be started from here the means to gain a capability."""
    for capability in range(64):
        try:
            kernel.prctl(kernel.CAPBSET_DROP, capability)
        except OSError as refusal:
            if refusal.errno == errno.EINVAL:  # beyond the last one that this kernel has
                return
            raise


def drop_root() -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def drop_capabilities() -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    kernel.syscall(_CAPSET[os.uname().machine], header, (ctypes.c_uint32 * 6)())


def no_new_privileges() -> None:
    kernel.prctl(kernel.SET_NO_NEW_PRIVS, 1)


def not_dumpable() -> None:
    """Keeps other processes of the same user from reading this one's memory, and what /proc says about it."""
    kernel.prctl(kernel.SET_DUMPABLE, 0)


def landlock() -> None:
    """Shuts off all files and TCP ports, and signals and abstract sockets to the outside, as far as this kernel can."""
    version = kernel.syscall(_LANDLOCK_CREATE, None, 0, 1)
    files = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)  # how many kinds of access to files it knows
    handled = [(1 << files) - 1, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0]
    size = 8 * (1 if version < 4 else 2 if version < 6 else 3)
    rules = kernel.syscall(_LANDLOCK_CREATE, (ctypes.c_uint64 * 3)(*handled), size, 0)
    try:
        kernel.syscall(_LANDLOCK_RESTRICT, rules, 0)
    finally:
        os.close(rules)


# In this order: namespaces and the root folder need what is dropped afterwards, Landlock needs "no new privileges".
MEASURES: dict[str, Callable[[], None]] = {
    "low priority": lower_priority,
    "few descriptors": few_descriptors,
    "own namespaces": enter_namespaces,
    "empty root folder": empty_root,
    "empty bounding set": drop_bounding_set,
    "not root": drop_root,
    "no capabilities": drop_capabilities,
    "no new privileges": no_new_privileges,
    "not dumpable": not_dumpable,
    "Landlock": landlock,
}


def confine() -> dict[str, str]:
    """Gives up all that can be given up; for each measure why it was refused, or nothing."""
    return {name: _refusal(measure) for name, measure in MEASURES.items()}


def _refusal(measure: Callable[[], None]) -> str:
    try:
        measure()
    except OSError as refusal:
        return refusal.strerror or str(refusal)
    except KeyError:  # a machine whose call numbers are not in the tables above
        return f"not written for {os.uname().machine}"
    return ""


def address_space() -> int:
    """Bytes of address space that this process holds (Linux; elsewhere 0)."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def limit_self(limits: Limits, calls: int, held: int) -> None:
    """Sets what the process may use from here on. `held` is what it holds already, in bytes of address space.

    The grader watches the time of every call; the times set here are for all calls together, and end a child even when
    nobody watches any more. (No limit on processes holds for root, but root has been dropped by now.)
    """
    seconds = int(limits.cpu_seconds * calls + WAYS * limits.load_seconds) + 2
    values = {
        "RLIMIT_CPU": seconds,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_NOFILE": CHILD_DESCRIPTORS,
        "RLIMIT_AS": held + limits.memory_mib * 2**20,
        "RLIMIT_STACK": STACK,
    }
    for name, value in values.items():
        number = getattr(resource, name, None)  # not every system has every limit
        if number is not None:
            _lower(number, value)
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds * calls + WAYS * limits.load_seconds + 5)


def _lower(number: int, value: int) -> None:
    hard = resource.getrlimit(number)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    above = hard == resource.RLIM_INFINITY or value < hard
    grace = 1 if number == resource.RLIMIT_CPU and above else 0  # SIGXCPU, which says why, before SIGKILL
    try:
        resource.setrlimit(number, (value, value + grace))
    except (OSError, ValueError):
        if sys.platform == "linux":  # macOS refuses some of its own limits; they are then the system's
            raise
