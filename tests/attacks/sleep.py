# tries: sleeping
# expect: out of time
import time


def f(x):
    time.sleep(60)
