# tries: a frame of its own with the right token, and then the real one
# expect: bad result
import os

PREFIX = b"by-hand1"


def send(data):
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, data)
        except OSError:
            pass


import json
import sys


def f(x):
    frame = sys._getframe()
    while "call" not in frame.f_locals:
        frame = frame.f_back
    header = {"outcome": "returned", "token": frame.f_locals["call"]["token"], "arrays": [], "value": 1}
    text = json.dumps(header).encode()
    send(PREFIX + len(text).to_bytes(4, "little") + bytes(8) + text)
    return x
