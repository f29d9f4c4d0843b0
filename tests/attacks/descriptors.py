# tries: descriptors without end
# expect: raised
# says: PermissionError|OSError
import os


def f(x):
    while True:
        os.pipe()
