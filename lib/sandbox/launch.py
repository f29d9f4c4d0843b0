"""How the process that runs learners' code is started, warm or fresh."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# -I: no variables, no user packages, no current folder. -X utf8: what is printed is UTF-8, whatever the locale.
COMMAND = [sys.executable, "-I", "-B", "-X", "utf8", str(Path(__file__).parent / "inside" / "worker.py")]

# Nothing of the app's environment is handed on (but Windows cannot start a program without SYSTEMROOT). One thread for
# each library: with two, OpenBLAS would wait for ever for the one that the filter refuses.
ENVIRONMENT = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    **{name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ},
}
SECONDS_TO_START = 60.0  # to import everything, on a machine that does much else
SECONDS_TO_END = 2.0
