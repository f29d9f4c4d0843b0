# tries: catching the signals that would end it
# expect: raised
# says: PermissionError
import signal


def f(x):
    for number in (signal.SIGXCPU, signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass
