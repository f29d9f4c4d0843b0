# tries: a file with a mistake in it
# expect: does not parse
def f(x)
    return x
