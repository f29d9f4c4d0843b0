"""What can be read of a text that Python cannot read: the rest becomes comments, so that line numbers stay."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lib.grading.notebook import Within, plain, without_magics
from lib.sandbox.cells import Cell, cells_of, lines_of, place_in
from lib.sandbox.job import Fault, LeftOut

_GOES_ON = re.compile(r"(else|elif|except|finally)\b|[)\]}#]|\s|$")  # how a line begins that no statement begins with
_BEGINS = re.compile(r"(def|class|import|from|async def)\s|@")  # how one surely does, whatever stands open before it
_DECORATOR = re.compile(r"@")
MOST_MESSAGE = 300  # characters


class Block(NamedTuple):
    """Lines of a text: the first, counted from 1, how many stand above it in its cell, and they."""

    first: int
    above: int
    lines: list[str]

    def cut(self, start: int, end: int | None = None) -> Block:
        return Block(self.first + start, self.above + start, self.lines[start:end])


def readable(text: str, *, by_cell: bool) -> tuple[str, tuple[LeftOut, ...]]:
    """The text with what does not parse made comments, and what that is. Lines for IPython alone go without a word.

    `by_cell` leaves a notebook's cell out as a whole, as a kernel does that refuses it; else only the statements.
    """
    text = text.removeprefix("\ufeff")
    cells = cells_of(text)
    if not cells:
        text = without_magics(plain("\n".join(lines_of(text))))
    lines = lines_of(text)
    parts = [Block(cell.mark + 1, 0, list(cell.lines)) for cell in cells] or [Block(1, 0, list(lines))]
    left_out = []
    for part in parts:
        error = _error(part)
        if error is None:
            continue
        for block in [part] if cells and by_cell else _blocks(part):
            if (slip := _error(block)) is not None:
                left_out.append(_left_out(block, slip, lines, cells))
                for place in range(block.first - 1, block.first - 1 + len(block.lines)):
                    lines[place] = f"# {lines[place]}"
    return "\n".join(lines), tuple(left_out)


def _error(block: Block) -> Exception | None:
    """Why Python cannot read these lines; nothing if it can."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile("\n" * block.above + "\n".join(block.lines) + "\n", "block", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
            return error
    return None


def _left_out(block: Block, error: Exception, lines: Sequence[str], cells: Sequence[Cell]) -> LeftOut:
    """What is told of lines that Python cannot read, at the first that is not empty."""
    last = block.first + len(block.lines) - 1
    within = error.lineno if isinstance(error, SyntaxError) and error.lineno else block.above + 1
    line = min(max(block.first, block.first + within - 1 - block.above), last)
    message = (error.msg if isinstance(error, SyntaxError) else str(error)) or "it is nested too deep"
    told = next((one for one in range(block.first, line + 1) if lines[one - 1].strip()), block.first)
    fault = Fault(type(error).__name__, message[:MOST_MESSAGE], line, lines[line - 1].strip()[:MOST_MESSAGE], "")
    return LeftOut(told, max(told, last), "does not parse", fault, *place_in(cells, told), lines[told - 1].strip())


def _blocks(part: Block) -> Iterator[Block]:
    """The statements. Where something stays open, a line that surely begins a statement ends what is open."""
    for block in _parted(part, by_what_is_open=True):
        if _error(block) is None:
            yield block
            continue
        for inner in _parted(block, by_what_is_open=False):
            yield from [inner] if _error(inner) is None else _parted(inner, by_what_is_open=True)


def _parted(part: Block, *, by_what_is_open: bool) -> Iterator[Block]:
    """Parts lines where statements begin: as far as strings and brackets tell, or at what surely begins one."""
    within, start, decorated = Within(), 0, False
    for place, line in enumerate(part.lines):
        begins = not within and not _GOES_ON.match(line) if by_what_is_open else bool(_BEGINS.match(line))
        if begins and place > start and not decorated:
            yield part.cut(start, place)
            start = place
        if line.strip() and not line[0].isspace():
            decorated = bool(_DECORATOR.match(line))
        within = within.after(line)
    yield part.cut(start)
