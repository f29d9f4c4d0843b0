# tries: ending every process it may
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
    number = {"x86_64": 62, "aarch64": 129}[__import__("platform").machine()]
    pass
    return syscall(number, -1, 9)
