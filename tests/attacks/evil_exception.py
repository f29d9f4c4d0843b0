# tries: an exception that cannot be shown
# expect: raised
# says: Evil
class Evil(Exception):
    def __str__(self):
        raise self


def f(x):
    raise Evil
