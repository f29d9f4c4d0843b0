"""A student's files as source, and those that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lib.grading.classroom.people import NOBODY, Attempt, Student
from lib.grading.classroom.submission import Contents, contents_of, read_text

FIRST = Attempt()
MOST_LISTED = 3


@dataclass(frozen=True)
class Source:
    """A file that could be read, as source, and what it defines. `doubt` says what may have been read wrongly."""

    student: Student
    name: str
    text: str
    contents: Contents
    attempt: Attempt = FIRST
    doubt: str = ""


@dataclass(frozen=True)
class Refused:
    """A file that is not read, and why. `student` is known unless its path cannot be trusted."""

    name: str
    why: str
    student: Student | None = None
    attempt: Attempt = FIRST


def told_together(refused: Sequence[Refused]) -> list[Refused]:
    """The same with one line for all files of a student that are refused for the same reason: archives have many."""
    alike: dict[tuple[Student | None, str], list[Refused]] = {}
    for one in refused:
        alike.setdefault((one.student, one.why), []).append(one)
    return [replace(several[0], name=listed([one.name for one in several])) for several in alike.values()]


def listed(names: Sequence[str]) -> str:
    """The names in a sentence; of many the first, and how many more there are."""
    more = len(names) - MOST_LISTED
    told = [*names[:MOST_LISTED], f"{more} more"] if more > 0 else list(names)
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)


def source_of(name: str, data: bytes, student: Student = NOBODY, attempt: Attempt = FIRST) -> Source:
    """A file as source. Raises Unreadable."""
    read = read_text(name, data)
    return Source(student, name, read.text, contents_of(read.text), attempt, read.doubt)
