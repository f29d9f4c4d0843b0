"""What a file has of a function: filled in, left as it was given, or written so that it does not parse."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import lru_cache

from lib.grading.classroom.sources import Source


class Body(IntEnum):
    """How much a file has of a function; more is better."""

    NOTHING = 0
    AS_GIVEN = 1  # the starter's own body, or one that does nothing
    BROKEN = 2  # it does not parse
    FILLED_IN = 3


def body_of(source: Source, function: str, starter: str) -> Body:
    """What the file has of the function. Also a file that does not parse as a whole may have all of it."""
    if not source.contents.error:
        tree = _parsed(source.text)
        return _of_all(tree, function, starter) if tree else Body.NOTHING
    blocks = list(_blocks(source.text, function))
    if not blocks:
        return Body.NOTHING
    tree = _parsed(blocks[-1])
    return _of_all(tree, function, starter) if tree else Body.BROKEN


def same_code(one: str, other: str) -> bool:
    """Whether two files define the same: comments, blank lines, prints and calls at the top do not count."""
    if one == other:
        return True
    trees = _parsed(one), _parsed(other)
    return trees[0] is not None and trees[1] is not None and _defining(trees[0]) == _defining(trees[1])


def _defining(tree: ast.Module) -> list[str]:
    return [ast.dump(node) for node in tree.body if not isinstance(node, ast.Expr | ast.Pass)]


@lru_cache(maxsize=256)
def _parsed(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd escapes in strings, which do no harm
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _of_all(tree: ast.Module, function: str, starter: str) -> Body:
    """Of the last definition, which is the one that a caller meets."""
    defined = list(_definitions(tree.body, function))
    if not defined:
        return Body.NOTHING
    last = defined[-1]
    if not isinstance(last, ast.FunctionDef | ast.AsyncFunctionDef):
        return Body.FILLED_IN
    given = _parsed(starter)
    as_given = [_body(one) for one in _definitions(given.body if given else [], function)]
    return Body.AS_GIVEN if _does_nothing(last) or _body(last) in as_given else Body.FILLED_IN


def _definitions(body: Sequence[ast.stmt], function: str) -> Iterator[ast.stmt]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name == function:
                yield node
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() | ast.Name()) if name == function:
                yield node
            case ast.If() | ast.Try() | ast.With():
                yield from _definitions([*node.body, *getattr(node, "orelse", ())], function)


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


def _blocks(text: str, function: str) -> Iterator[str]:
    """Each `def function(…)` with the lines that belong to it, from a text that does not parse as a whole."""
    lines = text.splitlines()
    head = re.compile(rf"(\s*)(?:async\s+)?def\s+{re.escape(function)}\s*\(")
    for place, line in enumerate(lines):
        if found := head.match(line):
            yield textwrap.dedent("\n".join(_block(lines[place:], len(found[1]))))


def _block(lines: Sequence[str], indent: int) -> Iterator[str]:
    """The head, which may go over several lines, and all that is further in."""
    open_brackets, in_head = 0, True
    for line in lines:
        inner = line.strip() and len(line) - len(line.lstrip()) > indent
        if not (in_head or inner or not line.strip()):
            return
        yield line
        open_brackets += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        in_head = in_head and open_brackets > 0
