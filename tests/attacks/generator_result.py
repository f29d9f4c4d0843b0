# tries: a generator
# expect: bad result
def f(x):
    yield 1
