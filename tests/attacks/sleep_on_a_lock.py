# tries: waiting for a lock that nobody opens
# expect: out of time
import threading


def f(x):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
