# tries: leaving by os._exit
# expect: exited
import os


def f(x):
    os._exit(0)
