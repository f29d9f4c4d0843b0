# tries: leaving a temporary file
# expect: raised
# says: PermissionError|FileNotFoundError
import tempfile


def f(x):
    return tempfile.mkdtemp()
