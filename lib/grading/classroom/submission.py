"""Reads what students hand in: a .py file, or the code cells of a notebook with the magics dropped."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from lib.grading.classroom.decoding import NoText, Text, parses, text_of
from lib.grading.classroom.kinds import is_json, kind_within, without_outputs
from lib.grading.notebook import MOST_CODE, NoNotebook, program_of
from lib.grading.readable import readable

MOST_BYTES = 4 * 2**20  # without a notebook's pictures; the code in it is limited by the sandbox


class Unreadable(ValueError):
    """Says in plain words why a file is no submission."""


@dataclass(frozen=True)
class Contents:
    """The functions that a file defines and the modules it imports, as far as it parses; `error` says why not all."""

    functions: tuple[str, ...]
    imports: tuple[str, ...]
    error: str = ""


def read_source(name: str, data: bytes) -> str:
    """The Python source in a file. Raises Unreadable for anything else."""
    return read_text(name, data).text


def read_text(name: str, data: bytes) -> Text:
    """The same, with what may have been read wrongly."""
    kind = kind_within(name, data)
    if not kind:
        raise Unreadable(f"it ends in {PurePath(name).suffix or 'nothing'}; expected .py or .ipynb")
    kept = without_outputs(data) if kind == "ipynb" and len(data) > MOST_BYTES else data
    if len(kept) > MOST_BYTES:
        raise Unreadable(f"it has {len(kept):,} bytes; expected at most {MOST_BYTES:,}")
    try:
        read = text_of(kept, is_json if kind == "ipynb" else parses)
        return replace(read, text=program_of(read.text)) if kind == "ipynb" else read
    except (NoText, NoNotebook) as error:
        raise Unreadable(str(error)) from error


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd escapes in strings, which do no harm
        return ast.parse(source)


def contents_of(source: str) -> Contents:
    """What the source defines and imports, without running it."""
    if len(source.encode(errors="surrogatepass")) > MOST_CODE:
        return Contents((), (), f"it has more than {MOST_CODE // 1024} KB of code")
    try:
        tree, error = _parsed(source), ""
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        tree, error = _parsed_in_part(source), _why_not(fault)
    imports: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports.append(node.module.partition(".")[0])
    return Contents(tuple(dict.fromkeys(_functions(tree.body))), tuple(dict.fromkeys(imports)), error)


def _parsed_in_part(source: str) -> ast.Module:
    """What can be read of a text that does not parse."""
    try:
        return _parsed(readable(source, by_cell=False)[0])
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ast.Module([], [])


def _why_not(fault: Exception) -> str:
    match fault:
        case SyntaxError():
            return f"line {fault.lineno}: {fault.msg}"
        case UnicodeError():
            return "it holds half a character"
    return str(fault) or "it is nested too deep"


def _functions(body: Sequence[ast.stmt]) -> Iterator[str]:
    """The functions that these lines define: with def, as a lambda, or as a second name for another one."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() | ast.Name()):
                yield name
            case ast.If() | ast.Try() | ast.With():
                yield from _functions([*node.body, *getattr(node, "orelse", ())])
