r"""What a formula with numbers in it comes to: a small calculator for the LaTeX that lessons write.

It knows sums, products (\cdot, /, and factors side by side), powers, fractions, roots, logarithms, e^{…}, \max and
\min, |…|, \lfloor … \rfloor, cosines, signs, brackets, lists (`1,\; 2`) and counts (\#\{…\}). What follows an arrow
(\Rightarrow, \to) is the value. Words (\text{…}) and spacing are passed over. A list may be cut (\dots); a sum may not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from lib.lesson.formula import Formula

CUT = "the cut in a list"

_SPACING = re.compile(r"(?:\s|\\[,;!: ]|\\quad|\\left|\\right|\\big|\\text\{(?!NaN)[^}]*\})+")
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+|[#{}])")
_ARROW = re.compile(r"\\Rightarrow|\\to(?![a-z])")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_FIRST_HOLE = 0xE000  # holes become letters of Unicode's private area


class Unreadable(Exception):
    """The calculator does not know what stands there."""


class CutShort(Exception):
    """A sum with dots in it has no value."""


def value_of(formula: Formula) -> Any:
    """A number, or a list of them (CUT stands for what is left out). Raises Unreadable or CutShort."""
    text = ""
    numbers: list[float | complex] = []
    for part in formula.parts:
        if isinstance(part, str):
            text += part
        else:
            text += chr(_FIRST_HOLE + len(numbers))
            numbers.append(part.number)
    with np.errstate(all="ignore"):
        return _Calculator(text, numbers).whole()


class _Calculator:
    """Walks over the text once; every method reads what it is called after, and returns its value."""

    def __init__(self, text: str, numbers: list[float | complex]) -> None:
        self.text = _ARROW.split(text)[-1]
        self.numbers = numbers
        self.place = 0
        self.skip()

    def whole(self) -> Any:
        found = self.listed("")
        if self.place < len(self.text):
            self.refuse()
        return found

    # What stands next.

    def skip(self) -> None:
        if spacing := _SPACING.match(self.text, self.place):
            self.place = spacing.end()

    def next(self) -> str:
        """The command or the sign that stands next; nothing at the end."""
        command = _COMMAND.match(self.text, self.place)
        return command[0] if command else self.text[self.place : self.place + 1]

    def take(self, sign: str) -> bool:
        """Steps over the sign, if it stands next."""
        if not sign or self.next() != sign:
            return False
        self.place += len(sign)
        self.skip()
        return True

    def need(self, sign: str) -> None:
        if not self.take(sign):
            self.refuse()

    def refuse(self) -> NoReturn:
        raise Unreadable(f"at {self.text[self.place : self.place + 20]!r}")

    # Lists, sums, products, powers.

    def listed(self, closer: str) -> Any:
        """One value, or several with commas between them, up to the closing sign."""
        items = [self.item()]
        while self.take(","):
            items.append(self.item())
        if closer:
            self.need(closer)
        return items[0] if len(items) == 1 else items

    def item(self) -> Any:
        return CUT if self.take(r"\dots") else self.sum()

    def sum(self) -> Any:
        found = self.product()
        while sign := self.next():
            if not (self.take("+") or self.take("-")):
                break
            if self.take(r"\dots"):
                raise CutShort
            term = self.product()
            found = _plus(found, term) if sign == "+" else _plus(found, _times(-1.0, term))
        return found

    def product(self) -> Any:
        found = self.signed()
        while True:
            if self.take("/"):
                found = _over(found, self.signed())
            elif self.take(r"\cdot"):
                found = _times(found, self.signed())
            elif self.starts_a_factor():
                found = _times(found, self.power())
            else:
                return found

    def signed(self) -> Any:
        if self.take("-"):
            return _times(-1.0, self.signed())
        return self.power()

    def power(self) -> Any:
        found = self.factor()
        while self.take("^"):
            found = _power(found, self.argument())
        return found

    def argument(self) -> Any:
        """What a command or a power is about: {…}, or the one sign that follows."""
        if self.take("{"):
            return self.listed("}")
        digit = self.next()
        if digit.isdigit():
            self.place += 1
            self.skip()
            return float(digit)
        return self.factor()

    # What a product is made of.

    def starts_a_factor(self) -> bool:
        sign = self.next()
        return bool(sign) and (sign in "(e" or sign in _FACTORS or sign.isdigit() or ord(sign[0]) >= _FIRST_HOLE)

    def factor(self) -> Any:
        sign = self.next()
        if sign and ord(sign[0]) >= _FIRST_HOLE:
            self.take(sign)
            return self.numbers[ord(sign) - _FIRST_HOLE]
        if number := _NUMBER.match(self.text, self.place):
            self.place = number.end()
            self.skip()
            return float(number[0])
        if not (sign in _FACTORS or sign in ("(", "{", "|", "e", "i")):
            self.refuse()
        self.take(sign)
        match sign:
            case "(":
                return self.listed(")")
            case "{":
                return self.listed("}")
            case "|":
                return self.sized()
            case "e":
                return math.e
            case "i":
                return 1j
        return _FACTORS[sign](self)

    def sized(self) -> Any:
        found = self.sum()
        self.need("|")
        return _each(abs, found)

    def of_number(self, function: Callable[[Any], Any]) -> Any:
        """A function of what stands in brackets, or of the one factor that follows."""
        return _each(function, self.power())

    def logarithm(self) -> Any:
        base = self.argument() if self.take("_") else math.e
        return self.of_number(lambda x: np.log(x) / math.log(base))

    def of_several(self, function: Callable[[list[Any]], Any]) -> Any:
        found = self.factor()
        return function(found if isinstance(found, list) else [found])

    def named(self) -> Any:
        r"""\operatorname{sign}."""
        if not self.text.startswith("{sign}", self.place):
            self.refuse()
        self.place += len("{sign}")
        self.skip()
        return self.of_number(np.sign)

    def text_value(self) -> float:
        r"""\text{NaN}, the only word that is a number."""
        self.place += len("{NaN}")
        self.skip()
        return math.nan

    def floored(self) -> Any:
        found = self.sum()
        self.need(r"\rfloor")
        return _each(np.floor, found)

    def counted(self) -> float:
        r"""\#\{1, 2, 3\} \le 2 and \#\{m \in [1, 2, 3] : m \le 2\}: how many of them are no larger."""
        self.need(r"\{")
        named = self.take("m")
        if named:
            self.need(r"\in")
            self.need("[")
        items = self.listed("]" if named else r"\}")
        if named:
            self.need(":")
            self.need("m")
        self.need(r"\le")
        most = self.sum()
        if named:
            self.need(r"\}")
        return float(np.sum(np.atleast_1d(items) <= most))


_FACTORS: dict[str, Callable[[_Calculator], Any]] = {
    r"\frac": lambda c: _over(c.argument(), c.argument()),
    r"\tfrac": lambda c: _over(c.argument(), c.argument()),
    r"\sqrt": lambda c: _each(np.sqrt, c.argument()),
    r"\log": _Calculator.logarithm,
    r"\ln": _Calculator.logarithm,
    r"\exp": lambda c: c.of_number(np.exp),
    r"\cos": lambda c: c.of_number(np.cos),
    r"\max": lambda c: c.of_several(_largest),
    r"\min": lambda c: c.of_several(_smallest),
    r"\operatorname": _Calculator.named,
    r"\lfloor": _Calculator.floored,
    r"\#": _Calculator.counted,
    r"\pi": lambda c: math.pi,
    r"\infty": lambda c: math.inf,
    r"\text": _Calculator.text_value,
}


def _each(function: Callable[[Any], Any], value: Any) -> Any:
    return [function(item) for item in value] if isinstance(value, list) else function(value)


def _pairs(function: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
    """Number by number; a single number meets every number of a list."""
    if isinstance(one, list) and isinstance(other, list):
        return [function(a, b) for a, b in zip(one, other, strict=True)]
    if isinstance(one, list):
        return [function(a, other) for a in one]
    return _each(lambda b: function(one, b), other)


def _plus(one: Any, other: Any) -> Any:
    return _pairs(lambda a, b: a + b, one, other)


def _times(one: Any, other: Any) -> Any:
    return _pairs(lambda a, b: a * b, one, other)


def _over(one: Any, other: Any) -> Any:
    return _pairs(lambda a, b: np.divide(a, b), one, other)


def _power(one: Any, other: Any) -> Any:
    return _pairs(lambda a, b: np.power(a, b) if isinstance(a, complex) else np.float64(a) ** b, one, other)


def _largest(values: list[Any]) -> Any:
    return math.nan if any(np.isnan(values)) else max(values)


def _smallest(values: list[Any]) -> Any:
    return math.nan if any(np.isnan(values)) else min(values)
