"""What sort of file a name stands for, and a notebook without its pictures."""

from __future__ import annotations

import ast
import json
import re

from lib.grading.classroom.decoding import NoText, parses, text_of

MOST_RAW = 32 * 2**20  # bytes of a file as it was handed in, pictures included
MOST_MARKS = 2_000_000  # commas and brackets of a notebook: each may become an object in memory
MOST_PERHAPS = 2**20  # bytes of a file that is looked into, to know whether it is a program

_ENDING = re.compile(r"(?i)\.(?:py|pyw|py3|(?P<notebook>ipynb))(?:\s*\(\d+\)|\.txt|\.json|\.py|\.ipynb)*$")
_PERHAPS = (".txt", ".json")


def kind_of(name: str) -> str:
    """ "py" or "ipynb", also where a browser or a mail program put .txt, .json or (1) behind; else nothing."""
    found = _ENDING.search(name)
    return ("ipynb" if found["notebook"] else "py") if found else ""


def kind_within(name: str, data: bytes) -> str:
    """The same, by what stands in the file if its name does not tell: a notebook is one under any name."""
    kind = kind_of(name)
    if (kind == "py" or name.lower().endswith(".json")) and _is_notebook(data):
        return "ipynb"
    if kind == "ipynb" and not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and _defines_something(data):
        return "py"
    if not kind and name.lower().endswith(".txt"):
        return "ipynb" if _is_notebook(data) else "py" if _defines_something(data) else ""
    return kind


def is_perhaps_code(name: str) -> bool:
    """Whether the file has to be looked into to know."""
    return name.lower().endswith(_PERHAPS)


def _is_notebook(data: bytes) -> bool:
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"{") and b'"cells"' in data and loaded(data) is not None


def _defines_something(data: bytes) -> bool:
    if len(data) > MOST_PERHAPS:
        return False
    try:
        text = text_of(data).text
        return parses(text) and any(isinstance(node, ast.FunctionDef) for node in ast.parse(text).body)
    except (NoText, SyntaxError):
        return False


def loaded(data: bytes) -> dict[str, object] | None:
    """The notebook in the bytes; None if they are none, or would take too much memory."""
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_MARKS:
        return None
    try:
        notebook = json.loads(text_of(data, is_json).text)
    except (NoText, ValueError, RecursionError):
        return None
    return notebook if isinstance(notebook, dict) and isinstance(notebook.get("cells"), list) else None


def is_json(text: str) -> bool:
    """Whether this is JSON, as a notebook is."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def without_outputs(data: bytes) -> bytes:
    """A notebook without what its cells gave and without pictures, which are most of its bytes. Anything else as it
    is."""
    notebook = loaded(data)
    if notebook is None:
        return data
    cells = notebook["cells"]
    assert isinstance(cells, list)
    notebook["cells"] = [_slim(cell) for cell in cells]
    return json.dumps(notebook).encode()


def _slim(cell: object) -> object:
    if not isinstance(cell, dict):
        return None
    return {key: value for key, value in cell.items() if key not in ("outputs", "attachments")}
