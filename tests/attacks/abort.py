# tries: aborting
# expect: crashed
import os


def f(x):
    os.abort()
