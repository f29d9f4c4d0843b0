"""What comes back: a student's page, the zip for Moodle, the list for mail, the class brief, what a homework counts."""

from __future__ import annotations

import csv
import html
import json
import re
import zipfile
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from lib.exercises import EXERCISES
from lib.grading.__main__ import main
from lib.grading.classroom.feedback import feedback_page
from lib.grading.classroom.mark import Mark
from lib.grading.classroom.people import Student
from lib.grading.classroom.points import Points, written
from lib.grading.classroom.published import published
from lib.grading.classroom.sent_back import BadAddresses, address_of, moodle_folder, read_addresses

SOFTMAX, HUBER, ADAM = (EXERCISES[slug] for slug in ("softmax", "huber_loss", "adam_step"))
SLUGS = ("softmax", "huber_loss", "adam_step")
ALL = "\n\n".join(exercise.solution for exercise in (SOFTMAX, HUBER, ADAM))
DIM = "import numpy as np\n\n\ndef shares(e):\n    return e / e.sum(dim=-1)\n\n\ndef softmax(scores):\n    return shares(np.exp(scores))\n"  # noqa: E501


def notebook(*cells):
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})


def graded(folder, files, *options, slugs=SLUGS):
    """A class on Moodle is graded; gives the folder of what comes back."""
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "class.zip", "w") as archive:
        for number, (who, (name, text)) in enumerate(files.items(), 1):
            archive.writestr(f"{who}_{number}_assignsubmission_file_/{name}", text)
    main(["batch", *slugs, str(folder / "class.zip"), "--out", str(folder / "marks"), *options])
    return folder / "marks"


def page_of(marks, who):
    (path,) = (marks / "feedback").glob(f"{who}_*.html")
    return path.read_text(encoding="utf-8")


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


CLASS = {
    "Ada": ("hw.ipynb", notebook("import numpy as np", "shares(3)", f"# mine\n{DIM}", HUBER.solution, ADAM.solution)),
    "Bob": ("hw.py", "def softmax(scores:\n    return 1\n"),
    "Cy": ("hw.py", ALL.replace("each.mean()", "each.sum()")),
    "Di": ("hw.py", ALL.replace("def softmax", "def soft_max")),
    "Ed": ("hw.py", f"{DIM}\n{HUBER.solution}\n{ADAM.solution}"),
    "Flo": ("hw.py", ALL),
    "Gil": ("hw.pdf", "no code"),
}


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    return graded(tmp_path_factory.mktemp("class"), CLASS)


def test_one_sentence_where_the_file_as_a_whole_is_the_matter(marks):
    page = page_of(marks, "Bob")
    assert page.count("was never closed") == 2  # the sentence, and the line with it
    assert "<li>" not in page and "<section" not in page
    assert '<span class="here"><i>   1 </i> def softmax(scores:</span>' in page


def test_an_error_that_every_test_meets_is_told_once_with_its_line_in_its_cell(marks):
    page = page_of(marks, "Ada")
    softmax, huber, _ = page.split("<section")[1:]
    assert softmax.count("Every test ends with the same error.") == 1 and "tests failed" not in softmax
    assert (
        "<i>Cell 3</i>" in softmax and '<span class="here"><i>   6 </i>     return e / e.sum(dim=-1)</span>' in softmax
    )
    assert "The file without 1 place that did not run" in softmax and "Left out: cell 2, line 1 (shares(3))" in softmax
    assert "softmax(scores)" in softmax and "Every test passed." in huber


def test_tests_that_differ_are_told_each_with_what_failed_first(marks):
    section = page_of(marks, "Cy").split("<section")[2]
    failed, passed = section.index("tests failed"), section.index("tests passed")
    assert failed < passed and section.count("<details open>") == 1
    assert "<strong>Hint:</strong>" in section and "Likely mistake." in section


def test_a_page_does_not_tell_a_student_what_an_assistant_is_to_do(marks):
    for path in (marks / "feedback").glob("*.html"):
        text = html.unescape(re.sub(r"(?s)<style>.*?</style>", "", path.read_text(encoding="utf-8")))
        assert not re.search(r"(?<!\w)--\w|choices\.csv|look_here|Traceback|/tmp/", text), path.name
    assert "Not graded: hw.pdf: no .py or .ipynb was handed in. This is not counted as a zero." in page_of(marks, "Gil")


def test_what_failed_on_our_side_is_not_told_in_its_own_words():
    page = feedback_page(
        Student("Ada"), [Mark(Student("Ada"), SOFTMAX, None, "our fault; not counted: OSError: /tmp/x")]
    )
    assert "Not graded: something failed on our side. This is not counted as a zero." in page and "OSError" not in page


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


EVIL = "<img src=x onerror=alert(1)></pre>"


def test_the_one_sentence_of_a_page_is_text_too(tmp_path):
    folder = graded(tmp_path, {"Eve": ("hw.py", f"def softmax(scores: '{EVIL}\n")})
    page = page_of(folder, "Eve")
    assert "<section" not in page and "&lt;img" in page.split('class="say"')[1].split("</p>")[0]
    tags = Tags()
    tags.feed(page)
    assert not tags.open and "img" not in tags.seen


def test_whatever_strangers_write_stays_text(tmp_path):
    name = f'{EVIL}"&'
    code = f"def softmax(scores):\n    {EVIL!r}\n    raise ValueError({EVIL!r})  # {EVIL}\n"
    folder = graded(tmp_path, {"Eve": (f"{name}.py".replace("/", ""), code)}, slugs=("softmax",))
    page = page_of(folder, "Eve")
    tags = Tags()
    tags.feed(page)
    assert not tags.open and "img" not in tags.seen and "script" not in tags.seen
    assert page.count("&lt;img") >= 4


def test_moodle_gets_one_zip_with_a_folder_per_student(marks):
    with zipfile.ZipFile(marks / "feedback_moodle.zip") as archive:
        names = archive.namelist()
        assert names == [f"{who}_{n}_assignsubmission_file_/feedback.html" for n, who in enumerate(CLASS, 1)]
        assert archive.read(names[0]).decode() == page_of(marks, "Ada")


FOLDERS = {  # how the name is written, and the participant that Moodle reads off the folder
    "plain": ("Ada Byron", "Ada Byron"),
    "an underscore": ("Ada_Byron_7", "Ada Byron 7"),
    "a way out": ("../../etc", ".. .. etc"),
    "Windows forbids": ('a:b*c?"d"<e>|f\\g', "a b c d e f g"),
    "nothing left": ("___", "Participant"),
    "an umlaut": ("Jörg Müller-Łęcki", "Jörg Müller-Łęcki"),
    "blind": ("Participant", "Participant"),
}


@pytest.mark.parametrize(("name", "shown"), list(FOLDERS.values()), ids=list(FOLDERS))
def test_moodle_reads_the_number_off_the_folder(name, shown):
    """As is_valid_filename_for_import in mod/assign/feedback/file/importziplib.php does."""
    info = f"{moodle_folder(Student(name, '42', 'moodle'))}/feedback.html".split("/")[0].split("_", 4)
    assert info == [shown, "42", "assignsubmission", "file", ""]


PEOPLE = {  # a list of people; the address of Ada Byron, number 7
    "by number": (["Name;Number;Mail", "A. B.;7;ada@x.org", "Ada Byron;8;other@x.org"], "ada@x.org"),
    "by name": (["First,Last,Email address", "Ada,Byron,ada@x.org", "Bob,B,bob@x.org"], "ada@x.org"),
    "last name first": (["Nachname,Vorname,E-Mail", "BYRON,Ada,ada@x.org"], "ada@x.org"),
    "two of this name": (["Name,Mail", "Ada Byron,ada@x.org", "Ada Byron,ada2@x.org"], ""),
    "one with a longer name": (["Name,Mail", "Ada Byron,ada@x.org", "Ada Lovelace Byron,b@x.org"], "ada@x.org"),
    "not there": (["Name,Mail", "Bob B,bob@x.org"], ""),
    "two addresses": (["Name,Mail,Private", "Ada Byron,ada@x.org,a@y.org"], ""),
}


@pytest.mark.parametrize(("lines", "address"), list(PEOPLE.values()), ids=list(PEOPLE))
def test_nobody_gets_the_mail_of_somebody_else(lines, address, tmp_path):
    (tmp_path / "people.csv").write_text("\n".join(lines))
    assert address_of(Student("Ada Byron", "7", "moodle"), read_addresses(tmp_path / "people.csv")) == address


def test_the_list_for_mail_names_recipient_address_and_file(tmp_path, capsys):
    (tmp_path / "people.csv").write_text("name,mail\nAda,ada@x.org\n")
    files = {"Ada": ("hw.py", ALL), "Bob": ("hw.py", ALL)}
    folder = graded(tmp_path, files, "--addresses", str(tmp_path / "people.csv"), slugs=("softmax",))
    assert "1 of 2 students have no address" in capsys.readouterr().out
    mails = rows_of(folder / "mail.csv")
    assert [(row["recipient"], row["address"]) for row in mails] == [("Ada", "ada@x.org"), ("Bob", "")]
    assert all((folder / row["file"]).is_file() for row in mails)


def test_a_list_without_addresses_is_refused(tmp_path):
    (tmp_path / "people.csv").write_text("name,number\nAda,7\n")
    with pytest.raises(BadAddresses, match="has no column with mail addresses"):
        read_addresses(tmp_path / "people.csv")


def test_the_brief_begins_with_the_zeros_that_are_due_to_a_file(marks):
    brief = (marks / "class_brief.md").read_text()
    head = brief[: brief.index("## Softmax")]
    assert "- softmax, huber_loss, adam_step, 1: Python cannot read line 1" in head and "(Bob)" in head
    assert "- softmax, 1: There is no function softmax; found soft\\_max. Rename it. (Di)" in head
    assert "no mark: hw.pdf: no .py or .ipynb was handed in (Gil)" in head
    assert head.index("Zero because of the file") < len(head) and "To teach again" not in head


def test_the_brief_groups_errors_by_kind_and_function(marks):
    softmax = (marks / "class_brief.md").read_text().partition("## Softmax")[2].partition("\n## ")[0]
    assert "- 2 of 6 raise an error in every test." in softmax
    error = "TypeError in `shares`, `_sum() got an unexpected keyword argument 'dim'`, as at `return e / e.sum(dim=-1)`"
    assert f"  - 2: {error}" in softmax.splitlines()


def test_the_brief_names_mistakes_and_the_lesson(tmp_path):
    wrong = HUBER.solution.replace("each.mean()", "each.sum()")
    folder = graded(tmp_path, {"Ada": ("hw.py", wrong), "Bob": ("hw.py", wrong)}, slugs=("huber_loss",))
    brief = (folder / "class_brief.md").read_text()
    assert re.search(
        r"1\. Huber loss, 2 of 2: This is the sum\. .* Lesson: Huber loss \(/huber_loss\)\. \(`sum_for_mean`\)", brief
    )
    assert re.search(r"- \*\*2 of 2\*\*: This is the sum\. .* \(`sum_for_mean`\)", brief)


def test_the_brief_obeys_nobody(tmp_path, capsys):
    code = "def softmax(scores):\n    raise ValueError('`\\n# Owned\\n<b>\\x1b[31m')\n"
    folder = graded(tmp_path, {"[x](y) *Eve*": ("hw.py", code)}, slugs=("softmax",))
    brief = (folder / "class_brief.md").read_text()
    assert "\n# Owned" not in brief and "\\[x\\](y) \\*Eve\\*" in brief
    assert "\x1b" not in capsys.readouterr().out


def mark(exercise, score):
    grade = None if score is None else {"score": score, "max_score": exercise.max_score}
    return Mark(Student("Ada"), exercise, grade)


COUNTED = {  # scale, weights, scores of softmax, Huber and Adam (18 points each); the sum, and the most
    "as they are": (0, {}, (18, 9, 0), "27", "54"),
    "on a scale": (20, {}, (18, 9, 0), "10", "20"),
    "a third is rounded": (20, {}, (18, 0, 0), "6.67", "20"),
    "weights alone": (0, {"softmax": 2}, (18, 9, 0), "2.5", "4"),
    "weights on a scale": (20, {"softmax": 2, "adam_step": 1}, (9, 18, 18), "15", "20"),
    "a weight of nothing": (10, {"softmax": 0}, (0, 18, 18), "10", "10"),
    "a bonus": (10.5, {"softmax": 0.5}, (18, 18, 18), "10.5", "10.5"),
    "no mark is not a zero": (20, {}, (18, None, 18), "", "20"),
}


@pytest.mark.parametrize(("scale", "weights", "scores", "total", "most"), list(COUNTED.values()), ids=list(COUNTED))
def test_what_a_homework_counts(scale, weights, scores, total, most):
    own = [mark(exercise, score) for exercise, score in zip((SOFTMAX, HUBER, ADAM), scores, strict=True)]
    points = Points(scale, weights)
    assert (points.total(own), points.most([one.exercise for one in own])) == (total, most)


@pytest.mark.parametrize(
    ("number", "text"), [("13.125", "13.13"), ("0.005", "0.01"), ("2.675", "2.68"), ("100", "100"), ("0", "0")]
)
def test_halves_are_rounded_up(number, text):
    assert written(Fraction(number)) == text


def test_scale_and_rounding_are_said_and_reach_every_file(tmp_path, capsys):
    files = {"Ada": ("hw.py", ALL), "Bob": ("hw.py", ALL.replace("each.mean()", "each.sum()"))}
    folder = graded(tmp_path, files, "--scale", "20", "--weights", "huber_loss=2", "--id", "hw3")
    assert "on a scale of 20; weights: huber_loss 2, every other exercise 1; rounded" in capsys.readouterr().out
    ada, bob = rows_of(folder / "marks.csv")
    assert (ada["score"], ada["max_score"], ada["huber_loss"]) == ("20", "20", "18")
    assert [row["Grade"] for row in rows_of(folder / "moodle.csv")] == [ada["score"], bob["score"]]
    assert f"{bob['score']} of 20 points in all" in page_of(folder, "Bob") and 10 < float(bob["score"]) < 20


def test_canvas_gets_one_assignment_on_a_scale_and_never_a_blank(tmp_path, capsys):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "ada_1_4567_hw.py").write_text(ALL)
    (folder / "bob_2_4568_hw.pdf").write_text("no code")
    (folder / "cy_3_4569_hw.py").write_text(ALL)
    call = ["batch", *SLUGS, str(folder), "--out", str(tmp_path / "marks"), "--scale", "20", "--id", "hw3"]
    main(call)
    points, *students = rows_of(tmp_path / "marks" / "canvas.csv")
    assert points["hw3"] == "20" and {row["Student"]: row["hw3"] for row in students} == {"ada": "20", "cy": "20"}


def test_no_comment_for_moodle_is_blank(marks):
    moodle = {row["Full name"]: row for row in rows_of(marks / "moodle.csv")}
    assert moodle["Flo"]["Feedback comments"] == "54 of 54 points."
    assert all(row["Grade"] and row["Feedback comments"] for row in moodle.values()) and "Gil" not in moodle


WRONG_USE = {
    "no number": (["--scale", "0"], "--scale is 0.0"),
    "not finite": (["--scale", "inf"], "--scale is inf"),
    "an unknown exercise": (["--weights", "entropy=2"], "--weights: entropy is not graded here"),
    "no weight": (["--weights", "softmax"], "--weights: softmax is no weight"),
    "below nothing": (["--weights", "softmax=-1"], "--weights: softmax=-1 is no weight"),
    "nothing counts": (["--weights", "softmax=0"], "every exercise has the weight 0"),
    "an id that leads out": (["--id", "../x"], "--id: the id is '../x'"),
    "no such list": (["--addresses", "nowhere.csv"], "nowhere.csv does not exist"),
}


@pytest.mark.parametrize(("options", "says"), list(WRONG_USE.values()), ids=list(WRONG_USE))
def test_what_does_not_fit_is_said_before_anything_is_graded(options, says, tmp_path, capsys):
    (tmp_path / "ada.py").write_text(SOFTMAX.solution)
    assert main(["batch", "softmax", str(tmp_path), "--out", str(tmp_path / "marks"), *options]) == 2
    assert says in capsys.readouterr().err and not (tmp_path / "marks").exists()


def test_that_solutions_are_public_is_said_once(tmp_path, capsys):
    graded(tmp_path, {"Ada": ("hw.py", ALL)}, slugs=("softmax", "huber_loss"))
    assert capsys.readouterr().out.count("public with solution and hidden tests: softmax, huber_loss.") == 1
    assert "new NAME --lesson LESSON" in published([SOFTMAX])


def test_a_file_for_another_homework_is_on_the_list_of_doubts(tmp_path, capsys):
    main(["handout", "entropy", "--out", str(tmp_path), "--id", "hw2"])
    other = (tmp_path / "hw2.ipynb").read_text()
    folder = graded(tmp_path, {"Ada": ("hw.ipynb", other), "Bob": ("hw.py", ALL)}, "--id", "hw3")
    doubts = [row for row in rows_of(folder / "look_here.csv") if row["kind"] == "another homework"]
    assert [(row["student"], row["what to look at"]) for row in doubts] == [
        ("Ada", "it was handed out as homework hw2 (entropy); this is homework hw3")
    ]
