"""What a class handed in: a folder, a zip or a tar, by student."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from lib.grading.classroom.archives import BadArchive, Found, found_in, leads_out
from lib.grading.classroom.decoding import NoText, text_of
from lib.grading.classroom.people import (
    METADATA,
    NOBODY,
    Attempt,
    Owner,
    Student,
    Submission,
    depths_of,
    gradescope_submissions,
    is_of_a_platform,
    one_person_each,
    owner_of,
)
from lib.grading.classroom.sources import Refused, listed

__all__ = ["BadArchive", "File", "Refused", "Student", "handed_in", "of_one_student", "student_of"]


@dataclass(frozen=True)
class File:
    """One file of a student, as it was handed in; of a large notebook without pictures."""

    student: Student
    name: str
    data: bytes
    attempt: Attempt = Attempt()


def handed_in(path: Path, skip: Path | None = None) -> tuple[list[File], list[Refused]]:
    """Every file in a folder or archive, by student, and those that are refused. `skip` is a folder to leave out.

    A student's files come in the order of their names, with numbers by their size: hw.py, hw-2.py, hw-10.py. Raises
    BadArchive for what is neither a folder nor an archive.
    """
    found = list(found_in(path, skip))
    astray = [Refused(one.name, why) for one in found if (why := leads_out(one.name))]
    within = sorted(_unwrapped([one for one in found if not leads_out(one.name)]), key=_order)
    told = _gradescope(within)
    owned = [pair for pair in _owned(within) if not pair[0].name.endswith(METADATA)]
    owned = list(_of_persons([one for pair in owned for one in _of_submitters(*pair, told)]))
    files = [File(o.student, o.name, f.data, o.attempt) for f, o in owned if not f.why and not f.other]
    refused = [Refused(o.name, f.why, o.student, o.attempt) for f, o in owned if f.why]
    known = {file.student for file in files} | {one.student for one in refused if one.student}
    return files, [*astray, *refused, *_nothing_else(owned, known)]


def of_one_student(path: Path) -> tuple[list[File], list[Refused]]:
    """The same for a folder or archive that is all one student's, as Gradescope gives it: names are whole paths."""
    found = [one for one in found_in(path) if not one.name.endswith(METADATA)]
    strange = [(one, one.why or leads_out(one.name)) for one in sorted(found, key=_order)]
    files = [File(NOBODY, one.name, one.data) for one, why in strange if not why and not one.other]
    refused = [Refused(one.name, why, NOBODY) for one, why in strange if why]
    if found and not files and not refused:
        refused = [Refused(listed([one.name for one in found]), "no .py or .ipynb was handed in", NOBODY)]
    return files, refused


def student_of(name: str) -> tuple[Student, str]:
    """Who a file belongs to, from its path within the folder or zip, and its name without what the platform added."""
    owner = owner_of(name)
    return owner.student, owner.name


def _owned(found: Sequence[Found]) -> Iterator[tuple[Found, Owner]]:
    depths = depths_of([one.name for one in found if not one.name.endswith(METADATA)])
    yield from ((one, owner_of(one.name, depths)) for one in found)


def _nothing_else(owned: Sequence[tuple[Found, Owner]], known: set[Student]) -> Iterator[Refused]:
    """The students who handed in other files only: else nobody would notice that they are missing."""
    others: dict[Student, list[str]] = {}
    for one, owner in owned:
        if one.other and owner.student not in known and (owner.student.platform or "/" in one.name):
            others.setdefault(owner.student, []).append(owner.name)
    for student, names in others.items():
        yield Refused(listed(names), "no .py or .ipynb was handed in", student)


def _unwrapped(found: Sequence[Found]) -> Sequence[Found]:
    """Without the folders that the whole class was packed into: they are nobody's name."""
    while len(found) > 1 and all("/" in one.name for one in found):
        tops = {one.name.partition("/")[0] for one in found}
        if len(tops) > 1 or is_of_a_platform(min(tops)):
            break
        found = [replace(one, name=one.name.partition("/")[2]) for one in found]
    return found


def _order(found: Found) -> list[tuple[bool, int, str]]:
    path = PurePosixPath(found.name)
    parts = re.split(r"(\d+)", path.with_suffix("").as_posix())
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in (*parts, path.suffix)]


def _gradescope(found: Sequence[Found]) -> Mapping[str, Submission]:
    """What Gradescope's export says of its folders."""
    told: dict[str, Submission] = {}
    for one in found:
        if PurePosixPath(one.name).name == METADATA:
            try:
                told |= gradescope_submissions(text_of(one.data, lambda text: True).text)
            except NoText:  # its folders then count under their own names
                continue
    return told


def _of_submitters(found: Found, owner: Owner, told: Mapping[str, Submission]) -> Iterator[tuple[Found, Owner]]:
    """The same file for everyone of a group that handed in together."""
    if owner.student.platform != "gradescope" or not (submission := told.get(owner.student.name)):
        yield found, owner
        return
    attempt = Attempt("", submission.stamp, time=submission.time)
    for student in submission.students or (owner.student,):
        yield found, replace(owner, student=student, attempt=attempt)


def _of_persons(owned: Sequence[tuple[Found, Owner]]) -> Iterator[tuple[Found, Owner]]:
    """Each file under one spelling of its student; where a student has several attempts, with the time of each."""
    counted = one_person_each([owner.student for _, owner in owned])
    times: dict[Student, dict[str, int]] = {}
    for found, owner in owned:
        places = times.setdefault(counted[owner.student], {})
        places[owner.place] = max(places.get(owner.place, 0), found.minute)
    for found, owner in owned:
        student = counted[owner.student]
        yield found, replace(owner, student=student, attempt=_timed(owner, times[student]))


def _timed(owner: Owner, times: Mapping[str, int]) -> Attempt:
    minute = times[owner.place]
    if owner.attempt.stamp or not minute:
        return owner.attempt
    time = owner.attempt.time or f"{datetime.fromtimestamp(minute * 60, UTC):%Y-%m-%d %H:%M}"
    known = len(times) > 1 and all(times.values())
    return replace(
        owner.attempt, stamp=(minute,) if known else (), time=time if owner.student.platform == "moodle" else ""
    )
