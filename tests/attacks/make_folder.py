# tries: making a folder
# expect: raised
# says: PermissionError
import os


def f(x):
    os.mkdir("/tmp/by-hand-escaped")
