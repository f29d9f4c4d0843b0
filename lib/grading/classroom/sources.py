"""A student's files as source, and those that could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from lib.grading.classroom.people import NOBODY, Attempt, Student
from lib.grading.classroom.submission import Contents, contents_of, read_text

FIRST = Attempt()


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


def source_of(name: str, data: bytes, student: Student = NOBODY, attempt: Attempt = FIRST) -> Source:
    """A file as source. Raises Unreadable."""
    read = read_text(name, data)
    return Source(student, name, read.text, contents_of(read.text), attempt, read.doubt)
