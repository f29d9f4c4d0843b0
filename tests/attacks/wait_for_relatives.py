# tries: waiting for other processes
# expect: raised
# says: PermissionError|ChildProcessError
import os


def f(x):
    os.wait()
