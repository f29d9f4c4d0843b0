# tries: a program by posix_spawn
# expect: raised
# says: PermissionError
import os


def f(x):
    os.posix_spawn("/bin/sh", ["sh"], {})
