# tries: a header nested a hundred thousand levels deep
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
    text = b"[" * 50_000
    send(PREFIX + len(text).to_bytes(4, "little") + bytes(8) + text)
    return x
