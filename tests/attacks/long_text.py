# tries: a text of 100 KB for a result
# expect: bad result
# limits: result_bytes=65536
def f(x):
    return "x" * 100_000
