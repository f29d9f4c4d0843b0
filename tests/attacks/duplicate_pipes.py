# tries: copies of the result pipe
# expect: raised
# says: PermissionError
import os


def f(x):
    return [os.dup(1) for _ in range(1000)]
