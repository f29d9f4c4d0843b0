# tries: torch by a path of its own
# expect: raised
# says: ModuleNotFoundError|ImportError|PermissionError
import importlib
import sys


def f(x):
    sys.path.insert(0, "/usr/lib/python3/dist-packages")
    sys.meta_path.append(importlib.machinery.PathFinder)
    return importlib.import_module("torch")
