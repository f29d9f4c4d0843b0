# tries: a power that would fold into gigabytes
# expect: returned
def f(x):
    if x is None:
        return 9**9**9**9
    return x
