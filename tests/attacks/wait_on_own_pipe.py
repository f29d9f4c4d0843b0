# tries: reading the pipe on which the next call would come
# expect: out of time
import os


def f(x):
    for descriptor in range(3, 64):
        try:
            os.read(descriptor, 10**6)
        except OSError:
            pass
