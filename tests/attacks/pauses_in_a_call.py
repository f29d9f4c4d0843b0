# tries: asking for more time in a call, as if the file were still loading
# expect: bad result
import json
import os
import sys

PREFIX = b"by-hand1"


def f(x):
    frame = sys._getframe()
    while "call" not in frame.f_locals:
        frame = frame.f_back
    header = {"outcome": "pausing", "at": [1, 1, True, 0.0], "token": frame.f_locals["call"]["token"], "arrays": []}
    text = json.dumps(header).encode()
    os.write(frame.f_locals["results"], PREFIX + len(text).to_bytes(4, "little") + bytes(8) + text)
    while True:
        pass
