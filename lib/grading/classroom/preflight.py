"""What will go wrong before any mark is given: files that do not parse, functions under other names, imports."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lib.exercises import Exercise
from lib.grading.classroom.handed_in import File, Refused, Student
from lib.grading.classroom.submission import Contents, Unreadable, contents_of, read_source
from lib.grading.names import close_names
from lib.sandbox.inside.standins import COMPUTING, DECORATING, DRAWING, RIVALS

_THERE = {"numpy", "lib", *sys.stdlib_module_names} - {*COMPUTING}


@dataclass(frozen=True)
class Source:
    """A file that could be read, as source, and what it defines."""

    student: Student
    name: str
    text: str
    contents: Contents


@dataclass(frozen=True)
class Job:
    """A student's answer to an exercise: the file, and the function's name in it if it is another.

    `why` says why there is no file. `passed_over` are the student's other files that define the function too.
    """

    student: Student
    exercise: Exercise
    source: Source | None
    function: str = ""
    why: str = ""
    passed_over: tuple[Source, ...] = ()


def sources_of(files: Sequence[File]) -> tuple[list[Source], list[Refused]]:
    """The files as Python source; those that cannot be read are refused with the reason."""
    read, refused = [], []
    for file in files:
        try:
            text = read_source(file.name, file.data)
        except Unreadable as error:
            refused.append(Refused(file.name, str(error), file.student))
        else:
            read.append(Source(file.student, file.name, text, contents_of(text)))
    return read, refused


def jobs_of(
    exercises: Sequence[Exercise],
    students: Sequence[Student],
    sources: Sequence[Source],
    refused: Sequence[Refused],
    names: Mapping[str, str],
    guess: bool,
) -> list[Job]:
    """For every student and exercise the file that answers it. The last one counts where several do."""
    own: dict[Student, list[Source]] = {student: [] for student in students}
    for source in sources:
        own[source.student].append(source)
    whys = {one.student: f"{one.name}: {one.why}" for one in reversed(refused) if one.student}
    return [
        _job(student, exercise, own[student], names, guess)
        if own[student]
        else Job(student, exercise, None, why=whys[student])
        for student in students
        for exercise in exercises
    ]


def _job(student: Student, exercise: Exercise, own: Sequence[Source], names: Mapping[str, str], guess: bool) -> Job:
    wanted = exercise.function
    others = [theirs for theirs, ours in names.items() if ours == wanted]
    for name in (wanted, *others):
        if having := [source for source in own if name in source.contents.functions]:
            called = "" if name == wanted else name
            return Job(student, exercise, having[-1], called, passed_over=tuple(having[:-1]))
    close = [(source, name) for source in own for name in close_names(wanted, source.contents.functions)]
    if close and guess:
        return Job(student, exercise, close[0][0], close[0][1])
    broken = [source for source in own if source.contents.error]
    likeliest = close[0][0] if close else (broken or own)[-1]
    return Job(student, exercise, likeliest)


def preflight(jobs: Sequence[Job], sources: Sequence[Source], refused: Sequence[Refused]) -> Iterator[str]:
    """One sentence per thing that is worth knowing before the marks."""
    students = {job.student for job in jobs}
    yield f"{_count(len(students), 'student')}, {_count(len(sources), 'file')}."
    yield from (f"Not read: {f'{one.student.name}: ' if one.student else ''}{one.name}: {one.why}." for one in refused)
    for source in sources:
        if source.contents.error:
            yield f"{source.student.name}: {source.name} does not parse ({source.contents.error})."
    imported = Counter(m for source in sources for m in set(source.contents.imports) if m not in _THERE)
    for module, count in imported.most_common():
        yield f"{_count(count, 'file')} {'imports' if count == 1 else 'import'} {module}: {_meets(module)}."
    for exercise in {job.exercise.slug: job.exercise for job in jobs}.values():
        yield from _names_said(exercise, [job for job in jobs if job.exercise is exercise])


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _meets(module: str) -> str:
    """What happens to a file that imports the module."""
    if module in (*DRAWING, *DECORATING):
        return "it does nothing here"
    if module in COMPUTING:
        return "the file loads, but what uses it fails"
    if module in RIVALS:
        return "the file loads, but what uses it fails: the exercise is to do without"
    return "it is not here, so what uses it fails"


def _names_said(exercise: Exercise, jobs: Sequence[Job]) -> Iterator[str]:
    function = exercise.function
    renamed = Counter(job.function for job in jobs if job.function)
    yield from (f"{count} call {function} {name}; graded under that name." for name, count in renamed.items())
    for job in jobs:
        if job.source and job.passed_over:
            others = ", ".join(source.name for source in job.passed_over)
            yield f"{job.student.name}: {function} is in {others} too; {job.source.name} counts."
    missing = [job for job in jobs if job.source and not job.source.contents.error and not _defines(job)]
    if missing:
        yield f"{_count(len(missing), 'student')} without {function}: {'; '.join(_instead(function, missing))}."


def _instead(function: str, missing: Sequence[Job]) -> Iterator[str]:
    """What they have instead: each likely name with how many chose it, then who has nothing like it."""
    close = {job.student: close_names(function, job.source.contents.functions)[:1] for job in missing if job.source}
    for name, count in Counter(name for names in close.values() for name in names).most_common():
        yield f"{count} named it {name} (--names {name}={function})"
    if lost := [student.name for student, names in close.items() if not names]:
        yield f"{len(lost)} with nothing like it ({', '.join(lost[:5])}{' …' if len(lost) > 5 else ''})"


def _defines(job: Job) -> bool:
    return job.source is not None and (job.function or job.exercise.function) in job.source.contents.functions
