"""choices.csv: files that compete, to be filled in by whoever may decide, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lib.grading.classroom.choice import Tie
from lib.grading.classroom.people import Student
from lib.grading.classroom.preflight import Job
from lib.grading.classroom.tables import harmless_cell, read_table, write_table

HEADS = ("student", "id", "exercise", "choose")
Choices = Mapping[tuple[Student, str], str]


class BadChoices(ValueError):
    """Says what in a file of choices cannot be taken."""


def write_choices(path: Path, ties: Sequence[Job], filled_in: Choices) -> None:
    """A row per tie: whose, for which exercise, a cell to fill in with a file's name or number, and the files. What
    was filled in stays; without ties no file is left."""
    if not ties and not filled_in:
        path.unlink(missing_ok=True)
        return
    rows = {(job.student, job.exercise.slug): _files(job) for job in ties}
    rows = {**{one: [] for one in filled_in}, **rows}
    most = max(map(len, rows.values()))
    heads = [*HEADS, *(f"file {place}" for place in range(1, most + 1))]
    cells = [[s.name, s.id, slug, filled_in.get((s, slug), ""), *files] for (s, slug), files in rows.items()]
    write_table(path, [heads, *cells])


def filled_in_already(path: Path) -> bool:
    """Whether somebody has filled in a cell of this file."""
    try:
        rows, _ = read_table(path)
    except ValueError:
        return True  # it is no table of ours: leave it alone
    return any(len(row) > 3 and row[3].strip() for row in rows[1:])


def _files(job: Job) -> list[str]:
    return [source.name for source in job.choice.sources] if isinstance(job.choice, Tie) else []


def read_choices(path: Path, students: Sequence[Student], slugs: Sequence[str]) -> dict[tuple[Student, str], str]:
    """What was filled in; rows left empty, and for exercises that are not graded, count for nothing. Raises
    BadChoices."""
    try:
        rows, _ = read_table(path)
    except ValueError as error:
        raise BadChoices(f"{path}: {error}.") from error
    heads = [head.strip().casefold() for head in rows[0]] if rows else []
    if missing := [head for head in HEADS if head not in heads]:
        raise BadChoices(f"{path} has no column {missing[0]}; expected {', '.join(HEADS)} and the files.")
    chosen: dict[tuple[Student, str], str] = {}
    for row in rows[1:]:
        name, number, slug, word = ((row[at].strip() if (at := heads.index(head)) < len(row) else "") for head in HEADS)
        if word and slug in slugs:
            chosen[_meant(path, students, name, number), slug] = word
    return chosen


def _meant(path: Path, students: Sequence[Student], name: str, number: str) -> Student:
    """The student of a row. A spreadsheet takes zeros off the front of numbers."""
    named = [one for one in students if harmless_cell(one.name).strip() == name]
    exact = [one for one in named if one.id.lstrip("0") == number.lstrip("0")]
    if not exact:
        raise BadChoices(f"{path}: there is no student {name}{f' with number {number}' if number else ''}.")
    return exact[0]
