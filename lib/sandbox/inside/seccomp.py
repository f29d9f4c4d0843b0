"""The filter that leaves a learner's code nothing but computing.

An allow-list, so that a system call which nobody thought of is refused as well. Because every module is imported before
the filter is in, no file has to be opened after it: this holds in containers, where namespaces are often refused.
Refused calls fail with EPERM and become a PermissionError on the learner's own line. x86_64 and aarch64, by one table.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

from lib.sandbox.inside import kernel

# What Python and NumPy need to compute, print and hand back a result, with the number on x86_64 and on aarch64 (None:
# does not exist there). Not in it, among much else: every way to get a descriptor (open, socket, pipe, dup, memfd), a
# process or thread (clone, fork, execve), another process's attention (kill, ptrace, process_vm_*), a path's
# properties (stat: glibc's fstat is a newfstatat, whose path a filter cannot see), signal handlers, timers and limits.
# close is missing too: our own descriptors are the only ones there are.
ALLOWED: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "futex": (202, 98),  # Python's own lock
    "brk": (12, 214),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "clock_gettime": (228, 113),  # mostly answered without the kernel, but not on every machine
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "restart_syscall": (219, 128),  # goes on with a sleep after the machine was suspended
    "sched_yield": (24, 124),
    "getrandom": (318, 278),
    "getrusage": (98, 165),
    "getpid": (39, 172),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
# Allowed unless they ask for memory that can be executed: no machine code but what is loaded already.
ALLOWED_WITHOUT_EXEC: dict[str, tuple[int | None, int]] = {"mmap": (9, 222), "mprotect": (10, 226)}

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMN = {"x86_64": 0, "aarch64": 1}

# Numbers from include/uapi/linux: bpf_common.h, seccomp.h, mman.h
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _KILL_PROCESS = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_NUMBER_AT, _ARCH_AT, _THIRD_ARGUMENT_AT = 0, 4, 16 + 2 * 8  # in struct seccomp_data; both machines are little-endian
_X32 = 0x40000000  # the same calls under other numbers, on x86_64
_PROT_EXEC = 0x4
_SET_SECCOMP, _MODE_FILTER = 22, 2


class _Program(ctypes.Structure):
    """struct sock_fprog; keeps its instructions alive."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def why_not() -> str:
    """Why this machine cannot have the filter; empty if it can."""
    if sys.platform != "linux":
        return "the system-call filter exists on Linux only"
    if platform.machine() not in AUDIT_ARCH or struct.calcsize("P") != 8:
        return f"the system-call filter is written for {' and '.join(AUDIT_ARCH)}, not for {platform.machine()}"
    try:
        kernel.prctl(_SET_SECCOMP, _MODE_FILTER)  # without a program
    except OSError as refusal:
        if refusal.errno != errno.EFAULT:  # EFAULT: the kernel knows filters and looked for the program
            return f"the kernel has no system-call filter ({refusal.strerror})"
    return ""


def program(machine: str) -> bytes:
    """The filter for a machine, as the kernel takes it."""
    column = _COLUMN[machine]
    plain = [numbers[column] for numbers in ALLOWED.values()]
    checked = [numbers[column] for numbers in ALLOWED_WITHOUT_EXEC.values()]
    steps = [
        _step(_LOAD, _ARCH_AT),
        _step(_EQUAL, AUDIT_ARCH[machine], then=1),
        _step(_RETURN, _KILL_PROCESS),  # 32-bit calls have other numbers
        _step(_LOAD, _NUMBER_AT),
        _step(_AT_LEAST, _X32, otherwise=1),
        _step(_RETURN, _REFUSE),
    ]
    for number in plain:
        if number is not None:
            steps += [_step(_EQUAL, number, otherwise=1), _step(_RETURN, _ALLOW)]
    for number in checked:
        assert number is not None
        steps += [
            _step(_EQUAL, number, otherwise=4),
            _step(_LOAD, _THIRD_ARGUMENT_AT),
            _step(_ANY_BIT, _PROT_EXEC, otherwise=1),
            _step(_RETURN, _REFUSE),
            _step(_RETURN, _ALLOW),
        ]
    return b"".join([*steps, _step(_RETURN, _REFUSE)])


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    """struct sock_filter: `then` and `otherwise` are how many steps to jump over."""
    return struct.pack("=HBBI", code, then, otherwise, value)


def enter(instructions: bytes) -> None:
    """Puts the filter in, for good. Needs "no new privileges". Raises OSError."""
    kernel.prctl(_SET_SECCOMP, _MODE_FILTER, _Program(len(instructions) // 8, instructions))
