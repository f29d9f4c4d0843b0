# tries: a second thread
# expect: raised
# says: RuntimeError
import threading


def f(x):
    threading.Thread(target=print).start()
    return x
