# tries: shared anonymous memory, beyond the limit
# expect: raised|out of memory
import mmap


def f(x):
    return len(mmap.mmap(-1, 2**33))
