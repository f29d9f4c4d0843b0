# tries: naming statements that cannot be, while the file loads
# expect: bad result
import json
import os
import sys

PREFIX = b"by-hand1"
frame = sys._getframe()
while "job" not in frame.f_locals:
    frame = frame.f_back
header = {"outcome": "pausing", "at": [0, -5, "yes", 1e400], "token": frame.f_locals["job"]["token"], "arrays": []}
text = json.dumps(header).encode()
os.write(frame.f_locals["results"], PREFIX + len(text).to_bytes(4, "little") + bytes(8) + text)
while True:
    pass
