"""What learners wrote, fit for a terminal: names, code and prints are shown, never obeyed."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

_OBEYED = ("Cc", "Cf", "Cs")  # control characters, what turns the direction of reading, halves of characters


def harmless(text: str) -> str:
    """The text with every character written out that a terminal would act on, such as \\x1b, which starts a command."""
    return "".join(_written_out(character) for character in text)


def _written_out(character: str) -> str:
    obeyed = character not in "\n\t" and unicodedata.category(character) in _OBEYED
    return character.encode("unicode_escape").decode() if obeyed else character


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns under their heads, as wide as they need to be; numbers stand on the right."""
    lines = [tuple(heads), *map(tuple, rows)]
    wide = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    return "\n".join("  ".join(_cell(word, w) for word, w in zip(line, wide, strict=True)).rstrip() for line in lines)


def _cell(word: str, wide: int) -> str:
    return word.rjust(wide) if word[:1].isdigit() else word.ljust(wide)


T = TypeVar("T")
WIDE = 30


def track(items: Sequence[T], doing: str) -> Iterator[T]:
    """The items one after another, with a bar that says how far it is."""
    return track_any(items, len(items), doing)


def track_any(items: Iterable[T], count: int, doing: str) -> Iterator[T]:
    """The same for items that come as they are ready."""
    shows = sys.stderr.isatty()
    for place, item in enumerate(items):
        if shows:
            full = WIDE * place // max(count, 1)
            print(f"\r{doing} [{'#' * full}{' ' * (WIDE - full)}] {place}/{count}", end="", file=sys.stderr, flush=True)
        yield item
    if shows:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
