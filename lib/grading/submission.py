"""Reads what students hand in: a .py file, or the code cells of a notebook with the magics dropped."""

from __future__ import annotations

import ast
import codecs
import json
import re
from dataclasses import dataclass
from pathlib import PurePath

MOST_BYTES = 4 * 2**20  # a notebook with pictures; the code in it is limited by the sandbox

_MAGIC = re.compile(r"^\s*[%!?]|^\s*\w+\s*=\s*[%!]|\?\s*$")


class Unreadable(ValueError):
    """Says in plain words why a file is no submission."""


@dataclass(frozen=True)
class Contents:
    """What a file defines at its top, and what it imports; both empty if it does not parse."""

    functions: tuple[str, ...]
    imports: tuple[str, ...]
    error: str = ""


def read_source(name: str, data: bytes) -> str:
    """The Python source in a file. Unreadable for anything that is none."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"it has {len(data):,} bytes; expected at most {MOST_BYTES:,}")
    suffix = PurePath(name).suffix.lower()
    if suffix == ".ipynb":
        return _from_notebook(_decoded(data))
    if suffix != ".py":
        raise Unreadable(f"it ends in {suffix or 'nothing'}; expected .py or .ipynb")
    return _decoded(data)


def _decoded(data: bytes) -> str:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def _from_notebook(text: str) -> str:
    """The code cells one after another; lines for IPython alone become comments, so that line numbers stay."""
    try:
        notebook = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable("it is no notebook: its JSON is broken") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("it is no notebook: it has no cells (notebooks older than version 4 are not read)")
    sources = (_cell(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code")
    return "\n\n".join(source for source in sources if source.strip()) + "\n"


def _cell(cell: dict[str, object]) -> str:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    if text.lstrip().startswith("%%"):
        return "\n".join(f"# {line}" for line in text.splitlines())
    return "\n".join(_without_magic(line) for line in text.splitlines())


def _without_magic(line: str) -> str:
    if not _MAGIC.search(line) or line.lstrip().startswith("#"):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass  # {line.strip()}"


def contents_of(source: str) -> Contents:
    """What the source defines and imports, without running it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
        return Contents((), (), line)
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    imports: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports.append(node.module.partition(".")[0])
    return Contents(tuple(dict.fromkeys(functions)), tuple(dict.fromkeys(imports)))
