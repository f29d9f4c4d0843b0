# tries: reading a file while loading
# expect: raised
# says: PermissionError
from pathlib import Path

try:
    secret = Path("/etc/hostname").read_text()
except OSError as error:
    secret = error


def f(x):
    raise secret
