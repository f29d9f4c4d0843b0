# tries: text that reads otherwise than it runs
# expect: returned
def f(x):
    """‮ drawkcab ⁦ ‬"""
    return x
