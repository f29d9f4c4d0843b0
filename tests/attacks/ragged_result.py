# tries: rows of different lengths
# expect: returned
def f(x):
    return [[1.0], [1.0, 2.0]]
