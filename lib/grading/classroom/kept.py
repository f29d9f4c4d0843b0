"""What was graded before, and with what: another grader, exercise, torch or NumPy grades anew."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from lib.exercises import Exercise
from lib.grading.classroom.preflight import Job
from lib.grading.grade import versions_of

KEPT = ".graded"  # the folder of what was graded before, inside the one of the marks
MADE_WITH = "made_with.json"
ROOT = Path(__file__).resolve().parents[3]
# What decides a mark. Whoever writes exercises, and what a class's pages say, is no part of it.
_GRADER = ("grading", "sandbox", "tensors", "exercises", "lesson", "entropy", "losses", "optimizers", "schedulers")


@cache
def grader_version() -> str:
    """A hash of the program that grades: it changes with every change of it."""
    seen = hashlib.sha256()
    for path in sorted(path for room in _GRADER for path in (ROOT / "lib" / room).rglob("*.py")):
        seen.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()[:12]


def made_with(exercises: Sequence[Exercise]) -> dict[str, Any]:
    """What marks depend on besides the files."""
    versions = versions_of(exercises[0])
    return {
        "grader": grader_version(),
        "python": platform.python_version(),
        "torch": versions["torch"],
        "numpy": versions["numpy"],
        "exercises": {exercise.slug: exercise.version for exercise in exercises},
    }


def changed_since(out: Path, now: Mapping[str, Any]) -> list[str]:
    """What of it has changed since the marks in this folder were made; nothing if there are none."""
    try:
        before = json.loads((out / MADE_WITH).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    known = before.get("exercises", {})
    others = [name for name in ("grader", "python", "torch", "numpy") if before.get(name) != now[name]]
    return others + [slug for slug, version in now["exercises"].items() if known.get(slug, version) != version]


def write_made_with(out: Path, now: Mapping[str, Any]) -> None:
    told = {**now, "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"}
    (out / MADE_WITH).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def kept_path(out: Path, job: Job) -> Path:
    """Where the grade of a job is kept. Another student, file, function or anything it was made with is another
    place."""
    assert job.source is not None
    asked = (job.student.key, job.exercise.slug, job.function, job.source.text)
    parts = (grader_version(), platform.python_version(), *asked, *versions_of(job.exercise).values())
    name = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return out / KEPT / f"{name}.json"


def read_kept(path: Path) -> dict[str, Any] | None:
    """What was graded before; nothing if it was not, or only half written."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def keep(path: Path, told: Mapping[str, Any]) -> None:
    """Writes it whole or not at all."""
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(told, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    partial.replace(path)
