# tries: answers to questions that were not asked yet
# expect: bad result
import os

PREFIX = b"by-hand1"


def send(data):
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, data)
        except OSError:
            pass


header = b'{"outcome": "returned", "token": "", "arrays": [], "value": 1}'
send((PREFIX + len(header).to_bytes(4, "little") + bytes(8) + header) * 20)


def f(x):
    return x
