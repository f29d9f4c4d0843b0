"""What will go wrong before any mark is given: files that do not parse, functions under other names, imports."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lib.exercises import Exercise
from lib.grading.handed_in import File, Refused, Student
from lib.grading.names import close_names
from lib.grading.submission import Contents, Unreadable, contents_of, read_source

_THERE = {"numpy", "lib", *sys.stdlib_module_names}


@dataclass(frozen=True)
class Source:
    """A file that could be read, as source, and what it defines."""

    student: Student
    name: str
    text: str
    contents: Contents


@dataclass(frozen=True)
class Job:
    """A student's answer to an exercise: the file, and the function's name in it if it is another. No file: `why`."""

    student: Student
    exercise: Exercise
    source: Source | None
    function: str = ""
    why: str = ""


def sources_of(files: Sequence[File]) -> tuple[list[Source], list[Refused]]:
    """The files as Python source; those that cannot be read are refused with the reason."""
    read, refused = [], []
    for file in files:
        try:
            text = read_source(file.name, file.data)
        except Unreadable as error:
            refused.append(Refused(f"{file.student.name}: {file.name}", str(error), file.student))
        else:
            read.append(Source(file.student, file.name, text, contents_of(text)))
    return read, refused


def jobs_of(
    exercises: Sequence[Exercise],
    students: Sequence[Student],
    sources: Sequence[Source],
    names: Mapping[str, str],
    guess: bool,
) -> list[Job]:
    """For every student and exercise the file that answers it. The last one counts where several do."""
    own: dict[Student, list[Source]] = {student: [] for student in students}
    for source in sources:
        own[source.student].append(source)
    return [_job(student, exercise, own[student], names, guess) for student in students for exercise in exercises]


def _job(student: Student, exercise: Exercise, own: Sequence[Source], names: Mapping[str, str], guess: bool) -> Job:
    if not own:
        return Job(student, exercise, None, why="no file that can be read")
    wanted = exercise.function
    others = [theirs for theirs, ours in names.items() if ours == wanted]
    for name in (wanted, *others):
        if having := [source for source in own if name in source.contents.functions]:
            return Job(student, exercise, having[-1], "" if name == wanted else name)
    close = [(source, name) for source in own for name in close_names(wanted, source.contents.functions)]
    if close and guess:
        return Job(student, exercise, close[0][0], close[0][1])
    broken = [source for source in own if source.contents.error]
    likeliest = close[0][0] if close else (broken or own)[-1]
    return Job(student, exercise, likeliest)


def preflight(jobs: Sequence[Job], sources: Sequence[Source], refused: Sequence[Refused]) -> Iterator[str]:
    """One sentence per thing that is worth knowing before the marks."""
    students = {job.student for job in jobs}
    yield f"{len(students)} students, {len(sources)} files."
    yield from (f"Not read: {one.name}: {one.why}." for one in refused)
    for source in sources:
        if source.contents.error:
            yield f"{source.student.name}: {source.name} does not parse ({source.contents.error})."
    imported = Counter(m for source in sources for m in set(source.contents.imports) if m not in _THERE)
    yield from (f"{count} import {module}." for module, count in imported.most_common())
    for exercise in {job.exercise.slug: job.exercise for job in jobs}.values():
        yield from _names_said(exercise, [job for job in jobs if job.exercise is exercise])


def _names_said(exercise: Exercise, jobs: Sequence[Job]) -> Iterator[str]:
    missing = [j for j in jobs if j.source and not j.source.contents.error and not _defines(j)]
    renamed = Counter(job.function for job in jobs if job.function)
    yield from (f"{count} call {exercise.function} {name}; graded under that name." for name, count in renamed.items())
    if not missing:
        return
    used = Counter(
        n for j in missing if j.source for n in close_names(exercise.function, j.source.contents.functions)[:1]
    )
    named = ", ".join(f"{count} named it {name} (--names {name}={exercise.function})" for name, count in used.items())
    yield f"{len(missing)} have no {exercise.function}{': ' + named if named else ''}."


def _defines(job: Job) -> bool:
    return job.source is not None and (job.function or job.exercise.function) in job.source.contents.functions
