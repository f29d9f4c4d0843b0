"""Grades one submission: `grade` runs the tests of an exercise on it and compares what comes back."""

import sys

if sys.argv[:1] == ["-m"]:  # while `python -m lib.grading` starts, before anything that takes long or may be missing
    from lib.grading.start import start

    start()
