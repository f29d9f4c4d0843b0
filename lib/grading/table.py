"""A table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns under their heads, as wide as they need to be; numbers stand on the right."""
    lines = [tuple(heads), *map(tuple, rows)]
    wide = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    return "\n".join("  ".join(_cell(word, w) for word, w in zip(line, wide, strict=True)).rstrip() for line in lines)


def _cell(word: str, wide: int) -> str:
    return word.rjust(wide) if word[:1].isdigit() else word.ljust(wide)
