# tries: a regular expression that takes for ever, inside C
# expect: out of time
import re


def f(x):
    return re.match(r"(a+)+$", "a" * 60 + "b")
