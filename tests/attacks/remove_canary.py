# tries: removing a file of the grader's
# expect: raised
# says: PermissionError
import os


def f(x):
    os.remove("/tmp/by-hand-canary")
