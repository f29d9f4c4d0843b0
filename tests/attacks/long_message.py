# tries: an error with a message of 20 MB
# expect: raised
# says: ValueError
def f(x):
    raise ValueError("x" * 20_000_000)
