"""A notebook as a program: its code cells one after another, each under its number, without what only IPython reads."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from lib.sandbox.cells import mark_of
from lib.sandbox.job import Limits

MOST_CODE = Limits().source_bytes

# Other cell magics hand the cell to another program. What is written to a .py is there to be imported.
_RUNS_ITS_CELL = re.compile(r"%%(time|capture|prun)\b|%%(writefile|file)\b.*\.py$")
_MAGIC = re.compile(r"\s*[%!?]|\s*\w+\s*=\s*[%!]")
_PROMPT = re.compile(r"\s*(>>>|In \[\d+\]:)( |$)")
_PROMPTS = re.compile(r"^\s*(?:>>>|\.\.\.|In \[\d+\]:|\.{3,}:)(?: |$)")
_PIECE = re.compile(r"""#|'{3}|"{3}|['"()\[\]{}]|\\.?|[^#'"()\[\]{}\\]+""", re.DOTALL)  # of a line, what matters here


class NoNotebook(ValueError):
    """Says in plain words why a text is no notebook."""


def program_of(text: str) -> str:
    """The program in a notebook's JSON. Lines for IPython alone become comments, so that line numbers stay.

    Each code cell has a mark with its number before it; all are counted, also empty ones. Raises NoNotebook.
    """
    if not text.strip():
        raise NoNotebook("it is no notebook: it is empty")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoNotebook("it is no notebook: its JSON is broken") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise NoNotebook("it is no notebook: it has no cells (notebooks older than version 4 are not read)")
    texts = [_text(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    if sum(map(len, texts)) <= MOST_CODE:  # more is refused whole, by `contents_of` and by the sandbox
        texts = [_cell(text) for text in texts]
    return "\n".join(f"{mark_of(number)}\n{text}\n" for number, text in enumerate(texts, 1) if text.strip())


def _text(cell: dict[str, object]) -> str:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cell(text: str) -> str:
    lines = text.split("\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    magic = lines[first].strip()
    if _RUNS_ITS_CELL.match(magic):
        lines[first] = f"# {magic}"
        return without_magics(plain("\n".join(lines)))
    if magic.startswith("%%"):
        return "\n".join(f"# {line}" for line in lines)
    return without_magics(plain(text))


def plain(cell: str) -> str:
    """The cell without what IPython takes off each line: an indentation of all of it, and prompts copied along."""
    lines = cell.split("\n")
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if _PROMPT.match(first):
        return "\n".join(_PROMPTS.sub("", line) for line in lines)
    margin = first[: len(first) - len(first.lstrip())]
    return "\n".join(line.removeprefix(margin) for line in lines) if margin else cell


def without_magics(cell: str) -> str:
    """The cell with the lines that only IPython understands made comments.

    No statement of Python's begins with `%`, `!` or `?`, gives a name to what begins so, or ends in `?`. So it is
    enough to know where a statement begins: not within a string, a bracket or a line that goes on. It is one pass,
    whatever the cell holds.
    """
    lines, within, goes_on = [], Within(), False
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
class Within:
    """Where a line ends: in which string, in how many brackets, on a line that goes on; or as a question (`x?`)."""

    quote: str = ""
    depth: int = 0
    goes_on: bool = False
    asks: bool = False

    def __bool__(self) -> bool:
        return bool(self.quote or self.depth or self.goes_on)

    def after(self, line: str) -> Within:
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
        return Within(quote, depth, goes_on, asks)
