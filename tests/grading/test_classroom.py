"""A class: whose file it is, what is refused, what is said before, and the marks, pages and brief that come out."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import stat
import threading
import zipfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lib.exercises import EXERCISES
from lib.grading.__main__ import main
from lib.grading.classroom.handed_in import BadArchive, Refused, Student, handed_in, student_of
from lib.grading.classroom.marks import write_marks, write_moodle
from lib.grading.grade import grade
from lib.sandbox.job import Limits

SOFTMAX = EXERCISES["softmax"]
WRONG = next(m for m in SOFTMAX.mistakes if m.name == "sums_the_whole_batch")

OWNERS = {
    "Moodle, a folder": ("Ada Byron_77_assignsubmission_file_/hw.py", Student("Ada Byron", "77", "moodle"), "hw.py"),
    "Moodle, flat": ("Ada Byron_77_assignsubmission_file_hw.py", Student("Ada Byron", "77", "moodle"), "hw.py"),
    "Canvas": ("byronada_123_4567_hw.py", Student("byronada", "123", "canvas"), "hw.py"),
    "Canvas, late": ("byronada_LATE_123_4567_hw-1.py", Student("byronada", "123", "canvas"), "hw-1.py"),
    "Canvas, a name in parts": ("de_la_cruz_123_4567_hw.py", Student("de_la_cruz", "123", "canvas"), "hw.py"),
    "Canvas, anonymous": ("LATE_anon_x7Q2b_4567_hw.py", Student("anon_x7Q2b", "x7Q2b", "canvas"), "hw.py"),
    "a folder": ("ada/hw.py", Student("ada"), "hw.py"),
    "a file": ("ada.py", Student("ada"), "ada.py"),
}


@pytest.mark.parametrize(("name", "student", "rest"), list(OWNERS.values()), ids=list(OWNERS))
def test_whose_file_it_is(name, student, rest):
    assert student_of(name) == (student, rest)


LOOK_ALIKE = ("a b", "a_b", "a.b", "a,b", "A b", "A_B", "李", "陈", "名" * 200, "名" * 199)


def test_students_that_look_alike_keep_pages_of_their_own():
    keys = [Student(name).key for name in LOOK_ALIKE]
    assert len({key.casefold() for key in keys}) == len(LOOK_ALIKE)
    assert all(len(f"{key}.html".encode()) <= 255 for key in keys)
    assert Student("ada").key == "ada"


def packed(path, *names, data=b"x = 1"):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, data)
    return path


CLASSES = {  # what a zip holds, and whose files these are
    "in a folder of its own": (("class/ada/hw.py", "class/bob/hw.py"), [("ada", "hw.py"), ("bob", "hw.py")]),
    "in two": (("a/class/ada/hw.py", "a/class/bob/hw.py"), [("ada", "hw.py"), ("bob", "hw.py")]),
    "files in a folder": (("class/ada.py", "class/bob.py"), [("ada", "ada.py"), ("bob", "bob.py")]),
    "one student": (("ada/hw.py",), [("ada", "hw.py")]),
    "Moodle's, packed again": (("class/Ada A_1_assignsubmission_file_/hw.py",) * 2, [("Ada A", "hw.py")] * 2),
    "numbers by size": (("ada/hw-10.py", "ada/hw.py", "ada/hw-2.py", "bob/hw.py"),
                        [("ada", "hw.py"), ("ada", "hw-2.py"), ("ada", "hw-10.py"), ("bob", "hw.py")]),
    "packed on Windows": ((r"ada\hw.py", r"bob\hw.py"), [("ada", "hw.py"), ("bob", "hw.py")]),
    "an umlaut in two signs": (("Mu\u0308ller/hw.py", "bob/hw.py"), [("Müller", "hw.py"), ("bob", "hw.py")]),
    "litter": (("ada/hw.py", "__MACOSX/ada/._hw.py", "ada/.ipynb_checkpoints/hw-checkpoint.ipynb"), [("ada", "hw.py")]),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("names", "expected"), list(CLASSES.values()), ids=list(CLASSES))
def test_whose_files_a_zip_holds(names, expected, tmp_path):
    files, refused = handed_in(packed(tmp_path / "class.zip", *names))
    assert sorted((file.student.name, file.name) for file in files) == sorted(expected)
    assert [file.name for file in files if file.student.name == "ada"] == [
        name for who, name in expected if who == "ada"
    ]
    assert not refused


def test_names_from_macos_are_read_as_utf8(tmp_path):
    path = packed(tmp_path / "class.zip", "Müller/hw.py", "Bob/hw.py")
    data = bytearray(path.read_bytes())
    for header, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # of the first file: no word about UTF-8
        data[data.find(header) + flags + 1] &= ~0x08
    path.write_bytes(data)
    assert {file.student.name for file in handed_in(path)[0]} == {"Müller", "Bob"}


def test_who_handed_in_other_files_only_is_not_forgotten(tmp_path):
    path = packed(tmp_path / "class.zip", "ada/hw.pdf", "ada/notes.txt", "bob/hw.py", "bob/notes.txt", "read me.txt")
    (refused,) = handed_in(path)[1]
    assert refused == Refused("hw.pdf, notes.txt", "no .py or .ipynb was handed in", Student("ada"))


def test_a_folder_with_what_cannot_be_read(tmp_path, monkeypatch):
    for name in (b"M\xfcller.py", b"bob.py", b"secret.py"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(b"x = 1")
    whole = Path.read_bytes

    def read_bytes(path):
        if path.name == "secret.py":
            raise PermissionError(errno.EACCES, "Permission denied")
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    files, refused = handed_in(tmp_path)
    assert {file.student.name for file in files} == {"Müller", "bob"}
    assert [(one.name, one.why) for one in refused] == [("secret.py", "it cannot be read: Permission denied")]


def entry(name, mode=stat.S_IFREG | 0o644):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


REFUSED = {
    "leads out": (entry("../evil.py"), b"x = 1", "leads out of the zip"),
    "absolute": (entry("/etc/evil.py"), b"x = 1", "absolute"),
    "a drive": (entry("C:\\evil.py"), b"x = 1", "absolute"),
    "a link": (entry("ada/l.py", stat.S_IFLNK | 0o777), b"/etc/passwd", "it is a link"),
    "a bomb": (entry("ada/b.py"), b"0" * 50_000_000, "expected at most"),
    "a broken zip within": (entry("ada/more.zip"), b"PK", "it cannot be unpacked"),
    "LZMA": (entry("ada/b.py"), b"x = 1", "packed in an unusual way"),
}


@pytest.mark.parametrize(("info", "data", "says"), list(REFUSED.values()), ids=list(REFUSED))
def test_what_in_a_zip_is_refused(info, data, says, tmp_path):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(info, data, compress_type=zipfile.ZIP_LZMA if "unusual" in says else zipfile.ZIP_DEFLATED)
        archive.writestr("bob/hw.py", "x = 1")
    files, refused = handed_in(path)
    assert [file.student.name for file in files] == ["bob"]
    assert says in refused[0].why


def test_a_header_that_lies_about_its_size_is_found_out(tmp_path):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/b.py", b"0" * 50_000_000)
    data = path.read_bytes().replace((50_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(data)
    files, refused = handed_in(path)
    assert not files or len(files[0].data) <= 10
    assert bool(files) != bool(refused)


def test_what_is_no_zip_is_said(tmp_path):
    path = tmp_path / "class.zip"
    path.write_bytes(b"PK but not really")
    with pytest.raises(BadArchive, match="neither a folder nor a zip"):
        handed_in(path)


@pytest.fixture
def class_zip(tmp_path):
    """Ada is right, Bob makes a mistake, Cy names it otherwise, Di does not parse, Ed's file is no text."""
    path = tmp_path / "class.zip"
    renamed = SOFTMAX.solution.replace("def softmax", "def soft_max")
    notebook = {"cells": [{"cell_type": "code", "source": f"%matplotlib inline\n{WRONG.source}"}]}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Ada A_1_assignsubmission_file_/hw.py", f"import matplotlib\n{SOFTMAX.solution}")
        archive.writestr("Bob B_2_assignsubmission_file_/hw.ipynb", json.dumps(notebook))
        archive.writestr("Cy C_3_assignsubmission_file_/hw.py", renamed)
        archive.writestr("=Di D_4_assignsubmission_file_/hw.py", "def softmax(:")
        archive.writestr("Ed E_5_assignsubmission_file_/hw.py", b"\x00\xe9")
    return path


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_class_is_graded_and_one_bad_file_never_stops_the_rest(class_zip, tmp_path, capsys):
    out = tmp_path / "marks"
    code = main(["batch", "softmax", str(class_zip), "--out", str(out), "--names", "soft_max=softmax"])
    said = capsys.readouterr().out
    assert code == 3  # Ed's file could not be graded
    assert "1 file imports matplotlib: it does nothing here." in said
    assert "1 call softmax soft_max; graded under that name." in said
    assert "=Di D: hw.py does not parse" in said
    marks = {row["student"]: row for row in rows_of(out / "marks.csv")}
    assert marks["Ada A"]["score"] == marks["Cy C"]["score"] == f"{SOFTMAX.max_score:g}"
    assert WRONG.says in marks["Bob B"]["note"]
    assert marks["'=Di D"]["score"] == "0"
    assert marks["Ed E"]["score"] == ""  # no mark is not a zero
    assert marks["Ed E"]["note"] == "not graded: hw.py: it is no text: it holds zero bytes"
    moodle = rows_of(out / "moodle.csv")
    assert {"Identifier", "Grade", "Last modified (grade)", "Feedback comments"} <= moodle[0].keys()  # Moodle needs all
    assert all(datetime.strptime(row["Last modified (grade)"], "%Y-%m-%d %H:%M UTC") for row in moodle)
    assert {row["Identifier"] for row in moodle} == {f"Participant {n}" for n in range(1, 5)}  # Ed keeps what he has
    page = (out / "feedback" / "Bob_B_2.html").read_text()
    assert "Likely mistake" in page and "<script" not in page
    brief = (out / "class_brief.md").read_text()
    assert "2 of 4 passed everything" in brief
    assert f"**1 of 4**: {WRONG.says}" in brief


def test_the_preflight_names_what_functions_are_called(class_zip, tmp_path, capsys):
    assert main(["batch", "softmax", str(class_zip), "--out", str(tmp_path / "marks"), "--preflight"]) == 0
    assert "1 student without softmax: 1 named it soft_max (--names soft_max=softmax)." in capsys.readouterr().out
    assert not (tmp_path / "marks").exists()


def test_what_was_graded_before_is_not_graded_again(class_zip, tmp_path, monkeypatch, capsys):
    call = ["batch", "softmax", str(class_zip), "--out", str(tmp_path / "marks")]
    main(call)
    before = (tmp_path / "marks" / "marks.csv").read_bytes()
    monkeypatch.setattr("lib.grading.classroom.batch.grade", lambda *_, **__: pytest.fail("graded again"))
    main(call)
    assert (tmp_path / "marks" / "marks.csv").read_bytes() == before


def test_canvas_gets_its_own_heads(tmp_path, capsys):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "byronada_123_4567_hw.py").write_text(SOFTMAX.solution)
    (folder / "link.py").symlink_to("/etc/passwd")
    assert main(["batch", "softmax", str(folder), "--out", str(tmp_path / "marks")]) == 3  # the link is no file
    points, ada, *_ = rows_of(tmp_path / "marks" / "canvas.csv")
    assert points["Softmax"] == f"{SOFTMAX.max_score:g}"
    assert (ada["Student"], ada["ID"], ada["Softmax"]) == ("byronada", "123", f"{SOFTMAX.max_score:g}")


def class_of(folder, **files):
    """A folder with a file per student."""
    folder.mkdir()
    for name, source in files.items():
        (folder / f"{name}.py").write_text(source)
    return str(folder)


def test_a_batch_that_is_stopped_says_so_and_goes_on(tmp_path, monkeypatch, capsys):
    files = class_of(tmp_path / "class", **{f"s{number:02}": SOFTMAX.solution for number in range(12)})
    call = ["batch", "softmax", files, "--out", str(tmp_path / "marks")]
    calls, lock = [], threading.Lock()

    def grade_until_stopped(*args, **named):
        with lock:
            calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return grade(*args, **named)

    monkeypatch.setattr("lib.grading.classroom.batch.grade", grade_until_stopped)
    assert main(call) == 3
    before = len(calls) - 1
    assert "are graded; the same command goes on from there." in capsys.readouterr().err
    assert before < 12 and not (tmp_path / "marks" / "marks.csv").exists()
    assert main(call) == 0
    assert len(calls) == 1 + 12  # each once, and the one that was stopped
    assert len(rows_of(tmp_path / "marks" / "marks.csv")) == 12


SAID = {  # files of one student; what the preflight says
    "gzip": ({"ada/hw.py": "import gzip"}, "1 file imports gzip: the file loads, but what uses it fails."),
    "numba": ({"ada/hw.py": "import numba"}, "1 file imports numba: it does nothing here."),
    "requests": ({"ada/hw.py": "import requests"}, "1 file imports requests: it is not here, so what uses it fails."),
    "torch": (
        {"ada/hw.py": "import torch"},
        "1 file imports torch: the file loads, but what uses it fails: the exercise is to do without.",
    ),
    "scipy": ({"ada/hw.py": "import scipy.special"}, "imports scipy: the file loads, but what uses it fails."),
    "two answers": (
        {"ada/hw-1.py": SOFTMAX.solution, "ada/hw.py": SOFTMAX.solution},
        "ada: softmax is in hw-1.py too; hw.py counts.",
    ),
    "nothing like it": ({"ada/hw.py": "x = 1"}, "1 student without softmax: 1 with nothing like it (ada)."),
    "too much code": ({"ada/hw.py": "#" * 200_000}, "it has more than 128 KB of code"),
    "a name that commands the terminal": (
        {"a\x1b]0;owned\x07/hw.py": "def f(:"},
        r"a\x1b]0;owned\x07: hw.py does not parse",
    ),
}


@pytest.mark.parametrize(("files", "says"), list(SAID.values()), ids=list(SAID))
def test_what_is_said_before_the_marks(files, says, tmp_path, capsys):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bob/hw.py", SOFTMAX.solution)
        for name, source in files.items():
            archive.writestr(name, source)
    main(["batch", "softmax", str(path), "--preflight"])
    said = capsys.readouterr().out
    assert says in said and "\x1b" not in said


FORMULAS = {  # a student's name, and what a spreadsheet finds
    "=1+1": "'=1+1",
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(A1)": "'@SUM(A1)",
    "＝1": "'＝1",
    "\t=1": " '=1",
    "\r\n=1": " '=1",
    "\u202e=1": "'=1",
    "\ufeff\u200b=1": "'=1",
    "a;=1": "a;'=1",
    'a; "=1"': 'a; "\'=1"',
    "a\tb\x00\x9b": "a b ",
    "half a \ud800": "half a ?",
    "Ada; Bob = both": "Ada; Bob = both",
}
BEGINS_FORMULA = re.compile(r"""[\s"']*[=+\-@＝＋－＠]""")


def test_no_name_is_a_formula_to_a_spreadsheet(tmp_path):
    students: list[tuple[Student, list[Any]]] = [(Student(name, "1", "moodle"), []) for name in FORMULAS]
    for write in (lambda path: write_marks(path, [], students), lambda path: write_moodle(path, students)):
        write(tmp_path / "some.csv")
        cells = [cell for row in rows_of(tmp_path / "some.csv") for cell in row.values()]
        assert set(FORMULAS.values()) <= set(cells)
        text = (tmp_path / "some.csv").read_text(encoding="utf-8-sig")
        for parted in (cells, [cell for line in text.splitlines() for cell in line.split(";")]):
            assert [cell for cell in parted if BEGINS_FORMULA.match(cell) and "'" not in cell] == []


def test_notes_say_why_nothing_works_and_are_no_html_to_moodle(tmp_path, capsys):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "Ada_1_assignsubmission_file_/hw.py", "import torch\nsoftmax = lambda x: torch.softmax(x, -1)\n"
        )
        archive.writestr("Bob_2_assignsubmission_file_/hw.py", "def softmax(x):\n    raise ValueError('<b>')\n")
    main(["batch", "softmax", str(path), "--out", str(tmp_path / "marks")])
    notes = [row["note"] for row in rows_of(tmp_path / "marks" / "marks.csv")]
    assert "torch is not here, and the exercise is to do without it" in notes[0] and "ValueError: <b>" in notes[1]
    assert "ValueError: &lt;b&gt;" in rows_of(tmp_path / "marks" / "moodle.csv")[1]["Feedback comments"]


def test_what_cannot_be_told_whose_it_is_ends_with_3(tmp_path, capsys):
    path = packed(tmp_path / "class.zip", "../evil.py", "bob/hw.py", data=SOFTMAX.solution.encode())
    assert main(["batch", "softmax", "softmax", str(path), "--out", str(tmp_path / "marks")]) == 3
    (bob,) = rows_of(tmp_path / "marks" / "marks.csv")
    assert bob["score"] == bob["max_score"] == f"{SOFTMAX.max_score:g}"  # named twice, asked once


def test_the_brief_says_what_to_teach_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("lib.grading.classroom.batch.grade", partial(grade, most=Limits(cpu_seconds=0.1)))
    huber = EXERCISES["huber_loss"]
    wrong = huber.mistakes[0]
    solved = {f"s{n}": huber.solution for n in range(3)}
    failed = {f"t{n}": wrong.source for n in range(2)}
    files = class_of(
        tmp_path / "class",
        **solved,
        **failed,
        loops="while True: pass",
        torch="def huber_loss(*a, **k): raise ValueError",
    )
    main(["batch", "huber_loss", files, "--out", str(tmp_path / "marks")])
    brief = (tmp_path / "marks" / "class_brief.md").read_text()
    assert "7 students." in brief
    assert f"1. Huber loss, 2 of 7: {wrong.says} Lesson: Huber loss (/huber_loss)." in brief
    assert "- 1 of 7 never end." in brief and "- 1 of 7 raise an error in every test." in brief
    passed = [int(row.split("|")[2].split()[0]) for row in brief.splitlines() if row.endswith("of 7 |")]
    assert passed == sorted(passed) and len(passed) == len(huber.tests)


def test_a_page_shows_what_a_learner_wrote_and_never_obeys_it(tmp_path, capsys):
    evil = "<img src=x onerror=alert(1)>"
    source = f"def softmax(scores):\n    print({evil!r})\n    raise ValueError({evil!r} + {'x' * 400!r})\n"
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{evil}_1_assignsubmission_file_/{evil}.py", f"{source}\n{EXERCISES['entropy'].solution}")
    main(["batch", "softmax", "entropy", str(path), "--out", str(tmp_path / "marks")])
    (page,) = (tmp_path / "marks" / "feedback").iterdir()
    text = page.read_text()
    assert "<img" not in text and text.count("&lt;img src=x onerror=alert(1)&gt;") >= 4
    most = SOFTMAX.max_score + EXERCISES["entropy"].max_score
    assert f"{EXERCISES['entropy'].max_score:g} of {most:g} points in all" in text
