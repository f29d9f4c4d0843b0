# tries: another program in its place
# expect: raised
# says: PermissionError
import os


def f(x):
    os.execv("/bin/sh", ["sh", "-c", "echo out > /tmp/by-hand-escaped"])
