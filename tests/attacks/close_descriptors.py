# tries: closing the pipes to the grader
# expect: raised
# says: PermissionError
import os


def f(x):
    for descriptor in range(64):
        os.close(descriptor)
