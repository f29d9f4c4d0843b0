"""What a file has of a function: filled in, left as it was given, or written so that it does not parse."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import lru_cache

from lib.grading.classroom.sources import Source
from lib.grading.notebook import MOST_CODE
from lib.grading.readable import readable


class Body(IntEnum):
    """How much a file has of a function; more is better."""

    NOTHING = 0
    AS_GIVEN = 1  # the starter's own body, or one that does nothing
    BROKEN = 2  # it does not parse
    ELSEWHERE = 3  # not at the top: in a class, in another function, in a text; or what a call gives
    FILLED_IN = 4


def body_of(source: Source, function: str, starter: str) -> Body:
    """What the file has of the function. Also a file that does not parse as a whole may have all of it."""
    tree = _parsed(source.text) or _parsed(_legible(source.text))
    body = _of_all(tree, function, starter) if tree else Body.NOTHING
    if body is not Body.NOTHING:
        return body
    if tree and any(function in _gives(node) for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)):
        return Body.ELSEWHERE
    if not re.search(rf"\bdef\s+{re.escape(function)}\s*[(\[]", source.text):
        return Body.NOTHING
    return Body.BROKEN if source.contents.error else Body.ELSEWHERE


@lru_cache(maxsize=256)
def _legible(text: str) -> str:
    """What can be read of a text that does not parse; nothing of one that is too long."""
    return readable(text, by_cell=False)[0] if len(text) <= MOST_CODE else ""


def same_code(one: str, other: str, function: str) -> bool:
    """Whether the function is the same in two files, with all that it reaches: other lines do not count, nor do
    comments and docstrings."""
    if one == other:
        return True
    trees = [_parsed(text) or _parsed(_legible(text)) for text in (one, other)]
    reached = [_reached(tree, function) if tree else [] for tree in trees]
    if not any(reached):  # it does not parse in either
        reached = [_as_written(text, function) for text in (one, other)]
    return reached[0] == reached[1]


def _as_written(text: str, function: str) -> list[str]:
    """The lines of a function that cannot be read, without empty ones and comments."""
    found = re.search(rf"(?ms)^\s*(?:async\s+)?def\s+{re.escape(function)}\b.*?(?=^[^\s#]|\Z)", text)
    lines = found[0].splitlines() if found else [text]
    return [line.rstrip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _reached(tree: ast.Module, function: str) -> list[str]:
    """The statements at the top that the function needs, by the names in them, as texts to compare."""
    needed, more = {function}, True
    while more:
        found = {name for node in tree.body if _gives(node) & needed for name in _names(node)}
        more = bool(found - needed)
        needed |= found
    return [_plain(node) for node in tree.body if _gives(node) & needed]


def _gives(node: ast.stmt) -> set[str]:
    """The names at the top that a statement defines or changes; a call that is nobody's value gives none."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name, *(name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names)}
    given: set[str] = set()
    for part in ast.walk(node):
        match part:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                given.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                given.add(name)
            case ast.alias(name=name, asname=other):
                given.add(other or name.partition(".")[0])
            case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()):
                given.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                given.add(name)
    return given


def _names(node: ast.stmt) -> set[str]:
    """The names that a statement uses; of a function without its own."""
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {part.id for part in names}
    own = {part.id for part in names if isinstance(part.ctx, ast.Store)}
    own |= {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    return {part.id for part in names} - (own - _gives(node))


def _plain(node: ast.stmt) -> str:
    """The statement without docstrings."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        head = ast.dump(ast.Module([*node.decorator_list], [])) if node.decorator_list else ""  # type: ignore[list-item]
        args = "" if isinstance(node, ast.ClassDef) else ast.dump(node.args)
        return "\n".join([head, node.name, args, *(_plain(one) for one in node.body if not _says_only(one))])
    return ast.dump(node)


@lru_cache(maxsize=256)
def _parsed(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd escapes in strings, which do no harm
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _of_all(tree: ast.Module, function: str, starter: str) -> Body:
    """Of all its definitions the most: a stub after the function itself does not count where it is run, either."""
    given = _parsed(starter)
    as_given = [_body(one) for one in _definitions(given.body if given else [], function)]
    return max((_of_one(one, as_given) for one in _definitions(tree.body, function)), default=Body.NOTHING)


def _of_one(node: ast.stmt, as_given: Sequence[list[str]]) -> Body:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return Body.FILLED_IN
    return Body.AS_GIVEN if _does_nothing(node) or _body(node) in as_given else Body.FILLED_IN


def _definitions(body: Sequence[ast.stmt], function: str) -> Iterator[ast.stmt]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name == function:
                yield node
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() | ast.Name() | ast.Attribute()) if (
                name == function
            ):
                yield node
            case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
                yield from _definitions(inner_of(node), function)


def inner_of(node: ast.If | ast.Try | ast.With | ast.For | ast.While) -> list[ast.stmt]:
    """The statements within one, in their order."""
    handlers = [inner for handler in getattr(node, "handlers", ()) for inner in handler.body]
    return [*node.body, *handlers, *getattr(node, "orelse", ()), *getattr(node, "finalbody", ())]


def _body(node: ast.stmt) -> list[str]:
    """The statements of a function without its docstring, as texts to compare."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign)
    return [ast.dump(one) for one in getattr(node, "body", [node]) if not _says_only(one)]


def _says_only(node: ast.stmt) -> bool:
    """A docstring, `...` or another value that nothing is done with."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _does_nothing(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return all(_is_idle(one) for one in node.body)


def _is_idle(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Return(value=None | ast.Constant(value=None)):
            return True
        case ast.Raise(exc=ast.Name(id=name) | ast.Call(func=ast.Name(id=name))):
            return name in ("NotImplementedError", "NotImplemented")
    return _says_only(node)
