# tries: an integer of a million digits
# expect: bad result
def f(x):
    return 1 << 4_000_000
