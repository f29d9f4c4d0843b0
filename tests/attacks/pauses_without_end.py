# tries: asking again and again whether the file may go on loading, so as to be given time without end
# expect: out of time
# limits: piece_seconds=0.1,needed_seconds=0.2,load_seconds=0.3
import json
import os
import sys

PREFIX = b"by-hand1"
frame = sys._getframe()
while "job" not in frame.f_locals:
    frame = frame.f_back
job = frame.f_locals["job"]
requests, results = frame.f_locals["requests"], frame.f_locals["results"]
while True:
    header = {"outcome": "pausing", "at": [1, 1, True, 0.0], "token": job["token"], "arrays": []}
    text = json.dumps(header).encode()
    os.write(results, PREFIX + len(text).to_bytes(4, "little") + bytes(8) + text)
    start = os.read(requests, 20)
    job = json.loads(os.read(requests, int.from_bytes(start[8:12], "little")))
