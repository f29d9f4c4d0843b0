# tries: a sum of a range without end, inside C
# expect: out of time
def f(x):
    return sum(range(10**14))
