# tries: a structure nested too deep to print
# expect: too deep
def f(x):
    x = []
    for _ in range(100_000):
        x = [x]
    return repr(x)
