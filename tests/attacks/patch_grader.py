# tries: answering for the grader's part in its own process
# expect: bad result|exited|crashed|raised
import sys


def f(x):
    frames = sys.modules["lib.sandbox.frames"]
    frames.frame_of = lambda *args, **kwargs: b"passed"
    return x
