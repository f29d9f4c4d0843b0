"""Whose file it is, from the names that Moodle, Canvas, Gradescope and Blackboard give; and which attempt it is."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

MOST_OF_A_NAME = 50  # characters, of up to four bytes: file systems take 255 bytes
ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2")

_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)$")
_CANVAS = re.compile(r"^(?P<name>.+?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<upload>\d{3,})_(?P<rest>.+)$")
_CANVAS_ANONYMOUS = re.compile(r"^(?P<late>LATE_)?(?P<name>anon_(?P<id>[A-Za-z0-9]+))_(?P<upload>\d{3,})_(?P<rest>.+)$")
_BLACKBOARD = re.compile(
    r"^.+?_(?P<name>(?P<id>[^_]+))_attempt_(?P<time>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<rest>.+)|\.txt)$"
)
_GRADESCOPE = re.compile(r"^(?P<name>submission_(?P<id>\d+))$")
_NOT_IN_NAMES = re.compile(r"[^\w-]+")
_PLATFORMS = (
    *(("moodle", _MOODLE), ("blackboard", _BLACKBOARD), ("gradescope", _GRADESCOPE)),
    *(("canvas", _CANVAS_ANONYMOUS), ("canvas", _CANVAS)),
)
_ATTEMPT = re.compile(
    r"(?i)\b(?:attempt|versuch|tentati\w+|intento|poging|próba|podejście|попытка|尝试|提交)[ _-]*(\d+)"
)
_AGAIN = re.compile(r"-\d+(?=(?:\.[^.]+)*$)")  # what Canvas adds when a file of this name is handed in again

METADATA = "submission_metadata.yml"  # Gradescope's: who is behind submission_123456


@dataclass(frozen=True, order=True)
class Student:
    """Who handed in: the name as it is written, and the platform's own number, if it gives one."""

    name: str
    id: str = ""
    platform: str = ""  # "moodle", "canvas", "gradescope", "blackboard", or nothing

    @property
    def key(self) -> str:
        """A file name that no other student has, also where upper and lower case are the same."""
        plain = _NOT_IN_NAMES.sub("_", self.name).strip("_")[:MOST_OF_A_NAME] or "student"
        if self.id or plain == self.name.casefold():
            return f"{plain}_{_NOT_IN_NAMES.sub('_', self.id)}" if self.id else plain
        return f"{plain}_{hashlib.sha256(self.name.encode()).hexdigest()[:6]}"


NOBODY = Student("")


@dataclass(frozen=True)
class Attempt:
    """Which of a student's attempts a file is. Only files of one `series` replace each other, by `stamp`.

    On Canvas a series is what was handed in under one name, and its stamp the number of the upload; else it is all of
    a student's, by the time. `time` is that time in words, where the platform tells it.
    """

    series: str = ""
    stamp: tuple[int, ...] = ()
    late: bool = False
    time: str = ""

    def replaces(self, other: Attempt) -> bool:
        """Whether this is a newer attempt at the same."""
        return bool(self.stamp and other.stamp) and self.series == other.series and self.stamp > other.stamp


@dataclass(frozen=True)
class Owner:
    """Who a file belongs to, its name without what the platform added, and the folder that is one attempt."""

    student: Student
    name: str
    attempt: Attempt = Attempt()
    place: str = ""


def owner_of(path: str, depths: Collection[int] | None = None) -> Owner:
    """From a file's path within what was handed in. Names that a platform made count at these depths only, else at
    any: students' own files and folders may be called alike, by chance or to be taken for another's."""
    parts = PurePosixPath(path).parts
    for depth, part in enumerate(parts):
        if (depths is None or depth in depths) and (named := _named(part)):
            return _owner(*named, parts, depth)
    if len(parts) > 1:
        return Owner(Student(_unpacked(parts[0])), "/".join(parts[1:]), place=parts[0])
    return Owner(Student(PurePosixPath(_unpacked(path)).stem), path)


def _named(part: str) -> tuple[str, re.Match[str]] | None:
    """The platform that made this name, if one did."""
    return next(((platform, found) for platform, one in _PLATFORMS if (found := one.match(part))), None)


def depths_of(paths: Sequence[str]) -> Collection[int] | None:
    """How deep the platform's names stand: where more than half of the paths have them; any depth if all have some.

    Canvas numbers every upload: what has one number twice are students' own names. An archive is one upload.
    """
    first: dict[str, tuple[int, re.Match[str]]] = {}
    for path in paths:
        for depth, part in enumerate(PurePosixPath(path).parts):
            if named := _named(part):
                first[path] = depth, named[1]
                break
    made = {"/".join(PurePosixPath(path).parts[: depth + 1]): found for path, (depth, found) in first.items()}
    uploads = [upload for found in made.values() if (upload := found.groupdict().get("upload"))]
    if len(set(uploads)) < len(uploads) or not first:
        return ()
    if len(first) == len(set(paths)):
        return None
    ((depth, count),) = Counter(depth for depth, _ in first.values()).most_common(1)
    return (depth,) if count * 2 > len(set(paths)) else (0,)


def _owner(platform: str, found: re.Match[str], parts: Sequence[str], depth: int) -> Owner:
    groups = found.groupdict()
    first = groups.get("rest") or ""
    rest = "/".join([first, *parts[depth + 1 :]]).strip("/") or parts[depth]
    identity = "" if platform == "blackboard" else groups["id"]
    student = Student(groups["name"].strip(), identity, platform)
    place = "/".join([*parts[:depth], groups["name"], identity])
    return Owner(student, rest, _attempt(groups, first, rest), place)


def _attempt(groups: Mapping[str, str | None], first: str, rest: str) -> Attempt:
    """What the names say of the attempt."""
    late = bool(groups.get("late"))
    if upload := groups.get("upload"):
        return Attempt(_AGAIN.sub("", first), (int(upload),), late)
    if time := groups.get("time"):
        year, month, day, *clock = time.split("-")
        return Attempt("", tuple(map(int, time.split("-"))), late, f"{year}-{month}-{day} {':'.join(clock)}")
    if numbered := _ATTEMPT.search(rest.rpartition("/")[0]):
        return Attempt("numbered", (int(numbered[1]),), late)
    return Attempt(late=late)


def is_of_a_platform(part: str) -> bool:
    """Whether a folder's or file's name was made by a platform, and so is somebody's."""
    return _named(part) is not None


def _unpacked(name: str) -> str:
    """The name without the ending of an archive."""
    return next((name[: -len(end)] for end in ARCHIVES if name.lower().endswith(end) and len(name) > len(end)), name)


@dataclass(frozen=True)
class Submission:
    """What Gradescope's export tells of one folder: who handed it in, one or a group, and when."""

    students: tuple[Student, ...]
    time: str = ""

    @property
    def stamp(self) -> tuple[int, ...]:
        return tuple(map(int, re.findall(r"\d+", self.time.partition(".")[0])))[:6]


def gradescope_submissions(text: str) -> dict[str, Submission]:
    """The folders in submission_metadata.yml. It is YAML of one shape, so its lines are enough."""
    told: dict[str, Submission] = {}
    for block in re.split(r"(?m)^(?=submission_\w+:\s*$)", text):
        if not (head := re.match(r"(submission_\w+):", block)):
            continue
        within = re.search(r"(?ms)^\s+:submitters:\s*\n(.*?)(?=^\s{1,2}:\w+:|\Z)", block)
        people = re.split(r"(?m)^\s*-\s", within[1] if within else "")
        students = tuple(student for one in people if (student := _submitter(one)))
        time = re.search(r"(?m)^\s{1,2}:created_at:\s*(.+)$", block)
        told[head[1]] = Submission(students, _scalar(time[1]) if time else "")
    return told


def _submitter(lines: str) -> Student | None:
    told = {key: _scalar(value) for key, value in re.findall(r"(?m)^\s*:?(\w+):[ \t]*(.*)$", lines)}
    name = told.get("name") or told.get("email", "")
    return Student(name, told.get("sid", ""), "gradescope") if name else None


def _scalar(text: str) -> str:
    text = text.strip()
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        try:
            return str(json.loads(re.sub(r"\\x(\w\w)", r"\\u00\1", text)))
        except ValueError:
            return text[1:-1]
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return text[1:-1].replace("''", "'")
    return "" if text in ("~", "null") else text


def one_person_each(students: Sequence[Student]) -> dict[Student, Student]:
    """For each student under whom to count: on a platform one number is one person, however the name is spelled."""
    first: dict[tuple[str, str], Student] = {}
    for student in students:
        first.setdefault((student.platform, student.id), student)
    return {one: first[one.platform, one.id] if one.platform and one.id else one for one in students}


def doubles(students: Sequence[Student]) -> Iterator[tuple[Student, str]]:
    """Who may be there twice, and why one may think so."""
    counted = one_person_each(students)
    for student, one in counted.items():
        if student != one:
            yield one, f"number {one.id} is both {one.name} and {student.name}; counted as one"
    alike: dict[str, list[Student]] = {}
    for one in dict.fromkeys(counted.values()):
        for name in _likenesses(one):
            alike.setdefault(name, []).append(one)
    told: set[tuple[Student, ...]] = set()
    for same in alike.values():
        if len(same) > 1 and tuple(same) not in told:
            told.add(tuple(same))
            others = " and ".join(f"{one.name}{f' ({one.id})' if one.id else ''}" for one in same)
            yield same[0], f"{others} may be one person; counted as {len(same)}"


def _likenesses(student: Student) -> Iterator[str]:
    """The name in small letters without accents, in any order of its words; without Moodle's group as well."""
    names = {student.name}
    if student.platform == "moodle" and "-" in student.name:  # Moodle puts "Group A-" before the name
        names.add(student.name.partition("-")[2])
    for name in names:
        plain = unicodedata.normalize("NFKD", re.sub(r"\(\d+\)", "", name)).casefold()
        if words := re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)).replace("_", " ")):
            yield " ".join(sorted(words))
