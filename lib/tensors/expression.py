"""A calculation as it is typed, `log(exp(1) + exp(2))` or `s - 1`: a small walk over Python's own syntax tree.

Nothing is run: numbers, + - * / ^, the functions listed here, lists and the names handed in are all there is. Each
value is a float64, so that no power grows without end; lengths, depths and sizes are bounded. Beside each goes how far
it may be off by the rounding of the decimals that were typed: `2 * 0.31` is off by up to 0.01. Whole numbers and names
are exact.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache, partial, reduce
from typing import Any

import numpy as np

from lib.tensors.number import TensorTextError, ascii_signs, shown, value_of

MOST_CHARACTERS = 2000
MOST_PARTS = 600  # numbers, names, operators and calls
MOST_DEPTH = 40
MOST_NUMBERS = 10_000

# The constants stand for themselves unless the page has given their letter to something else.
CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.logaddexp(0.0, x))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-_softplus(-x)))


ONE_BY_ONE: Mapping[str, Callable[[Any], Any]] = {
    "log": np.log,
    "ln": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "lg": np.log10,
    "log1p": np.log1p,
    "exp": np.exp,
    "expm1": np.expm1,
    "exp2": np.exp2,
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "square": np.square,
    "abs": np.abs,
    "sign": np.sign,
    "sigmoid": _sigmoid,
    "logsigmoid": lambda x: -_softplus(-x),
    "softplus": _softplus,
    "relu": lambda x: np.maximum(x, 0.0),
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "atan": np.arctan,
    "floor": np.floor,
    "ceil": np.ceil,
    "lgamma": np.vectorize(lambda x: math.inf if x <= 0 and x == int(x) else math.lgamma(x), otypes=[np.float64]),
}
TOGETHER: Mapping[str, Callable[[Any], Any]] = {
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "max": np.max,
    "min": np.min,
    "norm": lambda x: np.sqrt(np.sum(np.square(x))),
}
TWO: Mapping[str, Callable[[Any, Any], Any]] = {"pow": np.power, "hypot": np.hypot, "dot": lambda a, b: np.sum(a * b)}
FUNCTIONS = frozenset({*ONE_BY_ONE, *TOGETHER, *TWO, "clamp"})
_SAME = {"maximum": "max", "minimum": "min", "clip": "clamp", "absolute": "abs", "fabs": "abs", "multiply": "prod"}
_SAME |= {"log_2": "log2", "log_10": "log10", "log_e": "log"}
_LISTS = frozenset({"tensor", "array", "as_tensor", "asarray"})

_OPERATORS: Mapping[type, tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", np.add),
    ast.Sub: ("-", np.subtract),
    ast.Mult: ("*", np.multiply),
    ast.Div: ("/", np.divide),
    ast.Pow: ("^", np.power),
}
_KEEP_WHOLE = (ast.Add, ast.Sub, ast.Mult)

_LETTERS = {"π": "pi", "ℓ": "l", "θ": "theta", "μ": "mu", "σ": "sigma", "λ": "lambda_", "γ": "gamma", "ε": "epsilon"}
_LETTERS |= {"ϵ": "epsilon", "α": "alpha", "β": "beta", "δ": "delta", "Δ": "Delta", "η": "eta", "ρ": "rho", "τ": "tau"}
_SIGNS = {"×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "²": "^2", "³": "^3", "√": "sqrt", **_LETTERS}
_SIGNS |= {below: str(digit) for digit, below in enumerate("₀₁₂₃₄₅₆₇₈₉")}
_FOR_KEYBOARDS = str.maketrans(_SIGNS)
_ALLOWED = re.compile(r"[A-Za-z0-9_.,()\[\]+\-*/^;\s]*")
_LIBRARY = re.compile(r"\b(?:np|numpy|torch\.nn\.functional|nn\.functional|F|torch|math)\.(?=[A-Za-z])")
_LAMBDA = re.compile(r"\blambda\b")
_DIGITS = r"(?<![A-Za-z0-9_.])(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(_DIGITS)
_GLUED = re.compile(rf"({_DIGITS})(?![0-9.]|[eE][+-]?[0-9])\s*([A-Za-z_]\w*|\()")
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_CALLED = re.compile(r"\b([A-Za-z]\w{1,11})\s*\(")
_READ_ELSEWHERE = frozenset(
    {"float", "int", "long", "tensor", "Tensor", "array", "asarray", "as_tensor", "zeros", "ones"}
)
_BETWEEN = (
    r"[*^]",
    r"[A-Za-z0-9_.)\]]\s*[+-]\s+",
    r"[A-Za-z0-9_)\]][+-](?=[\w.(\[])",
    r"[)\]A-Za-z]\s*/",
    r"/\s*[(A-Za-z]",
    r"/[^,;/]*[0-9]/",
)
_CALCULATES = re.compile("|".join(_BETWEEN))


@dataclass(frozen=True, eq=False)
class Meaning:
    """What a name of the page stands for: `says`, as the page calls it, and its value; None while that is open."""

    says: str
    value: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Result:
    """What a calculation gives: numbers, and half a unit of what was typed as it reaches each of them.

    `whole` is whether whole numbers alone went in and stay whole.
    """

    array: np.ndarray
    half: np.ndarray
    whole: bool = False


Names = Mapping[str, Meaning]
NO_NAMES: Names = {}


def plain_signs(text: str) -> str:
    """The text in the signs of a keyboard: `×` is `*`, `²` is `^2`, `μ` is `mu`."""
    return ascii_signs(text).translate(_FOR_KEYBOARDS)


def looks_like_a_calculation(text: str, names: Collection[str] = ()) -> bool:
    """Whether there is something to calculate: an operator, a function, or one of the names."""
    if len(text) > MOST_CHARACTERS or re.search(r"[0-9][jJ]\b", text):
        return False  # a complex number
    written = _LIBRARY.sub("", plain_signs(text))
    if not _ALLOWED.fullmatch(written):
        return False
    words = set(_WORD.findall(written)) | {glued[2] for glued in _GLUED.finditer(written) if glued[2] in names}
    if words & {*FUNCTIONS, *_SAME, "pi", "e", *names} or any(map(_is_nearly_a_function, _CALLED.findall(written)[:3])):
        return True
    with_blanks = any("_" in name and name.replace("_", " ") in written for name in names)
    return with_blanks or bool(_CALCULATES.search(_NUMBER.sub("1", written)))


@lru_cache(maxsize=1024)
def _is_nearly_a_function(name: str) -> bool:
    alike = get_close_matches(name, FUNCTIONS, 1, 0.6 if len(name) < 5 else 0.75)
    return bool(alike) and name not in _READ_ELSEWHERE


def calculate(text: str, names: Names = NO_NAMES) -> Result:
    """What was typed, calculated. `names` are the page's own: they go before pi and e.

    Rows may be parted by semicolons or lines, as in a tensor. TensorTextError tells what cannot be read, or which name
    is still open.
    """
    if len(text) > MOST_CHARACTERS:
        says = "{length:,} characters are typed; expected at most {most:,} in a calculation"
        raise TensorTextError(says, length=len(text), most=MOST_CHARACTERS)
    written = _prepared(text, names)
    rows = [row for row in _rows(written) if row.strip()]
    walk = _Walk(names)
    with np.errstate(all="ignore"):
        found = [walk.value(_parsed(row, names), row, 0) for row in rows]
    if len(found) == 1:
        return found[0]
    return _listed([one if one.array.ndim else _listed([one]) for one in found])


def in_place_of_constants(text: str, names: Names) -> dict[str, Meaning]:
    """The page's names that stand in the text where a constant could have been meant: e, where that is the error."""
    used = set(_WORD.findall(_prepared(text, names)))
    return {name: names[name] for name in sorted(used) if name in CONSTANTS and name in names}


def _prepared(text: str, names: Collection[str]) -> str:
    """The text as Python writes it: names without blanks, powers as **."""
    written = _LAMBDA.sub("lambda_", _LIBRARY.sub("", plain_signs(text))).strip().removeprefix("=")
    for name in sorted((n for n in names if "_" in n.strip("_")), key=len, reverse=True):
        written = re.sub(rf"(?<!\w){re.escape(name.replace('_', ' '))}(?!\w)", name, written)
    return written.replace("^", "**")


def _rows(text: str) -> list[str]:
    """The text cut at semicolons and lines outside brackets."""
    rows, depth = [""], 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if depth <= 0 and sign in ";\n":
            rows.append("")
        else:
            rows[-1] += " " if sign == "\n" else sign
    return rows


def _parsed(row: str, names: Names) -> ast.expr:
    """The row as a tree; in plain words why it is none."""
    if not _ALLOWED.fullmatch(row):
        odd = next(sign for sign in row if not _ALLOWED.fullmatch(sign))
        raise TensorTextError("{sign} is no part of a calculation; expected + - * / ^ and brackets", sign=shown(odd))
    if glued := _GLUED.search(row):
        says = "{number} stands right before {name}; write the * between them"
        raise TensorTextError(says, number=shown(glued[1]), name=shown(glued[2]))
    _refuse_unclosed(row)
    try:
        return ast.parse(row.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _unreadable(row, names) from None


def _refuse_unclosed(row: str) -> None:
    """Says which bracket has no partner, and at which character it stands."""
    waiting: list[tuple[str, int]] = []
    for place, sign in enumerate(row, 1):
        if sign in "([":
            waiting.append((sign, place))
        elif sign in ")]":
            if not waiting or waiting[-1][0] != {")": "(", "]": "["}[sign]:
                raise TensorTextError("'{sign}' at character {place} closes nothing", sign=sign, place=place)
            waiting.pop()
        if len(waiting) > MOST_DEPTH:
            raise TensorTextError("the brackets are more than {most} deep", most=MOST_DEPTH)
    if waiting:
        opener, place = waiting[-1]
        says = "the text ends; expected '{closer}' for the '{opener}' at character {place}"
        raise TensorTextError(says, closer={"(": ")", "[": "]"}[opener], opener=opener, place=place)


def _unreadable(row: str, names: Names) -> TensorTextError:
    """Why a row is no calculation, as far as that can be told."""
    words = re.search(r"\b([A-Za-z_]\w*)\s+([\w.]+)", row)
    if words and words[1] in FUNCTIONS:
        says = "{name} wants its number in brackets, as in {name}({number})"
        return TensorTextError(says, name=words[1], number=words[2])
    if re.search(r"[\w.)\]]\s+[\w(\[]", row):
        return TensorTextError("two numbers stand side by side; expected a comma or an operator between them")
    if re.search(r"[+\-*/]\s*$", row):
        return TensorTextError("the text ends after an operator; expected a number")
    return TensorTextError("this is no calculation that can be read; expected one such as log(0.5) + 1/3")


class _Walk:
    """Goes through a tree from the leaves up, and counts its parts."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.parts = 0

    def value(self, node: ast.expr, text: str, depth: int) -> Result:
        self.parts += 1
        if depth > MOST_DEPTH or self.parts > MOST_PARTS:
            raise TensorTextError("the calculation is too long; expected a shorter one, in steps")
        go_on = partial(self.value, text=text, depth=depth + 1)
        match node:
            case ast.Constant(value=bool() | None):
                pass
            case ast.Constant(value=int() | float()):
                return _number(ast.get_source_segment(text.strip(), node) or "")
            case ast.Name(name):
                return self.name(name)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                value = go_on(inner)
                return Result(-value.array, value.half, value.whole)
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return go_on(inner)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return _both(type(op), go_on(left), go_on(right))
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return _listed([go_on(item) for item in items])
            case ast.Subscript(value=inner, slice=index):
                return _element(go_on(inner), self.indices(index, go_on))
            case ast.Call(func=ast.Name(name), args=given, keywords=[]) if not any(
                isinstance(one, ast.Starred) for one in given
            ):
                return self.call(name, [go_on(one) for one in given])
            case ast.Call(func=ast.Name(name)):
                raise TensorTextError("{name}(...) takes plain numbers only, no names with =", name=shown(name))
        raise TensorTextError(
            "expected numbers, + - * / ^, brackets and functions such as log; {kind} came", kind=_kind(node)
        )

    def name(self, name: str) -> Result:
        if name in self.names:
            meaning = self.names[name]
            if meaning.value is None:
                raise TensorTextError("{row} is still open", row=meaning.says)
            array = np.asarray(meaning.value, dtype=np.float64)
            return Result(array, np.zeros(array.shape), np.asarray(meaning.value).dtype.kind in "iu")
        if name.lower() in CONSTANTS:
            return Result(np.asarray(CONSTANTS[name.lower()]), np.zeros(()))
        if name in FUNCTIONS:
            raise TensorTextError("{name} wants its number in brackets, as in {name}(2)", name=name)
        raise self.unknown(name, [*self.names, *CONSTANTS])

    def call(self, name: str, given: list[Result]) -> Result:
        known = _SAME.get(name.lower(), name.lower())
        if not given and known in FUNCTIONS | _LISTS:
            raise TensorTextError("{name}() is empty; expected a number in its brackets", name=name)
        if known in _LISTS and len(given) == 1:
            return given[0]
        if known == "log" and len(given) == 2:  # Python's: the logarithm of the first to the base of the second
            return _spread(lambda x, base: np.log(x) / np.log(base), given)
        if known in ONE_BY_ONE and len(given) == 1:
            return _spread(ONE_BY_ONE[known], given, known in ("abs", "sign") and given[0].whole)
        if known in TOGETHER:
            whole = known in ("sum", "max", "min") and all(one.whole for one in given)
            return _spread(TOGETHER[known], [given[0] if len(given) == 1 else _listed(given)], whole)
        if known in TWO and len(given) == 2:
            return _spread(TWO[known], given)
        if known == "clamp" and len(given) == 3:
            return _spread(lambda x, low, high: np.minimum(np.maximum(x, low), high), given)
        if known in FUNCTIONS:
            raise TensorTextError("{name} has {count} numbers in its brackets", name=name, count=len(given))
        if name in self.names:
            raise TensorTextError("{name} stands right before a bracket; write the * between them", name=shown(name))
        raise self.unknown(name, FUNCTIONS)

    def unknown(self, name: str, known: Collection[str]) -> TensorTextError:
        near = get_close_matches(name, known, 1, 0.75)
        if near:
            return TensorTextError("{name} is not known here; did you mean {near}?", name=shown(name), near=near[0])
        return TensorTextError("{name} is not known here; expected a number", name=shown(name))

    def indices(self, index: ast.expr, go_on: Callable[[ast.expr], Result]) -> tuple[int, ...]:
        items = index.elts if isinstance(index, ast.Tuple) else [index]
        if any(isinstance(item, ast.Slice) for item in items):
            raise TensorTextError("an index is one whole number, as in input[0]; a slice came")
        found = [go_on(item).array for item in items]
        if any(one.ndim or one != np.floor(one) or abs(one) > MOST_NUMBERS for one in found):
            raise TensorTextError("an index is one whole number, as in input[0]")
        return tuple(int(one) for one in found)


def _kind(node: ast.expr) -> str:
    return {"Compare": "a comparison", "BinOp": "another operator", "Attribute": "a point in a name"}.get(
        type(node).__name__, "something else"
    )


def _number(word: str) -> Result:
    """A typed number: whole ones are exact, decimals may be off by half a unit of their last digit."""
    try:
        value, half = value_of(word)
    except TensorTextError as fault:
        raise fault.after("{word} is typed; ", word=shown(word)) from None
    whole = isinstance(value, int)
    try:
        return Result(np.asarray(float(value)), np.asarray(0.0 if whole else half), whole)
    except OverflowError:
        raise TensorTextError("{word} is typed; expected a number below 1.8e308", word=shown(word)) from None


def _both(kind: type, one: Result, other: Result) -> Result:
    """Two values and the operator between them."""
    if kind is ast.Div and (other.array == 0).any():
        raise TensorTextError("this divides by 0; expected a divisor other than 0")
    whole = kind in _KEEP_WHOLE and one.whole and other.whole
    return _spread(_OPERATORS[kind][1], [one, other], whole)


def _spread(function: Callable[..., Any], given: list[Result], whole: bool = False) -> Result:
    """The function's value, and how far the rounding of each value that goes in moves it."""
    arrays = [one.array for one in given]
    _refuse_large(arrays)
    value = np.asarray(function(*arrays), dtype=np.float64)
    half = np.zeros(value.shape)
    for place, one in enumerate(given):
        if np.any(one.half):
            ends = [[*arrays[:place], one.array + sign * one.half, *arrays[place + 1 :]] for sign in (-1, 1)]
            low, high = (np.asarray(function(*end), dtype=np.float64) for end in ends)
            moved = np.abs(high - low) / 2
            half = half + np.where(np.isfinite(moved), moved, np.inf if np.any(np.isfinite(value)) else 0.0)
    return Result(value, np.where(np.isfinite(value), half, 0.0), whole)


def _refuse_large(arrays: list[np.ndarray]) -> None:
    try:
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise TensorTextError("shapes {shapes} do not fit together", shapes=shapes) from None
    if math.prod(shape) > MOST_NUMBERS:
        raise TensorTextError("more than {most:,} numbers come of it", most=MOST_NUMBERS)


def _listed(items: list[Result]) -> Result:
    """Values one beside the other, which must be alike."""
    if not items:
        return Result(np.zeros(0), np.zeros(0))
    shapes = {item.array.shape for item in items}
    if len(shapes) > 1:
        first, other = (str(shape) for shape in sorted(shapes, key=str)[:2])
        raise TensorTextError("a list holds {first} and {other}; expected the same shape", first=first, other=other)
    if reduce(lambda total, item: total + item.array.size, items, 0) > MOST_NUMBERS or items[0].array.ndim > 5:
        raise TensorTextError("more than {most:,} numbers, or brackets too deep", most=MOST_NUMBERS)
    whole = all(item.whole for item in items)
    return Result(np.stack([i.array for i in items]), np.stack([i.half for i in items]), whole)


def _element(value: Result, index: tuple[int, ...]) -> Result:
    try:
        return Result(np.asarray(value.array[index]), np.asarray(value.half[index]), value.whole)
    except IndexError:
        says = "there is no element [{index}] in shape {shape}"
        raise TensorTextError(says, index=", ".join(map(str, index)), shape=value.array.shape) from None
