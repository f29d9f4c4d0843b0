# tries: reading or writing the database of a class
# expect: raised
# says: PermissionError nothing
import os

PLACES = ["data/class.sqlite", "data/class.sqlite-wal", "data/demo-class/class.sqlite"]


def f(x):
    got = []
    for path in [x] if isinstance(x, str) else PLACES:
        for flags in (os.O_RDONLY, os.O_RDWR, os.O_WRONLY | os.O_CREAT, os.O_PATH):
            try:
                got.append(os.open(path, flags))
            except PermissionError:
                pass
    try:
        import sqlite3

        got.append(sqlite3.connect(path).execute("SELECT * FROM person").fetchall())
    except Exception:
        pass
    if not got:
        raise PermissionError("nothing")
    return got
