# tries: closing the pipes to the grader at one stroke
# expect: returned
import os


def f(x):
    os.closerange(0, 64)
    return x
