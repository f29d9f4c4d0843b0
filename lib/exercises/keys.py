"""Reads the keys of a TOML table. Of a wrong one it says where it stands, what came and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.exercises.spec import ExerciseError

_NOTHING = object()
MOST = 1e9  # of a number; more is a slip of the pen, and beyond what sums and sentences hold
MOST_SHOWN = 80  # characters of what came


def shortened(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 2]} …"


@dataclass(frozen=True)
class Table:
    """A table of a file; `where` stands before the names of its keys in a sentence, such as "tests[2]."."""

    file: str
    values: Mapping[str, Any]
    where: str = ""

    def wrong(self, key: str, expected: str) -> ExerciseError:
        came = f"is {shortened(repr(self.values[key]))}" if key in self.values else "is missing"
        return ExerciseError(f"{self.file}: {self.where}{key} {came}; expected {expected}.")

    def allow(self, keys: Sequence[str]) -> None:
        """Refuses unknown keys. Most are slips of the pen, so the closest known one is named."""
        for key in self.values:
            if key not in keys:
                close = difflib.get_close_matches(key, keys, 1)
                hint = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(keys)}."
                raise ExerciseError(f"{self.file}: {self.where}{shortened(key)} is no key of an exercise; {hint}")

    def _value(self, key: str, default: Any, expected: str) -> Any:
        if key not in self.values and default is _NOTHING:
            raise self.wrong(key, expected)
        return self.values.get(key, default)

    def text(self, key: str, default: Any = _NOTHING) -> str:
        value = self._value(key, default, "text")
        if not isinstance(value, str) or (default is _NOTHING and not value.strip()):
            raise self.wrong(key, "text")
        return value

    def choice(self, key: str, options: Sequence[Any], default: Any = _NOTHING) -> Any:
        expected = f"one of {', '.join(map(str, options))}"
        value = self._value(key, default, expected)
        if value not in options or isinstance(value, bool):
            raise self.wrong(key, expected)
        return value

    def number(self, key: str, default: Any = _NOTHING, *, least: float = 0.0) -> float:
        expected = f"a number of at least {least:g}"
        value = self._value(key, default, expected)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= least:
            raise self.wrong(key, expected)
        if not value <= MOST:
            raise self.wrong(key, f"a finite number of at most {MOST:,.0f}")
        return value

    def whole(self, key: str) -> int | None:
        value = self.values.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise self.wrong(key, "a whole number of at least 0")
        return value

    def switch(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def texts(self, key: str, default: Any = _NOTHING) -> tuple[str, ...]:
        """One text, or a list of them."""
        value = self._value(key, default, "a list of texts")
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list | tuple) or not all(isinstance(item, str) and item.strip() for item in listed):
            raise self.wrong(key, "a list of texts")
        return tuple(listed)

    def table(self, key: str) -> Table:
        value = self.values.get(key, {})
        if not isinstance(value, Mapping):
            raise self.wrong(key, "a table")
        return Table(self.file, value, f"{self.where}{key}.")

    def tables(self, key: str) -> list[Table]:
        value = self._value(key, _NOTHING, f"at least one [[{key}]]")
        if not isinstance(value, list) or not value or not all(isinstance(item, Mapping) for item in value):
            raise self.wrong(key, f"at least one [[{key}]]")
        return [Table(self.file, item, f"{key}[{number}].") for number, item in enumerate(value, 1)]
