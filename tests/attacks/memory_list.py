# tries: a list that grows without end
# expect: out of memory|out of time
def f(x):
    held = []
    while True:
        held.append(bytes(2**20))
