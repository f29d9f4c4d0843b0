# tries: a program by subprocess
# expect: raised
# says: PermissionError|ModuleNotFoundError
import subprocess


def f(x):
    return subprocess.run(["id"])
