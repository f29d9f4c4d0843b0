# tries: a frame of its own, instead of a result
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
    header = b'{"outcome": "returned", "token": "guessed", "arrays": [], "value": 1}'
    send(PREFIX + len(header).to_bytes(4, "little") + bytes(8) + header)
    return x
