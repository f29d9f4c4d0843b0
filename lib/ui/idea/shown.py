"""What an idea strip is made of: a few kinds of panels, two sentences, and what a screen reader says of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lib.ui.text import number

Tone = Literal["", "target", "hollow", "quiet"]
OPEN = "?"
MOST_BARS = 6


@dataclass(frozen=True)
class Bar:
    """One value. `text` is its number as far as it may be seen; a hollow bar is an older value, or another's.

    `short` is written instead of the label where there is little room; a screen reader says the label.
    """

    value: float
    text: str
    label: str = ""
    tone: Tone = ""
    short: str | None = None


@dataclass(frozen=True)
class Bars:
    """Bars on one scale, from a zero line that negative ones hang from. `more` were left out; `levels` are lines."""

    caption: str
    bars: tuple[Bar, ...]
    more: int = 0
    levels: tuple[tuple[float, str], ...] = ()
    noun: str = ""  # what a label that is a number counts: class 0
    pairs: bool = False  # two bars belong together each time
    whole: float | None = None  # what the full height stands for, where that is not the largest bar
    sign: str = "→"


@dataclass(frozen=True)
class Dot:
    """A point of a plane; its number and label stand beside it, or under it."""

    x: float
    y: float
    text: str = ""
    label: str = ""
    tone: Tone = "target"
    below: bool = False
    left: bool | None = None  # where its words stand; None: where there is room


@dataclass(frozen=True)
class Plane:
    """Curves and points. `foot` is written below it: left end, name, right end."""

    caption: str
    x: tuple[float, float]
    y: tuple[float, float]
    curves: tuple[tuple[np.ndarray, np.ndarray], ...] = ()
    dots: tuple[Dot, ...] = ()
    joined: tuple[tuple[tuple[float, float], tuple[float, float]], ...] = ()  # dashed, in the accent
    foot: tuple[str, str, str] = ("", "", "")
    zero: bool = False  # lines through 0
    even: bool = False  # twice as wide as high, for x and y on one scale: angles and distances are what they look like
    sign: str = "→"


@dataclass(frozen=True)
class Lattice:
    """A value for each row and column, as shades; `texts` are written where all of them fit."""

    caption: str
    values: np.ndarray
    texts: tuple[tuple[str, ...], ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    more: str = ""
    sign: str = "→"


Panel = Bars | Plane | Lattice


@dataclass(frozen=True)
class Strip:
    """The whole: panels from left to right, two sentences, and how the rows' road meets the picture's."""

    panels: tuple[Panel, ...]
    says: tuple[str, ...]
    meets: str = ""


def digits(value: Any) -> str:
    """A number to five significant digits (torch's four decimals from 1 to 100), shorter where that is exact.

    ≈ stands before it where the digits shown are those of a whole number that it is not.
    """
    number_of = float(np.asarray(value, dtype=np.float64).reshape(-1)[0]) if np.size(value) else math.nan
    if not math.isfinite(number_of):
        return "NaN" if math.isnan(number_of) else "−∞" if number_of < 0 else "∞"
    size = abs(number_of)
    plain = 1 <= size < 100 or (size < 1e6 and number_of == int(number_of))
    text = number(number_of) if plain else f"{number_of:.5g}"
    text = _trimmed(text).replace("-", "−")
    exact = number_of == int(number_of)
    return f"≈ {text}" if not exact and not any(c in text for c in ".e") else text


def _trimmed(text: str) -> str:
    head, e, power = text.partition("e")
    head = head.rstrip("0").rstrip(".") if "." in head else head
    return head + (e + str(int(power)) if e else "")


def power_of_e(exponent: float) -> str:
    """e to a power; as a power of ten where it leaves what a computer's number can hold."""
    if math.isfinite(exponent) and abs(exponent) > 700:
        return f"≈ 10^{exponent / math.log(10):.0f}".replace("-", "−")
    with np.errstate(all="ignore"):
        return digits(np.exp(exponent))


def read(text: str) -> float:
    """The number that a text of `digits` shows."""
    plain = text.removeprefix("≈ ").replace("−", "-").replace("∞", "inf")
    return float(plain) if "^" not in plain else math.nan


def equals(result: str, from_shown: float) -> str:
    """= where the numbers shown give the number shown as the result; ≈ where rounding shows."""
    return "=" if digits(from_shown) == result else "≈"


def chosen(count: int, keep: Iterable[int] = ()) -> tuple[list[int], int]:
    """Which of many to draw: six at the most, those to keep among them; and how many are left out."""
    if count <= MOST_BARS:
        return list(range(count)), 0
    kept = sorted(set(keep))[:MOST_BARS]
    others = [i for i in range(count if count < 10 * MOST_BARS else 10 * MOST_BARS) if i not in kept]
    return sorted([*kept, *others[: MOST_BARS - len(kept)]]), count - MOST_BARS


def finite(values: Sequence[float] | np.ndarray) -> list[float]:
    return [float(v) for v in values if math.isfinite(v)]


def spread(values: Sequence[float] | np.ndarray, room: float = 0.12, least: float = 1.0) -> tuple[float, float]:
    """A range that holds all finite values, with some room on both sides."""
    inside = finite(values) or [0.0]
    low, high = min(inside), max(inside)
    width = max(high - low, least * 1e-3 * max(abs(low), abs(high), 1.0))
    return low - room * width, high + room * width
