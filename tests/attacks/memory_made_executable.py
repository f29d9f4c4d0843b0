# tries: making its memory executable afterwards
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
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    place = libc.mmap(None, ctypes.c_size_t(4096), 3, 0x22, -1, ctypes.c_long(0))
    number = {"x86_64": 10, "aarch64": 226}[__import__("platform").machine()]
    return syscall(number, ctypes.c_void_p(place), ctypes.c_long(4096), 7)
