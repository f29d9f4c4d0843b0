"""Numbers, sums and lists set in LaTeX."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


def num(value: Any) -> str:
    """A number in LaTeX, to four significant digits; negative ones in brackets so that they can stand in a product."""
    number = float(np.asarray(value).reshape(()))
    if np.isnan(number):
        return r"\text{NaN}"
    text = r"\infty" if np.isinf(number) else _plain(abs(number))
    return f"({'-'}{text})" if number < 0 else text


def _plain(number: float) -> str:
    mantissa, _, exponent = f"{number:.4g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def total(values: Any, most: int = 6) -> str:
    """a + b + c, cut after `most` terms."""
    return joined((num(v) for v in np.ravel(values)), " + ", most)


def joined(terms: Iterable[str], sign: str, most: int = 6) -> str:
    """The terms with a sign between them; a long list is cut in the middle."""
    terms = list(terms)
    if len(terms) > most:
        terms = [*terms[: most - 2], r"\dots", terms[-1]]
    return sign.join(terms) or "0"


def numeral(value: Any) -> str:
    """A real or complex number in LaTeX."""
    number = complex(np.asarray(value).reshape(()))
    if not np.iscomplexobj(value):
        return num(value)
    return rf"({num(number.real)} + {num(number.imag)}\,i)"


def bare(value: Any) -> str:
    """A number in LaTeX without brackets of its own: between bars, in brackets, as an exponent."""
    return numeral(value).removeprefix("(").removesuffix(")")
