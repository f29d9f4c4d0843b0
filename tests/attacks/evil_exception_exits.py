# tries: an exception that exits when it is shown
# expect: raised|exited|crashed
class Evil(Exception):
    def __str__(self):
        raise SystemExit(0)


def f(x):
    raise Evil
