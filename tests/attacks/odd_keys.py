# tries: a state whose keys are no names
# expect: returned
def f(x):
    return x, {1: x, None: 2, True: 3, 2.5: "\ud800", "\ud800": 4}
