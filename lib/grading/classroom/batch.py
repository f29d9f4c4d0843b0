"""Grades a class: every student's answer to every exercise, in parallel, going on where it stopped before."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lib.exercises import Exercise
from lib.grading.classroom.class_brief import class_brief
from lib.grading.classroom.feedback import feedback_page
from lib.grading.classroom.handed_in import BadArchive, Student, handed_in
from lib.grading.classroom.mark import Mark
from lib.grading.classroom.marks import write_canvas, write_marks, write_moodle
from lib.grading.classroom.preflight import Job, jobs_of, preflight, sources_of
from lib.grading.classroom.similarity_page import answers_of, write_similarity
from lib.grading.grade import Grade, grade, versions_of
from lib.grading.report import as_json, detail, told
from lib.grading.terminal import harmless, track_any

KEPT = ".graded"  # the folder of what was graded before, inside the one of the marks
KEPT_FORM = "2"  # raised when a kept file holds something else: older ones are then graded again


@dataclass(frozen=True)
class Plan:
    """What to grade, and where the marks go. `names` maps learners' names of functions to the exercises' names."""

    exercises: tuple[Exercise, ...]
    submissions: Path
    out: Path
    names: Mapping[str, str] = field(default_factory=dict)
    guess: bool = False
    again: bool = False


def run_batch(plan: Plan, *, only_preflight: bool = False) -> bool:
    """Grades, writes marks, feedback and the class brief, and says whether everything could be graded."""
    try:
        files, refused = handed_in(plan.submissions)
    except BadArchive as error:
        print(harmless(str(error)), file=sys.stderr)
        return False
    sources, unread = sources_of(files)
    refused += unread
    students = sorted({file.student for file in files} | {one.student for one in refused if one.student})
    jobs = jobs_of(plan.exercises, students, sources, refused, plan.names, plan.guess)
    for sentence in preflight(jobs, sources, refused):
        print(harmless(sentence))
    if only_preflight or not jobs:
        return bool(jobs)
    try:
        marks = _graded(plan, jobs)
    except KeyboardInterrupt:
        print(
            f"Stopped. {_kept(plan)} of {len(jobs)} are graded; the same command goes on from there.", file=sys.stderr
        )
        return False
    write_all(plan, marks)
    write_similarity(plan.out / "similarity.html", answers_of(jobs))
    print(class_brief(plan.exercises, marks))
    print(f"Marks, feedback and class brief are in {plan.out}.")
    return all(mark.grade is not None for mark in marks) and all(one.student for one in refused)


def _kept(plan: Plan) -> int:
    return len(list((plan.out / KEPT).glob("*.json")))


def _graded(plan: Plan, jobs: Sequence[Job]) -> list[Mark]:
    (plan.out / KEPT).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
        places = {threads.submit(_mark, plan, job): place for place, job in enumerate(jobs)}
        try:
            done = {places[one]: one.result() for one in track_any(as_completed(places), len(jobs), "grading")}
        except KeyboardInterrupt:  # jobs that run end by themselves within seconds; the others do not start
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    return [done[place] for place in range(len(jobs))]


def _mark(plan: Plan, job: Job) -> Mark:
    """The mark of one job, from what was kept or graded now. Whatever goes wrong stays within this one job."""
    if job.source is None:
        return Mark(job.student, job.exercise, None, job.why)
    kept = plan.out / KEPT / f"{_fingerprint(job)}.json"
    if (known := _read_kept(kept)) and not plan.again:
        return Mark(job.student, job.exercise, known, file=job.source.name)
    try:
        given = grade(job.exercise, job.source.text, function=job.function)
    except Exception as error:  # our fault: it is said and not counted, and the others get their marks all the same
        return Mark(job.student, job.exercise, None, f"our fault; not counted: {type(error).__name__}: {error}")
    if not given.counted:
        return Mark(job.student, job.exercise, None, given.problem or "our fault; not counted", job.source.name)
    told_in_full = {**as_json(given), "details": _details(given)}
    partial = kept.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(told_in_full, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    partial.replace(kept)
    return Mark(job.student, job.exercise, told_in_full, file=job.source.name)


def _read_kept(path: Path) -> dict[str, Any] | None:
    """What was graded before; nothing if it was not, or only half written."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _fingerprint(job: Job) -> str:
    """The name of the kept file: another student, file, function, exercise, torch or NumPy makes another name."""
    assert job.source is not None
    asked = (job.student.key, job.exercise.slug, job.function, job.source.text)
    parts = (KEPT_FORM, *asked, *versions_of(job.exercise).values())
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _details(given: Grade) -> list[str]:
    """For each visible test that failed, what the feedback page shows below its name."""
    return ["" if t.passed or t.hidden else "\n".join([told(t), *detail(t)]) for t in given.tests]


def write_all(plan: Plan, marks: Sequence[Mark]) -> None:
    """Writes marks.csv, a page per student and the class brief; for Moodle and Canvas a file of their own too."""
    by_student = list(_by_student(marks))
    write_marks(plan.out / "marks.csv", plan.exercises, by_student)
    platforms = {student.platform for student, _ in by_student}
    if "moodle" in platforms:
        write_moodle(plan.out / "moodle.csv", by_student)
    if "canvas" in platforms:
        write_canvas(plan.out / "canvas.csv", plan.exercises, by_student)
    pages = plan.out / "feedback"
    pages.mkdir(exist_ok=True)
    for student, own in by_student:
        (pages / f"{student.key}.html").write_text(feedback_page(student, own), encoding="utf-8")
    (plan.out / "class_brief.md").write_text(class_brief(plan.exercises, marks), encoding="utf-8")


def _by_student(marks: Sequence[Mark]) -> Iterator[tuple[Student, list[Mark]]]:
    for student in dict.fromkeys(mark.student for mark in marks):
        yield student, [mark for mark in marks if mark.student == student]
