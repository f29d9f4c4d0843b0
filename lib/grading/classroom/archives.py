"""Every file in a folder, a zip or a tar, also in archives within it, under bounds that a bomb does not pass.

Archives come from strangers: nothing is unpacked onto the disk, and what a header promises is checked before it is
read, and again while it is.
"""

from __future__ import annotations

import bz2
import gzip
import io
import os
import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from lib.grading.classroom.decoding import names_of
from lib.grading.classroom.kinds import MOST_RAW, is_perhaps_code, kind_of, kind_within, without_outputs
from lib.grading.classroom.people import ARCHIVES, METADATA
from lib.grading.classroom.submission import MOST_BYTES

MOST_FILES, MOST_OF_CLASS = 20_000, 4 * 2**30  # of a class, as it is handed in
MOST_TOTAL = 512 * 2**20  # of a class, as it is kept: without pictures
MOST_FILES_WITHIN, MOST_WITHIN = 2_000, 128 * 2**20  # of one archive of a student, with those within it
MOST_DEEP = 3  # archives within archives

_LITTER = {
    *("__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git", ".idea", ".vscode"),
    *("site-packages", ".venv", "venv", "node_modules"),
}  # what computers put beside the work
_FOREIGN = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zipx", ".tar.xz")
# How entries may be packed. Not with LZMA, whose header decides how much memory is taken.
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError, ValueError),
    *(tarfile.TarError, struct.error, OverflowError),
)


class BadArchive(ValueError):
    """Why an archive is not opened at all."""


class _TooMuch(ValueError):
    """An archive holds more than is read."""


@dataclass(frozen=True)
class Found:
    """What lies under a path: the data of a file that may hold answers, or why it does not."""

    name: str
    data: bytes = b""
    why: str = ""
    other: bool = False  # neither code nor an archive: worth a word only if its student has nothing else
    minute: int = 0  # when it was last changed, where that is known; since 1970


@dataclass
class _Left:
    """What may still be read, of a class or of one archive within it."""

    files: int = MOST_FILES
    total: int = MOST_OF_CLASS
    of_a_class: bool = (
        False  # one student's file that is too much is left out; one student's archive is read no further
    )

    def take(self, size: int) -> None:
        self.files -= 1
        self.total -= size
        if self.files < 0 or self.total < 0:
            raise _TooMuch("it holds more than is read; expected one student's work")


def found_in(path: Path, skip: Path | None = None) -> Iterator[Found]:
    """Every file in a folder or archive, and in archives within it; `skip` is a folder to leave out.

    Raises BadArchive for what is neither a folder nor an archive.
    """
    total = 0
    for one in _in_folder(path, skip) if path.is_dir() else _in_archive(path):
        if _is_litter(one.name):
            continue
        total += len(one.data)
        if one.data and total > MOST_TOTAL:
            one = replace(one, data=b"", why=f"all files together have more than {MOST_TOTAL:,} bytes")
        yield replace(one, name=_spelled(one.name))


def _is_litter(name: str) -> bool:
    """Whether a computer put it there by itself."""
    return any(part in _LITTER or part.startswith("._") for part in re.split(r"[\\/]", name))


def _spelled(name: str) -> str:
    """A path as people write it, whatever system packed it: forward slashes, one character for ü, no broken ones."""
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8, in a folder unpacked from an old zip
        name = names_of([os.fsencode(name)])[0]
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _in_folder(folder: Path, skip: Path | None) -> Iterator[Found]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if skip is not None and (path == skip or skip in path.parents):
            continue
        if not _is_litter(name):
            try:
                yield from _on_disk(path, name)
            except OSError as error:
                yield Found(name, why=f"it cannot be read: {error.strerror}")


def _on_disk(path: Path, name: str) -> Iterator[Found]:
    if path.is_symlink():
        yield Found(name, why="it is a link; hand in the file itself")
    elif path.is_file():
        about = path.stat()
        if not _is_read(name):
            yield _not_read(name)
        elif is_archive(name) and "/" not in name:  # it may be one of a whole class
            yield from _within(Found(name), _Left(of_a_class=True), 0, path)
        elif about.st_size > _most(name):
            yield Found(name, why=_too_large(name, about.st_size))
        else:
            yield from _opened(Found(name, path.read_bytes(), minute=int(about.st_mtime) // 60))


def _is_read(name: str) -> bool:
    return bool(kind_of(name)) or is_archive(name) or is_perhaps_code(name) or name.endswith(METADATA)


def is_archive(name: str) -> bool:
    """Whether it is an archive that can be read, by its name."""
    return name.lower().endswith(ARCHIVES)


def _not_read(name: str) -> Found:
    """What is no code. Archives of other sorts may hold some, so they are said."""
    foreign = next((end for end in _FOREIGN if name.lower().endswith(end)), "")
    why = f"it is packed as {foreign}, which is not read; pack it as a zip" if foreign else ""
    return Found(name, why=why, other=not foreign)


def _most(name: str) -> int:
    """How many bytes a file may have."""
    return MOST_WITHIN if is_archive(name) else MOST_RAW


def _too_large(name: str, size: int) -> str:
    return f"it has {size:,} bytes; expected at most {_most(name):,}"


def _opened(found: Found, left: _Left | None = None, deep: int = 0) -> Iterator[Found]:
    """A file as it is kept, or the files in an archive. An archive of a student has bounds of its own."""
    if is_archive(found.name):
        yield from _within(found, left or _Left(MOST_FILES_WITHIN, MOST_WITHIN), deep + 1)
    elif found.name.endswith(METADATA):
        yield found
    elif not kind_within(found.name, found.data):
        yield replace(found, data=b"", other=True)
    else:
        yield _kept(found)


def _kept(found: Found) -> Found:
    """A file without what is not graded: a notebook's pictures do not count."""
    size = len(found.data)
    if size <= MOST_BYTES:
        return found
    slim = without_outputs(found.data) if kind_within(found.name, found.data) == "ipynb" else found.data
    if len(slim) > MOST_BYTES:
        says = f"it has {size:,} bytes without pictures; expected at most {MOST_BYTES:,}"
        return replace(found, data=b"", why=says if len(slim) < size else says.replace(" without pictures", ""))
    return replace(found, data=slim)


def _within(outer: Found, left: _Left, deep: int, path: Path | None = None) -> Iterator[Found]:
    """The files of an archive that was handed in, each under the archive's name; one that is broken is refused."""
    if deep > MOST_DEEP:
        yield replace(outer, data=b"", why="it is an archive within an archive within an archive; unpack it")
        return
    try:
        with path.open("rb") if path else io.BytesIO(outer.data) as file:
            for one in _entries(outer.name, file, left):
                inner = replace(one, name=f"{outer.name}/{one.name}")
                if leads_out(one.name):  # it stays in its archive, so that one knows whose it is
                    yield replace(inner, name=outer.name, data=b"", why=leads_out(one.name))
                elif one.why or one.other:
                    yield inner
                else:
                    yield from _opened(inner, None if path else left, deep)
    except _BROKEN as error:
        if isinstance(error, _TooMuch) and deep > 1:  # the one that all this was in is at its end
            raise
        yield Found(outer.name, why=f"it cannot be unpacked: {error}", minute=outer.minute)


def _in_archive(path: Path) -> Iterator[Found]:
    """The files of the class's own archive; what leads out of it belongs to nobody."""
    left = _Left(of_a_class=True)
    try:
        with path.open("rb") as file:
            for one in _entries(path.name, file, left):
                yield from [one] if one.why or one.other or leads_out(one.name) else _opened(one)
    except _BROKEN as error:
        raise BadArchive(f"{path} is neither a folder nor a zip: {error}.") from error


def _entries(name: str, file: IO[bytes], left: _Left) -> Iterator[Found]:
    if re.search(r"(?i)\.(?:tgz|tar|tar\.gz|tar\.bz2)$", name):
        yield from _in_tar(name, file, left)
    else:
        yield from _in_zip(file, left)


def _in_zip(file: IO[bytes], left: _Left) -> Iterator[Found]:
    if isinstance(file, io.BytesIO) and file.getvalue().count(b"PK\1\2") > left.files:  # before they are all read
        raise _TooMuch("it holds more files than are read; expected one student's work")
    with zipfile.ZipFile(file) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > left.files:
            raise _TooMuch(f"it holds {len(entries):,} files; expected at most {left.files:,}")
        named = sorted(zip(_names(entries), entries, strict=True), key=lambda one: one[0])
        for name, entry in named:
            if not _is_litter(name):
                found = _entry(archive, entry, name, left)
                left.take(len(found.data))
                yield found


def _names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The names of the entries. Old programs, and macOS, do not say in which encoding; Python then takes cp437."""
    told = {place: name for place, entry in enumerate(entries) if (name := _told(entry))}
    silent = [place for place in range(len(entries)) if place not in told]
    guessed = names_of(
        [entries[place].orig_filename.encode("cp437", "replace").partition(b"\0")[0] for place in silent]
    )
    told |= dict(zip(silent, guessed, strict=True))
    return [told[place] for place in range(len(entries))]


def _told(entry: zipfile.ZipInfo) -> str:
    """The name, if the entry says that it is UTF-8: with a flag, or in a field of its own."""
    if entry.flag_bits & 0x800:
        return entry.filename
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == 0x7075 and size > 5:  # Info-ZIP's Unicode path: a version, a checksum, the name
            return extra[9 : 4 + size].decode(errors="replace")
        extra = extra[4 + size :]
    return ""


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, left: _Left) -> Found:
    """One file of a zip."""
    if leads_out(name):
        return Found(name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Found(name, why="it is a link; hand in the file itself")
    if not _is_read(name):
        return _not_read(name)
    if why := _why_refused(entry, left):
        return Found(name, why=why)
    try:
        with archive.open(entry) as stream:
            data = stream.read(_most(name) + 1)
    except _BROKEN as error:
        return Found(name, why=f"it cannot be unpacked: {error}")
    if len(data) > _most(name):
        return Found(name, why=_too_large(name, len(data)))
    return Found(name, data, minute=_minute(entry.date_time))


def _minute(date: tuple[int, int, int, int, int, int]) -> int:
    """Zips hold the local time of whoever packed them: good enough to say what is newer within one."""
    try:
        return int(datetime(*date, tzinfo=UTC).timestamp()) // 60 if date[0] > 1980 else 0
    except ValueError:
        return 0


def leads_out(name: str) -> str:
    """Why a path does not stay within the archive; empty if it does."""
    if name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name):
        return "its path is absolute; expected one within the zip"
    if ".." in re.split(r"[\\/]", name):
        return "its path leads out of the zip with '..'"
    return ""


def _why_refused(entry: zipfile.ZipInfo, left: _Left) -> str:
    """What in the header of an entry speaks against reading it; empty if nothing does."""
    if entry.flag_bits & 1:
        return "it is locked with a password"
    if entry.compress_type not in _PACKED:
        return "it is packed in an unusual way; pack it as an ordinary zip (deflate)"
    if entry.file_size > _most(entry.filename):
        return _too_large(entry.filename, entry.file_size)
    if entry.file_size > left.total and not left.of_a_class:
        raise _TooMuch("it unpacks to more than is read; expected one student's work")
    return "the zip unpacks to more than is read" if entry.file_size > left.total else ""


class _Bounded(io.RawIOBase):
    """A stream that ends in an error once it has given more than it may: also headers of a tar may be huge."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self._stream, self._left = stream, most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._left:
            raise _TooMuch("it unpacks to more than is read; expected one student's work")
        data = self._stream.read(size)
        self._left -= len(data)
        return data


def _in_tar(name: str, file: IO[bytes], left: _Left) -> Iterator[Found]:
    plain = _unpacked(name, file)
    most = left.total + 512 * 4 * left.files  # headers and padding
    with tarfile.open(fileobj=_Bounded(plain, most), mode="r|", errors="surrogateescape") as archive:
        for member in archive:
            if member.isdir() or _is_litter(member.name):
                continue
            found = _member(archive, member)
            left.take(len(found.data))
            yield found


def _unpacked(name: str, file: IO[bytes]) -> IO[bytes]:
    lower = name.lower()
    if lower.endswith((".tgz", ".gz")):
        return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]
    return bz2.BZ2File(file) if lower.endswith(".bz2") else file


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Found:
    """One file of a tar."""
    name = _spelled(member.name)
    if leads_out(name):
        return Found(name)
    if member.issym() or member.islnk():
        return Found(name, why="it is a link; hand in the file itself")
    if not member.isfile() or member.issparse():
        return Found(name, why="it is no ordinary file")
    if not _is_read(name):
        return _not_read(name)
    if member.size > _most(name):
        return Found(name, why=_too_large(name, member.size))
    stream = archive.extractfile(member)
    assert stream is not None  # it is an ordinary file
    return Found(name, stream.read(), minute=int(member.mtime) // 60)
