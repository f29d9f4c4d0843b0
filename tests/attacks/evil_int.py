# tries: an integer whose size raises
# expect: bad result
class Evil(int):
    def bit_length(self):
        raise SystemExit(3)


def f(x):
    return Evil(3)
