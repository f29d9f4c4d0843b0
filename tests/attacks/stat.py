# tries: asking whether a file is there
# expect: raised
# says: PermissionError
import os


def f(x):
    return os.stat("/etc/passwd").st_size
