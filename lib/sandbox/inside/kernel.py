"""The few calls into the Linux kernel that Python does not offer. Every one raises OSError when it is refused."""

from __future__ import annotations

import ctypes
import os

_LIBC = ctypes.CDLL(None, use_errno=True)

# Numbers from include/uapi/linux/prctl.h
SET_DUMPABLE = 4
CAPBSET_DROP = 24
SET_NO_NEW_PRIVS = 38


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def syscall(number: int, *arguments: int | ctypes.Array | ctypes.Structure | None) -> int:
    """A system call by its number; arrays and structures are handed over by their address."""
    return _checked(_LIBC.syscall(ctypes.c_long(number), *map(_argument, arguments)))


def _argument(value: int | ctypes.Array | ctypes.Structure | None) -> object:
    # Whole numbers go as 64 bits each: ctypes would pass 32, and leave the upper half to chance.
    return ctypes.c_long(value) if isinstance(value, int) else None if value is None else ctypes.byref(value)


def prctl(option: int, value: int = 0, address: ctypes.Structure | None = None) -> int:
    """prctl(2). What an option does not use has to be zero."""
    unused = ctypes.c_ulong(0)
    return _checked(_LIBC.prctl(option, ctypes.c_ulong(value), _argument(address) or unused, unused, unused))
