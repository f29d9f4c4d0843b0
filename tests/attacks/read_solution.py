# tries: reading the exercise's solution
# expect: raised
# says: PermissionError
from pathlib import Path


def f(x):
    return [path.read_text() for path in Path("/work").glob("**/solution.py")] or open("exercises/softmax/solution.py")
