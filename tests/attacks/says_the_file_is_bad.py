# tries: an answer that says of the whole file what it was given, as if it had no function
# expect: bad result
import json
import os
import sys

PREFIX = b"by-hand1"


def send(data):
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, data)
        except OSError:
            pass


def f(x):
    frame = sys._getframe()
    while "call" not in frame.f_locals:
        frame = frame.f_back
    header = {"outcome": "no such function", "token": frame.f_locals["call"]["token"], "found": [str(x.tolist())]}
    text = json.dumps({**header, "arrays": []}).encode()
    send(PREFIX + len(text).to_bytes(4, "little") + bytes(8) + text)
    while True:
        pass
