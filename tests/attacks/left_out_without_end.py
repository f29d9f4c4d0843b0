# tries: a list without end of what was left out of the file
# expect: bad result
import json
import os
import sys

PREFIX = b"by-hand1"
frame = sys._getframe()
while "job" not in frame.f_locals:
    frame = frame.f_back
left_out = [[1, 1, "raised", None]] * 10_000
header = {"outcome": "returned", "token": frame.f_locals["job"]["token"], "arrays": [], "left_out": left_out}
text = json.dumps(header).encode()
os.write(frame.f_locals["results"], PREFIX + len(text).to_bytes(4, "little") + bytes(8) + text)
while True:
    pass
