# tries: reading what it sent, and the questions that are still to come
# expect: raised|out of time
# says: nothing more
import os


def f(x):
    read = []
    for descriptor in range(3, 16):
        try:
            os.set_blocking(descriptor, False)
        except OSError:
            pass
    for descriptor in (0, 1, 2):
        try:
            read.append(os.read(descriptor, 100))
        except OSError:
            pass
    assert any(read), "nothing more"
    return x
