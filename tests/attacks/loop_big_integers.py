# tries: integers that grow without end, inside C
# expect: out of time|out of memory
def f(x):
    n = 3
    while True:
        n = n * n
