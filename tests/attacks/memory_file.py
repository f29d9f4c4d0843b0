# tries: a file in memory, to write a program into
# expect: raised
# says: PermissionError
import ctypes
import os

def syscall(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def f(x):
    number = {"x86_64": 319, "aarch64": 279}[__import__("platform").machine()]
    pass
    return syscall(number, ctypes.c_char_p(b"program"), 0)
