# tries: an answer of its own, with an error message as long as a book
# expect: raised
import json
import os
import sys

PREFIX = b"by-hand1"


def f(x):
    frame = sys._getframe()
    while "call" not in frame.f_locals:
        frame = frame.f_back
    fault = ["Book" * 40_000, "chapter " * 40_000, 1, "line " * 20_000, "page " * 20_000]
    header = {"outcome": "raised", "token": frame.f_locals["call"]["token"], "arrays": [], "fault": fault}
    text = json.dumps(header).encode()
    data = PREFIX + len(text).to_bytes(4, "little") + bytes(8) + text
    for descriptor in range(3, 16):
        try:
            while data:
                data = data[os.write(descriptor, data) :]
        except OSError:
            continue
    os._exit(0)
