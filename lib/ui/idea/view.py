"""What a strip is drawn from: the inputs and the steps of the sample at work, and which numbers may be seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lib.lesson.run import Case
from lib.lesson.spec import Step, Topic
from lib.lesson.working.rows import row_of
from lib.ui.idea.shown import OPEN, Bar, Bars, Tone, chosen, digits
from lib.ui.text import say

WIDE = 3  # up to so many bars have room for a word each


@dataclass(frozen=True, eq=False)
class View:
    """`found` names the steps that are answered; `alone` hides every number; `solved` are samples already worked."""

    lesson: Topic
    case: Case
    steps: Mapping[str, Step]
    sample: tuple[int, ...]
    found: Collection[str] = ()
    alone: bool = False
    solved: Collection[tuple[int, ...]] = field(default_factory=tuple)

    @property
    def given(self) -> Mapping[str, Any]:
        return self.case.given

    def has(self, name: str) -> bool:
        return name in self.steps

    def first(self, *names: str) -> str:
        """The first of these steps that there is; empty where there is none."""
        return next((name for name in names if name in self.steps), "")

    def knows(self, name: str) -> bool:
        """Whether the step's number may be written: it is found, or given anyway, and numbers are shown at all."""
        return not self.alone and name in self.steps and (name in self.found or self.steps[name].given)

    def of(self, name: str) -> np.ndarray:
        """The step's value for the sample at work; NaN where there is no such step."""
        if name not in self.steps:
            return np.asarray(np.nan)
        return np.asarray(row_of(self.steps[name], self.steps, self.sample).of(self.steps[name].value), np.float64)

    def one(self, name: str) -> float:
        value = self.of(name)
        return float(value.reshape(-1)[0]) if value.size else float("nan")

    def number(self, name: str, at: int | None = None) -> str:
        """The step's number as far as it may be seen."""
        if self.alone:
            return ""
        value = self.of(name).reshape(-1)
        return digits(value[at or 0]) if self.knows(name) and value.size else OPEN

    def shown(self, value: object) -> str:
        """A number that is given."""
        return "" if self.alone else digits(value)

    def under(self, name: str, value: object) -> str:
        """A number that is no step's own but follows from a step: seen once that is found."""
        return "" if self.alone else digits(value) if self.knows(name) else OPEN

    def element(self, tensor: str, like: str) -> float:
        """An input's number for the element at work, stretched over the step `like`."""
        array = self.given.get(tensor)
        if array is None:
            return 1.0
        return float(np.broadcast_to(np.asarray(array, np.float64), np.shape(self.steps[like].value))[self.sample])

    def name_of_sample(self, word: str = "Sample") -> str:
        """Sample 0, or This sample where there is only one, or no number is to be seen."""
        if self.alone or not self.sample:
            return say("This {word}", word=word.lower())
        return say("{word} {index}", word=word, index=", ".join(map(str, self.sample)))

    def of_each(
        self,
        caption: str,
        values: np.ndarray,
        marked: Collection[int] = (),
        step: str = "",
        texts: Mapping[int, str] | None = None,
        names: bool = True,
        word: str = "target",
        noun: str = "class",
        sign: str = "→",
        whole: float | None = None,
    ) -> Bars:
        """A bar for each class, those marked in the accent and called `word`; a step's numbers once it is found."""
        values = np.asarray(values, np.float64).reshape(-1)
        drawn, more = chosen(values.size, marked)
        write = (lambda value: self.under(step, value)) if step else self.shown
        room = len(drawn) <= WIDE
        bars = tuple(
            Bar(
                float(values[c]),
                "" if self.alone else texts[c] if texts and c in texts else write(values[c]),
                self._label(c, word if c in marked else "", names),
                "target" if c in marked else "",
                None if room else self._short(c, word if c in marked else "", len(marked), names),
            )
            for c in drawn
        )
        if not room and len(marked) > 1 and word:
            caption = say("{caption} (targets bold)", caption=caption)
        return Bars(caption, bars, more, noun=say(noun), whole=whole, sign=sign)

    def bar(self, label: str, step: str, tone: Tone = "", turn: float = 1.0) -> Bar:
        """A step's number as a bar."""
        return Bar(turn * self.one(step), self.number(step), say(label), tone)

    def fact(self, label: str, value: float, tone: Tone = "") -> Bar:
        """A given number as a bar."""
        return Bar(float(value), self.shown(value), say(label), tone)

    def curve(self, moves: Mapping[str, Any], step: str) -> np.ndarray:
        """What the lesson itself makes of other inputs at a step: it is right at every corner."""
        return np.ravel(self.case.taking(moves).forward.steps[step].value)

    def _label(self, place: int, word: str, names: bool) -> str:
        """Class 0 is "0", the right one "0 target"; where no number is to be seen only the word stays."""
        parts = [*([str(place)] if names and not self.alone else []), *([say(word)] if word else [])]
        return " ".join(parts)

    def _short(self, place: int, word: str, marked: int, names: bool) -> str:
        """Among many: one target has all the room for its word; several are told by their colour."""
        if marked == 1:
            return self._label(place, word, names) if word else ""
        return self._label(place, "", names)
