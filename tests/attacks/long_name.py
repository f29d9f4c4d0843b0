# tries: a state whose entry has a name of 100 KB
# expect: bad result
# limits: result_bytes=65536
def f(x):
    return x, {"x" * 100_000: 1}
