"""What will go wrong before any mark is given: files that do not parse, functions under other names, imports."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from lib.exercises import Exercise
from lib.grading.classroom.choice import Choice, Chosen, NoSuchFile, Nowhere, Tie, Unread, chosen, picked
from lib.grading.classroom.handed_in import File
from lib.grading.classroom.people import Attempt, Student
from lib.grading.classroom.sources import Refused, Source, source_of, told_together
from lib.grading.classroom.submission import Unreadable
from lib.grading.names import close_names
from lib.sandbox.inside.standins import COMPUTING, DECORATING, DRAWING, RIVALS

_THERE = {"numpy", "lib", *sys.stdlib_module_names} - {*COMPUTING}


@dataclass(frozen=True)
class Job:
    """A student's answer to an exercise: the file, and the function's name in it if it is another.

    `why` says why there is no file. `choice` is what the rule for files gave.
    """

    student: Student
    exercise: Exercise
    source: Source | None
    function: str = ""
    why: str = ""
    choice: Choice | None = None

    @property
    def attempt(self) -> Attempt:
        """When it was handed in: the file that counts, or those that may be meant."""
        match self.choice:
            case Chosen(source=source) | Nowhere(likeliest=Source() as source):
                return source.attempt
            case Tie(sources=several) | Unread(files=several):
                return several[0].attempt
        return Attempt()


def sources_of(files: Sequence[File]) -> tuple[list[Source], list[Refused]]:
    """The files as Python source; those that cannot be read are refused with the reason."""
    read, refused = [], []
    for file in files:
        try:
            read.append(source_of(file.name, file.data, file.student, file.attempt))
        except Unreadable as error:
            refused.append(Refused(file.name, str(error), file.student, file.attempt))
    return read, refused


def jobs_of(
    exercises: Sequence[Exercise],
    students: Sequence[Student],
    sources: Sequence[Source],
    refused: Sequence[Refused],
    names: Mapping[str, str],
    guess: bool,
    choices: Mapping[tuple[Student, str], str] | None = None,
) -> list[Job]:
    """For every student and exercise the file that answers it. `choices` has the instructor's word on ties."""
    own: dict[Student, list[Source]] = {student: [] for student in students}
    unread: dict[Student, list[Refused]] = {student: [] for student in students}
    for source in sources:
        own[source.student].append(source)
    for one in refused:
        if one.student:
            unread[one.student].append(one)
    jobs = []
    for student in students:
        for exercise in exercises:
            rule = partial(chosen, exercise, names=names, guess=guess)
            choice = rule(own[student], unread[student])
            if word := (choices or {}).get((student, exercise.slug), ""):
                choice = rule([_picked(choice, student, own[student], word)])
            jobs.append(_job(student, exercise, choice))
    return jobs


def _picked(choice: Choice, student: Student, own: Sequence[Source], word: str) -> Source:
    try:
        return picked(choice, own, word)
    except NoSuchFile as error:
        raise NoSuchFile(f"{student.name}, {choice.exercise.slug}: {error}") from error


def _job(student: Student, exercise: Exercise, choice: Choice) -> Job:
    match choice:
        case Chosen():
            return Job(student, exercise, choice.source, choice.function, choice=choice)
        case Tie() | Unread():
            return Job(student, exercise, None, why=choice.says, choice=choice)
    return Job(
        student, exercise, choice.likeliest, why="" if choice.likeliest else "nothing was handed in", choice=choice
    )


def preflight(jobs: Sequence[Job], sources: Sequence[Source], refused: Sequence[Refused]) -> Iterator[str]:
    """One sentence per thing that is worth knowing before the marks."""
    students = {job.student for job in jobs}
    yield f"{_count(len(students), 'student')}, {_count(len(sources), 'file')}."
    yield from (
        f"Not read: {f'{one.student.name}: ' if one.student else ''}{one.name}: {one.why}."
        for one in told_together(refused)
    )
    for source in sources:
        if source.contents.error:
            yield f"{source.student.name}: {source.name} does not parse ({source.contents.error})."
    imported = Counter(m for source in sources for m in source.contents.imports if m not in _THERE)
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
        if isinstance(job.choice, Chosen) and job.choice.passed_over:
            others = ", ".join(source.name for source in job.choice.passed_over)
            yield f"{job.student.name}: {function} is in {others} too; {job.choice.source.name} counts."
        if isinstance(job.choice, Tie):
            yield f"{job.student.name}: {' and '.join(one.name for one in job.choice.sources)} compete for {function}."
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
    return isinstance(job.choice, Chosen)
