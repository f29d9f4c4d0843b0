"""Every doubt about a class's marks, on one list: whoever reads it, and nothing else, has seen what may be unjust."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.grading.classroom.causes import whole_file
from lib.grading.classroom.choice import Chosen, Tie
from lib.grading.classroom.mark import Mark, all_alike, likely_mistake
from lib.grading.classroom.people import Student, doubles
from lib.grading.classroom.preflight import Job
from lib.grading.classroom.sources import Refused, Source, told_together
from lib.grading.classroom.tables import write_table

LIST = "look_here.csv"


@dataclass(frozen=True)
class Doubt:
    """What to look at: the kind, so that a list can be sorted by it, and in words what it is."""

    kind: str
    says: str
    student: Student | None = None
    exercise: str = ""
    file: str = ""


def doubts_before(
    students: Sequence[Student], jobs: Sequence[Job], sources: Sequence[Source], refused: Sequence[Refused]
) -> Iterator[Doubt]:
    """What may be doubted before any mark: people, files that were not read, files that compete."""
    for student, says in doubles(students):
        yield Doubt("twice", says, student)
    for one in told_together(refused):
        yield Doubt("not read", one.why, one.student, file=one.name)
    for source in sources:
        if source.doubt:
            yield Doubt("encoding", source.doubt, source.student, file=source.name)
    for job in jobs:
        match job.choice:
            case Tie(sources=competing):
                names = " and ".join(source.name for source in competing)
                yield Doubt("files compete", f"{names}: fill in choices.csv", job.student, job.exercise.slug)
            case Chosen(doubt=says) if says:
                yield Doubt("which file", says, job.student, job.exercise.slug, job.choice.source.name)


def doubts_after(marks: Sequence[Mark]) -> Iterator[Doubt]:
    """What may be doubted of the marks themselves: none, a zero because of the file, what the time decided."""
    for mark in marks:
        here = (mark.student, mark.exercise.slug, mark.file)
        if mark.grade is None:
            yield Doubt("no mark", mark.why, *here)
        elif not mark.grade["score"]:
            yield _zero(mark, *here)
        if mark.grade is not None and (says := mark.grade["doubt"]):
            yield Doubt("decided by time", says, *here)


def _zero(mark: Mark, *here: Any) -> Doubt:
    """Why somebody has no point at all: because of the file, or because nothing that it computes is right."""
    assert mark.grade is not None
    if mark.absent:
        return Doubt("not handed in", mark.grade["problem"], *here)
    if why := whole_file(mark):
        return Doubt("zero because of the file", why, *here)
    how = all_alike(mark.grade)
    return Doubt(
        "zero", likely_mistake(mark.grade) or f"no test is passed{f': each ends with {how!r}' if how else ''}", *here
    )


def write_doubts(path: Path, doubts: Sequence[Doubt]) -> None:
    """A row per doubt, those of a student together."""
    heads = ["student", "id", "exercise", "kind", "file", "what to look at"]
    rows = [[*_who(one.student), one.exercise, one.kind, one.file, one.says] for one in sorted(doubts, key=_order)]
    write_table(path, [heads, *rows])


def _who(student: Student | None) -> tuple[str, str]:
    return (student.name, student.id) if student else ("", "")


def _order(doubt: Doubt) -> tuple[str, str]:
    return _who(doubt.student)
