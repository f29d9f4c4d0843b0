# tries: reading a private exercise: its solution, the mistakes that are known, the tests that are hidden
# expect: raised
# says: PermissionError nothing
import os

PLACES = ["/srv/my_exercises", "exercises/softmax"]
FILES = ["solution.py", "exercise.toml", "mistakes/adds.py", "mistakes"]


def f(x):
    got = []
    for folder in [x] if isinstance(x, str) else PLACES:
        for look in (os.listdir, lambda path: list(os.scandir(path)), os.stat):
            try:
                got.append(look(folder))
            except PermissionError:
                pass
        got += list(os.walk(folder))
        for name in FILES:
            try:
                got.append(open(os.path.join(folder, name)).read())
            except PermissionError:
                pass
    if not got:
        raise PermissionError("nothing")
    return got
