"""A formula's numbers as LaTeX: digits, brackets, and letters for what is still open."""

from __future__ import annotations

import numpy as np
import pytest

from lib.lesson.formula import alone, formula, joined, of, total

WRITTEN = [
    ("four digits", formula("<x> - <y>", x=0.123456, y=2), "0.1235 - 2"),
    ("four decimals", formula("<x> - <y>", x=2.313251, y=1234.56789), "2.3133 - 1234.5679"),
    ("a small one of four digits", formula("<x>", x=1.23456e-7), r"1.235 \cdot 10^{-7}"),
    ("a large one", formula("<x>", x=-3e9), r"(-3 \cdot 10^{9})"),
    ("a negative number in brackets", formula(r"<x> \cdot <x>", x=-2), r"(-2) \cdot (-2)"),
    ("alone", formula("|<x>|", x=alone(-2)), "|-2|"),
    ("a small one", formula(r"<x> \cdot 3", x=1e-9), r"1 \cdot 10^{-9} \cdot 3"),
    ("a small one under a power", formula("<x>^2", x=1e-9), r"(1 \cdot 10^{-9})^2"),
    ("a small one as divisor", formula("1 / <x>", x=1e-9), r"1 / (1 \cdot 10^{-9})"),
    ("the logarithm of a small one", formula(r"\log_{10} <x>", x=1e-9), r"\log_{10} (1 \cdot 10^{-9})"),
    ("a negative one under a power", formula("<x>^2", x=alone(-2)), "(-2)^2"),
    (
        "the ends of the scale",
        formula("<x> + <y> + <z>", x=np.inf, y=-np.inf, z=np.nan),
        r"\infty + (-\infty) + \text{NaN}",
    ),
    ("a complex number", formula(r"2 \cdot <z>", z=1 - 2j), r"2 \cdot (1 + (-2)\,i)"),
    ("an array of one", formula("<x>", x=np.array([[0.5]])), "0.5"),
    ("a sum", total("x", [1, -2, 3]), "1 + (-2) + 3"),
    ("a long sum", total("x", range(9)), r"0 + 1 + 2 + 3 + \dots + 8"),
    ("no terms", total("x", []), "0"),
    ("a list", joined((formula("<x>^2", x=x) for x in (1, 2)), r",\; "), r"1^2,\; 2^2"),
]


@pytest.mark.parametrize(("written", "latex"), [row[1:] for row in WRITTEN], ids=[row[0] for row in WRITTEN])
def test_written(written, latex):
    assert written.latex() == latex


LETTERS = {"x": "x_i", "alpha[3]": r"\alpha_3", "v": r"v^{\max}"}
OPEN = [
    ("a step that is open", formula("<x> - <y>", x=-1, y=2), "x_i - 2"),
    ("by a name that is no identifier", formula("2 <a>", a=of("alpha[3]", 0.5)), r"2 \alpha_3"),
    ("in a sum", total("x", [1, 2]), "x_i + x_i"),
    ("under a power", formula("<x>^2 + <v>^2", x=-1, v=2), r"x_i^2 + (v^{\max})^2"),
]


@pytest.mark.parametrize(("written", "latex"), [row[1:] for row in OPEN], ids=[row[0] for row in OPEN])
def test_letters_stand_for_what_is_open(written, latex):
    assert written.latex(LETTERS) == latex


SIGNS = [
    ("all digits shown", formula("<x> - <y>", x=0.1 + 0.2, y=-2.5), "="),
    ("words alone", formula("0"), "="),
    ("a rounded number", formula("<x> - <y>", x=2.313251, y=1), r"\approx"),
    ("a rounded part", formula("<z>", z=complex(1, 1 / 3)), r"\approx"),
    ("no number at all", formula("<x>", x=np.nan), "="),
]


@pytest.mark.parametrize(("written", "sign"), [row[1:] for row in SIGNS], ids=[row[0] for row in SIGNS])
def test_only_numbers_with_all_their_digits_are_equal(written, sign):
    assert written.sign == sign
