# tries: reading address 0
# expect: crashed
import ctypes


def f(x):
    return ctypes.string_at(0)
