# tries: a link to a file of the grader's
# expect: raised
# says: PermissionError
import os


def f(x):
    os.symlink("/tmp/by-hand-canary", "/tmp/by-hand-escaped")
