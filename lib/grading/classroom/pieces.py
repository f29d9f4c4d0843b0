"""A function as the pieces that it is made of, whatever its author called things and in which order they stand.

A piece is an expression or the head of a statement, by its syntax tree. All names that somebody may choose are one and
the same; comments, docstrings, types, prints and asserts are left out; `a > b` is `b < a`, `np.sum(x)` is `x.sum()`.
"""

from __future__ import annotations

import ast
import builtins
import io
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

LEAST = 4  # nodes of the tree: what is smaller is part of the piece around it
LEAST_WORDS = 3  # of a comment
LEAST_OF_A_NAME = 3  # letters
OF_A_NAME, OF_A_WORD = 2, 1  # what a chosen name, and a word of a comment, count for in nodes

_CHOSEN = "·"  # stands for every name that its author chose
_BUILTINS = frozenset(dir(builtins))
_OTHER_WAY_ROUND = {ast.Gt: "Lt", ast.GtE: "LtE"}
_LEFT_OUT = ("print", "display", "assert_allclose")

Lines = tuple[int, int]  # the first and the last


@dataclass(frozen=True)
class Pieces:
    """What a function is made of.

    `count` says how often each piece occurs, `size` how many nodes it adds to the pieces within it; so the sizes of all
    pieces add up to the size of the function. `words` are chosen names and comments, with what they count for. `lines`
    says where each piece stands, `shown` which lines belong to the function. `spelled` is the function as Python would
    write it, with the names that its author chose.
    """

    count: Counter[int] = field(default_factory=Counter)
    size: dict[int, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    lines: dict[int, list[Lines]] = field(default_factory=dict)
    shown: tuple[Lines, ...] = ()
    spelled: str = ""

    def __bool__(self) -> bool:
        return bool(self.count)


def pieces_of(text: str, function: str = "") -> Pieces:
    """The pieces of a function and of what it uses in the same file; of the whole file if no function is named.

    There are none where Python cannot read the file, or the function is not in it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        chosen = _reached(tree, function) if function else tree.body
        reader = _Reader(_canonical(tree))
        for node in chosen:
            reader.read(node)
        shown = tuple(sorted((_first_line(node), node.end_lineno or node.lineno) for node in chosen))
        words = {**{name: OF_A_NAME for name in _names(chosen)}, **_comments(text, shown)}
        spelled = "\n".join(ast.unparse(bare) for node in chosen if (bare := _Bare().visit(node)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Pieces()
    found = reader.found
    return Pieces(found.count, found.size, words, found.lines, shown, spelled)


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])


def _reached(tree: ast.Module, function: str) -> list[ast.stmt]:
    """The last definition of the function, and the statements at the top of the file that define what it uses."""
    defined: dict[str, ast.stmt] = {}
    for node in _at_the_top(tree.body):
        for name in _defines(node):
            if not (name in defined and _is_stub(node)):
                defined[name] = node
    reached: dict[ast.stmt, None] = {}
    wanted = [function]
    while wanted:
        if (found := defined.get(wanted.pop())) is not None and found not in reached:
            reached[found] = None
            wanted += [one.id for one in ast.walk(found) if isinstance(one, ast.Name)]
    return sorted(reached, key=lambda node: node.lineno)


def _at_the_top(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.With):
            yield from _at_the_top([*node.body, *getattr(node, "orelse", ())])
        else:
            yield node


def _defines(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _is_stub(node: ast.stmt) -> bool:
    """Whether nothing but a docstring, `...` or `pass` stands in a function."""
    empty = (ast.Pass, ast.Expr)
    return isinstance(node, ast.FunctionDef) and all(
        isinstance(one, empty) and (isinstance(one, ast.Pass) or isinstance(one.value, ast.Constant))
        for one in node.body
    )


def _canonical(tree: ast.Module) -> Mapping[str, str]:
    """Names that a file imports → what they stand for: `np` for NumPy's alias, `exp` for `from numpy import exp as e`;
    and nothing for a module, so that `np.exp` and `exp` are the same."""
    names = {"np": ""}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name.partition(".")[0]: "" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
    return names


def _names(nodes: Iterable[ast.stmt]) -> set[str]:
    """The names of variables that are given a value."""
    return {
        one.id
        for node in nodes
        for one in ast.walk(node)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) and len(one.id) >= LEAST_OF_A_NAME
    }


def _comments(text: str, shown: Iterable[Lines]) -> dict[str, int]:
    """The comments on these lines, each with its words counted."""
    inside = {line for first, last in shown for line in range(first, last + 1)}
    found: dict[str, int] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            words = token.string.strip("# \t").lower().split()
            if token.type == tokenize.COMMENT and token.start[0] in inside and len(words) >= LEAST_WORDS:
                found["# " + " ".join(words)] = OF_A_WORD * len(words)
    except (tokenize.TokenError, SyntaxError):  # it parsed, so this is about its very end
        pass
    return found


class _Bare(ast.NodeTransformer):
    """Takes out what does nothing: docstrings and prints."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if _does_nothing(node) else node


def _does_nothing(node: ast.Expr) -> bool:
    called = node.value.func if isinstance(node.value, ast.Call) else None
    return isinstance(node.value, ast.Constant) or (called is not None and _last_name(called) in _LEFT_OUT)


class _Reader:
    """Takes a tree apart, and keeps what it found."""

    def __init__(self, canonical: Mapping[str, str]) -> None:
        self.canonical = canonical
        self.found = Pieces()

    def read(self, node: ast.AST) -> None:
        """A statement: its head as a piece, and the statements within it each by itself."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._read_all([*getattr(getattr(node, "args", None), "defaults", ()), *node.body])
            case ast.Pass() | ast.Import() | ast.ImportFrom() | ast.Assert():
                pass
            case ast.Expr() if _does_nothing(node):
                pass
            case ast.AugAssign(target=target, op=op, value=value):
                plain = ast.copy_location(ast.BinOp(target, op, value), node)
                self._piece(ast.copy_location(ast.Assign([target], plain), node))
            case ast.AnnAssign(target=target, value=value):
                if value is not None:
                    self._piece(ast.copy_location(ast.Assign([target], value), node))
            case ast.If() | ast.While():
                self._piece(node.test)
                self._read_all([*node.body, *node.orelse])
            case ast.For() | ast.AsyncFor():
                self._piece(node.iter)
                self._read_all([*node.body, *node.orelse])
            case ast.With() | ast.AsyncWith():
                self._read_all([*(item.context_expr for item in node.items), *node.body])
            case ast.Try():
                handled = [one for handler in node.handlers for one in handler.body]
                self._read_all([*node.body, *handled, *node.orelse, *node.finalbody])
            case _:
                self._piece(node)

    def _read_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.read(node)

    def _piece(self, node: ast.AST) -> tuple[int, int, int]:
        """Counts a node and all within it. Gives a number for what it looks like with names erased, the nodes in it,
        and how many of them are counted already."""
        kind, parts = self._parts(node)
        inner = [self._piece(part) for part in parts]
        looks = [one for one, _, _ in inner]
        key = hash((kind, *(sorted(looks) if kind[0] in _EITHER_ORDER else looks)))
        size, counted = 1 + sum(one for _, one, _ in inner), sum(one for _, _, one in inner)
        if size < LEAST:
            return key, size, counted
        self.found.count[key] += 1
        self.found.size[key] = size - counted
        if isinstance(node, ast.expr | ast.stmt):
            self.found.lines.setdefault(key, []).append((node.lineno, node.end_lineno or node.lineno))
        return key, size, size

    def _parts(self, node: ast.AST) -> tuple[tuple[object, ...], list[ast.AST]]:
        """What a node is, with the names erased that its author chose, and the nodes that it is made of."""
        match node:
            case ast.Name(id=name):
                known = self.canonical.get(name, name if name in _BUILTINS else _CHOSEN)
                return ("name", known), []
            case ast.Attribute(value=ast.Name(id=module), attr=name) if self.canonical.get(module) == "":
                return ("name", name), []
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if not self._is_module(value):
                return ("call", name, *_keywords(node)), [value, *node.args, *_values(node)]
            case ast.Call(func=ast.Name() | ast.Attribute() as called):
                return ("call", self._called(called), *_keywords(node)), [*node.args, *_values(node)]
            case ast.Constant(value=value):
                return ("number", str(float(value))) if isinstance(value, int | float) else ("text", repr(value)), []
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                turned = type(op) in _OTHER_WAY_ROUND
                name = _OTHER_WAY_ROUND.get(type(op), type(op).__name__)
                return ("compare", name), [right, left] if turned else [left, right]
            case ast.BinOp(op=op):
                return (type(op).__name__,), [node.left, node.right]
            case ast.Assign(value=value):
                return ("assign", len(node.targets)), [value]
            case ast.Return(value=value) | ast.Expr(value=value):
                return ("gives",), [value] if value is not None else []
            case ast.Attribute(value=value, attr=name):
                return ("attribute", name), [value]
            case ast.arg() | ast.expr_context() | ast.operator() | ast.unaryop() | ast.boolop() | ast.cmpop():
                return (type(node).__name__,), []
        return (type(node).__name__,), list(ast.iter_child_nodes(node))

    def _is_module(self, node: ast.AST) -> bool:
        """`np`, and `np.linalg`."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and self.canonical.get(node.id) == ""

    def _called(self, node: ast.AST) -> str:
        if isinstance(node, ast.Name):
            return self.canonical.get(node.id, node.id if node.id in _BUILTINS else _CHOSEN) or _CHOSEN
        return _last_name(node)


_EITHER_ORDER = ("Add", "Mult", "And", "Or")


def _last_name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _keywords(call: ast.Call) -> list[str]:
    return sorted(keyword.arg or "**" for keyword in call.keywords)


def _values(call: ast.Call) -> list[ast.AST]:
    return [keyword.value for keyword in sorted(call.keywords, key=lambda keyword: keyword.arg or "**")]
