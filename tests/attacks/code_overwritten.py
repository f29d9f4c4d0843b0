# tries: writing over machine code that is loaded, and running it
# expect: crashed|raised
import ctypes
import mmap
import os


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    place = ctypes.cast(libc.getppid, ctypes.c_void_p).value
    page = place & ~(mmap.PAGESIZE - 1)
    if libc.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(2 * mmap.PAGESIZE), 3):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    ctypes.memset(place, 0x90, 16)
    libc.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(2 * mmap.PAGESIZE), 5)
    libc.getppid()
    return x
