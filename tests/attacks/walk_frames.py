# tries: looking for expected values up the call stack
# expect: returned
import sys


def f(x):
    frame, seen = sys._getframe(), []
    while frame:
        seen.append({**frame.f_globals, **frame.f_locals})
        frame = frame.f_back
    print(repr(seen)[:60000])
    return x
