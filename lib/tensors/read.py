"""Tensors from text: what a learner types or pastes becomes an array.

The text may be Python (`[[1, 2], [3, 4]]`), rows (`1 2; 3 4`), or what NumPy and torch print. It is cut into words and
brackets by one regular expression and read by a small descent over them. Nothing is ever evaluated: names, operators
and calls that are not listed here are refused. Text is not handed to `ast` because blanks, semicolons and printouts are
not Python, and because the last digit typed (`0.50`, not `0.5`) is needed to judge a rounded answer.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, NoReturn

import numpy as np
import numpy.typing as npt

from lib.tensors.number import _LIBRARY, _NAMED, _SAME_SIGN, TensorTextError, ascii_signs, shown, value_of

Kind = Literal["float", "integer", "boolean"]
Shape = tuple[int, ...]

MOST_NUMBERS = 10_000
MOST_BYTES = 100_000
MOST_DIMENSIONS = 6

_MOST_NESTED = MOST_DIMENSIONS + 3  # room for tensor(...) and tuples around six brackets
_LARGEST_EMPTY = 10**9  # product of the other sizes of a zero-size tensor
_INT64 = np.iinfo(np.int64)

_TOKEN = re.compile(r"""\n|[\[\](),;=]|<[^<>\n]*>|'[^'\n]*'|"[^"\n]*"|[^\s\[\](),;=<>'"]+|\S""")
_GLUED = re.compile(r"[\])](?=[^\s,;\])])|(?<=[^\s,;\[(=])\[")
_SIZE = re.compile(r"[0-9]{1,10}")
_NAMED |= {sign + name: float(sign + name) for sign in ("", "+", "-") for name in ("inf", "infinity", "nan")}
_SAME_SIGN |= {ord(sign): plain for sign, plain in zip("−–、【】⁄\u2028\u2029", "--,[]/\n\n", strict=True)}
_SAME_SIGN |= {ord("∞"): "inf", ord("…"): "..."}

# What may stand before "(", and the kind of number that it makes of its contents (None: the kind that was typed).
_TENSORS: dict[str, Kind | None] = dict.fromkeys(("tensor", "as_tensor", "array", "asarray", "Parameter"))
_OLD_TENSORS: dict[str, Kind] = {"Tensor": "float", "FloatTensor": "float", "DoubleTensor": "float"}
_OLD_TENSORS |= {"LongTensor": "integer", "IntTensor": "integer", "BoolTensor": "boolean"}
_IGNORED_OPTIONS = frozenset({"device", "grad_fn", "requires_grad", "copy"})
_DTYPE = re.compile(r"((?:b?float|double|half)[0-9]*_?)|((?:u?int|long|short)[0-9]*_?)|bool_?")


@dataclass(frozen=True, eq=False)
class Typed:
    """An array as it was typed.

    `kind` is "integer" only when every number was typed without a point and without an exponent. `digits` has the
    array's shape and is half a unit of the last digit typed, the rounding of whoever typed it: 0.0005 for `0.522`, 0.5
    for `3`. It is 0 where nothing was rounded: fractions, `inf`, `nan`, `true`.
    """

    array: np.ndarray
    kind: Kind
    digits: np.ndarray


def read(text: str) -> Typed:
    """Read a tensor from what was typed or pasted, with its kind and the rounding of each number.

    A bare number has no dimensions, `1 2 3` is a vector, `1 2; 3 4` and two lines are rows. At most six dimensions,
    10,000 numbers, 100 KB. Raises TensorTextError and nothing else.
    """
    _refuse_long(text)
    reader = _Reader(_plain(text))
    shape = reader.whole()
    _refuse_shape(shape)
    return _typed(reader.words, shape, reader.kind or "float")


def parse(text: str, dtype: npt.DTypeLike | None = None) -> np.ndarray:
    """The array in the text, as `dtype` if one is given.

    Decimals may be rounded to a narrower float; whole numbers and booleans are never changed: TensorTextError says
    which number does not fit.
    """
    array = read(text).array
    return array if dtype is None else _cast(array, np.dtype(dtype))


def _refuse_long(text: str) -> None:
    size = len(text) if len(text) > MOST_BYTES else len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        raise TensorTextError(f"{size:,} bytes are typed; expected at most {MOST_BYTES:,}. Load a file instead.")


def _plain(text: str) -> str:
    """The same text in ASCII signs and `\\n` lines, with brackets that run over several lines joined into one."""
    text = ascii_signs(text.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n").strip()
    if "..." in text:
        place = _place(text, text.index("..."))
        raise TensorTextError(f"'...' stands at {place}: the printout was abbreviated; expected every number")
    if "containing:" in text:
        text = re.sub(r"\b(?:Parameter|Buffer) containing:\s*", "", text)
    if "/" in text:
        text = re.sub(r"(?<![ \t])[ \t]*/[ \t]*", "/", text)
    if glued := _GLUED.search(text):
        place = _place(text, glued.start())
        raise TensorTextError(
            f"'{glued[0]}' touches its neighbour at {place}; expected a comma or a blank between them"
        )
    return _join_brackets(text) if "\n" in text else text


def _join_brackets(text: str) -> str:
    """Line ends inside brackets become blanks: NumPy and torch wrap long rows."""
    depth = 0

    def joined(sign: re.Match[str]) -> str:
        nonlocal depth
        if sign[0] == "\n":
            return " " if depth else "\n"
        depth = depth + 1 if sign[0] in "[(" else max(depth - 1, 0)
        return sign[0]

    return re.sub(r"[\[\]()\n]", joined, text)


def _place(text: str, start: int) -> str:
    """Where a character stands, counted from 1 as an editor does."""
    line = text.count("\n", 0, start) + 1
    character = start - text.rfind("\n", 0, start)
    return f"line {line}, character {character}" if "\n" in text else f"character {character}"


class _Reader:
    """Walks over the words and brackets of a text, collects the words in order and works out the shape."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = [*_TOKEN.findall(text), "", ""]  # no token is empty: that is the end
        self.next = 0
        self.words: list[str] = []
        self.kind: Kind | None = None  # what a printed dtype says; all there is to go by when there are no numbers

    def whole(self) -> Shape:
        """The shape of all that was typed."""
        if not self.tokens[0]:
            raise TensorTextError("nothing is typed; expected a number, or a list such as [1, 2]")
        rows, comma = self.rows("", 0)
        alone = len(rows) == 1 and len(rows[0]) == 1
        return rows[0][0] if alone and (rows[0][0] or not comma) else _stacked(rows)

    def rows(self, closer: str, nested: int) -> tuple[list[list[Shape]], bool]:
        """Shapes of the items up to the closing bracket, row by row; and whether a comma stood among them."""
        rows: list[list[Shape]] = [[]]
        any_comma = after_comma = False
        while (token := self.tokens[self.next]) != closer:
            if token == ",":
                if after_comma or not rows[-1]:
                    self.refuse("a number before it")
                any_comma = True
            elif token == ";" or token == "\n":
                self.end_row(rows)
            else:
                rows[-1].append(self.item(nested, closer))
                self.next -= 1
            after_comma = token == ","
            self.next += 1
        self.next += 1
        return (rows if rows[-1] else rows[:-1] or rows), any_comma

    def end_row(self, rows: list[list[Shape]]) -> None:
        """Start a new row; an empty line between rows is nothing, a semicolon after nothing is a slip."""
        if rows[-1]:
            rows.append([])
        elif self.tokens[self.next] == ";":
            self.refuse("a number before it")

    def item(self, nested: int, closer: str) -> Shape:
        """The shape of one number, list, or call such as tensor(...)."""
        token = self.tokens[self.next]
        if token == "[" or token == "(":
            return self.bracket(token, nested + 1)
        if token in ("", ")", "]", "=", ",", ";"):
            opening = "an opening bracket before it" if token in (")", "]") else "a number"
            self.refuse(f"'{closer}'" if closer else opening)
        if self.tokens[self.next + 1] == "(":
            return self.call(token, nested + 1)
        self.next += 1
        self.collect(token)
        return ()

    def collect(self, word: str, times: int = 1) -> None:
        if len(self.words) + times > MOST_NUMBERS:
            raise TensorTextError(f"more than {MOST_NUMBERS:,} numbers are typed. Load a file instead.")
        self.words.extend([word] * times)

    def bracket(self, opener: str, nested: int) -> Shape:
        """The shape of a list; round brackets around a single item are only brackets."""
        self.refuse_deep(nested)
        self.next += 1
        rows, comma = self.rows("]" if opener == "[" else ")", nested)
        if opener == "(" and len(rows) == 1 and len(rows[0]) == 1 and not comma:
            return rows[0][0]
        try:
            return _stacked(rows)
        except TensorTextError as fault:
            raise TensorTextError(self.inside() + str(fault)) from None

    def inside(self) -> str:
        """Which list is meant, for a list that has just been closed and is not all that was typed."""
        return f"in the list that ends at {self.place(self.next - 1)}, " if self.tokens[self.next] else ""

    def call(self, name: str, nested: int) -> Shape:
        """The shape of what is printed or written as tensor(...), np.array(...), np.float64(...), zeros(...)."""
        self.refuse_deep(nested)
        bare = _LIBRARY.sub(r"\1", name)
        if bare == "zeros":
            self.next += 2
            return self.zeros()
        if bare in _TENSORS or bare in _OLD_TENSORS:
            self.next += 2
            return self.tensor(bare, nested)
        if _DTYPE.fullmatch(bare):
            self.next += 2
            return self.scalar(bare, nested)
        self.refuse("numbers, a list, tensor(...) or array(...)")

    def tensor(self, name: str, nested: int) -> Shape:
        """tensor([...], size=..., dtype=...); names as in older articles, torch.LongTensor, carry their kind."""
        before = len(self.words)
        shape = self.item(nested, ")")
        if name in _OLD_TENSORS and shape == ():
            raise TensorTextError(f"{name}(...) holds a bare number; expected a list such as {name}([1, 2])")
        kind, size = self.options()
        self.retype(before, kind or _OLD_TENSORS.get(name))
        if size is None:
            return shape
        if math.prod(size) != math.prod(shape):
            raise TensorTextError(f"{name}(...) holds numbers of shape {shape}; expected shape {size}, as it says")
        return size

    def scalar(self, name: str, nested: int) -> Shape:
        """NumPy prints a list of its scalars as [np.float64(1.0), ...]; Python writes float("inf")."""
        before = len(self.words)
        if self.item(nested, ")") != ():
            raise TensorTextError(f"{name}(...) holds a list; expected one number")
        self.words[before] = self.words[before].strip("'\"")
        self.expect(")")
        self.retype(before, self.kind_of(name))
        return ()

    def zeros(self) -> Shape:
        """zeros(0, 3), and with it the shapes that lists cannot write down."""
        shape = self.sizes()
        before = len(self.words)
        kind, _ = self.options()
        self.collect("0.", math.prod(shape))
        self.retype(before, kind)
        return shape

    def sizes(self) -> Shape:
        """The sizes in `0, 3` or `(0, 3)`."""
        bracketed = self.tokens[self.next] == "("
        self.next += bracketed
        sizes: list[int] = []
        while _SIZE.fullmatch(self.tokens[self.next]):
            sizes.append(int(self.tokens[self.next]))
            self.next += 1
            if self.tokens[self.next] == "," and self.tokens[self.next + 2] != "=":
                self.next += 1
        if bracketed:
            self.expect(")")
        elif not sizes:
            self.refuse("a size such as 0")
        return tuple(sizes)

    def options(self) -> tuple[Kind | None, Shape | None]:
        """What follows the numbers in a printout, up to the closing bracket: the kind that its dtype says, the size."""
        kind, size = None, None
        while self.tokens[self.next] == "," and self.tokens[self.next + 1] != ")":
            self.next += 1
            name = self.tokens[self.next]
            if self.tokens[self.next + 1] != "=":
                self.refuse("a closing bracket")
            self.next += 2
            if name in ("size", "shape"):
                size = self.sizes()
                continue
            if name == "dtype":
                kind = self.kind_of(self.tokens[self.next].strip("'\""))
            elif name not in _IGNORED_OPTIONS:
                self.next -= 2
                self.refuse("dtype, device, size, requires_grad or grad_fn")
            self.next += 1
        self.next += self.tokens[self.next] == ","
        self.expect(")")
        return kind, size

    def kind_of(self, dtype: str) -> Kind:
        """The kind of number that a dtype's name stands for."""
        known = _DTYPE.fullmatch(_LIBRARY.sub(r"\1", dtype))
        if not known:
            self.refuse("a dtype of floats, integers or booleans")
        self.kind = "float" if known[1] else "integer" if known[2] else "boolean"
        return self.kind

    def retype(self, before: int, kind: Kind | None) -> None:
        """Rewrite the words collected since `before` as the kind that a dtype asks for."""
        if kind is not None:
            self.words[before:] = [_as_kind(word, kind) for word in self.words[before:]]

    def refuse_deep(self, nested: int) -> None:
        if nested > _MOST_NESTED:
            self.refuse(f"brackets at most {MOST_DIMENSIONS} deep")

    def expect(self, token: str) -> None:
        if self.tokens[self.next] != token:
            self.refuse(f"'{token}'")
        self.next += 1

    def refuse(self, expected: str) -> NoReturn:
        """Say which token stands where, and what was expected."""
        token = self.tokens[self.next]
        if not token:
            raise TensorTextError(f"the text ends; expected {expected}")
        raise TensorTextError(f"{shown(token)} stands at {self.place(self.next)}; expected {expected}")

    def place(self, number: int) -> str:
        starts = [match.start() for match in _TOKEN.finditer(self.text)]
        return _place(self.text, starts[number])


def _refuse_shape(shape: Shape) -> None:
    if len(shape) > MOST_DIMENSIONS:
        raise TensorTextError(f"brackets are {len(shape)} deep; expected at most {MOST_DIMENSIONS}")
    if math.prod(max(size, 1) for size in shape) > _LARGEST_EMPTY:
        raise TensorTextError(f"the shape is {shape}; expected sizes that multiply to at most {_LARGEST_EMPTY:,}")


def _stacked(rows: list[list[Shape]]) -> Shape:
    """The shape of rows on top of each other. A row that is one list, as in `[1, 2]; [3, 4]`, is that list."""
    if len(rows) == 1:
        return _joined(rows[0])
    if all(len(row) == 1 and row[0] for row in rows):
        return _joined([row[0] for row in rows])
    return _joined([_joined(row, f"in row {number}, ") for number, row in enumerate(rows)])


def _joined(shapes: list[Shape], where: str = "") -> Shape:
    """The shape of a list of items with these shapes, which must be alike."""
    first = shapes[0] if shapes else ()
    for number, shape in enumerate(shapes):
        if shape != first:
            raise TensorTextError(where + _unlike(first, shape, number))
    return len(shapes), *first


def _unlike(first: Shape, other: Shape, number: int) -> str:
    """Two items of a list that are not alike, in words."""
    if len(first) == len(other) == 1:
        count = "1 number" if first == (1,) else f"{first[0]} numbers"
        return f"row 0 has {count}, row {number} has {other[0]}; expected rows of one length"
    if () in (first, other):
        one, two = ("a list" if shape else "a number" for shape in (first, other))
        return f"{one} stands at [0], {two} at [{number}]; expected numbers only, or lists only"
    return f"[0] has shape {first}, [{number}] has shape {other}; expected the same shape"


def _index(index: list[int]) -> str:
    return "[" + ", ".join(map(str, index)) + "]"


def _typed(words: list[str], shape: Shape, empty: Kind) -> Typed:
    values: list[float] = []
    digits: list[float] = []
    try:
        for word in words:
            value, half = value_of(word)
            values.append(value)
            digits.append(half)
    except TensorTextError as fault:
        raise TensorTextError(f"{_at(words, shape, len(values))}; {fault}") from None
    kind = _kind(words, values, shape) if words else empty
    return Typed(_array(words, values, shape, kind), kind, np.array(digits, dtype=np.float64).reshape(shape))


def _kind(words: list[str], values: list[float], shape: Shape) -> Kind:
    types = set(map(type, values))
    if types == {bool}:
        return "boolean"
    if bool in types:
        boolean, number = (next(i for i, v in enumerate(values) if isinstance(v, bool) is b) for b in (True, False))
        both = f"{_at(words, shape, boolean)}, {_at(words, shape, number)}"
        raise TensorTextError(f"{both}; expected only booleans, or only numbers")
    return "integer" if types == {int} else "float"


def _array(words: list[str], values: list[float], shape: Shape, kind: Kind) -> np.ndarray:
    if kind == "float":
        return np.array(list(map(float, values)), dtype=np.float64).reshape(shape)
    if kind == "boolean":
        return np.array(values, dtype=np.bool_).reshape(shape)
    for i, value in enumerate(values):
        if not _INT64.min <= value <= _INT64.max:
            raise TensorTextError(f"{_at(words, shape, i)}; expected whole numbers between -2^63 and 2^63 - 1")
    return np.array(values, dtype=np.int64).reshape(shape)


def _at(words: list[str], shape: Shape, number: int) -> str:
    return _stands(shown(words[number]), shape, number)


def _stands(word: str, shape: Shape, number: int) -> str:
    if shape == ():
        return f"{word} is typed"
    return f"{word} stands at {_index([int(i) for i in np.unravel_index(number, shape)])}"


def _as_kind(word: str, kind: Kind) -> str:
    """The word for the same number as a float, an integer or a boolean."""
    try:
        value, _ = value_of(word)
    except TensorTextError as fault:
        raise TensorTextError(f"{shown(word)} is typed; {fault}") from None
    if kind == "boolean":
        return str(bool(value))
    if kind == "integer":
        if isinstance(value, float) and not value.is_integer():
            raise TensorTextError(f"{shown(word)} stands in a tensor of integers; expected whole numbers")
        return str(int(value))
    if isinstance(value, bool):
        return str(float(value))
    return word + "." if isinstance(value, int) else word


def _cast(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The same numbers in another dtype; floats may be rounded, nothing else may change."""
    if dtype.kind not in "biuf":
        raise TensorTextError(f"the dtype is {dtype}; expected floats, integers or booleans")
    with np.errstate(all="ignore"):
        cast = array.astype(dtype)
    if array.dtype.kind == dtype.kind == "f":
        changed = np.isinf(cast) & np.isfinite(array)
    else:
        changed = ~_unchanged(array, cast)
    if changed.any():
        number = int(np.argmax(changed))
        word = str(array.ravel()[number])
        raise TensorTextError(f"{_stands(word, array.shape, number)}; expected {_range(array.dtype, dtype)}")
    return cast


def _unchanged(array: np.ndarray, cast: np.ndarray) -> np.ndarray:
    """Which numbers are the same after a cast from or to whole numbers or booleans, which no NaN survives."""
    if array.dtype.kind == "f" and cast.dtype.kind in "iu":
        limits = np.iinfo(cast.dtype)
        inside = (array >= float(limits.min)) & (array < float(limits.max) + 1)
        return inside & (np.trunc(array) == array)
    same = [a == b for a, b in zip(array.ravel().tolist(), cast.ravel().tolist(), strict=True)]
    return np.array(same, dtype=np.bool_).reshape(array.shape)


def _range(source: np.dtype, dtype: np.dtype) -> str:
    """What a dtype can hold, in words."""
    if dtype.kind == "b":
        return "true or false, or 1 or 0"
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return f"whole numbers from {limits.min} to {limits.max}" if source.kind in "iu" else "whole numbers"
    if source.kind in "iu":
        return f"whole numbers up to {2 ** (np.finfo(dtype).nmant + 1)}, which {dtype} holds exactly"
    return f"numbers up to {np.finfo(dtype).max}, the largest in {dtype}"
