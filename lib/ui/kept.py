"""Results that all visitors share, so that a rerun which changes nothing computes nothing: bounded by bytes."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

import numpy as np

Made = TypeVar("Made")
MOST = 32_000_000  # bytes, of all results together


class Kept:
    """The results asked for last, as many as fit into `most` bytes. One that is larger by itself is not kept."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._results: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()  # and their sizes; the latest asked last
        self._lock = threading.Lock()

    def __call__(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made under this key before, or what `make` gives now."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                found: Made = self._results[key][0]
                return found
        made = make()
        size = bytes_of((key, made))
        with self._lock:
            if size <= self._most:
                self._results[key] = (made, size)
            while self.bytes > self._most:
                self._results.popitem(last=False)
        return made

    @property
    def bytes(self) -> int:
        """How much all results take."""
        return sum(size for _, size in self._results.values())


def bytes_of(value: Any) -> int:
    """How much memory a result takes, all that it holds counted once."""
    seen: set[int] = set()
    waiting, total = [value], 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            total += one.nbytes + 100
        else:
            total += sys.getsizeof(one)
            waiting.extend(_inside(one))
    return total


def _inside(value: Any) -> Iterator[Any]:
    """What hangs on a value: items, attributes, and what a function has brought along."""
    if isinstance(value, Mapping):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
    elif isinstance(value, partial):
        yield from (value.args, value.keywords)
    elif callable(value):
        yield from (cell.cell_contents for cell in getattr(value, "__closure__", None) or ())
        yield getattr(value, "__defaults__", None)
    elif hasattr(value, "__dict__"):
        yield vars(value)


kept = Kept()
