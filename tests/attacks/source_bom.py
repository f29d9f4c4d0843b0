# tries: a byte order mark, as Windows writes it
# expect: returned
def f(x):
    return x
