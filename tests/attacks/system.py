# tries: a shell command
# expect: raised
# says: PermissionError
import os


def f(x):
    if os.system("echo out > /tmp/by-hand-escaped"):
        raise PermissionError("no shell")
