# tries: a file that is not UTF-8
# expect: does not parse
name = "ÿþé"


def f(x):
    return x
