"""`batch` in a real shell: pipes that close, Ctrl+C, paths in quotes, a Python without torch, where the marks go."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from lib.exercises import EXERCISES
from lib.grading.__main__ import main
from lib.grading.classroom.kept import ROOT
from lib.grading.commands.batch import out_beside

FULL = EXERCISES["softmax"].solution


@pytest.fixture
def handed_in(tmp_path):
    folder = tmp_path / "hw3"
    folder.mkdir()
    for number in range(40):
        (folder / f"s{number:02}.py").write_text(f"import pandas{number}\n{FULL}")
    return folder


def shell(line, tmp_path, **env):
    call = line.replace("PYTHON", f"{sys.executable} -m lib.grading")
    env = {**os.environ, "OMP_NUM_THREADS": "1", "HOME": str(tmp_path), **env}
    return subprocess.run(["bash", "-c", call], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def test_a_reader_who_leaves_is_no_error_and_a_path_in_quotes_is_found(handed_in, tmp_path):
    ended = shell("PYTHON batch softmax '~/hw3' --preflight | true; exit ${PIPESTATUS[0]}", tmp_path)
    assert (ended.returncode, ended.stderr) == (3, "")


@pytest.mark.parametrize("begun", ["", "marks/.graded"], ids=["while it loads", "while it grades"])
def test_ctrl_c_ends_quietly(begun, handed_in, tmp_path):
    for path in handed_in.iterdir():
        path.write_text("def softmax(scores):\n    while True: pass\n")
    call = [sys.executable, "-m", "lib.grading", "batch", "softmax", str(handed_in), "--out", str(tmp_path / "marks")]
    with subprocess.Popen(call, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True) as running:
        time.sleep(0.3)
        while not (tmp_path / begun).exists() and running.poll() is None:
            time.sleep(0.1)
        os.killpg(running.pid, signal.SIGINT)
        said = running.communicate(timeout=30)[1]
    assert "Traceback" not in said and len(said.splitlines()) <= 1


def test_a_python_without_torch_is_told_what_to_run(tmp_path):
    bare = f"{sys.executable} -S -m lib.grading batch softmax 'my class'"  # without site-packages, as the system's
    ended = shell(f"cd {ROOT} && {bare}", tmp_path, PYTHONPATH="")
    assert ended.returncode == 2 and len(ended.stderr.splitlines()) == 1
    assert "has no torch" in ended.stderr and "python -m lib.grading batch softmax 'my class'" in ended.stderr


PLACES = {  # what is handed in, from the temporary folder, and where the marks go
    "a zip": ("down/hw 3.zip", "down/hw 3-marks"),
    "a folder": ("down/hw3", "down/hw3-marks"),
    "two endings": ("down/hw3.tar.gz", "down/hw3-marks"),
}


@pytest.mark.parametrize(("given", "out"), list(PLACES.values()), ids=list(PLACES))
def test_marks_go_beside_what_was_handed_in(given, out, tmp_path):
    assert out_beside(tmp_path / given) == tmp_path / out


def test_marks_never_go_into_the_repository(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert out_beside(ROOT / "hw3.zip") == tmp_path / "hw3-marks"
    assert out_beside(ROOT.parent / "hw3.zip") == ROOT.parent / "hw3-marks"


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_git_leaves_marks_alone(tmp_path, capsys):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "ada.py").write_text(FULL)
    main(["batch", "softmax", str(tmp_path / "hw"), "--out", str(tmp_path / "results")])
    seen = subprocess.run(["git", "-C", str(tmp_path), "status", "--short"], capture_output=True, text=True, check=True)
    assert (tmp_path / "results" / "marks.csv").exists() and "results" not in seen.stdout


def test_marks_inside_the_class_s_own_folder_are_not_read_as_a_student(handed_in, capsys):
    call = ["batch", "softmax", str(handed_in), "--out", str(handed_in / "marks")]
    main(call)
    assert main(call) == 0
    assert "40 students, 40 files." in capsys.readouterr().out
