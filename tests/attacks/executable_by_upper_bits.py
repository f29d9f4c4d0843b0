# tries: executable memory, asked for with the upper half of the argument filled
# expect: raised
# says: PermissionError
import ctypes
import os
import platform


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    number = {"x86_64": 9, "aarch64": 222}[platform.machine()]
    for protection in (0x5 | 1 << 32, 0x7 | 0xFFFF << 40, 0x4):
        asked = [ctypes.c_long(n) for n in (number, 0, 4096, protection, 0x22, -1, 0)]
        if libc.syscall(*asked) >= 0:
            return x
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
