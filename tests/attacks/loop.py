# tries: an endless loop in Python
# expect: out of time
def f(x):
    while True:
        pass
