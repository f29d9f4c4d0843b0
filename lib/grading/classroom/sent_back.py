"""How feedback reaches students: one zip for Moodle, and a list for whoever sends mail."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lib.grading.classroom.people import Student
from lib.grading.classroom.tables import read_table, write_table

MOODLE_ZIP, MAIL = "feedback_moodle.zip", "mail.csv"
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|_]+")


class BadAddresses(ValueError):
    """Says what in a list of addresses cannot be taken."""


def moodle_folder(student: Student) -> str:
    """The folder by which Moodle knows whose feedback it is.

    Moodle parts the name at its underscores and takes what stands between the first two for the participant's number
    (mod/assign/feedback/file/importziplib.php), so the name itself has none. Before 4.1 it asked for a fifth part,
    hence the underscore at the end.
    """
    name = " ".join(_NOT_IN_A_NAME.sub(" ", student.name).split()) or "Participant"
    return f"{name}_{student.id}_assignsubmission_file_"


def write_moodle_zip(path: Path, pages: Mapping[Student, str]) -> None:
    """What an assignment takes under "Upload multiple feedback files in a zip": a folder per student."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, page in pages.items():
            archive.writestr(f"{moodle_folder(student)}/feedback.html", page)


def read_addresses(path: Path) -> list[list[str]]:
    """A list of people with their addresses, whatever its columns: Moodle's participants, a class list. Raises
    BadAddresses."""
    try:
        rows, _ = read_table(path)
    except ValueError as error:
        raise BadAddresses(f"{path}: {error}.") from error
    people = [row for row in rows if any(map(_ADDRESS.fullmatch, _trimmed(row)))]
    if not people:
        raise BadAddresses(
            f"{path} has no column with mail addresses; expected one row per student with name and address."
        )
    return people


def address_of(student: Student, people: Sequence[Sequence[str]]) -> str:
    """The address in the row that has the student's number, else in the one that has the whole name; empty if there is
    none, or if several fit: nobody gets another one's marks."""
    rows = [_trimmed(row) for row in people]
    fitting = [row for row in rows if student.id and student.id in row]
    fitting = fitting or [row for row in rows if _words([student.name]) <= _words(row)]
    exact = [row for row in fitting if any(_words([cell]) == _words([student.name]) for cell in row)]
    found = {
        cell for row in (exact if len(fitting) > 1 and exact else fitting) for cell in row if _ADDRESS.fullmatch(cell)
    }
    return found.pop() if len(found) == 1 else ""


def write_mail(
    path: Path, students: Iterable[Student], people: Sequence[Sequence[str]], files: Mapping[Student, str]
) -> int:
    """Who gets which file at which address. Gives the number of those whose address is not known."""
    rows = [[one.name, address_of(one, people), one.id, files[one]] for one in students]
    write_table(path, [["recipient", "address", "id", "file"], *rows])
    return sum(not row[1] for row in rows)


def _trimmed(row: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in row]


def _words(cells: Sequence[str]) -> set[str]:
    """The words of names, without accents and in small letters; addresses are none."""
    text = " ".join(cell for cell in cells if "@" not in cell)
    plain = unicodedata.normalize("NFKD", text.replace("_", " ")).casefold()
    return set(re.findall(r"\w+", "".join(sign for sign in plain if not unicodedata.combining(sign))))
