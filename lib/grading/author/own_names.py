"""Names of its own for all that a solution defines, so that solutions of several exercises can stand in one file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping


def with_own_names(source: str, function: str) -> str:
    """The source, in which every definition beside `function` is named after it: `reduce` is `my_huber_reduce`.

    Comments and layout stay. Names that a function has for itself are left alone.
    """
    tree = ast.parse(source)
    named = {name: f"{function}_{name.strip('_')}" for name in _defined(tree) if name != function}
    lines = source.encode().split(b"\n")
    for line, column, name in sorted(_places(tree, named, lines), reverse=True):
        text = lines[line - 1]
        lines[line - 1] = text[:column] + named[name].encode() + text[column + len(name.encode()) :]
    return b"\n".join(lines).decode()


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def _places(node: ast.AST, named: Mapping[str, str], lines: list[bytes]) -> Iterator[tuple[int, int, str]]:
    """Where the names stand: line, byte within it, name. What a function binds itself hides them within it."""
    for inner in ast.iter_child_nodes(node):
        visible = named
        match inner:
            case ast.Name(id=name) if name in named:
                yield inner.lineno, inner.col_offset, name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if name in named and isinstance(node, ast.Module):
                begun = re.compile(rb"\s*(?:def|class)\s+").match(lines[inner.lineno - 1])
                assert begun is not None  # the line is that of the definition
                yield inner.lineno, begun.end(), name
        if isinstance(inner, ast.FunctionDef | ast.Lambda):
            visible = {name: new for name, new in named.items() if name not in _bound(inner)}
        yield from _places(inner, visible, lines)


def _bound(function: ast.FunctionDef | ast.Lambda) -> set[str]:
    parts = list(ast.walk(function))
    stored = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return stored | {part.arg for part in parts if isinstance(part, ast.arg)}
