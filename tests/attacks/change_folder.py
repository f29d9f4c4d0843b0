# tries: going to another folder
# expect: raised
# says: PermissionError
import os


def f(x):
    os.chdir("/")
