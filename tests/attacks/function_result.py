# tries: a function
# expect: bad result
def f(x):
    return f
