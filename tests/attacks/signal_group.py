# tries: ending the whole group
# expect: raised
# says: PermissionError
import os
import signal


def f(x):
    os.killpg(0, signal.SIGKILL)
