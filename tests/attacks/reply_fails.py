# tries: a reply that fails, so that our own traceback would be printed
# expect: exited
import sys


def f(x):
    def fails(*args):
        raise OSError("no reply")

    sys.modules["lib.sandbox.inside.child"].write_all = fails
    return x
