# tries: a frame that announces 2^60 bytes
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
    send(PREFIX + (2**31).to_bytes(4, "little") + (2**60).to_bytes(8, "little"))
    return x
