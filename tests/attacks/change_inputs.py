# tries: changing its inputs, which is a note
# expect: returned
def f(x):
    x[:] = 0
    return x
