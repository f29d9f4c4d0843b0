# tries: reading secrets.toml, the cookie keys and the database's address from files, the environment and arguments
# expect: raised
# says: PermissionError nothing
import os
import sys

PLACES = [".streamlit/secrets.toml", "../.streamlit/secrets.toml", "/root/.streamlit/secrets.toml"]
PLACES += ["data/demo-class/secrets.toml", "/proc/self/environ", "/proc/1/environ", f"/proc/{os.getppid()}/environ"]
PLACES += [f"/proc/{os.getppid()}/cmdline", f"/proc/{os.getppid()}/mem"]


def f(x):
    got = [text for text in (*os.environ.values(), *sys.argv) if "secret" in text.lower() or "://" in text]
    for path in [x] if isinstance(x, str) else PLACES:
        try:
            got.append(open(path, "rb").read())
        except PermissionError:
            pass
    if not got:
        raise PermissionError("nothing")
    return got
