# tries: a frame that names one array a thousand times
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
    value = [{"array": 0}] * 1000
    header = {"outcome": "returned", "token": frame.f_locals["call"]["token"], "value": value}
    text = json.dumps({**header, "arrays": [["float64", [1000]]]}).encode()
    send(PREFIX + len(text).to_bytes(4, "little") + (8000).to_bytes(8, "little") + text + bytes(8000))
    while True:
        pass
