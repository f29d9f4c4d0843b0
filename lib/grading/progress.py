"""A progress bar on a terminal; nothing where the output goes into a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

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
