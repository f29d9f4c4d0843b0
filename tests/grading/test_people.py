"""Who handed in, and which attempt counts: what Moodle, Canvas, Gradescope and Blackboard export, and take back."""

from __future__ import annotations

import csv
import io
import json
import os
import struct
import zipfile

import pytest

from lib.exercises import EXERCISES
from lib.grading.__main__ import main
from lib.grading.classroom.batch import jobs_of
from lib.grading.classroom.choice import Chosen, chosen
from lib.grading.classroom.handed_in import handed_in
from lib.grading.classroom.people import Attempt, Student, doubles, gradescope_submissions
from lib.grading.classroom.preflight import sources_of
from lib.grading.classroom.sources import source_of

SOFTMAX, ENTROPY = EXERCISES["softmax"], EXERCISES["entropy"]
FULL, STARTER = SOFTMAX.solution, SOFTMAX.starter
WRONG = "def softmax(scores):\n    return scores * 0\n"
EARLY, LATER = (2026, 11, 1, 10, 0, 0), (2026, 11, 8, 10, 0, 0)
MOODLE = "Ada Byron_77_assignsubmission_file_"


def packed(path, files):
    """A zip; a name may come with the time of the entry."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            name, when = name if isinstance(name, tuple) else (name, LATER)
            archive.writestr(zipfile.ZipInfo(name, when), data)
    return path


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


METADATA = """---
submission_11:
  :submitters:
  - :name: Solo Student
    :sid: '100'
    :email: solo@example.edu
  :created_at: 2026-11-08 10:00:00.123456000 Z
  :score: 1.0
submission_12:
  :submitters:
  - :name: "Pair \\xD6ne"
    :sid: '200'
  - :name: 'Pair O''Two'
    :sid: 201
  :created_at: 2026-11-08 11:00:00.000000000 Z
submission_13:
  :submitters:
  - :name: Solo Student
    :sid: '100'
  :created_at: 2026-11-09 10:00:00.000000000 Z
"""

EXPORTS = {  # what a zip holds; who is in it, and the file that counts for softmax, or none
    "Canvas, handed in again": (
        {"byronada_7_1001_hw.py": WRONG, "byronada_7_1009_hw-1.py": FULL, "byronada_7_1005_hw-2.py": WRONG},
        {("byronada", "7"): "hw-1.py"},
    ),
    "Canvas, late": ({"byronada_LATE_7_1001_hw.py": FULL}, {("byronada", "7"): "hw.py"}),
    "Canvas, two files of one attempt": (
        {"byronada_7_1001_a.py": WRONG, "byronada_7_1002_b.py": FULL},
        {("byronada", "7"): None},
    ),
    "Canvas, the newest is the starter": (
        {"byronada_7_1001_hw.py": FULL, "byronada_7_1002_hw-1.py": STARTER},
        {("byronada", "7"): "hw.py"},
    ),
    "Canvas, a zip of two files": (
        {
            "byronada_7_1001_hw.zip": packed(io.BytesIO(), {"a.py": FULL, "b.py": "x = 1"}).getvalue(),
            "bobb_8_1002_hw.py": FULL,
        },
        {("byronada", "7"): "hw.zip/a.py", ("bobb", "8"): "hw.py"},
    ),
    "names like Canvas's own": (
        {"ada/hw_1_2026_final.py": FULL, "bob/hw.py": FULL, "cy/hw.py": FULL},
        {("ada", ""): "hw_1_2026_final.py", ("bob", ""): "hw.py", ("cy", ""): "hw.py"},
    ),
    "names like Canvas's own, in all of the class": (
        {"ada/hw_3_2026.py": FULL, "bob/hw_3_2026.py": FULL},
        {("ada", ""): "hw_3_2026.py", ("bob", ""): "hw_3_2026.py"},
    ),
    "a folder that is to be taken for another's": (
        {"ada/Bob_78_assignsubmission_file_/hw.py": FULL, "bob/hw.py": FULL, "cy/hw.py": FULL},
        {("ada", ""): "Bob_78_assignsubmission_file_/hw.py", ("bob", ""): "hw.py", ("cy", ""): "hw.py"},
    ),
    "the same inside Moodle's": (
        {f"{MOODLE}/Bob_78_assignsubmission_file_/hw.py": FULL, "Bob_78_assignsubmission_file_/hw.py": FULL},
        {("Ada Byron", "77"): "Bob_78_assignsubmission_file_/hw.py", ("Bob", "78"): "hw.py"},
    ),
    "Canvas's, beside a file of the instructor's": (
        {"class/byronada_7_1001_hw.py": FULL, "class/bobb_8_1002_hw.py": FULL, "class/readme.txt": "x"},
        {("byronada", "7"): "hw.py", ("bobb", "8"): "hw.py"},
    ),
    "Moodle, downloaded twice": (
        {(f"first/{MOODLE}/hw.py", EARLY): WRONG, (f"second/{MOODLE}/hw.py", LATER): FULL},
        {("Ada Byron", "77"): "hw.py"},
    ),
    "Moodle, at the same time": (
        {(f"first/{MOODLE}/a.py", LATER): WRONG, (f"second/{MOODLE}/b.py", LATER): FULL},
        {("Ada Byron", "77"): None},
    ),
    "Moodle, attempts by number": (
        {f"{MOODLE}/Versuch 2/hw.py": FULL, f"{MOODLE}/Versuch 1/hw.py": WRONG},
        {("Ada Byron", "77"): "Versuch 2/hw.py"},
    ),
    "Moodle, in two groups": (
        {
            (f"Group A-{MOODLE}/hw.py", EARLY): WRONG,
            (f"Group B-{MOODLE}/hw.py", LATER): FULL,
        },
        {("Group A-Ada Byron", "77"): "hw.py"},
    ),
    "Moodle, anonymous, in German": (
        {"Teilnehmer_in_77_assignsubmission_file_/hw.py": FULL},
        {("Teilnehmer_in", "77"): "hw.py"},
    ),
    "Moodle, a zip of a student": (
        {f"{MOODLE}/hw.zip": packed(io.BytesIO(), {"hw3/hw.py": FULL}).getvalue()},
        {("Ada Byron", "77"): "hw.zip/hw3/hw.py"},
    ),
    "Gradescope": (
        {
            "export/submission_metadata.yml": METADATA,
            "export/submission_11/hw.py": WRONG,
            "export/submission_12/hw.py": FULL,
            "export/submission_13/hw.py": FULL,
        },
        {("Solo Student", "100"): "hw.py", ("Pair Öne", "200"): "hw.py", ("Pair O'Two", "201"): "hw.py"},
    ),
    "Gradescope without names": ({"submission_11/hw.py": FULL}, {("submission_11", "11"): "hw.py"}),
    "Blackboard": (
        {
            "HW 3_abyron_attempt_2026-11-01-10-00-00_hw.py": WRONG,
            "HW 3_abyron_attempt_2026-11-08-10-00-00_hw.py": FULL,
        },
        {("abyron", ""): "hw.py"},
    ),
    "a zip per student": (
        {
            "ada.zip": packed(io.BytesIO(), {"hw.py": FULL}).getvalue(),
            "bob.zip": packed(io.BytesIO(), {"bob/hw.py": FULL}).getvalue(),
        },
        {("ada", ""): "hw.py", ("bob", ""): "bob/hw.py"},
    ),
}


@pytest.mark.parametrize(("files", "expected"), list(EXPORTS.values()), ids=list(EXPORTS))
def test_whose_file_counts(files, expected, tmp_path):
    found, refused = handed_in(packed(tmp_path / "class.zip", files))
    sources, unread = sources_of(found)
    students = sorted({source.student for source in sources})
    jobs = jobs_of([SOFTMAX], students, sources, [*refused, *unread], {}, False)
    assert {(j.student.name, j.student.id): j.source and j.source.name for j in jobs} == expected
    for job in jobs:
        assert job.source is None or job.source.text == FULL


def test_the_newest_attempt_counts_also_where_a_call_gives_the_function():
    texts = {1001: WRONG, 1002: "softmax = made()\n"}
    files = [source_of(f"{n}.py", text.encode(), attempt=Attempt("hw.py", (n,))) for n, text in texts.items()]
    choice = chosen(SOFTMAX, files)
    assert isinstance(choice, Chosen) and choice.source.name == "1002.py"


def test_gradescope_tells_when():
    assert gradescope_submissions(METADATA)["submission_13"].stamp == (2026, 11, 9, 10, 0, 0)


def test_a_class_on_the_disk_is_read_as_its_zip(tmp_path):
    for place, when, source in (("first", 1_000_000, WRONG), ("second", 2_000_000, FULL)):
        folder = tmp_path / "class" / place / MOODLE
        folder.mkdir(parents=True)
        (folder / "hw.py").write_text(source)
        os.utime(folder / "hw.py", (when, when))
    sources, _ = sources_of(handed_in(tmp_path / "class")[0])
    (job,) = jobs_of([SOFTMAX], [sources[0].student], sources, [], {}, False)
    assert job.source and job.source.text == FULL


TWICE = {  # students; whether a pair is warned of
    "same name, two numbers": (Student("Ada B", "1", "moodle"), Student("Ada B", "2", "moodle"), True),
    "same number, two spellings": (Student("Ada B", "1", "moodle"), Student("A. B", "1", "moodle"), True),
    "two groups": (Student("Group A-Ada B", "1", "moodle"), Student("Group B-Ada B", "2", "moodle"), True),
    "an accent": (Student("José"), Student("jose"), True),
    "the other way round": (Student("Byron, Ada"), Student("Ada Byron"), True),
    "downloaded twice": (Student("ada"), Student("ada (1)"), True),
    "two people": (Student("Ada B", "1", "moodle"), Student("Ada C", "2", "moodle"), False),
}


@pytest.mark.parametrize(("one", "other", "warned"), list(TWICE.values()), ids=list(TWICE))
def test_students_who_are_there_twice(one, other, warned):
    assert bool(list(doubles([one, other]))) is warned


NAMES = {  # how old programs packed names, without saying so
    "GBK": (["李明/作业.py", "王小红/作业.py", "bob/hw.py"], "gbk"),
    "cp437": (["Jürgen Groß/hw.py", "Zoë/hw.py"], "cp437"),
    "Windows": (["Jürgen Groß/hw.py", "Zoë/hw.py"], "cp1252"),
    "UTF-8": (["李明/作业.py", "Zoë/hw.py"], "utf-8"),
}


def packed_by_an_old_program(path, raw):
    """A zip whose names are these bytes, without the flag that says UTF-8."""
    placeholders = {f"{place:03}".encode().ljust(len(name), b"x"): name for place, name in enumerate(raw)}
    data = packed(io.BytesIO(), {name.decode(): FULL for name in placeholders}).getvalue()
    for placeholder, name in placeholders.items():
        data = data.replace(placeholder, name)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("names", "encoding"), list(NAMES.values()), ids=list(NAMES))
def test_names_in_old_zips_are_read(names, encoding, tmp_path):
    path = packed_by_an_old_program(tmp_path / "class.zip", [name.encode(encoding) for name in names])
    assert {f"{file.student.name}/{file.name}" for file in handed_in(path)[0]} == set(names)


def test_a_name_that_a_zip_tells_in_a_field_of_its_own(tmp_path):
    entry = zipfile.ZipInfo("a_/hw.py")
    name = "李/hw.py".encode()
    entry.extra = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, 0) + name
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr(entry, FULL)
        archive.writestr("bob/hw.py", FULL)
    assert {file.student.name for file in handed_in(tmp_path / "class.zip")[0]} == {"李", "bob"}


def test_lateness_is_kept(tmp_path, capsys):
    path = packed(tmp_path / "class.zip", {"ada_LATE_7_1001_hw.py": FULL, "bob_8_1002_hw.py": FULL})
    main(["batch", "softmax", str(path), "--out", str(tmp_path / "marks")])
    assert {row["student"]: row["late"] for row in rows_of(tmp_path / "marks" / "marks.csv")} == {
        "ada": "late",
        "bob": "",
    }


def test_a_blank_erases_no_mark_on_canvas(tmp_path, capsys):
    """Canvas takes an empty cell for a mark that was removed."""
    both = f"{FULL}\n{ENTROPY.solution}"
    files = {"ada_7_1001_hw.py": both, "bob_8_1002_a.py": both, "bob_8_1003_b.py": WRONG, "cy_9_1004_hw.ipynb": "{"}
    main(["batch", "softmax", "entropy", str(packed(tmp_path / "c.zip", files)), "--out", str(tmp_path / "marks")])
    tables = {path.name: rows_of(path) for path in (tmp_path / "marks").glob("canvas*.csv")}
    assert [row["Student"] for row in tables.pop("canvas.csv")[1:]] == ["ada"]
    ((name, rows),) = tables.items()
    assert name == "canvas-2.csv" and [row["Student"] for row in rows[1:]] == ["bob"]
    assert "Softmax" not in rows[0] and rows[1]["Entropy"] == f"{ENTROPY.max_score:g}"


# What Moodle calls the columns of its worksheet, and a participant.
LANGUAGES = {
    "English": ("Identifier", "Grade", "Maximum Grade",
        "Last modified (grade)", "Feedback comments", "Participant 77"),
    "German": ("ID", "Bewertung", "Bestwertung",
        "Zuletzt geändert (Bewertung)", "Feedback als Kommentar", "Teilnehmer/in77"),
    "French": ("Identifiant", "Note", "Note maximale",
        "Dernière modification (note)", "Feedback par commentaires", "Participant 77"),
    "Spanish": ("Identificador", "Calificación", "Calificación máxima",
        "Última modificación (calificación)", "Comentarios de retroalimentación", "Participante 77"),
    "Chinese": ("编号", "成绩", "最高分", "最后修改时间(成绩)", "反馈评语", "参与者77"),
    "Italian": ("Identificativo", "Valutazione", "Valutazione massima",
        "Ultima modifica (valutazione)", "Commenti feedback", "Partecipante 77"),
    "Portuguese": ("Identificador", "Nota", "Nota máxima",
        "Última modificação (nota)", "Comentários de feedback", "Participante 77"),
    "Dutch": ("Identificatie", "Beoordeling", "Maximumcijfer",
        "Laatst gewijzigd (beoordeling)", "Feedback-opmerkingen", "Deelnemer 77"),
    "Polish": ("Identyfikator", "Ocena", "Maksymalna ocena",
        "Ostatnia modyfikacja (ocena)", "Komentarze zwrotne", "Uczestnik 77"),
    "Russian": ("Идентификатор", "Оценка", "Максимальная оценка",
        "Последнее изменение (оценка)", "Отзыв в виде комментария", "Участник 77"),
    "one that is not known": ("Aa", "Bb", "Cc", "Dd", "Ee", "Xx 77"),
}  # fmt: skip


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_moodle_s_worksheet_is_filled_in(language, tmp_path, capsys):
    identifier, *heads, participant = LANGUAGES[language]
    told = [identifier, "n", "e", "s", *heads[:2], "c", "m", *heads[2:]]
    most = "100.00" if language in ("English", "Chinese") else "100,00"
    empty = ["Ada", "a@b.c", "-", "", most, "x", "yesterday", "-", ""]
    others = ["=Bob", "b@b.c", "-", "7", most, "x", "-", "long ago", "=)"]
    sheet = tmp_path / "sheet.csv"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([told, [participant, *empty], [participant.replace("77", "78"), *others]])
    path = packed(tmp_path / "class.zip", {f"{MOODLE}/hw.py": FULL, "Di_99_assignsubmission_file_/hw.py": FULL})
    out = tmp_path / "marks"
    assert main(["batch", "softmax", str(path), "--out", str(out), "--worksheet", str(sheet)]) == 0
    ada, bob = rows_of(out / "moodle.csv")
    assert list(ada) == told and ada[told[0]] == participant
    assert ada[told[4]] == f"{SOFTMAX.max_score:g}" and ada[told[8]].endswith("UTC")
    assert list(bob.values())[1:] == others  # whoever handed in nothing keeps what is there
    assert ("Di", "worksheet") in {(row["student"], row["kind"]) for row in rows_of(out / "look_here.csv")}


def test_a_worksheet_with_strange_heads_is_refused_kindly_and_may_be_told(tmp_path, capsys):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("Who;What\nParticipant 77;\n")
    path = packed(tmp_path / "class.zip", {f"{MOODLE}/hw.py": FULL})
    call = ["batch", "softmax", str(path), "--out", str(tmp_path / "marks"), "--worksheet", str(sheet)]
    assert main(call) == 3
    assert "no column is known for the grade; its heads are Who, What. Say which one it is" in capsys.readouterr().err
    assert main([*call, "--columns", "grade=2"]) == 0
    lines = (tmp_path / "marks" / "moodle.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["Who;What", f"Participant 77;{SOFTMAX.max_score:g}"]


@pytest.mark.parametrize("form", ["{}.py", "hw3/ada_{}_final.py", "{}2.ipynb"])
def test_each_of_all_exercises_finds_its_own_file(form):
    """Several share a function, and the name of one is part of another's."""
    slugs = list(EXERCISES)
    cells = [json.dumps({"cells": [{"cell_type": "code", "source": one.solution}]}) for one in EXERCISES.values()]
    texts = cells if form.endswith("ipynb") else [one.solution for one in EXERCISES.values()]
    sources = [source_of(form.format(slug), text.encode()) for slug, text in zip(slugs, texts, strict=True)]
    found = {slug: chosen(exercise, sources) for slug, exercise in EXERCISES.items()}
    assert {slug: one.source.name for slug, one in found.items() if isinstance(one, Chosen)} == {
        slug: form.format(slug) for slug in slugs
    }


@pytest.fixture
def tied(tmp_path):
    """A class in which two files of Ada's compete, and what is said to grade it."""
    path = packed(tmp_path / "class.zip", {"=ada/a.py": FULL, "=ada/b.py": WRONG, "bob/hw.py": FULL})
    return ["batch", "softmax", str(path), "--out", str(tmp_path / "marks")], tmp_path / "marks" / "choices.csv"


def fill_in(path, word, delimiter=",", encoding="utf-8-sig"):
    text = path.read_text(encoding="utf-8-sig")
    rows = [[*row[:3], word if place else row[3], *row[4:]] for place, row in enumerate(csv.reader(io.StringIO(text)))]
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


WORDS = {  # what is filled in, how a spreadsheet writes it, and the score
    "a name": ("b.py", ",", "utf-8-sig", "0"),
    "a number": ("1", ",", "utf-8-sig", f"{SOFTMAX.max_score:g}"),
    "by a German Excel": ("a.py", ";", "cp1252", f"{SOFTMAX.max_score:g}"),
    "as Unicode text": ("a.py", "\t", "utf-16", f"{SOFTMAX.max_score:g}"),
    "nothing": ("", ",", "utf-8-sig", ""),
}


@pytest.mark.parametrize(("word", "delimiter", "encoding", "score"), list(WORDS.values()), ids=list(WORDS))
def test_a_tie_is_asked_and_the_answer_counts(word, delimiter, encoding, score, tied, tmp_path, capsys):
    call, choices = tied
    assert main(call) == 3
    (ada, bob) = rows_of(tmp_path / "marks" / "marks.csv")
    assert (ada["score"], bob["score"]) == ("", f"{SOFTMAX.max_score:g}")
    fill_in(choices, word, delimiter, encoding)
    assert main([*call, "--choose", str(choices)]) == (0 if score else 3)
    assert rows_of(tmp_path / "marks" / "marks.csv")[0]["score"] == score


def test_a_choice_that_was_not_handed_over_is_kept(tied, capsys):
    call, choices = tied
    main(call)
    fill_in(choices, "b.py")
    main(call)
    assert f"--choose {choices}" in capsys.readouterr().out
    assert rows_of(choices)[0]["choose"] == "b.py"


@pytest.mark.parametrize("word", ["c.py", "3", "a"])
def test_a_choice_of_no_file_is_refused(word, tied, capsys):
    call, choices = tied
    main(call)
    fill_in(choices, word)
    assert main([*call, "--choose", str(choices)]) == 3
    assert f"=ada, softmax: {word} is none of a.py, b.py" in capsys.readouterr().err


def test_kept_marks_know_what_they_were_made_with(tied, tmp_path, monkeypatch, capsys):
    call, _ = tied
    main(call)
    told = json.loads((tmp_path / "marks" / "made_with.json").read_text())
    assert told["exercises"] == {"softmax": SOFTMAX.version} and told["torch"] and told["grader"]
    monkeypatch.setattr("lib.grading.classroom.kept.grader_version", lambda: "another")
    graded: list[str] = []
    monkeypatch.setattr("lib.grading.classroom.batch.keep", lambda path, told: graded.append(path.name))
    main(call)
    assert "Changed since the marks" in capsys.readouterr().out and len(graded) == 1
