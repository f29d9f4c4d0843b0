"""Grades a class: every student's answer to every exercise, in parallel, going on where it stopped before."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lib.exercises import Exercise
from lib.grading.classroom.choice import NoSuchFile, Nowhere, Tie
from lib.grading.classroom.choices import BadChoices, Choices, filled_in_already, read_choices, write_choices
from lib.grading.classroom.class_brief import class_brief
from lib.grading.classroom.doubts import LIST, Doubt, doubts_after, doubts_before, write_doubts
from lib.grading.classroom.feedback import feedback_page
from lib.grading.classroom.handed_in import BadArchive, File, handed_in
from lib.grading.classroom.homework import Homework, homework_of, misplaced
from lib.grading.classroom.kept import KEPT, changed_since, keep, kept_path, made_with, read_kept, write_made_with
from lib.grading.classroom.mark import Mark, all_alike
from lib.grading.classroom.marks import write_canvas, write_marks, write_moodle
from lib.grading.classroom.people import Student
from lib.grading.classroom.points import AS_THEY_ARE, Points
from lib.grading.classroom.preflight import Job, jobs_of, preflight, sources_of
from lib.grading.classroom.published import published
from lib.grading.classroom.sent_back import (
    MAIL,
    MOODLE_ZIP,
    BadAddresses,
    read_addresses,
    write_mail,
    write_moodle_zip,
)
from lib.grading.classroom.similarity_page import answers_of, write_similarity
from lib.grading.classroom.worksheet import BadWorksheet, read_worksheet, write_worksheet
from lib.grading.grade import Grade, grade
from lib.grading.report import as_json, computed, told
from lib.grading.terminal import harmless, track_any

CHOICES = "choices.csv"
GRACE = 0.5  # seconds that a batch which is stopped waits for what is running


@dataclass(frozen=True)
class Plan:
    """What to grade, and where the marks go. `names` maps learners' names of functions to the exercises' names."""

    exercises: tuple[Exercise, ...]
    submissions: Path
    out: Path
    names: Mapping[str, str] = field(default_factory=dict)
    guess: bool = False
    again: bool = False
    choose: Path | None = None  # choices.csv, filled in
    worksheet: Path | None = None  # Moodle's, as it was downloaded
    columns: Mapping[str, str] = field(default_factory=dict)  # of the worksheet, where they are not recognised
    points: Points = AS_THEY_ARE
    homework: Homework | None = None  # which one it is; without, it is known by its exercises
    addresses: Path | None = None  # a list of people with their mail addresses


def run_batch(plan: Plan, *, only_preflight: bool = False) -> bool:
    """Grades, writes marks, feedback and the class brief, and says whether everything could be graded."""
    try:
        files, refused = handed_in(plan.submissions, skip=plan.out)
        sources, unread = sources_of(files)
        refused += unread
        students = sorted({file.student for file in files} | {one.student for one in refused if one.student})
        filled_in = read_choices(plan.choose, students, [e.slug for e in plan.exercises]) if plan.choose else {}
        jobs = jobs_of(plan.exercises, students, sources, refused, plan.names, plan.guess, filled_in)
        sheet = read_worksheet(plan.worksheet, plan.columns) if plan.worksheet else None
        people = read_addresses(plan.addresses) if plan.addresses else []
    except (BadArchive, BadChoices, BadWorksheet, BadAddresses, NoSuchFile) as error:
        print(harmless(str(error)), file=sys.stderr)
        return False
    for sentence in preflight(jobs, sources, refused):
        print(harmless(sentence))
    if only_preflight or not jobs:
        return bool(jobs)
    for sentence in (published(plan.exercises), plan.points.says):
        if sentence:
            print(sentence)
    doubts = [*doubts_before(students, jobs, sources, refused), *_of_other_homework(plan, files)]
    _begin(plan)
    try:
        marks = _graded(plan, jobs)
    except KeyboardInterrupt:
        print(
            f"Stopped. {_kept(plan, jobs)} of {len(jobs)} are graded; the same command goes on from there.",
            file=sys.stderr,
        )
        return False
    doubts += doubts_after(marks)
    write_all(plan, marks)
    send_back(plan, list(_by_student(marks)), people)
    alike = write_similarity(plan.out / "similarity.html", answers_of(jobs))
    if sheet:
        doubts += [
            Doubt("worksheet", says, who)
            for who, says in write_worksheet(plan.out / "moodle.csv", sheet, marks, plan.points)
        ]
    _write_doubts(plan, doubts, [job for job in jobs if isinstance(job.choice, Tie)], filled_in)
    print(harmless(class_brief(plan.exercises, marks)))
    if alike:
        print(f"{alike} pair{' is' if alike == 1 else 's are'} alike, side by side in {plan.out / 'similarity.html'}.")
    print(f"Marks, feedback and class brief are in {plan.out}.{_pointer(plan, doubts)}")
    return all(mark.grade is not None for mark in marks) and all(one.student for one in refused)


def _of_other_homework(plan: Plan, files: Sequence[File]) -> Iterator[Doubt]:
    """The files that were handed out for another homework."""
    wanted = plan.homework or homework_of(plan.exercises)
    for file in files:
        if says := misplaced(file.data.decode("utf-8", "replace"), wanted):
            yield Doubt("another homework", says, file.student, file=file.name)


def _begin(plan: Plan) -> None:
    """Makes the folder for the marks, which git is to leave alone, and says what has changed since it was filled."""
    (plan.out / KEPT).mkdir(parents=True, exist_ok=True)
    (plan.out / ".gitignore").write_text("*\n", encoding="utf-8")
    now = made_with(plan.exercises)
    if changed := changed_since(plan.out, now):
        print(f"Changed since the marks in {plan.out} were made: {', '.join(changed)}. What it decides is graded anew.")
    write_made_with(plan.out, now)


def _write_doubts(plan: Plan, doubts: Sequence[Doubt], ties: Sequence[Job], filled_in: Choices) -> None:
    """The list of doubts, and the files to choose from. What somebody filled in and did not hand over stays."""
    path = plan.out / CHOICES
    mine = plan.choose and plan.choose.resolve() == path.resolve()
    if not ties or not path.exists() or mine or not filled_in_already(path):
        write_choices(path, ties, filled_in)
    else:
        print(f"{path} is filled in: hand it over with --choose {path}.")
    write_doubts(plan.out / LIST, doubts)


def _pointer(plan: Plan, doubts: Sequence[Doubt]) -> str:
    if not doubts:
        return ""
    return f" {len(doubts)} {'doubt is' if len(doubts) == 1 else 'doubts are'} in {plan.out / LIST}: look there first."


def _kept(plan: Plan, jobs: Sequence[Job]) -> int:
    return sum(job.source is not None and kept_path(plan.out, job).exists() for job in jobs)


def _graded(plan: Plan, jobs: Sequence[Job]) -> list[Mark]:
    threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)
    places = {threads.submit(_mark, plan, job): place for place, job in enumerate(jobs)}
    try:
        done = {places[one]: one.result() for one in track_any(as_completed(places), len(jobs), "grading")}
    except KeyboardInterrupt:  # what is nearly done is kept; nobody waits for what may never end
        threads.shutdown(wait=False, cancel_futures=True)
        wait([one for one in places if one.running()], GRACE)
        raise
    threads.shutdown()
    return [done[place] for place in range(len(jobs))]


def _mark(plan: Plan, job: Job) -> Mark:
    """The mark of one job, from what was kept or graded now. Whatever goes wrong stays within this one job."""
    if job.source is None:
        return _unmarked(job, job.why)
    kept = kept_path(plan.out, job)
    if not plan.again and (known := read_kept(kept)):
        return _marked(job, known)
    try:
        given = grade(job.exercise, job.source.text, function=job.function)
    except Exception as error:  # our fault: it is said and not counted, and the others get their marks all the same
        return _unmarked(job, f"our fault; not counted: {type(error).__name__}: {error}")
    if not given.counted:
        return _unmarked(job, given.problem or "our fault; not counted")
    told_in_full = {**as_json(given), "details": _details(given)}
    keep(kept, told_in_full)
    return _marked(job, told_in_full)


def _marked(job: Job, told: Mapping[str, Any]) -> Mark:
    assert job.source is not None
    source = job.source
    absent = isinstance(job.choice, Nowhere) and job.choice.nothing_like_it and all_alike(told) == "no such function"
    return Mark(job.student, job.exercise, told, "", source.name, source.text, job.function, source.attempt, absent)


def _unmarked(job: Job, why: str) -> Mark:
    file = job.source.name if job.source else ""
    return Mark(job.student, job.exercise, None, why, file, attempt=job.attempt)


def _details(given: Grade) -> list[dict[str, str] | None]:
    """For each visible test that failed, what the feedback page shows below its name."""
    return [
        None if t.passed or t.hidden else {"says": told(t), "computed": "\n".join(computed(t)), "hint": t.hint}
        for t in given.tests
    ]


def write_all(plan: Plan, marks: Sequence[Mark]) -> None:
    """Writes marks.csv, a page per student and the class brief; for Moodle and Canvas a file of their own too."""
    by_student = list(_by_student(marks))
    write_marks(plan.out / "marks.csv", plan.exercises, by_student, plan.points)
    platforms = {student.platform for student, _ in by_student}
    if "moodle" in platforms and plan.worksheet is None:
        write_moodle(plan.out / "moodle.csv", by_student, plan.points)
    if "canvas" in platforms:
        title = plan.homework.id if plan.homework and plan.homework.named else "Homework"
        write_canvas(plan.out, plan.exercises, by_student, plan.points, title)
    (plan.out / "class_brief.md").write_text(class_brief(plan.exercises, marks), encoding="utf-8")


def send_back(plan: Plan, by_student: Sequence[tuple[Student, list[Mark]]], people: Sequence[Sequence[str]]) -> None:
    """Writes a page per student, the zip of them that Moodle takes, and the list for whoever sends mail."""
    folder = plan.out / "feedback"
    folder.mkdir(exist_ok=True)
    pages = {student: feedback_page(student, own, plan.points) for student, own in by_student}
    files = {student: f"{student.key}.html" for student in pages}
    for student, page in pages.items():
        (folder / files[student]).write_text(page, encoding="utf-8")
    if at_moodle := {student: page for student, page in pages.items() if student.platform == "moodle" and student.id}:
        write_moodle_zip(plan.out / MOODLE_ZIP, at_moodle)
    listed = {student: f"{folder.name}/{name}" for student, name in files.items()}
    without = write_mail(plan.out / MAIL, pages, people, listed)
    if people and without:
        print(f"{without} of {len(pages)} students have no address in {plan.addresses}, or several: see {MAIL}.")


def _by_student(marks: Sequence[Mark]) -> Iterator[tuple[Student, list[Mark]]]:
    for student in dict.fromkeys(mark.student for mark in marks):
        yield student, [mark for mark in marks if mark.student == student]
