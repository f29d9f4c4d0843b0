"""A record that never grows beyond its bounds: when it is full, every second entry goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Thinned(Generic[T]):
    """Entries at 0, every, 2·every, …; `every` doubles whenever more than `most` would be kept."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.every = 1
        self.entries: list[tuple[int, T]] = []

    def offer(self, at: int, make: Callable[[], T]) -> None:
        """Keeps what `make` gives, if it is the turn of `at`; `at` counts up from 0."""
        if at % self.every:
            return
        self.entries.append((at, make()))
        if len(self.entries) > self.most:
            self.entries = self.entries[::2]
            self.every *= 2
