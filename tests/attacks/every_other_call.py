# tries: every system call there is, but for those that computing needs
# expect: returned
import ctypes
import errno
import platform

NEEDED = {
    "x86_64": {0, 1, 9, 10, 11, 12, 24, 25, 28, 35, 39, 60, 96, 98, 201, 202, 219, 228, 229, 230, 231, 318},
    "aarch64": {63, 64, 93, 94, 98, 101, 113, 114, 115, 124, 128, 165, 169, 172, 214, 215, 216, 222, 226, 233, 278},
}[platform.machine()]


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    for number in set(range(700)) - NEEDED - {335, 336}:  # the kernel's own probes, which end whoever else calls them
        for argument in (0, -1):
            result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(argument)] * 6)
            assert (result, ctypes.get_errno()) == (-1, errno.EPERM), number
    return x
