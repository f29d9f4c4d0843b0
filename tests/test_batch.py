"""A class: whose file it is, what is refused, what is said before, and the marks, pages and brief that come out."""

from __future__ import annotations

import csv
import json
import stat
import zipfile

import pytest

from lib.exercises import EXERCISES
from lib.grading.__main__ import main
from lib.grading.handed_in import BadArchive, Student, handed_in, student_of

SOFTMAX = EXERCISES["softmax"]
WRONG = next(m for m in SOFTMAX.mistakes if m.name == "sums_the_whole_batch")

OWNERS = {
    "Moodle, a folder": ("Ada Byron_77_assignsubmission_file_/hw.py", Student("Ada Byron", "77", "moodle"), "hw.py"),
    "Moodle, flat": ("Ada Byron_77_assignsubmission_file_hw.py", Student("Ada Byron", "77", "moodle"), "hw.py"),
    "Canvas": ("byronada_123_4567_hw.py", Student("byronada", "123", "canvas"), "hw.py"),
    "Canvas, late": ("byronada_LATE_123_4567_hw-1.py", Student("byronada", "123", "canvas"), "hw-1.py"),
    "a folder": ("ada/hw.py", Student("ada"), "hw.py"),
    "a file": ("ada.py", Student("ada"), "ada.py"),
}


@pytest.mark.parametrize(("name", "student", "rest"), list(OWNERS.values()), ids=list(OWNERS))
def test_whose_file_it_is(name, student, rest):
    assert student_of(name) == (student, rest)


def test_students_that_look_alike_keep_pages_of_their_own():
    assert Student("a.b").key != Student("a b").key != Student("a_b").key or Student("a b").key == "a_b"
    assert Student("a.b").key != Student("a,b").key


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
    "a zip within": (entry("ada/more.zip"), b"PK", "a zip within the zip"),
}


@pytest.mark.parametrize(("info", "data", "says"), list(REFUSED.values()), ids=list(REFUSED))
def test_what_in_a_zip_is_refused(info, data, says, tmp_path):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(info, data, compress_type=zipfile.ZIP_DEFLATED)
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
        archive.writestr("Ed E_5_assignsubmission_file_/hw.py", b"\xe9\xe9")
    return path


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_class_is_graded_and_one_bad_file_never_stops_the_rest(class_zip, tmp_path, capsys):
    out = tmp_path / "marks"
    code = main(["batch", "softmax", str(class_zip), "--out", str(out), "--names", "soft_max=softmax"])
    said = capsys.readouterr().out
    assert code == 3  # Ed's file could not be graded
    assert "1 import matplotlib." in said
    assert "1 call softmax soft_max; graded under that name." in said
    assert "=Di D: hw.py does not parse" in said
    marks = {row["student"]: row for row in rows_of(out / "marks.csv")}
    assert marks["Ada A"]["score"] == marks["Cy C"]["score"] == f"{SOFTMAX.max_score:g}"
    assert WRONG.says in marks["Bob B"]["note"]
    assert marks["'=Di D"]["score"] == "0"
    assert marks["Ed E"]["score"] == ""  # no mark is not a zero
    moodle = rows_of(out / "moodle.csv")
    assert moodle[0].keys() == {"Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments"}
    assert {row["Identifier"] for row in moodle} == {f"Participant {n}" for n in range(1, 6)}
    page = (out / "feedback" / "Bob_B_2.html").read_text()
    assert "Likely mistake" in page and "<script" not in page
    brief = (out / "class_brief.md").read_text()
    assert "2 of 4 passed everything" in brief
    assert f"**1 of 4**: {WRONG.says}" in brief


def test_the_preflight_names_what_functions_are_called(class_zip, tmp_path, capsys):
    assert main(["batch", "softmax", str(class_zip), "--out", str(tmp_path / "marks"), "--preflight"]) == 0
    assert "1 have no softmax: 1 named it soft_max (--names soft_max=softmax)." in capsys.readouterr().out
    assert not (tmp_path / "marks").exists()


def test_what_was_graded_before_is_not_graded_again(class_zip, tmp_path, monkeypatch, capsys):
    call = ["batch", "softmax", str(class_zip), "--out", str(tmp_path / "marks")]
    main(call)
    before = (tmp_path / "marks" / "marks.csv").read_bytes()
    monkeypatch.setattr("lib.grading.batch.grade", lambda *_, **__: pytest.fail("graded again"))
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
