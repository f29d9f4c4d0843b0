# tries: recursion without end, with the limit raised
# expect: too deep|out of memory
# limits: memory_mib=512,cpu_seconds=3,wall_seconds=6
import sys

sys.setrecursionlimit(10**9)


def f(x):
    return f(x)
