# tries: nonsense in the result pipe
# expect: bad result
import os

PREFIX = b"by-hand1"


def send(data):
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, data)
        except OSError:
            pass


def f(x):
    send(b"nonsense " * 1000)
    return x
