# tries: a dict whose keys collide, which is slow to read
# expect: returned|bad result|out of time
def f(x):
    return {i * (2**61 - 1): i for i in range(20_000)}
