# tries: reading another process's memory
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
    number = {"x86_64": 310, "aarch64": 270}[__import__("platform").machine()]
    pass
    return syscall(number, 1, None, 0, None, 0, 0)
