# tries: the exception of Ctrl+C
# expect: raised
# says: KeyboardInterrupt
def f(x):
    raise KeyboardInterrupt
