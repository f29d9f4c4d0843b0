# tries: listing a folder
# expect: raised
# says: PermissionError
import os


def f(x):
    return os.listdir("/")
