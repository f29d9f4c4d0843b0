# tries: ending the worker
# expect: raised
# says: PermissionError
import os
import signal


def f(x):
    os.kill(os.getppid(), signal.SIGKILL)
