"""Files as they are handed in: notebooks, encodings, what does not parse."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from lib.grading.classroom.submission import Unreadable, contents_of, read_source

CELLS = {  # of a notebook, and what the names in it hold afterwards
    "magics": (["%matplotlib inline\n", "!pip install 'x\n", "%timeit (\n", "x = 1\n", "x?\n", "??x"], {"x": 1}),
    "in a loop": ("for x in range(3):\n    %time print(x)\n    !echo {x}", {"x": 2}),
    "what a magic gives": ("files = !ls\nx = 1", {"x": 1}),
    "a cell that is timed": ("%%time\n%matplotlib inline\nx = 1", {"x": 1}),
    "a cell for another program": ("x = 1", {"x": 1}, "%%bash\necho it's"),
    "a percent sign of Python's own": ("x = (7\n  % 4\n)", {"x": 3}),
    "a question in a comment": ("x = 1  # is it right?\n%time 1", {"x": 1}),
    "a sharp in a string": ('x = """a # b"""\n%time 1', {"x": "a # b"}),
    "a string that goes on": ("x = 'a\\\n%b'\n%time 1", {"x": "a%b"}),
    "a percent sign after a line that goes on": ("x = 7 \\\n  % 4\n%time 1", {"x": 3}),
    "a command that goes on": ("!pip install \\\n  'numpy\nx = 1", {"x": 1}),
    "a quote in a string": ("x = 'don\\'t?'\n!echo 'it", {"x": "don't?"}),
    "indented as a whole": ("    x = 1\n    %time 2\n    if x:\n        x = 2", {"x": 2}),
    "with prompts": (">>> x = [1,\n...      2]\n>>> x.append(3)", {"x": [1, 2, 3]}),
    "a magic after empty lines": ("x = 1", {"x": 1}, "\n\n%%bash\necho it's"),
    "ends of lines as Windows writes them": ("x = 1\r\n%time 2\r\ny = 2", {"x": 1, "y": 2}),
    "all of it in a string": ('%time 1\nx = """\n%a\n!b\nc?\n"""', {"x": "\n%a\n!b\nc?\n"}),
}


@pytest.mark.parametrize("cells", list(CELLS.values()), ids=list(CELLS))
def test_of_a_notebook_the_code_is_read_and_magics_dropped(cells):
    first, expected, *more = cells
    told = [{"cell_type": "markdown", "source": "# words"}]
    told += [{"cell_type": "code", "source": source} for source in (first, *more)]
    source = read_source("a.ipynb", json.dumps({"cells": told}).encode())
    space: dict[str, Any] = {"print": lambda *_: None}
    exec(compile(source, "a", "exec", dont_inherit=True), space)
    assert {name: space[name] for name in expected} == expected


def test_a_syntax_error_in_a_notebook_stays_the_learners():
    source = read_source("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "%time\ndef f(:"}]}).encode())
    assert source.splitlines() == ["# %% cell 1", "pass  # %time", "def f(:"]


def notebook(*cells: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in cells]}).encode()


MANY = {  # cells that took minutes while each magic was looked for by parsing
    "magics": (["\n".join(["!ls 'x ("] * 100)] * 30, "pass  # !ls 'x ("),
    "questions": (["x?\n" * 100] * 30, "pass  # x?"),
    "open brackets": (["(" * 100] * 30, "(" * 100),
    "more code than is graded": (["!a\n" * 100_000], "!a"),
}


@pytest.mark.parametrize(("cells", "first"), list(MANY.values()), ids=list(MANY))
def test_a_notebook_is_read_in_one_pass(cells, first):
    began = time.process_time()
    source = read_source("a.ipynb", notebook(*cells))
    assert time.process_time() - began < 2.0
    assert source.splitlines()[1] == first


def test_of_a_notebook_with_too_much_code_the_words_say_so():
    assert "more than 128 KB" in contents_of(read_source("a.ipynb", notebook("!a\n" * 100_000))).error


ENCODED = {
    "UTF-8 with a mark": b"\xef\xbb\xbfx = '\xc3\xa9'",
    "UTF-16": "x = 'é'".encode("utf-16"),
    "Latin-1, declared": b"# -*- coding: latin-1 -*-\nx = '\xe9'",
    "UTF-16 without a mark": "x = 'é'".encode("utf-16-le"),
    "UTF-16 the other way round": "x = 'é'".encode("utf-16-be"),
    "UTF-32 without a mark": "# 你好\nx = 'é'".encode("utf-32-le"),
    "Latin-1, not declared": "# café, señor\nx = 'é'".encode("latin-1"),
    "GBK, not declared": "# 损失函数的定义，请注意\nx = 'é'".encode("gbk"),
    "Big5, not declared": "# 損失函數的定義成功許功蓋\nx = '損'".encode("big5"),
    "GBK, declared as UTF-8": "# coding: utf-8\n# 损失函数的定义，请注意\nx = 'é'".encode("gbk"),
    "UTF-8, declared as Latin-1": "# coding: latin-1\nx = 'é'".encode(),
    "an encoding that is none": "# coding: utf8-unix-ish\nx = 'é'".encode(),
    "GBK, declared in the second line": "#!/usr/bin/python\n# coding=gbk\nx = 'é'".encode("gbk"),
}


@pytest.mark.parametrize("data", list(ENCODED.values()), ids=list(ENCODED))
def test_text_is_read_as_it_was_written(data):
    assert read_source("a.py", data).splitlines()[-1] in ("x = 'é'", "x = '損'")


DEFINED = {
    "def": ("def f(): ...", ("f",)),
    "a lambda": ("f = lambda x: x\ng = 3", ("f",)),
    "a second name": ("def g(): ...\nf = g", ("g", "f")),
    "where something is there": ("try:\n    import torch\n    def f(): ...\nexcept ImportError: ...", ("f",)),
    "an odd escape": (r"def f(): return '\d'", ("f",)),
    "of a class": ("class A:\n    def f(self): ...", ()),
}


@pytest.mark.parametrize(("source", "functions"), list(DEFINED.values()), ids=list(DEFINED))
def test_what_a_file_defines(source, functions):
    assert contents_of(source).functions == functions


UNPARSED = {
    "a slip": ("def f(:", "line 1: "),
    "nested": ("x" + "-" * 100_000 + "1", "nested too deep"),
    "large": ("x = [" + "1," * 100_000 + "]", "more than 128 KB"),
    "half a character": ("x = '\ud800'", "half a character"),
}


@pytest.mark.parametrize(("source", "says"), list(UNPARSED.values()), ids=list(UNPARSED))
def test_why_a_file_does_not_parse(source, says):
    assert says in contents_of(source).error


ODD = {
    "another ending": ("a.txt", b"x = 1", "expected .py or .ipynb"),
    "zero bytes": ("a.py", b"x = 1\0\0", "it holds zero bytes"),
    "half of UTF-16": ("a.py", "x = 1".encode("utf-16")[:-1], "begins as UTF-16, and then is not"),
    "too large": ("a.py", b" " * 5_000_000, "expected at most"),
    "a list": ("a.ipynb", b"[]", "no cells"),
    "not JSON": ("a.ipynb", b"{", "JSON is broken"),
    "an endless number": ("a.ipynb", b'{"cells": ' + b"1" * 5000 + b"}", "JSON is broken"),
    "an empty notebook": ("a.ipynb", b"", "it is empty"),
}


@pytest.mark.parametrize(("name", "data", "says"), list(ODD.values()), ids=list(ODD))
def test_a_file_that_is_no_submission_is_refused_in_words(name, data, says):
    with pytest.raises(Unreadable, match=says):
        read_source(name, data)
