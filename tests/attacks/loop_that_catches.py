# tries: an endless loop that catches whatever comes
# expect: out of time
def f(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
