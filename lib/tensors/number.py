"""One typed number: its value, its kind, and half a unit of the last digit typed."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache
from typing import Any, Literal

from lib.refusal import Refusal

Kind = Literal["float", "integer", "boolean"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:(\.)([0-9]*))?|(\.)([0-9]+))(?:[eE]([+-]?[0-9]+))?")
_LIBRARY = re.compile(r"([+-]?)(?:np|numpy|torch\.nn|torch|nn|math)\.(?=[A-Za-z])")

_NAMED: dict[str, float | bool] = {"true": True, "false": False, "true_": True, "false_": False}
_NAMED |= {sign + name: float(sign + name) for sign in ("", "+", "-") for name in ("inf", "infinity", "nan")}

# Fullwidth forms become ASCII, and so do the signs that keyboards, articles and word processors put in their place.
_SAME_SIGN: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SAME_SIGN |= {ord(sign): plain for sign, plain in zip("−–、【】⁄\u2028\u2029", "--,[]/\n\n", strict=True)}
_SAME_SIGN |= {ord("∞"): "inf", ord("…"): "..."}


class TensorTextError(Refusal):
    """Says in plain words what stands where in the text, and what was expected there."""

    def after(self, text: str, /, **values: Any) -> TensorTextError:
        """The same refusal with `text` before it, which tells where it happened."""
        return TensorTextError(text + self.text, **values, **self.values)


def ascii_signs(text: str) -> str:
    """The same text with fullwidth and typographic signs (`１，２`, `−3`) replaced by those of a keyboard."""
    return text if text.isascii() else text.translate(_SAME_SIGN)


def without_library(word: str) -> str:
    """The name without the library it is written with: `np.inf` is `inf`, `torch.tensor` is `tensor`."""
    return _LIBRARY.sub(r"\1", word)


def shown(word: str) -> str:
    """A word as it can be printed: shortened, numbers bare, invisible signs by name."""
    if len(word) > 24:
        word = word[:16] + "…"
    if len(word) == 1 and not (word.isprintable() and word.isascii()):
        return f"{word!r} ({unicodedata.name(word, 'a sign without a name')})"
    return word if re.fullmatch(r"[0-9+\-./eE_]*[0-9][0-9+\-./eE_…]*", word) else repr(word)


def value_of(word: str) -> tuple[float, float]:
    """The number in a word without blanks, an int if it is written as one, and half a unit of its last digit.

    Any other word raises a TensorTextError that says what was expected; where the word stands is for the caller to add.
    """
    match = _NUMBER.fullmatch(word)
    if match is None:
        return _unusual(word), 0.0
    point, decimals, only_point, only_decimals, exponent = match.groups()
    if point is None and only_point is None and exponent is None:
        return _whole(word), 0.5
    if exponent is None:
        return _finite(word), _half_unit(-len(decimals or only_decimals or ""))
    if len(exponent) > 9:
        raise TensorTextError("expected a shorter exponent")
    return _finite(word), _half_unit(int(exponent) - len(decimals or only_decimals or ""))


def _whole(word: str) -> int:
    if len(word) > 300:
        raise TensorTextError("expected a number of at most 300 digits")
    return int(word)


def _finite(word: str) -> float:
    value = float(word)
    if math.isinf(value):
        raise TensorTextError("expected a number below 1.8e308, or inf")
    return value


@lru_cache(maxsize=1024)
def _half_unit(exponent: int) -> float:
    """Half of 10**exponent, correctly rounded; 0 where that is no float (as in `0e400`)."""
    half = float(f"5e{exponent - 1}")
    return 0.0 if math.isinf(half) else half


def _unusual(word: str) -> float:
    """Named values and fractions."""
    name = without_library(word).lower()
    if name in _NAMED:
        return _NAMED[name]
    top, slash, bottom = word.partition("/")
    if slash and _NUMBER.fullmatch(top) and _NUMBER.fullmatch(bottom):
        return _fraction(value_of(top)[0], value_of(bottom)[0])
    raise TensorTextError(_hint(word))


def _fraction(top: float, bottom: float) -> float:
    if bottom == 0:
        raise TensorTextError("expected a divisor other than 0")
    try:
        value = top / bottom
    except OverflowError:
        value = math.inf
    if math.isinf(value):
        raise TensorTextError("expected a fraction below 1.8e308")
    return value


def _hint(word: str) -> str:
    """What was expected instead of a word that is not a number."""
    if re.fullmatch(r"[+-]?[0-9][0-9_]*[0-9](\.[0-9_]*)?", word):
        return "expected a number without underscores"
    if re.match(r"[+-]?0[xXbBoO][0-9a-fA-F]", word):
        return "expected a decimal number"
    if re.match(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?([+-].*)?[jJ]$", word):
        return "expected a real number: complex numbers are not read"
    return "expected a number"


def as_kind(word: str, kind: Kind) -> str:
    """The word for the same number as a float, an integer or a boolean."""
    try:
        value, _ = value_of(word)
    except TensorTextError as fault:
        raise fault.after("{word} is typed; ", word=shown(word)) from None
    if kind == "boolean":
        return str(bool(value))
    if kind == "integer":
        if isinstance(value, float) and not value.is_integer():
            raise TensorTextError("{word} stands in a tensor of integers; expected whole numbers", word=shown(word))
        return str(int(value))
    if isinstance(value, bool):
        return str(float(value))
    return word + "." if isinstance(value, int) else word
