"""Reads what students hand in: a .py file, or the code cells of a notebook with the magics dropped."""

from __future__ import annotations

import ast
import codecs
import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from lib.sandbox.job import Limits

MOST_BYTES = 4 * 2**20  # a notebook with pictures; the code in it is limited by the sandbox
MOST_CODE = Limits().source_bytes

_RUNS_ITS_CELL = ("%%time", "%%capture", "%%prun")  # other cell magics hand the cell to another program, or to a file
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
_ENCODINGS = ("ascii", "utf-8", "iso8859", "cp", "mac", "koi8", "gb", "big5", "shift_jis", "euc_")
_MAGIC = re.compile(r"\s*[%!?]|\s*\w+\s*=\s*[%!]")
_PIECE = re.compile(r"""#|'{3}|"{3}|['"()\[\]{}]|\\.?|[^#'"()\[\]{}\\]+""", re.DOTALL)  # of a line, what matters here


class Unreadable(ValueError):
    """Says in plain words why a file is no submission."""


@dataclass(frozen=True)
class Contents:
    """The functions that a file defines and the modules it imports; none if it does not parse: `error` says why."""

    functions: tuple[str, ...]
    imports: tuple[str, ...]
    error: str = ""


def read_source(name: str, data: bytes) -> str:
    """The Python source in a file. Raises Unreadable for anything else."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"it has {len(data):,} bytes; expected at most {MOST_BYTES:,}")
    suffix = PurePath(name).suffix.lower()
    if suffix == ".ipynb":
        return _from_notebook(_decoded(data, "utf-8-sig"))
    if suffix != ".py":
        raise Unreadable(f"it ends in {suffix or 'nothing'}; expected .py or .ipynb")
    return _decoded(data, _declared(data))


def _declared(data: bytes) -> str:
    """The encoding that the first two lines name, as Python reads them: `# -*- coding: latin-1 -*-`."""
    found = _COOKIE.search(b"\n".join(data.splitlines()[:2]))
    if not found or data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    try:
        name = codecs.lookup(found[1].decode()).name
    except LookupError:
        name = ""
    if not name.startswith(_ENCODINGS):
        raise Unreadable(f"it says that it is written in {found[1].decode()}, which is not read; save it as UTF-8")
    return name


def _decoded(data: bytes, encoding: str) -> str:
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if data.startswith(mark):
            return data.decode("utf-16", errors="replace")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = encoding.removesuffix("-sig").upper()
        raise Unreadable(f"line {line} is not {what} text; save it as UTF-8") from error


def _from_notebook(text: str) -> str:
    """The code cells one after another; lines for IPython alone become comments, so that line numbers stay."""
    if not text.strip():
        raise Unreadable("it is no notebook: it is empty")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is no notebook: its JSON is broken") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("it is no notebook: it has no cells (notebooks older than version 4 are not read)")
    texts = [_text(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    if sum(map(len, texts)) <= MOST_CODE:  # more is refused whole, by `contents_of` and by the sandbox
        texts = [_cell(text) for text in texts]
    return "\n\n".join(text for text in texts if text.strip()) + "\n"


def _text(cell: dict[str, object]) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _cell(text: str) -> str:
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith(_RUNS_ITS_CELL):
        return f"# {first}\n{_without_magics(rest)}"
    if first.startswith("%%"):
        return "\n".join(f"# {line}" for line in text.splitlines())
    return _without_magics(text)


def _without_magics(cell: str) -> str:
    """The cell with the lines that only IPython understands made comments.

    No statement of Python's begins with `%`, `!` or `?`, gives a name to what begins so, or ends in `?`. So it is
    enough to know where a statement begins: not within a string, a bracket or a line that goes on. It is one pass,
    whatever the cell holds.
    """
    lines, within, goes_on = [], _Within(), False
    for line in cell.split("\n"):
        after = within.after(line)
        if goes_on:
            lines.append(f"# {line}")
            goes_on = line.endswith("\\")
        elif not within and (_MAGIC.match(line) or after.asks):
            lines.append(f"{line[: len(line) - len(line.lstrip())]}pass  # {line.strip()}")
            goes_on = line.endswith("\\")
        else:
            lines.append(line)
            within = after
    return "\n".join(lines)


@dataclass(frozen=True)
class _Within:
    """Where a line ends: in which string, in how many brackets, on a line that goes on; or as a question (`x?`)."""

    quote: str = ""
    depth: int = 0
    goes_on: bool = False
    asks: bool = False

    def __bool__(self) -> bool:
        return bool(self.quote or self.depth or self.goes_on)

    def after(self, line: str) -> _Within:
        """The same at the end of the next line."""
        quote, depth, last = self.quote, self.depth, ""
        for piece in _PIECE.findall(line):
            if quote:
                quote = "" if piece == quote else quote
            elif piece == "#":
                break
            elif piece[0] in "'\"":
                quote = piece
            elif piece in "([{":
                depth += 1
            elif piece in ")]}":
                depth = max(0, depth - 1)
            last = piece if piece.strip() else last
        goes_on, asks = last == "\\", not quote and last.rstrip().endswith("?")
        if len(quote) == 1 and not goes_on:  # a string of one line that is not closed: Python will say so
            quote = ""
        return _Within(quote, depth, goes_on, asks)


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd escapes in strings, which do no harm
        return ast.parse(source)


def contents_of(source: str) -> Contents:
    """What the source defines and imports, without running it."""
    if len(source.encode(errors="surrogatepass")) > MOST_CODE:
        return Contents((), (), f"it has more than {MOST_CODE // 1024} KB of code")
    try:
        tree = _parsed(source)
    except SyntaxError as error:
        return Contents((), (), f"line {error.lineno}: {error.msg}")
    except UnicodeError:
        return Contents((), (), "it holds half a character")
    except (ValueError, RecursionError, MemoryError) as error:
        return Contents((), (), str(error) or "it is nested too deep")
    imports: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports.append(node.module.partition(".")[0])
    return Contents(tuple(dict.fromkeys(_functions(tree.body))), tuple(dict.fromkeys(imports)))


def _functions(body: Sequence[ast.stmt]) -> Iterator[str]:
    """The functions that these lines define: with def, as a lambda, or as a second name for another one."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() | ast.Name()):
                yield name
            case ast.If() | ast.Try() | ast.With():
                yield from _functions([*node.body, *getattr(node, "orelse", ())])
