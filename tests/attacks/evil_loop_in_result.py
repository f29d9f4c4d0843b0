# tries: a list that never ends
# expect: out of time|out of memory
class Endless(list):
    def __iter__(self):
        while True:
            yield 1.0


def f(x):
    return Endless()
