# tries: a function that takes other arguments
# expect: wrong arguments
def f(x, y):
    return x
