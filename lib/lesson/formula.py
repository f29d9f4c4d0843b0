"""A formula's right side with this input's numbers in it: parts, which become LaTeX here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

MOST_TERMS = 6  # of a long sum or list; what lies between is cut
CUT = r"\dots"

_HOLE = re.compile(r"<(\w+)>")
_TAKES_ONE_FACTOR = re.compile(r"(?:/|\\(?:log|ln|cos|exp)(?:_(?:\d|\{\d+\}))?)\s*$")


@dataclass(frozen=True)
class Value:
    """A number in a formula. `name` says where it comes from: a step, an input, a parameter; empty for a plain number.

    `alone` marks one that needs no brackets when it is negative: it stands between bars, in brackets, as an exponent.
    """

    number: float | complex
    name: str = ""
    alone: bool = False

    def latex(self, *, one_factor: bool = False) -> str:
        """Rounded; a negative number in brackets, so that it can stand in a product.

        `one_factor`: it stands after a division sign or a logarithm, or under a power, which take one factor only. So
        one that is written as a product (5 · 10⁻⁵) takes brackets too.
        """
        if isinstance(self.number, complex):
            real, imaginary = Value(self.number.real), Value(self.number.imag)
            text = rf"{real.latex()} + {imaginary.latex()}\,i"
            return text if self.alone else f"({text})"
        text = _real(self.number)
        is_factor = not self.number < 0 and r"\cdot" not in text
        return f"({text})" if (one_factor and not is_factor) or (self.number < 0 and not self.alone) else text


@dataclass(frozen=True)
class Formula:
    """Text (LaTeX) and numbers, one after the other."""

    parts: tuple[str | Value, ...]

    @property
    def sign(self) -> str:
        """Between the symbol and this: ≈ where a number was rounded, so that what is shown need not give the value."""
        return r"\approx" if any(isinstance(part, Value) and _is_rounded(part.number) for part in self.parts) else "="

    def latex(self, letters: Mapping[str, str] | None = None) -> str:
        """The formula in LaTeX. `letters` maps names of values that are still open to the symbols to show instead."""
        return "".join(
            part if isinstance(part, str) else self._shown(place, part, (letters or {}).get(part.name, ""))
            for place, part in enumerate(self.parts)
        )

    def _shown(self, place: int, value: Value, letter: str) -> str:
        """The value as it is written at its place: its letter, if it has one, or its number."""
        before, after = self._text(place - 1), self._text(place + 1)
        raised = after.startswith("^")
        if letter:
            return f"({letter})" if raised and "^" in letter else letter  # LaTeX refuses a power of a power
        return value.latex(one_factor=raised or bool(_TAKES_ONE_FACTOR.search(before)))

    def _text(self, place: int) -> str:
        part = self.parts[place] if 0 <= place < len(self.parts) else ""
        return part if isinstance(part, str) else ""


def formula(template: str, **values: Any) -> Formula:
    r"""The template with its holes filled: formula(r"<size> - \tfrac12 \cdot <delta>", size=2.0, delta=1.0).

    A hole bears the name of the step, input or parameter that its number comes from. It takes a number (or an array of
    one), a `Value`, or a formula of its own, such as `total("loss_per_sample", losses)`.
    """
    parts: list[str | Value] = []
    for place, piece in enumerate(_HOLE.split(template)):
        if place % 2 == 0:
            parts += [piece] if piece else []
        elif isinstance(values[piece], Formula):
            parts += values[piece].parts
        else:
            parts.append(_named(piece, values[piece]))
    return Formula(tuple(parts))


def _named(name: str, value: Any) -> Value:
    found = value if isinstance(value, Value) else Value(_number(value))
    return found if found.name else replace(found, name=name)


def _number(value: Any) -> float | complex:
    number = np.asarray(value).reshape(())
    return complex(number) if np.iscomplexobj(number) else float(number)


def alone(value: Any) -> Value:
    """A number that stands alone, between bars or in brackets: no brackets of its own, even when it is negative."""
    return Value(_number(value), alone=True)


def of(name: str, value: Any) -> Value:
    """A number from the step `name`, where the hole cannot bear that name: `alpha[3]`, or two turns of one loop."""
    return Value(_number(value), name)


def total(name: str, values: Any, most: int = MOST_TERMS) -> Formula:
    """a + b + c, numbers of the step or input `name`; cut after `most` terms; 0 where there are none."""
    return joined((Formula((of(name, value),)) for value in np.ravel(values)), " + ", most)


def joined(terms: Iterable[Formula], sign: str, most: int = MOST_TERMS) -> Formula:
    """The terms with a sign between them; a long list is cut in the middle; 0 where there are none."""
    listed = list(terms)
    if len(listed) > most:
        listed = [*listed[: most - 2], Formula((CUT,)), listed[-1]]
    parts: list[str | Value] = []
    for place, term in enumerate(listed):
        parts += [sign] if place else []
        parts += term.parts
    return Formula(tuple(parts) or ("0",))


def _real(number: float) -> str:
    if np.isnan(number):
        return r"\text{NaN}"
    sign = "-" if number < 0 else ""
    if np.isinf(number):
        return rf"{sign}\infty"
    mantissa, _, exponent = _rounded(abs(number)).partition("e")
    return rf"{sign}{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else f"{sign}{mantissa}"


def _is_rounded(number: float | complex) -> bool:
    """Whether more digits are known than are shown; the last bits of a float are none."""
    if isinstance(number, complex):
        return _is_rounded(number.real) or _is_rounded(number.imag)
    return bool(np.isfinite(number)) and not np.isclose(float(_rounded(abs(number))), abs(number), rtol=1e-12, atol=0)


def _rounded(size: float) -> str:
    """Four decimals, or four leading digits below 1: as the values beside the formula are written."""
    if size and not 1e-4 <= size < 1e8:
        return np.format_float_scientific(size, precision=3, trim="-").replace(".e", "e")
    return np.format_float_positional(size, precision=4, fractional=size >= 1, trim="-")
