# tries: bytecode that is none
# expect: crashed|raised
def f(x):
    f.__code__ = f.__code__.replace(co_code=b"\xff" * 40, co_stacksize=0)
    return f(x)
