# tries: warnings without end
# expect: out of time
import warnings


def f(x):
    i = 0
    while True:
        i += 1
        warnings.warn("number %d" % i)
