# tries: a finder of its own for what the grader imports later
# expect: returned|exited|bad result
import sys


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        raise SystemExit(name)


sys.meta_path.insert(0, Finder)


def f(x):
    sys.modules.clear()
    return x
