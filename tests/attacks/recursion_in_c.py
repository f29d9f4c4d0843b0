# tries: recursion without end through C
# expect: too deep|out of memory|crashed
# limits: memory_mib=512,cpu_seconds=3,wall_seconds=6
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "")


def f(x):
    return Deep().a
