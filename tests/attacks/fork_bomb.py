# tries: processes without end
# expect: raised
# says: PermissionError
import os


def f(x):
    while True:
        os.fork()
