# tries: freeing an array that is in use, over and over
# expect: crashed|returned|out of time
import ctypes


def f(x):
    for _ in range(10**6):
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(x))
    return x
