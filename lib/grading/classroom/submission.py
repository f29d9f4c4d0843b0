"""Reads what students hand in: a .py file, or the code cells of a notebook with the magics dropped."""

from __future__ import annotations

import ast
import codecs
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from lib.grading.notebook import MOST_CODE, NoNotebook, program_of
from lib.grading.readable import readable

MOST_BYTES = 4 * 2**20  # a notebook with pictures; the code in it is limited by the sandbox

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
_ENCODINGS = ("ascii", "utf-8", "iso8859", "cp", "mac", "koi8", "gb", "big5", "shift_jis", "euc_")


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
    if len(data) > MOST_BYTES:
        raise Unreadable(f"it has {len(data):,} bytes; expected at most {MOST_BYTES:,}")
    suffix = PurePath(name).suffix.lower()
    if suffix == ".ipynb":
        return _from_notebook(_decoded(data, "utf-8-sig"))
    if suffix != ".py":
        raise Unreadable(f"it ends in {suffix or 'nothing'}; expected .py or .ipynb")
    return _decoded(data, _declared(data))


def _declared(data: bytes) -> str:
    """The encoding that the first two lines name, as Python reads them: `# -*- coding: latin-1 -*-`."""
    found = _COOKIE.search(b"\n".join(data.splitlines()[:2]))
    if not found or data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    try:
        name = codecs.lookup(found[1].decode()).name
    except LookupError:
        name = ""
    if not name.startswith(_ENCODINGS):
        raise Unreadable(f"it says that it is written in {found[1].decode()}, which is not read; save it as UTF-8")
    return name


def _decoded(data: bytes, encoding: str) -> str:
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if data.startswith(mark):
            return data.decode("utf-16", errors="replace")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = encoding.removesuffix("-sig").upper()
        raise Unreadable(f"line {line} is not {what} text; save it as UTF-8") from error


def _from_notebook(text: str) -> str:
    try:
        return program_of(text)
    except NoNotebook as error:
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
