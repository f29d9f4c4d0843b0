"""What students really hand in: each kind is one line, and all of them together are one class that is graded once."""

from __future__ import annotations

import csv
import io
import json
import re
import tarfile
import zipfile

import pytest

from lib.exercises import EXERCISES
from lib.grading.__main__ import main
from lib.grading.classroom.handed_in import handed_in
from lib.grading.classroom.sources import told_together

SOFTMAX, ENTROPY = EXERCISES["softmax"], EXERCISES["entropy"]
FULL, OTHER, STARTER = SOFTMAX.solution, ENTROPY.solution, SOFTMAX.starter
ALL, ZERO, NONE = "all", "zero", "no mark"
TIE, UNREAD = ("files compete", "no mark"), ("not read", "no mark")
HELPED = FULL.replace("return powers", "return K * powers")
WRONG = "def softmax(scores):\n    return scores * 0\n"
WIDE_NAMES = """import numpy as np


def softmax(分数):
    差 = np.exp(分数 - 分数.max(-1, keepdims=True))
    return 差 / 差.sum(-1, keepdims=True)
"""
IN_CHINESE = f"# 这是我的作业，请老师批改\n{FULL}"
IN_FRENCH = f"# l'énoncé demandé à l'élève\n{FULL}"
TRADITIONAL = FULL.replace("def softmax", 'NAME = "成功許功蓋"\n\n\ndef softmax', 1)


def indented(text):
    return "".join(f"    {line}\n" for line in text.splitlines())


def stub(body):
    return f"def softmax(scores):\n    {body}\n"


def notebook(*cells, pictures=0, encoding="utf-8"):
    outputs = [{"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo" * 100_000}}] * pictures
    told = [{"cell_type": "code", "source": source, "outputs": outputs} for source in cells]
    return json.dumps({"cells": told, "metadata": {}, "nbformat": 4}, ensure_ascii=False).encode(encoding)


def zipped(**files):
    return packed({name.replace("__", "."): data for name, data in files.items()})


def packed(files):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return into.getvalue()


def tarred(files, mode="w:gz"):
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode=mode) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return into.getvalue()


def linked():
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w:gz") as archive:
        entry = tarfile.TarInfo("hw.py")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    return into.getvalue()


def nested(deep, data):
    for _ in range(deep):
        data = packed({"more.zip": data})
    return data


LOCKED = bytearray(packed({"hw.py": FULL}))
for _header, _flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
    LOCKED[LOCKED.find(_header) + _flags] |= 1

KINDS = {  # what one student hands in; the mark for softmax; the kinds of doubt that are listed
    # one file and a stub
    "starter beside": ({"hw.py": FULL, "softmax.py": STARTER}, ALL, ()),
    "pass": ({"a.py": FULL, "b.py": stub("pass")}, ALL, ()),
    "dots": ({"a.py": stub("..."), "b.py": FULL}, ALL, ()),
    "not implemented": ({"a.py": stub("raise NotImplementedError('todo')"), "b.py": FULL}, ALL, ()),
    "docstring only": ({"a.py": stub('"""Says."""'), "b.py": FULL}, ALL, ()),
    "return None": ({"a.py": stub("return None"), "b.py": FULL}, ALL, ()),
    "stub in a notebook": ({"hw.ipynb": notebook(STARTER), "hw.py": FULL}, ALL, ()),
    "only a stub": ({"softmax.py": STARTER}, ZERO, ("zero because of the file",)),
    # names
    "old": ({"hw_old.py": WRONG, "hw.py": FULL}, ALL, ()),
    "a folder of old ones": ({"old/hw.py": WRONG, "hw.py": FULL}, ALL, ()),
    "copy": ({"hw - Copy.py": WRONG, "hw.py": FULL}, ALL, ()),
    "copy of": ({"Copy of hw.ipynb": notebook(WRONG), "hw.ipynb": notebook(FULL)}, ALL, ()),
    "(1)": ({"hw(1).py": WRONG, "hw.py": FULL}, ALL, ()),
    "backup": ({"backup/hw.py": WRONG, "hw.py": FULL}, ALL, ()),
    "only an old one": ({"hw_old.py": FULL}, ALL, ()),
    "named after the exercise": ({"softmax.py": FULL, "hw.py": WRONG}, ALL, ()),
    "named after another": ({"log_softmax.py": WRONG, "q2_softmax.py": FULL}, ALL, ()),
    "named, and a version": ({"softmax_v2.py": FULL, "hw.py": WRONG}, ALL, ()),
    "in one word": ({"Soft-Max.py": FULL, "hw.py": WRONG}, ALL, ()),
    "old with a number": ({"hw_old2.py": WRONG, "hw.py": FULL}, ALL, ()),
    "a copy in Chinese": ({"作业 - 副本.py": WRONG, "作业.py": FULL}, ALL, ()),
    "capitals": ({"Softmax.PY": FULL, "Hw.py": WRONG}, ALL, ()),
    "threshold is not old": ({"threshold.py": FULL}, ALL, ()),
    # ties
    "two answers": ({"a.py": FULL, "b.py": WRONG}, NONE, TIE),
    "v1 and v2": ({"hw-1.py": WRONG, "hw-2.py": FULL}, NONE, TIE),
    "twice the same": ({"a.py": FULL, "b.py": FULL}, ALL, ()),
    "exported": ({"hw.ipynb": notebook(FULL, "print(1)"), "hw.py": f"# In[1]:\n\n{FULL}\n\nprint(1)\n"}, ALL, ()),
    "exported, with trials": (
        {"hw.ipynb": notebook(f"{FULL}\nscores = np.array([1.0])", "softmax(scores)"), "hw.py": FULL},
        *(ALL, ()),
    ),
    "the same but for a helper": ({"a.py": f"K = 1\n{HELPED}", "b.py": f"K = 2\n{HELPED}"}, NONE, TIE),
    "one per file": ({"softmax.py": FULL, "entropy.py": OTHER}, ALL, ()),
    "one holds all": ({"hw.py": f"{FULL}\n{OTHER}", "entropy.py": OTHER}, ALL, ()),
    # not written with def at the top
    "made by a call": ({"a.py": OTHER, "b.py": f"def of():\n{indented(FULL)}\n    return softmax\nsoftmax = of()\n"},
        ALL, ()),
    "partial": ({"a.py": OTHER, "b.py": f"{FULL.replace('def softmax', 'def mine')}\nimport functools\n"
        "softmax = functools.partial(mine)\n"}, ALL, ()),
    "of a class": ({"a.py": OTHER, "b.py":
        f"import numpy as np\nclass N:\n{indented(FULL)}\nsoftmax = N.softmax\n"}, ALL, ()),
    "the stub again below": ({"a.py": f"{FULL}\n\n{STARTER}", "b - Copy.py": WRONG}, ALL, ()),
    "in a text": ({"a.py": OTHER, "b.py": f"exec({FULL!r})\n"}, ALL, ()),
    "in a loop": ({"a.py": OTHER, "b.py": f"for _ in [1]:\n{indented(FULL)}"}, ALL, ()),
    "a result of this name": ({"a.py": FULL, "b.py": "softmax = sum([1, 2])\n"}, ALL, ()),
    "a method": ({"a.py": OTHER, "b.py": "class Net:\n    def softmax(self, s):\n        return s\n"}, ZERO,
        ("zero because of the file",)),
    "broken alike": ({"hw.ipynb": notebook(FULL.replace("(scores)", "(scores")), "hw.py":
        f"# In[1]:\n{FULL.replace('(scores)', '(scores')}"}, ZERO, ("zero because of the file",)),
    # zeros
    "not handed in": ({"hw.py": OTHER}, ZERO, ("not handed in",)),
    "under another name": ({"hw.py": FULL.replace("softmax", "soft_max")}, ZERO, ("zero because of the file",)),
    "wrong throughout": ({"hw.py": "def softmax(scores):\n    return scores + 7\n"}, ZERO, ("zero",)),
    # what cannot be read
    "broken notebook": ({"hw.ipynb": b'{"cells": ['}, NONE, UNREAD),
    "broken beside a stub": ({"hw.ipynb": b'{"cells": [', "hw.py": STARTER}, NONE, UNREAD),
    "broken, and named": ({"softmax.ipynb": b'{"cells": [', "hw.py": FULL}, NONE, UNREAD),
    "broken, the function elsewhere": ({"b.ipynb": b'{"cells": [', "a.py": FULL}, ALL, ("not read",)),
    "broken, and old": ({"softmax_old.ipynb": b'{"cells": [', "hw.py": FULL}, ALL, ("not read",)),
    "only a PDF": ({"hw.pdf": b"%PDF"}, NONE, UNREAD),
    "no text": ({"hw.py": b"\0\1\2\3"}, NONE, UNREAD),
    "rar": ({"hw.rar": b"Rar!"}, NONE, UNREAD),
    "locked": ({"hw.zip": bytes(LOCKED)}, NONE, UNREAD),
    # encodings
    "UTF-16": ({"hw.py": IN_CHINESE.encode("utf-16")}, ALL, ()),
    "UTF-16 LE": ({"hw.py": IN_CHINESE.encode("utf-16-le")}, ALL, ()),
    "UTF-16 BE": ({"hw.py": IN_FRENCH.encode("utf-16-be")}, ALL, ()),
    "UTF-16, mostly Chinese": ({"hw.py": f"# {'作业' * 900}\n{FULL}".encode("utf-16-le")}, ALL, ()),
    "UTF-8 with a mark": ({"hw.py": IN_CHINESE.encode("utf-8-sig")}, ALL, ()),
    "Latin-1": ({"hw.py": IN_FRENCH.encode("latin-1")}, ALL, ()),
    "Windows-1252": ({"hw.py": f"# “ça va” — 5 €\n{FULL}".encode("cp1252")}, ALL, ()),
    "GBK": ({"hw.py": IN_CHINESE.encode("gbk")}, ALL, ()),
    "GBK, said to be UTF-8": ({"hw.py": f"# -*- coding: utf-8 -*-\n{IN_CHINESE}".encode("gbk")}, ALL, ()),
    "GBK in names": ({"hw.py": WIDE_NAMES.encode("gb18030")}, ALL, ("encoding",)),
    "Big5": ({"hw.py": TRADITIONAL.encode("big5")}, ALL, ()),
    "cp1251": ({"hw.py": f"# Домашняя работа по курсу\n{FULL}".encode("cp1251")}, ALL, ()),
    "a broken byte": ({"hw.py": IN_CHINESE.encode() + b"# \xe4\xb8\n"}, ALL, ()),
    "a notebook in GBK": ({"hw.ipynb": notebook(IN_CHINESE, encoding="gbk")}, ALL, ()),
    "a notebook in UTF-16": ({"hw.ipynb": notebook(FULL).decode().encode("utf-16")}, ALL, ()),
    # endings
    ".py.txt": ({"hw.py.txt": FULL}, ALL, ()),
    ".ipynb.json": ({"hw.ipynb.json": notebook(FULL)}, ALL, ()),
    ".ipynb.txt": ({"hw.ipynb.txt": notebook(FULL)}, ALL, ()),
    ".json": ({"hw.json": notebook(FULL)}, ALL, ()),
    ".txt": ({"hw.txt": FULL}, ALL, ()),
    "capital ending": ({"HW.PY": FULL}, ALL, ()),
    ".py (1)": ({"hw.py (1)": FULL}, ALL, ()),
    "a notebook called .py": ({"hw.py": notebook(FULL)}, ALL, ()),
    "a program called .ipynb": ({"hw.ipynb": FULL}, ALL, ()),
    "words beside": ({"notes.txt": "I did it all.", "data.json": "{}", "hw.py": FULL}, ALL, ()),
    # sizes
    "7 MB of pictures": ({"hw.ipynb": notebook(FULL, pictures=7)}, ALL, ()),
    "too large without": ({"hw.ipynb": notebook(FULL, "#" * 5_000_000)}, NONE, UNREAD),
    # archives
    "zip": ({"hw.zip": zipped(hw__py=FULL)}, ALL, ()),
    "zip with folders": ({"hw.zip": packed({"hw3/src/hw.py": FULL, "__MACOSX/hw3/._hw.py": b"\0"})}, ALL, ()),
    "zip in a zip": ({"hw.zip": nested(1, zipped(hw__py=FULL))}, ALL, ()),
    "zips without end": ({"hw.zip": nested(5, zipped(hw__py=FULL))}, NONE, UNREAD),
    "tar.gz": ({"hw.tar.gz": tarred({"hw/hw.py": FULL.encode()})}, ALL, ()),
    "tgz": ({"hw.tgz": tarred({"hw.py": FULL.encode()})}, ALL, ()),
    "tar": ({"hw.tar": tarred({"hw.py": FULL.encode()}, "w")}, ALL, ()),
    "tar of a link": ({"hw.tgz": linked()}, NONE, UNREAD),
    "zip that leads out": ({"hw.zip": packed({"../../hw.py": FULL})}, NONE, UNREAD),
    "tar that leads out": ({"hw.tgz": tarred({"../hw.py": FULL.encode()})}, NONE, UNREAD),
    "bomb": ({"hw.zip": packed({"hw.ipynb": b" " * 30_000_000})}, NONE, UNREAD),
    "bomb in a tar": ({"hw.tgz": tarred({f"{n}.bin": b"0" * 20_000_000 for n in range(7)})}, NONE, UNREAD),
    "many files": ({"hw.zip": packed({f"{n}.txt": "" for n in range(2_100)})}, NONE, UNREAD),
    "its environment too": ({"hw.zip": packed({"venv/lib/softmax.py": WRONG, "hw.py": FULL})}, ALL, ()),
    "a broken tar": ({"hw.tar.gz": b"\x1f\x8b\x08broken"}, NONE, UNREAD),
}  # fmt: skip


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class, graded once: its rows and its doubts by student."""
    folder = tmp_path_factory.mktemp("real")
    files = {f"{student}/{name}": data for student, (own, *_) in KINDS.items() for name, data in own.items()}
    (folder / "class.zip").write_bytes(packed(files))
    main(["batch", "softmax", "entropy", str(folder / "class.zip"), "--out", str(folder / "marks")])
    doubts: dict[str, set[str]] = {}
    for row in rows_of(folder / "marks" / "look_here.csv"):
        if row["exercise"] in ("softmax", ""):
            doubts.setdefault(row["student"], set()).add(row["kind"])
    return {row["student"]: row for row in rows_of(folder / "marks" / "marks.csv")}, doubts


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_a_file_is_worth(kind, graded):
    rows, doubts = graded
    _, mark, expected = KINDS[kind]
    row = rows[kind]
    assert row["softmax"] == {ALL: f"{SOFTMAX.max_score:g}", ZERO: "0", NONE: ""}[mark], row["note"]
    assert doubts.get(kind, set()) == set(expected)


def test_what_a_bomb_leaves_on_the_list_is_short(tmp_path):
    many = packed({f"{n}.zip": packed({f"{m}.py": b"0" * 9_000_000 for m in range(5)}) for n in range(4)})
    (tmp_path / "class.zip").write_bytes(
        packed({"ada/hw.zip": packed({f"{n}.zip": many for n in range(4)}), "bob/hw.py": FULL})
    )
    refused = handed_in(tmp_path / "class.zip")[1]
    assert len(refused) < 20  # it ends with the first archive that is too much, and not with the last
    whole, some = sorted(told_together(refused), key=lambda one: len(one.name))
    assert "unpacks to more than is read" in whole.why
    assert some.name.count(",") == 2 and some.name.endswith(" more") and "expected at most" in some.why


@pytest.mark.parametrize("kind", ["bomb in a tar", "many files"])
def test_a_bomb_is_not_read_to_its_end(kind, tmp_path):
    ((name, data),) = KINDS[kind][0].items()
    (tmp_path / "class.zip").write_bytes(packed({f"ada/{name}": data, "bob/hw.py": FULL}))
    (refused,) = handed_in(tmp_path / "class.zip")[1]
    assert re.search("more (files )?than (is|are) read|expected at most", refused.why)


def test_of_several_files_each_answers_its_exercise(graded):
    for student in ("one per file", "one holds all"):
        assert graded[0][student]["entropy"] == f"{ENTROPY.max_score:g}"
