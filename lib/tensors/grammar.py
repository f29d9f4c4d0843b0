"""The grammar of typed tensors: text is cut into words and brackets, and a small descent works out their shape.

The text may be Python (`[[1, 2], [3, 4]]`), rows (`1 2; 3 4`), or what NumPy and torch print. Nothing is ever
evaluated: names, operators and calls that are not listed here are refused. Text is not handed to `ast` because blanks,
semicolons and printouts are not Python, and because the last digit typed (`0.50`, not `0.5`) is needed to judge a
rounded answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

from lib.tensors.number import Kind, TensorTextError, as_kind, ascii_signs, shown, without_library

Shape = tuple[int, ...]

MOST_NUMBERS = 10_000
MOST_DIMENSIONS = 6

_MOST_NESTED = MOST_DIMENSIONS + 3  # room for tensor(...) and tuples around six brackets
_LARGEST_EMPTY = 10**9  # product of the other sizes of a zero-size tensor

_TOKEN = re.compile(r"""\n|[\[\](),;=]|<[^<>\n]*>|'[^'\n]*'|"[^"\n]*"|[^\s\[\](),;=<>'"]+|\S""")
_GLUED = re.compile(r"[\])](?=[^\s,;\])])|(?<=[^\s,;\[(=])\[")
_SIZE = re.compile(r"[0-9]{1,10}")

# What may stand before "(", and the kind of number that it makes of its contents (None: the kind that was typed).
_TENSORS: dict[str, Kind | None] = dict.fromkeys(("tensor", "as_tensor", "array", "asarray", "matrix", "Parameter"))
_OLD_TENSORS: dict[str, Kind] = {"Tensor": "float", "FloatTensor": "float", "DoubleTensor": "float"}
_OLD_TENSORS |= {"LongTensor": "integer", "IntTensor": "integer", "BoolTensor": "boolean"}
_FILLED = {"zeros": "0.", "ones": "1."}
_NOT_COMPUTED = frozenset(
    {"rand", "randn", "randint", "randperm", "normal", "arange", "linspace", "eye", "empty", "zeros_like", "ones_like"}
)
_IGNORED_OPTIONS = frozenset({"device", "grad_fn", "requires_grad", "copy"})
_DTYPE = re.compile(r"((?:b?float|double|half)[0-9]*_?)|((?:u?int|long|short)[0-9]*_?)|bool_?")


def words_of(text: str) -> tuple[list[str], Shape, Kind | None]:
    """The numbers in a text as words, in order; their shape; and the kind that a printed dtype says, if one does.

    At most six dimensions and 10,000 numbers. Raises TensorTextError and nothing else.
    """
    reader = _Reader(_plain(text))
    shape = reader.whole()
    _refuse_shape(shape)
    return reader.words, shape, reader.kind


def _plain(text: str) -> str:
    """The same text in ASCII signs and `\\n` lines, with brackets that run over several lines joined into one."""
    text = ascii_signs(text.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n").strip()
    if "..." in text:
        why = TensorTextError(": the printout was abbreviated; expected every number")
        raise _standing(why, "...", text, text.index("..."))
    if "containing:" in text:
        text = re.sub(r"\b(?:Parameter|Buffer|Variable) containing:\s*", "", text)
    if "/" in text:
        text = re.sub(r"(?<![ \t])[ \t]*/[ \t]*", "/", text)
    if glued := _GLUED.search(text):
        why = TensorTextError("; expected a comma or a blank between them")
        raise _placed(why, text, glued.start()).after("'{sign}' touches its neighbour at ", sign=glued[0])
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


def _placed(why: TensorTextError, text: str, start: int) -> TensorTextError:
    """The reason, with the place of a character of the text before it, counted from 1 as editors do."""
    line = text.count("\n", 0, start) + 1
    character = start - text.rfind("\n", 0, start)
    if "\n" in text:
        return why.after("line {line}, character {character}", line=line, character=character)
    return why.after("character {character}", character=character)


def _standing(why: TensorTextError, token: str, text: str, start: int) -> TensorTextError:
    """The reason, with the token before it, and where in the text it stands."""
    return _placed(why, text, start).after("{token} stands at ", token=shown(token))


class _Reader:
    """Walks over the words and brackets of a text, collects the words in order and works out the shape."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = [*_TOKEN.findall(text), "", ""]  # no token is empty: that is the end
        self.next = 0
        self.words: list[str] = []
        self.kind: Kind | None = None  # what a printed dtype says; all there is to go by when there are no numbers
        self.place = 0  # of the item that is read, in its list
        self.waiting: list[tuple[int, int | None]] = []  # the brackets that are open: which token, and of which row

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
                self.place = len(rows[-1]) if len(rows) == 1 else len(rows) - 1
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
            if closer:
                self.refuse("'{closer}'", closer=closer)
            self.refuse("an opening bracket before it" if token in (")", "]") else "a number")
        if self.tokens[self.next + 1] == "(":
            return self.call(token, nested + 1)
        self.next += 1
        self.collect(token)
        return ()

    def collect(self, word: str, times: int = 1) -> None:
        if len(self.words) + times > MOST_NUMBERS:
            raise TensorTextError("more than {most:,} numbers are typed. Load a file instead.", most=MOST_NUMBERS)
        self.words.extend([word] * times)

    def bracket(self, opener: str, nested: int) -> Shape:
        """The shape of a list; round brackets around a single item are only brackets."""
        self.refuse_deep(nested)
        in_a_list = bool(self.waiting) and self.tokens[self.waiting[-1][0]] == "["
        self.waiting.append((self.next, self.place if in_a_list else None))
        self.next += 1
        rows, comma = self.rows("]" if opener == "[" else ")", nested)
        self.waiting.pop()
        if opener == "(" and len(rows) == 1 and len(rows[0]) == 1 and not comma:
            return rows[0][0]
        try:
            return _stacked(rows)
        except TensorTextError as fault:
            raise self.inside(fault) from None

    def inside(self, fault: TensorTextError) -> TensorTextError:
        """The fault of the list that has just been closed; which one is said where it is not all that was typed."""
        if not self.tokens[self.next]:
            return fault
        return _placed(fault.after(", "), self.text, self.start(self.next - 1)).after("in the list that ends at ")

    def call(self, name: str, nested: int) -> Shape:
        """The shape of what is printed or written as tensor(...), np.array(...), np.float64(...), zeros(...)."""
        self.refuse_deep(nested)
        bare = without_library(name)
        read = self.reader(bare)
        if read is None:
            self.refuse(
                "numbers: paste what it prints"
                if bare in _NOT_COMPUTED
                else "numbers, a list, tensor(...) or array(...)"
            )
        self.waiting.append((self.next + 1, None))
        self.next += 2
        shape = read(bare, nested)
        self.waiting.pop()
        return shape

    def reader(self, name: str) -> Callable[[str, int], Shape] | None:
        """What reads the brackets after this name; None for a name that is not known."""
        if name in _FILLED or name == "full":
            return self.filled
        if name in _TENSORS or name in _OLD_TENSORS:
            return self.tensor
        return self.scalar if _DTYPE.fullmatch(name) else None

    def tensor(self, name: str, nested: int) -> Shape:
        """tensor([...], size=..., dtype=...); names as in older articles, torch.LongTensor, carry their kind."""
        before = len(self.words)
        shape = self.item(nested, ")")
        if name in _OLD_TENSORS and shape == ():
            raise TensorTextError("{name}(...) holds a bare number; expected a list such as {name}([1, 2])", name=name)
        kind, size = self.options()
        self.retype(before, kind or _OLD_TENSORS.get(name))
        if size is None:
            return shape
        if math.prod(size) != math.prod(shape):
            says = "{name}(...) holds numbers of shape {shape}; expected shape {size}, as it says"
            raise TensorTextError(says, name=name, shape=shape, size=size)
        return size

    def scalar(self, name: str, nested: int) -> Shape:
        """NumPy prints a list of its scalars as [np.float64(1.0), ...]; Python writes float("inf")."""
        before = len(self.words)
        if self.item(nested, ")") != ():
            raise TensorTextError("{name}(...) holds a list; expected one number", name=name)
        self.words[before] = self.words[before].strip("'\"")
        self.expect(")")
        self.retype(before, self.kind_of(name))
        return ()

    def filled(self, name: str, nested: int) -> Shape:
        """zeros(0, 3), and with it the shapes that lists cannot write down; ones(2, 3); full((2, 3), 0.5)."""
        shape = self.sizes()
        before = len(self.words)
        word = _FILLED.get(name) or self.fill_word()
        kind, _ = self.options()
        self.collect(word, math.prod(shape))
        self.retype(before, kind)
        return shape

    def fill_word(self) -> str:
        """The number after the sizes in full((2, 3), 0.5)."""
        self.expect(",")
        self.next += 1
        return self.tokens[self.next - 1]

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
        known = _DTYPE.fullmatch(without_library(dtype))
        if not known:
            self.refuse("a dtype of floats, integers or booleans")
        self.kind = "float" if known[1] else "integer" if known[2] else "boolean"
        return self.kind

    def retype(self, before: int, kind: Kind | None) -> None:
        """Rewrite the words collected since `before` as the kind that a dtype asks for."""
        if kind is not None:
            self.words[before:] = [as_kind(word, kind) for word in self.words[before:]]

    def refuse_deep(self, nested: int) -> None:
        if nested > _MOST_NESTED:
            self.refuse("brackets at most {most} deep", most=MOST_DIMENSIONS)

    def expect(self, token: str) -> None:
        if self.tokens[self.next] != token:
            self.refuse("'{closer}'", closer=token)
        self.next += 1

    def refuse(self, expected: str, **values: Any) -> NoReturn:
        """Say which token stands where, and what was expected."""
        why = TensorTextError("; expected " + expected, **values)
        token = self.tokens[self.next]
        if not token:
            raise self.unclosed(why).after("the text ends")
        raise _standing(why, token, self.text, self.start(self.next))

    def unclosed(self, why: TensorTextError) -> TensorTextError:
        """The refusal, with the bracket that is still open, if one is, and the row that it begins."""
        if not self.waiting:
            return why
        token, row = self.waiting[-1]
        sign = self.tokens[token]
        opened = _placed(TensorTextError(""), self.text, self.start(token))
        says = f"{why.text} for the '{{opened}}' at {opened.text}" + ("" if row is None else ", which begins row {row}")
        return TensorTextError(says, **why.values, **opened.values, opened=sign, row=row)

    def start(self, number: int) -> int:
        """At which character of the text a token starts."""
        return [match.start() for match in _TOKEN.finditer(self.text)][number]


def _refuse_shape(shape: Shape) -> None:
    if len(shape) > MOST_DIMENSIONS:
        raise TensorTextError(
            "brackets are {deep} deep; expected at most {most}", deep=len(shape), most=MOST_DIMENSIONS
        )
    if math.prod(max(size, 1) for size in shape) > _LARGEST_EMPTY:
        says = "the shape is {shape}; expected sizes that multiply to at most {most:,}"
        raise TensorTextError(says, shape=shape, most=_LARGEST_EMPTY)


def _stacked(rows: list[list[Shape]]) -> Shape:
    """The shape of rows on top of each other. A row that is one list, as in `[1, 2]; [3, 4]`, is that list."""
    if len(rows) == 1:
        return _joined(rows[0])
    if all(len(row) == 1 and row[0] for row in rows):
        return _joined([row[0] for row in rows])
    joined = []
    for number, row in enumerate(rows):
        try:
            joined.append(_joined(row))
        except TensorTextError as fault:
            raise fault.after("in row {row}, ", row=number) from None
    return _joined(joined)


def _joined(shapes: list[Shape]) -> Shape:
    """The shape of a list of items with these shapes, which must be alike."""
    first = shapes[0] if shapes else ()
    for number, shape in enumerate(shapes):
        if shape != first:
            raise _unlike(first, shape, number)
    return len(shapes), *first


def _unlike(first: Shape, other: Shape, number: int) -> TensorTextError:
    """Two items of a list that are not alike, in words."""
    if len(first) == len(other) == 1:
        says = "row 0 has {first} numbers, row {number} has {other}; expected rows of one length"
        if first == (1,):
            says = "row 0 has 1 number, row {number} has {other}; expected rows of one length"
        return TensorTextError(says, first=first[0], number=number, other=other[0])
    if () in (first, other):
        says = (
            "a number stands at [0], a list at [{number}]; expected numbers only, or lists only "
            "(is a ']' missing before it?)"
        )
        if other == ():
            says = "a list stands at [0], a number at [{number}]; expected numbers only, or lists only"
        return TensorTextError(says, number=number)
    says = "[0] has shape {first}, [{number}] has shape {other}; expected the same shape"
    return TensorTextError(says, first=first, number=number, other=other)
