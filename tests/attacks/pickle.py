# tries: a pickle in place of a result
# expect: bad result
import os
import pickle


class Evil:
    def __reduce__(self):
        return os.system, ("echo out > /tmp/by-hand-escaped",)


def f(x):
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, pickle.dumps(Evil()))
        except OSError:
            pass
    return x
