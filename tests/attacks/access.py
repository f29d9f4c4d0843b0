# tries: asking whether a file may be read
# expect: returned
import os


def f(x):
    assert not os.access("/etc/passwd", os.R_OK)
    assert not os.path.exists("/")
    return x
