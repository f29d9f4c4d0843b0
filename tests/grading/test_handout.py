"""A homework to hand out: it runs without this app, is graded as any other file, and says which homework it is."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from lib.exercises import EXERCISES, read_exercise
from lib.grading.__main__ import main
from lib.grading.classroom.homework import handed_out_as, homework_of, misplaced
from lib.grading.classroom.submission import read_source
from lib.grading.grade import grade
from lib.sandbox.job import Limits

ASKED = ("softmax", "huber_loss", "adam_step", "gaussian_nll_gradient", "step_lr", "find_the_mistake_in_softmax")
EACH = [EXERCISES[slug] for slug in ASKED[:-1]]  # the last asks for softmax too


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handout")
    assert main(["handout", *ASKED[:-1], "--out", str(folder), "--id", "hw3"]) == 0
    return folder


def cells_of(path):
    return ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]


def solved(text):
    """The file with every solution where its starter was."""
    for exercise in EACH:
        assert exercise.starter.strip() in text
        text = text.replace(exercise.starter.strip(), exercise.solution.strip())
    return text


def program_of(folder, suffix):
    """What runs when a student runs the file: the program, or the notebook's code cells one after another."""
    path = folder / f"hw3{suffix}"
    return path.read_text() if suffix == ".py" else "\n\n".join(cells_of(path))


def run_alone(program, path):
    """Run in a fresh interpreter in which nothing of this app can be imported."""
    path.write_text(f"{program}\nassert not [name for name in sys.modules if name.split('.')[0] in ('lib', 'torch')]\n")
    path.write_text(path.read_text().replace("import numpy as np", "import sys\nimport numpy as np", 1))
    command = [sys.executable, "-I", str(path)]
    return subprocess.run(command, capture_output=True, text=True, cwd=path.parent, timeout=60, check=False)


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
def test_its_own_tests_pass_with_the_solution_and_fail_with_the_starter(suffix, folder, tmp_path):
    program = program_of(folder, suffix)
    right = run_alone(solved(program), tmp_path / "right.py")
    assert right.returncode == 0, right.stdout + right.stderr
    assert "✗" not in right.stdout and right.stdout.count("✓") == sum(len(e.visible) for e in EACH)
    untouched = run_alone(program, tmp_path / "untouched.py")
    assert untouched.returncode == 1 and "✓" not in untouched.stdout and "Is there a return?" in untouched.stdout


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
@pytest.mark.parametrize("exercise", EACH, ids=[exercise.slug for exercise in EACH])
def test_it_earns_everything_when_solved_and_nothing_untouched(exercise, suffix, folder):
    program = program_of(folder, suffix)
    assert grade(exercise, solved(program)).score == exercise.max_score
    assert grade(exercise, program).score == 0


def test_the_notebook_is_one(folder):
    held = json.loads((folder / "hw3.ipynb").read_text())
    assert (held["nbformat"], held["nbformat_minor"]) == (4, 5)
    assert held["metadata"]["torch_by_hand"] == {"id": "hw3", "exercises": {e.slug: e.version for e in EACH}}
    assert len({cell["id"] for cell in held["cells"]}) == len(held["cells"])
    assert all(isinstance(cell["source"], list) for cell in held["cells"])
    assert [e.starter.strip() for e in EACH] == [text for text in cells_of(folder / "hw3.ipynb") if "..." in text]


def saved_as(folder, form):
    """The file as students hand it in after what their editors do to it."""
    program, notebook = (folder / "hw3.py").read_text(), (folder / "hw3.ipynb").read_text()
    without_metadata = json.dumps({**json.loads(notebook), "metadata": {}})
    return {
        "program": program,
        "notebook": notebook,
        "exported": "#!/usr/bin/env python\n# coding: utf-8\n\n" + "\n".join(cells_of(folder / "hw3.ipynb")),
        "ends of lines of Windows": program.replace("\n", "\r\n"),
        "without metadata": read_source("hw3.ipynb", without_metadata.encode()),
    }[form]


@pytest.mark.parametrize("form", ["program", "notebook", "exported", "ends of lines of Windows", "without metadata"])
def test_which_homework_it_is_can_be_read(form, folder):
    came = handed_out_as(saved_as(folder, form))
    assert came is not None
    assert (came.id, dict(came.versions)) == ("hw3", {e.slug: e.version for e in EACH})


STRANGE = {
    "no word of it": "def softmax(x): ...",
    "no notebook": '{"torch_by_hand"',
    "a list": '{"metadata": {"torch_by_hand": []}}',
    "no exercises": '{"metadata": {"torch_by_hand": {"id": "x", "exercises": 3}}}',
    "nested": '{"metadata": ' + "[" * 50_000 + '"torch_by_hand"',
}


@pytest.mark.parametrize("text", list(STRANGE.values()), ids=list(STRANGE))
def test_what_does_not_say_where_it_comes_from_is_not_misplaced(text):
    assert handed_out_as(text) is None and misplaced(text, homework_of(EACH, "hw3")) == ""


WANTED = {  # exercises of the batch, its id; whether hw3 is in the wrong place there
    "the same": (EACH, "hw3", ""),
    "without the id": (EACH, "", ""),
    "one of them": (EACH[:1], "", ""),
    "another id": (EACH, "hw4", "it was handed out as homework hw3 (softmax, huber_loss, adam_step, "),
    "another exercise": ([EXERCISES["entropy"]], "", "; this is entropy"),
    "one more": ([*EACH, EXERCISES["entropy"]], "", "; this is softmax, huber_loss, adam_step, "),
}


@pytest.mark.parametrize(("exercises", "id", "says"), list(WANTED.values()), ids=list(WANTED))
def test_a_file_for_another_homework_is_recognised(exercises, id, says, folder):
    said = misplaced((folder / "hw3.py").read_text(), homework_of(exercises, id))
    assert says in said and bool(says) == bool(said)


def test_an_id_follows_from_exercises_and_versions():
    assert homework_of(EACH).id == homework_of(EACH[::-1]).id != homework_of(EACH[1:]).id


SLUGS = {"plain": "softmax", "two words": "my own softmax", "a dot": "hw.softmax", "an end of line": "soft\nmax"}


@pytest.mark.parametrize("slug", list(SLUGS.values()), ids=list(SLUGS))
def test_the_line_can_be_read_back_whatever_a_folder_is_called(slug):
    line = homework_of([replace(EXERCISES["softmax"], slug=slug), EXERCISES["entropy"]], "hw3").line
    came = handed_out_as(f"{line}\nx = 1\n")
    assert came is not None and "\n" not in line
    assert list(came.versions) == [" ".join(slug.split()), "entropy"]


REFUSED = {
    "one function twice": (["softmax", "find_the_mistake_in_softmax"], "two exercises ask for a function"),
    "an id that leads out": (["softmax", "--id", "../hw3"], "the id is '../hw3'"),
    "no such exercise": (["sofmax"], "There is no exercise sofmax"),
}


@pytest.mark.parametrize(("words", "says"), list(REFUSED.values()), ids=list(REFUSED))
def test_what_cannot_be_handed_out_is_said(words, says, tmp_path, capsys):
    assert main(["handout", *words, "--out", str(tmp_path / "out")]) == 2
    assert says in capsys.readouterr().err and not (tmp_path / "out").exists()


@pytest.mark.long
@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))
def test_every_exercise_can_be_handed_out(exercise, tmp_path):
    assert main(["handout", exercise.slug, "--out", str(tmp_path), "--id", "one"]) == 0
    program = (tmp_path / "one.py").read_text()
    right = run_alone(program.replace(exercise.starter, exercise.solution), tmp_path / "right.py")
    assert right.returncode == 0 and right.stdout.count("✓") == len(exercise.visible), right.stdout + right.stderr
    assert run_alone(program, tmp_path / "untouched.py").returncode == 1
    assert len(program.encode()) < Limits().source_bytes / 4


SEVERAL = {  # what the function gives, and wrong ones: too much in it, too little, another kind
    "a tuple": ("(x - x.mean(), x.std())", ["x - x.mean()", "(x - x.mean(),)", "(x - x.mean(), x.std() + 1)"]),
    "a dict": ("{'y': x - x.mean()}", ["x - x.mean()", "{}", "{'y': x - x.mean(), 'z': 1.0}", "{'y': x}"]),
    "a dict of tuples": (
        "{'y': x - x.mean(), 'stats': (x.mean(), x.std())}",
        ["{'y': x - x.mean(), 'stats': x.mean()}", "{'y': x - x.mean(), 'stats': (x.std(), x.mean())}"],
    ),
}
TOML = """title = "Normalise"
path = "own"
order = 1
level = 1
function = "normalise"
answer = "value"
hints = ["Take the mean off."]
[[tests]]
name = "three numbers"
args = { x = [1.0, 2.0, 6.0] }
"""


@pytest.mark.parametrize(("right", "wrong"), list(SEVERAL.values()), ids=list(SEVERAL))
def test_an_answer_in_parts_is_tested_as_it_is_graded(right, wrong, tmp_path):
    folder = tmp_path / "own" / "normalise"
    folder.mkdir(parents=True)
    head = "import numpy as np\n\n\ndef normalise(x):\n"
    texts = {"solution.py": f"{head}    return {right}\n", "starter.py": f"{head}    ...\n", "exercise.toml": TOML}
    for name, text in {**texts, "statement.md": "Write it."}.items():
        (folder / name).write_text(text)
    assert main(["handout", str(folder), "--out", str(tmp_path), "--id", "one"]) == 0
    program, starter = (tmp_path / "one.py").read_text(), texts["starter.py"]
    for answer, code in {right: 0, "None": 1, **dict.fromkeys(wrong, 1)}.items():
        handed_in = program.replace(starter, f"{head}    return {answer}\n")
        ended = run_alone(handed_in, tmp_path / "answer.py")
        assert ended.returncode == code, f"{answer}: {ended.stdout}{ended.stderr}"
        assert (grade(read_exercise(folder), handed_in).score == 1) == (code == 0), answer
