# tries: finding what the student before handed in: in memory, in modules, in temporary files
# expect: raised
# says: PermissionError nothing
# limits: cpu_seconds=4,wall_seconds=8,memory_mib=512
import gc
import linecache
import sys
import tempfile


def f(x):
    needle = "canary-" + "of-the-student-before"
    got = [name for name, lines in linecache.cache.items() if needle in str(lines)]
    got += [name for name, module in list(sys.modules.items()) if hasattr(module, "OF_THE_STUDENT_BEFORE")]
    gc.unfreeze()
    for held in gc.get_objects():
        if isinstance(held, dict) and any(isinstance(one, str) and needle in one and one != needle for one in held.values()):
            if held is not globals() and "needle" not in held:
                got.append(list(held)[:5])
    try:
        got.append(open(tempfile.gettempdir() + "/submission.py").read())
    except PermissionError:
        pass
    if not got:
        raise PermissionError("nothing")
    return got
