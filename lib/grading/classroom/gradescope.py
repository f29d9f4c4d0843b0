"""Gradescope: results.json as its autograder wants it, and the zip that makes an autograder of a homework.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import importlib.metadata
import shlex
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def results(grade: Grade) -> dict[str, Any]:
    """The grade of a single exercise as results.json.

    What a run prints stays with the instructor, as Gradescope does unless told. There is no execution_time: students
    see it, and how long a hidden test takes may tell what it was given.
    """
    return _told_in_all(grade.score, _about(grade), _tests(grade), [grade])


def homework_results(answered: Sequence[Answered], points: Points = AS_THEY_ARE, note: str = "") -> dict[str, Any]:
    """The grades of a homework as one results.json. `note` is said before everything else."""
    given = [one.grade for one in answered if one.grade is not None]
    if not given:
        return unreadable("; ".join(dict.fromkeys(one.why for one in answered)))
    exercises = [one.exercise for one in answered]
    several = len(answered) > 1
    said = [note, *(f"{_of(one, several)}{line}" for one in answered for line in _said(one)), points.says]
    tests = [test for place, one in enumerate(answered, 1) for test in _rows(one, place, exercises, points)]
    score = sum((_earned(one, exercises, points) for one in answered), Fraction(0))
    return _told_in_all(float(score) if points.plain else float(written(score)), said, tests, given)


def _told_in_all(
    score: float, said: Iterable[str], tests: Iterable[Mapping[str, Any]], grades: Sequence[Grade]
) -> dict[str, Any]:
    return {
        "score": score,
        "output": "\n".join(filter(None, said)),
        "output_format": "text",
        "visibility": "visible",
        "tests": list(tests),
        "extra_data": _extra(grades),
    }


def _earned(one: Answered, exercises: Sequence[Exercise], points: Points) -> Fraction:
    return points.share(one.grade.score, one.exercise, exercises) if one.grade else Fraction(0)


def _of(one: Answered, several: bool) -> str:
    return f"{one.exercise.title}: " if several else ""


def _said(one: Answered) -> list[str]:
    return [f"This cannot be graded: {one.why}."] if one.grade is None else list(_about(one.grade))


def _about(grade: Grade) -> Iterator[str]:
    """What is wrong with an answer as a whole, the likely mistakes in it, and what of the file did not run."""
    yield grade.problem
    yield from (f"Likely mistake: {likely.says}" for likely in grade.mistakes[:2])
    yield from left_out_said(grade)


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


def _rows(one: Answered, place: int, exercises: Sequence[Exercise], points: Points) -> Iterator[dict[str, Any]]:
    """The tests of one exercise of a homework; a single failed one where the answer cannot be graded."""
    several = len(exercises) > 1
    most = float(points.worth(one.exercise, exercises))
    if one.grade is None:
        yield _row(one.exercise.title, str(place), 0.0, most, f"This cannot be graded: {one.why}.", passed=False)
        return
    factor = most / one.exercise.max_score if one.exercise.max_score and not points.plain else 1.0
    for row in _tests(one.grade):
        row["number"] = f"{place}.{row['number']}" if several else row["number"]
        row["name"] = _of(one, several) + row["name"]
        yield {**row, **{key: round(row[key] * factor, 4) for key in ("score", "max_score")}}


def _tests(grade: Grade) -> Iterator[dict[str, Any]]:
    for number, test in enumerate(grade.tests, 1):
        yield _row(test.name, str(number), test.points, test.max_points, _told(test), passed=test.passed)


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
