# tries: a number beyond all bounds, with the bounds taken away on this side
# expect: bad result
import sys


def f(x):
    frames = sys.modules["lib.sandbox.frames"]
    frames.INTEGER_BITS_MOST = frames.NESTING_MOST = frames.HEADER_MOST = 10**9
    return {"step": 1 << 10_000}
