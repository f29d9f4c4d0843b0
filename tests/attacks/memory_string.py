# tries: a string of 4 GB
# expect: out of memory
def f(x):
    return "x" * 2**32
