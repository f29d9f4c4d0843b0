"""What a class handed in: a folder or a zip, with files named as Moodle or Canvas name them.

Archives come from strangers: nothing is unpacked onto the disk, and what a header promises is checked before it is
read.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from lib.grading.classroom.submission import MOST_BYTES

MOST_FILES = 20_000
MOST_TOTAL = 512 * 2**20
MOST_OF_A_NAME = 50  # characters, of up to four bytes: file systems take 255 bytes
WANTED = (".py", ".ipynb")
_LITTER = ("__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git")  # what computers put beside the work

_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)$")
_CANVAS = re.compile(r"^(?P<name>.+?)_(?:LATE_)?(?P<id>\d+)_\d{3,}_(?P<rest>.+)$")
_CANVAS_ANONYMOUS = re.compile(r"^(?:LATE_)?(?P<name>anon_(?P<id>[A-Za-z0-9]+))_\d{3,}_(?P<rest>.+)$")
_PLATFORMS = (("moodle", _MOODLE), ("canvas", _CANVAS_ANONYMOUS), ("canvas", _CANVAS))
# How entries may be packed. Not with LZMA, whose header decides how much memory is taken.
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)


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
        """A file name that no other student has, also where upper and lower case are the same."""
        plain = re.sub(r"[^\w-]+", "_", self.name).strip("_")[:MOST_OF_A_NAME] or "student"
        if self.id or plain == self.name.casefold():
            return f"{plain}_{self.id}" if self.id else plain
        return f"{plain}_{hashlib.sha256(self.name.encode()).hexdigest()[:6]}"


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


@dataclass(frozen=True)
class _Found:
    """What lies under a path: the data of a file that may hold answers, or why it does not."""

    name: str
    data: bytes = b""
    why: str = ""
    other: bool = False  # neither .py nor .ipynb: worth a word only if its student has nothing else


def handed_in(path: Path) -> tuple[list[File], list[Refused]]:
    """Every file in a folder or zip, by student, and those that are refused. Raises BadArchive for what is no zip.

    A student's files come in the order of their names, with numbers by their size: hw.py, hw-2.py, hw-10.py.
    """
    found = list(_in_zip(path) if path.is_file() else _in_folder(path))
    astray = [Refused(one.name, why) for one in found if (why := _leads_out(one.name))]
    within = _unwrapped([replace(one, name=_spelled(one.name)) for one in found if not _leads_out(one.name)])
    files = [_file(one) for one in sorted(within, key=_order) if not one.why and not one.other]
    refused = [_refused(one) for one in within if one.why]
    known = {file.student for file in files} | {one.student for one in refused if one.student}
    return files, [*astray, *refused, *_nothing_else(within, known)]


def _nothing_else(found: Sequence[_Found], known: set[Student]) -> Iterator[Refused]:
    """The students who handed in other files only: else nobody would notice that they are missing."""
    others: dict[Student, list[str]] = {}
    for one in found:
        student, rest = student_of(one.name)
        if one.other and student not in known and (student.platform or "/" in one.name):
            others.setdefault(student, []).append(rest)
    for student, names in others.items():
        listed = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        yield Refused(listed, "no .py or .ipynb was handed in", student)


def _unwrapped(found: Sequence[_Found]) -> Sequence[_Found]:
    """Without the folders that the whole class was packed into: they are nobody's name."""
    while len(found) > 1 and all("/" in one.name for one in found):
        tops = {one.name.partition("/")[0] for one in found}
        if len(tops) > 1 or any(pattern.match(min(tops)) for _, pattern in _PLATFORMS):
            break
        found = [replace(one, name=one.name.partition("/")[2]) for one in found]
    return found


def _order(found: _Found) -> list[tuple[bool, int, str]]:
    path = PurePosixPath(found.name)
    parts = re.split(r"(\d+)", path.with_suffix("").as_posix())
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in (*parts, path.suffix)]


def _spelled(name: str) -> str:
    """A path as people write it, whatever system packed it: forward slashes, one character for ü, no broken ones."""
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8, in a folder unpacked from an old zip
        name = os.fsencode(name).decode("cp1252", "replace")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def student_of(name: str) -> tuple[Student, str]:
    """Who a file belongs to, from its path within the folder or zip, and its name without what the platform added."""
    parts = PurePosixPath(name).parts
    for place, part in enumerate(parts):
        for platform, pattern in _PLATFORMS:
            if found := pattern.match(part):
                rest = "/".join([found["rest"], *parts[place + 1 :]]).strip("/")
                return Student(found["name"].strip(), found["id"], platform), rest or part
    if len(parts) > 1:
        return Student(parts[0]), "/".join(parts[1:])
    return Student(PurePosixPath(name).stem), name


def _is_litter(name: str) -> bool:
    """Whether a computer put it there by itself."""
    return any(part in _LITTER or part.startswith("._") for part in re.split(r"[\\/]", name))


def _is_wanted(name: str) -> bool:
    return name.lower().endswith(WANTED)


def _file(found: _Found) -> File:
    student, rest = student_of(found.name)
    return File(student, rest, found.data)


def _refused(found: _Found) -> Refused:
    student, rest = student_of(found.name)
    return Refused(rest, found.why, student)


def _in_folder(folder: Path) -> Iterator[_Found]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not _is_litter(name):
            try:
                yield from _on_disk(path, name)
            except OSError as error:
                yield _Found(name, why=f"it cannot be read: {error.strerror}")


def _on_disk(path: Path, name: str) -> Iterator[_Found]:
    if path.is_symlink():
        yield _Found(name, why="it is a link; hand in the file itself")
    elif not path.is_file():
        return
    elif _is_wanted(name):
        size = path.stat().st_size
        yield _Found(name, why=_too_large(size)) if size > MOST_BYTES else _Found(name, path.read_bytes())
    else:
        yield _other(name, "folder")


def _other(name: str, inside: str) -> _Found:
    is_zip = name.lower().endswith(".zip")
    return _Found(name, why=f"it is a zip within the {inside}; unpack it" if is_zip else "", other=not is_zip)


def _too_large(size: int) -> str:
    return f"it has {size:,} bytes; expected at most {MOST_BYTES:,}"


def _in_zip(path: Path) -> Iterator[_Found]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadArchive(f"{path} is neither a folder nor a zip: {error}.") from error
    with archive:
        entries = archive.infolist()
        if len(entries) > MOST_FILES:
            raise BadArchive(f"{path} holds {len(entries):,} files; expected at most {MOST_FILES:,}.")
        left = MOST_TOTAL
        for entry in sorted(entries, key=lambda e: e.filename):
            if not entry.is_dir() and not _is_litter(entry.filename):
                found = _entry(archive, entry, left)
                left -= len(found.data)
                yield found


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> _Found:
    """One file of a zip."""
    name = _decoded(entry)
    if _leads_out(name):
        return _Found(name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        return _Found(name, why="it is a link; hand in the file itself")
    if not _is_wanted(name):
        return _other(name, "zip")
    if why := _why_refused(entry, left):
        return _Found(name, why=why)
    try:
        with archive.open(entry) as stream:
            data = stream.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        return _Found(name, why=f"it cannot be unpacked: {error}")
    return _Found(name, why=_too_large(len(data))) if len(data) > MOST_BYTES else _Found(name, data)


def _decoded(entry: zipfile.ZipInfo) -> str:
    """The name of an entry. macOS writes UTF-8 and does not say so, and Python then reads it as an old code page."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode()
    except UnicodeError:
        return entry.filename


def _leads_out(name: str) -> str:
    """Why a path does not stay within the zip; empty if it does."""
    if name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name):
        return "its path is absolute; expected one within the zip"
    if ".." in re.split(r"[\\/]", name):
        return "its path leads out of the zip with '..'"
    return ""


def _why_refused(entry: zipfile.ZipInfo, left: int) -> str:
    """What in the header of an entry speaks against reading it; empty if nothing does."""
    if entry.flag_bits & 1:
        return "it is locked with a password"
    if entry.compress_type not in _PACKED:
        return "it is packed in an unusual way; pack it as an ordinary zip (deflate)"
    if entry.file_size > MOST_BYTES:
        return _too_large(entry.file_size)
    return f"the zip unpacks to more than {MOST_TOTAL:,} bytes" if entry.file_size > left else ""
