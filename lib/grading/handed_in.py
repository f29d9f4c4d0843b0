"""What a class handed in: a folder or a zip, with files named as Moodle or Canvas name them.

Archives come from strangers: nothing is unpacked onto the disk, and what a header promises is checked before it is
read.
"""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lib.grading.submission import MOST_BYTES

MOST_FILES = 20_000
MOST_TOTAL = 512 * 2**20
WANTED = (".py", ".ipynb")
_OTHER_PEOPLES = ("__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git")  # what systems put beside the work

_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)$")
_CANVAS = re.compile(r"^(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<rest>.+)$")


class BadArchive(ValueError):
    """Why a zip is not opened at all."""


@dataclass(frozen=True, order=True)
class Student:
    """Who handed in: the name as it is written, and the platform's own number, if it gives one."""

    name: str
    id: str = ""
    platform: str = ""  # "moodle", "canvas", or nothing

    @property
    def key(self) -> str:
        """A file name for this student, different for different ones."""
        plain = re.sub(r"[^\w-]+", "_", self.name).strip("_") or "student"
        if self.id or plain == self.name.replace(" ", "_"):
            return f"{plain}_{self.id}" if self.id else plain
        return f"{plain}_{hashlib.sha256(self.name.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


@dataclass(frozen=True)
class File:
    """One file of a student, as it was handed in."""

    student: Student
    name: str
    data: bytes


@dataclass(frozen=True)
class Refused:
    """A file that is not read, and why. `student` is known unless its path cannot be trusted."""

    name: str
    why: str
    student: Student | None = None


def handed_in(path: Path) -> tuple[list[File], list[Refused]]:
    """Every file in a folder or zip, by student, and those that are refused. BadArchive if a zip is no such thing."""
    found = list(_in_zip(path) if path.is_file() else _in_folder(path))
    return [f for f in found if isinstance(f, File)], [f for f in found if isinstance(f, Refused)]


def student_of(name: str) -> tuple[Student, str]:
    """Who a file belongs to, from its path within the folder or zip, and its name without what the platform added."""
    parts = PurePosixPath(name).parts
    for place, part in enumerate(parts):
        for platform, pattern in (("moodle", _MOODLE), ("canvas", _CANVAS)):
            if found := pattern.match(part):
                rest = "/".join([found["rest"], *parts[place + 1 :]]).strip("/")
                return Student(found["name"].strip(), found["id"], platform), rest or part
    if len(parts) > 1:
        return Student(parts[0]), "/".join(parts[1:])
    return Student(PurePosixPath(name).stem), name


def _is_wanted(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part in _OTHER_PEOPLES or part.startswith("._") for part in parts)
    return not hidden and PurePosixPath(name).suffix.lower() in WANTED


def _file(name: str, data: bytes) -> File:
    student, rest = student_of(name)
    return File(student, rest, data)


def _refused(name: str, why: str) -> Refused:
    return Refused(name, why, student_of(name)[0])


def _in_folder(folder: Path) -> Iterator[File | Refused]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield _refused(name, "it is a link; hand in the file itself")
        elif path.is_file() and _is_wanted(name):
            size = path.stat().st_size
            yield _refused(name, _too_large(size)) if size > MOST_BYTES else _file(name, path.read_bytes())
        elif path.is_file() and path.suffix.lower() == ".zip":
            yield _refused(name, "it is a zip within the folder; unpack it")


def _too_large(size: int) -> str:
    return f"it has {size:,} bytes; expected at most {MOST_BYTES:,}"


def _in_zip(path: Path) -> Iterator[File | Refused]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise BadArchive(f"{path} is neither a folder nor a zip: {error}.") from error
    with archive:
        entries = archive.infolist()
        if len(entries) > MOST_FILES:
            raise BadArchive(f"{path} holds {len(entries):,} files; expected at most {MOST_FILES:,}.")
        left = MOST_TOTAL
        for entry in sorted(entries, key=lambda e: e.filename):
            if entry.is_dir():
                continue
            read = _entry(archive, entry, left)
            if isinstance(read, File):
                left -= len(read.data)
            if read is not None:
                yield read


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> File | Refused | None:
    """One file of a zip; None for what is none of ours."""
    name = entry.filename
    if why := _leads_out(name):
        return Refused(name, why)
    if why := _why_refused(entry, left):
        return _refused(name, why)
    if not _is_wanted(name):
        return _refused(name, "it is a zip within the zip; unpack it") if name.lower().endswith(".zip") else None
    try:
        with archive.open(entry) as stream:
            data = stream.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        return _refused(name, f"it cannot be unpacked: {error}")
    return _refused(name, _too_large(len(data))) if len(data) > MOST_BYTES else _file(name, data)


def _leads_out(name: str) -> str:
    """Why a path does not stay within the zip."""
    if name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name):
        return "its path is absolute; expected one within the zip"
    if ".." in re.split(r"[\\/]", name):
        return "its path leads out of the zip with '..'"
    return ""


def _why_refused(entry: zipfile.ZipInfo, left: int) -> str:
    """What in the header of an entry speaks against reading it."""
    name = entry.filename
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link; hand in the file itself"
    if entry.flag_bits & 1:
        return "it is locked with a password"
    if _is_wanted(name) and entry.file_size > MOST_BYTES:
        return _too_large(entry.file_size)
    if _is_wanted(name) and entry.file_size > left:
        return f"the zip unpacks to more than {MOST_TOTAL:,} bytes"
    return ""
