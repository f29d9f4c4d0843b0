"""Reads a roster as Canvas, Moodle or anyone exports it: a CSV file with names in the first line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lib.refusal import Refusal

MOST_BYTES = 4 * 2**20
MOST_ROWS = 10_000
LONGEST = 320  # characters of a name or an e-mail

HEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("student", "full name", "name", "vollständiger name", "姓名"),
    "first": ("first name", "given name", "vorname", "名"),
    "last": ("last name", "surname", "family name", "nachname", "姓"),
    "email": ("email address", "email", "e-mail", "e-mail address", "mail", "e-mail-adresse", "邮箱"),
    "identifier": ("identifier",),
    "number": ("id", "number", "id number", "student id", "matriculation number", "matrikelnummer", "学号"),
    "sis_id": ("sis user id",),
    "login": ("sis login id", "username", "login"),
    "section": ("section", "groups", "group"),
}
_IDENTIFIER = re.compile(r"\s*\S+\s+(\d+)\s*")  # Participant 123
_MOODLE_LAST = ("last name", "surname")


@dataclass(frozen=True)
class Listed:
    """One student of a file, in whose line of it."""

    line: int
    name: str
    email: str = ""
    number: str = ""
    sis_id: str = ""
    login: str = ""
    section: str = ""


@dataclass(frozen=True)
class RosterFile:
    """What was read. `problems` say of each line that is left out why, and what will need an eye."""

    platform: str  # canvas, moodle or plain
    students: tuple[Listed, ...]
    problems: tuple[str, ...]


def read_roster_file(data: bytes) -> RosterFile:
    """The students in a CSV file. Raises Refusal for what is none."""
    if len(data) > MOST_BYTES:
        raise Refusal("The file has {came:,} bytes; expected at most {most:,}.", came=len(data), most=MOST_BYTES)
    rows = rows_in(decoded(data))
    if not rows:
        raise Refusal("The file is empty; expected a line of heads, and one line per student.")
    heads = [head.strip().casefold() for head in rows[0][1]]
    columns = {kind: place for kind, names in HEADS.items() if (place := _place(heads, names)) is not None}
    if "name" not in columns and not {"first", "last"} & set(columns):
        raise Refusal(
            "The first line has {heads}; expected a column for the name: Student, Full name, Name, or First name and "
            "Last name.",
            heads=", ".join(rows[0][1])[:200] or "nothing",
        )
    if len(rows) > MOST_ROWS:
        raise Refusal("The file has {came:,} lines; expected at most {most:,}.", came=len(rows), most=MOST_ROWS)
    platform = _platform(heads)
    students, problems = _students(rows[1:], columns, platform)
    return RosterFile(platform, tuple(students), tuple(problems))


def decoded(data: bytes) -> str:
    """Text as spreadsheets save it: UTF-8 with or without a mark, UTF-16 with one, or the old Western code page."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def rows_in(text: str) -> list[tuple[int, list[str]]]:
    """The lines that hold something, each with its number, parted at whatever the first one is parted at."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = max(",;\t", key=first.count)
    plain = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(plain), delimiter=mark)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Refusal("Line {line} cannot be read as CSV: {why}.", line=reader.line_num, why=error) from error


def _place(heads: Sequence[str], names: Sequence[str]) -> int | None:
    return next((heads.index(name) for name in names if name in heads), None)


def _platform(heads: Sequence[str]) -> str:
    if "student" in heads and "id" in heads and "section" in heads:
        return "canvas"
    moodle = any(last in heads for last in _MOODLE_LAST) and "email address" in heads
    return "moodle" if "identifier" in heads or moodle else "plain"


def _students(
    rows: Sequence[tuple[int, list[str]]], columns: Mapping[str, int], platform: str
) -> tuple[list[Listed], list[str]]:
    students: list[Listed] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        cells = {kind: cell_in(row, place) for kind, place in columns.items()}
        if platform == "canvas" and _is_not_a_student(cells):
            continue
        listed = _listed(line, cells, platform)
        if not listed.name:
            problems.append(f"Line {line} has no name; left out.")
            continue
        same = next((seen[key] for key in keys_of(listed) if key in seen), None)
        if same is not None:
            problems.append(f"Line {line} is the same student as line {same}: {listed.name}; left out.")
            continue
        if listed.email and "@" not in listed.email:
            problems.append(f"Line {line}: the e-mail of {listed.name} is {listed.email}; expected one with an @.")
        seen |= dict.fromkeys(keys_of(listed), line)
        students.append(listed)
    return students, problems


def keys_of(listed: Listed) -> Iterator[str]:
    """By what a student is known from one file to the next: number, SIS id, e-mail; the name only without them."""
    known = [f"{kind} {value}" for kind in ("number", "sis_id", "email") if (value := getattr(listed, kind))]
    yield from known or [f"name {listed.name.casefold()}"]


def cell_in(row: Sequence[str], place: int) -> str:
    """What stands in the cell, without the apostrophe by which spreadsheets keep a text from being a formula."""
    text = " ".join(row[place].split()) if place < len(row) else ""
    return (text[1:] if text[:2] in ("'=", "'+", "'-", "'@") else text)[:LONGEST]


def _is_not_a_student(cells: Mapping[str, str]) -> bool:
    """Canvas adds a row with the points, and a student who is none."""
    name = cells.get("name", "").casefold()
    return not cells.get("number") and name in ("points possible", "") or name in ("student, test", "test student")


def _listed(line: int, cells: Mapping[str, str], platform: str) -> Listed:
    name = cells.get("name") or f"{cells.get('first', '')} {cells.get('last', '')}".strip()
    number = cells.get("number", "")
    if platform == "moodle" and (found := _IDENTIFIER.fullmatch(cells.get("identifier", ""))):
        number = found[1]
    login = cells.get("login", "")
    email = (cells.get("email") or (login if "@" in login else "")).casefold()  # Canvas has e-mails there, if anywhere
    rest = {kind: cells.get(kind, "") for kind in ("sis_id", "login", "section")}
    return Listed(line, name, email, number, **rest)
