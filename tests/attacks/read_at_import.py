# tries: reading a file while loading
# expect: raised
# says: PermissionError
from pathlib import Path

secret = Path("/etc/hostname").read_text()


def f(x):
    return x
