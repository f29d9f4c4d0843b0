# tries: an object that equals everything
# expect: bad result
class Equal:
    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        raise SystemExit


def f(x):
    return Equal()
