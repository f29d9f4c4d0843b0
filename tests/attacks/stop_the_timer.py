# tries: switching off the timer behind the time limit
# expect: raised
# says: not permitted
import signal


def f(x):
    signal.setitimer(signal.ITIMER_REAL, 0)
