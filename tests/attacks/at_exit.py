# tries: running after the end
# expect: returned
import atexit

atexit.register(lambda: open("/tmp/by-hand-escaped", "w"))


class Late:
    def __del__(self):
        while True:
            pass


late = Late()


def f(x):
    return x
