"""Gradescope: results.json as its autograder wants it, and the zip that makes an autograder of an exercise.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import importlib.metadata
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lib.exercises import Exercise
from lib.grading.grade import Grade, TestResult
from lib.grading.report import detail, told

ROOT = Path(__file__).resolve().parents[3]
MODULES = ("__init__.py", "budget.py", "catalog.py", "once.py", "refusal.py")
PACKAGES = ("entropy", "losses", "optimizers", "schedulers", "lesson", "tensors", "exercises", "sandbox", "grading")
NEEDED = ("torch", "numpy")  # what grading imports

SETUP = """#!/usr/bin/env bash
# Installs what grading needs: a Python from 3.11 on (Ubuntu 22.04 calls an older one python3), PyTorch without CUDA.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update
for python in python3.13 python3.12 python3.11; do
  if apt-get install -y "$python" "$python-venv"; then break; fi
done
"$python" -m venv /autograder/venv
/autograder/venv/bin/pip install --index-url https://download.pytorch.org/whl/cpu torch=={torch}
/autograder/venv/bin/pip install numpy=={numpy}
"""

RUN = """#!/usr/bin/env bash
# Grades the file that was handed in. No results.json: our fault, and Gradescope gives no score for it.
set -uo pipefail
cd /autograder/source
mkdir -p /autograder/results
/autograder/venv/bin/python -m lib.grading grade {slug} /autograder/submission \\
  --exercises exercises --format gradescope --out /autograder/results/results.json
"""


def unreadable(why: str) -> dict[str, Any]:
    """results.json for a file that cannot be read: its author can mend it and hand in again."""
    return {"score": 0.0, "output": f"This cannot be graded: {why}.", "output_format": "text", "visibility": "visible"}


def results(grade: Grade) -> dict[str, Any]:
    """The grade as results.json. What a run prints stays with the instructor, as Gradescope does unless told.

    There is no execution_time: students see it, and how long a hidden test takes may tell what it was given.
    """
    return {
        "score": grade.score,
        "output": "\n".join([grade.problem, *(f"Likely mistake: {m.says}" for m in grade.mistakes[:2])]).strip(),
        "output_format": "text",
        "visibility": "visible",
        "tests": [_test(test, place) for place, test in enumerate(grade.tests, 1)],
        "extra_data": {
            "exercise": grade.exercise,
            "versions": dict(grade.versions),
            "isolation": grade.isolation,
            "mistakes": [likely.says for likely in grade.mistakes],
            "mistake_names": [likely.name for likely in grade.mistakes],
        },
    }


def _test(test: TestResult, place: int) -> dict[str, Any]:
    """One test. Of a hidden one only the kind of failure is said, so everybody may see it."""
    says = "passed" if test.passed else (test.outcome if test.hidden else "\n".join([told(test), *detail(test)]))
    return {
        "name": test.name,
        "number": str(place),
        "score": test.points,
        "max_score": test.max_points,
        "status": "passed" if test.passed else "failed",
        "output": says,
        "output_format": "text",
        "visibility": "visible",
    }


def write_bundle(exercise: Exercise, path: Path) -> None:
    """The zip to upload as an autograder: this program, the exercise, setup.sh and run_autograder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in _scripts(exercise).items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            bundle.writestr(entry, text)
        for source, name in _files(exercise):
            bundle.write(source, name)


def _scripts(exercise: Exercise) -> Mapping[str, str]:
    versions = {name: importlib.metadata.version(name).partition("+")[0] for name in NEEDED}
    return {"setup.sh": SETUP.format(**versions), "run_autograder": RUN.format(slug=exercise.slug)}


def _files(exercise: Exercise) -> Iterator[tuple[Path, str]]:
    """The part of this program that grades, and the exercise's folder."""
    for package in PACKAGES:
        for path in sorted((ROOT / "lib" / package).rglob("*.py")):
            yield path, path.relative_to(ROOT).as_posix()
    for path in (ROOT / "lib" / name for name in MODULES):
        yield path, path.relative_to(ROOT).as_posix()
    for path in sorted(exercise.folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path, f"exercises/{exercise.slug}/{path.relative_to(exercise.folder).as_posix()}"
