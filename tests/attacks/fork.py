# tries: a second process
# expect: raised
# says: PermissionError
import os


def f(x):
    os.fork()
    return x
