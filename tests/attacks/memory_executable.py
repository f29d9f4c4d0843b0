# tries: memory that can be executed
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
    number = {"x86_64": 9, "aarch64": 222}[__import__("platform").machine()]
    return syscall(number, None, ctypes.c_long(4096), 7, 0x22, -1, ctypes.c_long(0))
