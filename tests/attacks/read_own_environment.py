# tries: printing its own environment, which must hold nothing
# expect: returned
import os


def f(x):
    print(dict(os.environ))
    assert not os.environ
    return x
