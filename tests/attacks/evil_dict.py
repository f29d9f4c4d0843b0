# tries: a dict whose items raise
# expect: bad result
class Evil(dict):
    def items(self):
        raise SystemError("gotcha")


def f(x):
    return Evil(a=1)
