# tries: constants that would fold into gigabytes
# expect: returned
def f(x):
    "x" * 1000 * 1000 * 1000 if x is None else 0
    return x
