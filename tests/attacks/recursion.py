# tries: recursion without end
# expect: too deep
def f(x):
    return f(x)
