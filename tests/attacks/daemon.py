# tries: a process that outlives the grading
# expect: raised
# says: PermissionError
import os


def f(x):
    if os.fork() == 0:
        os.setsid()
        while True:
            pass
    return x
