# tries: blocking the signals that would end it
# expect: raised
# says: PermissionError
import signal


def f(x):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        pass
