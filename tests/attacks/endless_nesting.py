# tries: a list that contains itself
# expect: bad result
def f(x):
    x = []
    x.append(x)
    return x
