"""docs/grading.md: every command in it, in its order, with a class that is made up."""

from __future__ import annotations

import csv
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lib.grading.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "grading.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]
OURS = [shlex.split(line)[3:] for line in COMMANDS if line.startswith("python -m lib.grading ")]
WORKSHEET = "Identifier,Full name,Grade,Maximum Grade,Last modified (grade),Feedback comments"


BODIES = {  # what a student writes in place of the dots
    "my_huber": """
    size = np.abs(input - target)
    each = np.where(size < delta, 0.5 * size**2, delta * (size - 0.5 * delta))
    return each if reduction == "none" else each.sum() if reduction == "sum" else each.mean()
""",
    "my_sgd": """
    step = grad + weight_decay * param
    if momentum:
        step = momentum * state["momentum_buffer"] + step if "momentum_buffer" in state else step
        state = {"momentum_buffer": step}
    return param - lr * step, state
""",
}


def hand_in(course):
    """Ada is right, Bob hands in two files that compete, Cy what was handed out, Di a notebook that is none."""
    handed_out = (course / "hw3" / "hw3.py").read_text()
    right = handed_out
    for exercise, body in BODIES.items():
        starter = (course / "exercises" / exercise / "starter.py").read_text().strip()
        assert starter in right and starter.endswith("...")
        right = right.replace(starter, starter.removesuffix("...") + body.strip())
    files = {
        "Ada_1_assignsubmission_file_/hw3.py": right,
        "Bob_2_assignsubmission_file_/a.py": right,
        "Bob_2_assignsubmission_file_/b.py": right.replace("0.5", "0.25"),
        "Cy_3_assignsubmission_file_/hw3.py": handed_out,
        "Di_4_assignsubmission_file_/hw3.ipynb": "{",
    }
    with zipfile.ZipFile(course / "handed_in.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    rows = [f"Participant {n},{who},,20,-," for n, who in enumerate(("Ada", "Bob", "Cy", "Di"), 1)]
    (course / "worksheet.csv").write_text("\n".join([WORKSHEET, *rows]))
    (course / "people.csv").write_text("name,mail\nAda,ada@x.org\n")


def choose(course):
    """What an assistant fills in: the first of the files that compete."""
    path = course / "handed_in-marks" / "choices.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        heads, *rows = csv.reader(file)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([heads, *([*row[:3], "a.py", *row[4:]] for row in rows)])


def prepare(line, course):
    """What people do between the commands."""
    if "handed_in.zip" in line and not (course / "handed_in.zip").exists():
        hand_in(course)
    if "--choose" in line:
        choose(course)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["student" if "student" in row else "Full name"]: row for row in csv.DictReader(file)}


def ends_well(line, code):
    """Di has no mark, so a batch ends with 3."""
    return code == (3 if " batch " in f" {line} " and "--preflight" not in line else 0)


def check_what_came(course):
    marks = course / "handed_in-marks"
    rows = rows_of(marks / "marks.csv")
    assert {who: row["score"] for who, row in rows.items()} == {
        "Ada": "20",
        "Bob": rows["Bob"]["score"],
        "Cy": "0",
        "Di": "",
    }
    assert rows_of(marks / "moodle.csv")["Ada"]["Grade"] == "20"
    assert {name for name, _ in mentioned()} >= {"look_here.csv", "similarity.html", "mail.csv"}
    assert [name for name, needed in mentioned() if needed and not (marks / name).exists()] == []
    assert (course / "hw3.zip").exists()


def mentioned():
    """The files that the document's table promises, and whether they come for this class."""
    table = DOCUMENT.partition("| file | holds |")[2].partition("\n\n")[0]
    return [
        (name, name not in ("canvas.csv",)) for name in re.findall(r"`([\w./]+)`", table) if "." in name or "/" in name
    ]


def test_every_command_runs_in_its_order(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    course = tmp_path / "course"
    course.mkdir()
    for words in OURS:
        prepare(" ".join(words), course)
        code = main([re.sub(r"^~", str(tmp_path), word) for word in words])
        assert ends_well(" ".join(words), code), (words, code, capsys.readouterr())
        if "--choose" in words:  # the same was graded without: now Bob's first file counts
            assert rows_of(course / "handed_in-marks" / "marks.csv")["Bob"]["score"] == "20"
    check_what_came(course)


@pytest.mark.long
def test_every_command_runs_in_a_clean_shell(tmp_path):
    (tmp_path / "torch-by-hand").symlink_to(ROOT)
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8"}
    begin = BLOCKS[0].replace(". .venv/bin/activate", f"PATH={os.path.dirname(sys.executable)}:$PATH")
    assert begin != BLOCKS[0]
    for block in BLOCKS[1:]:
        for line in block.splitlines():
            prepare(line, tmp_path / "course")
            call = ["bash", "-c", f"set -e\n{begin}\n{line}"]
            ended = subprocess.run(
                call, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
            )
            assert ends_well(line, ended.returncode), f"{line}\n{ended.stdout}\n{ended.stderr}"
            assert "Traceback" not in ended.stderr
    check_what_came(tmp_path / "course")


def test_every_option_it_names_exists_and_links_lead_somewhere(capsys):
    for command in ("batch", "handout", "bundle", "grade", "new", "check"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
    told = capsys.readouterr().out
    assert [name for name in re.findall(r"--[a-z]+(?:-[a-z]+)*", DOCUMENT) if name not in told] == []
    for document in ("grading.md", "exercises.md"):
        text = (ROOT / "docs" / document).read_text(encoding="utf-8")
        assert all((ROOT / "docs" / link).is_file() for link in re.findall(r"\]\((\w+\.md)\)", text))
