"""How the command line starts. Runs under any Python from 3.7 on: the system's may be old, and have no torch."""

import importlib.util
import os
import shlex
import signal
import sys

NEEDED = ("torch", "numpy")
NEWEST_MISSING = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def start() -> None:
    """Ends in one sentence if this is not the Python for it. Ctrl+C ends quietly while the program loads."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if sys.version_info < NEWEST_MISSING:
        missing.insert(0, "Python 3.11")
    if missing:
        sys.stderr.write(f"{sys.executable} has no {' and no '.join(missing)}. {command()}\n")
        sys.exit(2)


def command() -> str:
    """What to run instead."""
    python = os.path.join(ROOT, ".venv", "bin", "python")
    call = " ".join(["-m", "lib.grading"] + [shlex.quote(word) for word in sys.argv[1:]])
    first = "" if os.path.exists(python) else "once: make app; then: "
    return f"Run {first}{shlex.quote(os.path.relpath(python))} {call}"
