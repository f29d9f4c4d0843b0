"""Gradescope: results.json as its autograder wants it, and the zip that makes an autograder of a homework.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import importlib.metadata
import shlex
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from lib.exercises import Exercise
from lib.grading.classroom.points import AS_THEY_ARE, Points, written
from lib.grading.grade import Grade, TestResult
from lib.grading.report import detail, left_out_said, told

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
# Grades what was handed in. No results.json: our fault, and Gradescope gives no score for it.
set -uo pipefail
cd /autograder/source
mkdir -p /autograder/results
/autograder/venv/bin/python -m lib.grading grade {exercises} /autograder/submission \\
  --exercises exercises{options} --format gradescope --out /autograder/results/results.json
"""


@dataclass(frozen=True)
class Answered:
    """What became of one exercise: the grade, or why the answer to it cannot be graded."""

    exercise: Exercise
    grade: Grade | None
    why: str = ""


def unreadable(why: str) -> dict[str, Any]:
    """results.json for a file that cannot be read: its author can mend it and hand in again."""
    return {"score": 0.0, "output": f"This cannot be graded: {why}.", "output_format": "text", "visibility": "visible"}


def results(answered: Sequence[Answered], points: Points = AS_THEY_ARE, note: str = "") -> dict[str, Any]:
    """The grades of a homework as results.json. What a run prints stays with the instructor, as Gradescope does unless
    told.

    There is no execution_time: students see it, and how long a hidden test takes may tell what it was given. `note` is
    said before everything else.
    """
    if all(one.grade is None for one in answered):
        return unreadable("; ".join(dict.fromkeys(one.why for one in answered)))
    exercises = [one.exercise for one in answered]
    said = [note, *(line for one in answered for line in _said(one, several=len(answered) > 1)), points.says]
    tests = [test for place, one in enumerate(answered, 1) for test in _tests(one, place, exercises, points)]
    score = sum((_earned(one, exercises, points) for one in answered), Fraction(0))
    return {
        "score": float(written(score)) if not points.plain else sum(test["score"] for test in tests),
        "output": "\n".join(filter(None, said)),
        "output_format": "text",
        "visibility": "visible",
        "tests": tests,
        "extra_data": _extra([one.grade for one in answered if one.grade is not None]),
    }


def _earned(one: Answered, exercises: Sequence[Exercise], points: Points) -> Fraction:
    return points.share(one.grade.score, one.exercise, exercises) if one.grade else Fraction(0)


def _said(one: Answered, *, several: bool) -> Iterator[str]:
    """What is wrong with an answer as a whole, and the likely mistakes in it."""
    of = f"{one.exercise.title}: " if several else ""
    if one.grade is None:
        yield f"{of}This cannot be graded: {one.why}."
        return
    if one.grade.problem:
        yield of + one.grade.problem
    yield from (f"{of}Likely mistake: {likely.says}" for likely in one.grade.mistakes[:2])
    yield from (of + says for says in left_out_said(one.grade))


def _extra(grades: Sequence[Grade]) -> dict[str, Any]:
    """For whoever reads the results with a program; the keys of a single exercise stand at the top."""
    told = [
        {
            "exercise": grade.exercise,
            "versions": dict(grade.versions),
            "isolation": grade.isolation,
            "mistakes": [likely.says for likely in grade.mistakes],
            "mistake_names": [likely.name for likely in grade.mistakes],
        }
        for grade in grades
    ]
    return told[0] if len(told) == 1 else {"exercises": told}


def _tests(one: Answered, place: int, exercises: Sequence[Exercise], points: Points) -> Iterator[dict[str, Any]]:
    """The tests of one exercise; a single failed one where the answer cannot be graded."""
    several = len(exercises) > 1
    most = float(points.worth(one.exercise, exercises))
    if one.grade is None:
        yield _row(one.exercise.title, str(place), 0.0, most, f"This cannot be graded: {one.why}.", passed=False)
        return
    factor = most / one.exercise.max_score if one.exercise.max_score and not points.plain else 1.0
    for number, test in enumerate(one.grade.tests, 1):
        name = f"{one.exercise.title}: {test.name}" if several else test.name
        counted = f"{place}.{number}" if several else str(number)
        earned, could = (round(value * factor, 4) for value in (test.points, test.max_points))
        yield _row(name, counted, earned, could, _told(test), passed=test.passed)


def _told(test: TestResult) -> str:
    """Of a hidden test only the kind of failure is said, so everybody may see it."""
    if test.passed:
        return "passed"
    return test.outcome if test.hidden else "\n".join([told(test), *detail(test)])


def _row(name: str, number: str, score: float, most: float, says: str, *, passed: bool) -> dict[str, Any]:
    return {
        "name": name,
        "number": number,
        "score": score,
        "max_score": most,
        "status": "passed" if passed else "failed",
        "output": says,
        "output_format": "text",
        "visibility": "visible",
    }


def write_bundle(exercises: Exercise | Sequence[Exercise], path: Path, options: Sequence[str] = ()) -> None:
    """The zip to upload as an autograder: this program, the exercises, setup.sh and run_autograder.

    `options` are handed on to `grade`.
    """
    asked = [exercises] if isinstance(exercises, Exercise) else list(exercises)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in _scripts(asked, options).items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            bundle.writestr(entry, text)
        for source, name in _files(asked):
            bundle.write(source, name)


def _scripts(exercises: Sequence[Exercise], options: Sequence[str]) -> Mapping[str, str]:
    versions = {name: importlib.metadata.version(name).partition("+")[0] for name in NEEDED}
    slugs = " ".join(shlex.quote(exercise.slug) for exercise in exercises)
    handed = "".join(f" {shlex.quote(option)}" for option in options)
    return {"setup.sh": SETUP.format(**versions), "run_autograder": RUN.format(exercises=slugs, options=handed)}


def _files(exercises: Sequence[Exercise]) -> Iterator[tuple[Path, str]]:
    """The part of this program that grades, and the exercises' folders."""
    for package in PACKAGES:
        for path in sorted((ROOT / "lib" / package).rglob("*.py")):
            yield path, path.relative_to(ROOT).as_posix()
    for path in (ROOT / "lib" / name for name in MODULES):
        yield path, path.relative_to(ROOT).as_posix()
    for exercise in exercises:
        for path in sorted(exercise.folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path, f"exercises/{exercise.slug}/{path.relative_to(exercise.folder).as_posix()}"
