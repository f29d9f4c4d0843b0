# tries: complex numbers
# expect: returned
def f(x):
    return x * 1j
