"""Functions with all that they use, as text that runs by itself.

Read from the files, without running anything: a definition names what it needs, and the imports of its file say where
that is defined. What comes from this project is copied word for word; what comes from outside is imported.
"""

from __future__ import annotations

import ast
import symtable
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

OWN = "lib"
Home = tuple[str, str]  # module, name

STEP_IN_PROGRAMS = '''@dataclass
class Step:
    """One line that a person would write on paper."""

    name: str
    latex: str
    value: np.ndarray
    axes: str = ""
    worked: object = None
    given: bool = False
    words: str = ""
    called: str = ""
    torch: str = ""
'''
STANDS_IN = {
    ("lib.lesson.spec", "Step"): STEP_IN_PROGRAMS
}  # what a program needs of it: the page's names and formulas stay behind


@dataclass(frozen=True)
class Code:
    """A file's text, and the statement behind each of its global names."""

    module: str
    text: str
    found: dict[str, ast.stmt]

    def of(self, name: str) -> str:
        """The definition as it stands in the file, decorators and the comment behind it included."""
        node = self.found[name]
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        return "\n".join(self.text.split("\n")[first - 1 : node.end_lineno])


@dataclass
class Collected:
    """Definitions in an order in which they can run, and the imports that they need."""

    imports: set[tuple[str, str]] = field(default_factory=set)  # module, name; no name: the module itself
    texts: dict[str, str] = field(default_factory=dict)  # global name → definition
    homes: dict[str, Home] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()  # calls of these, on lines of their own, are dropped: checks of the input

    def text(self) -> str:
        return "\n\n\n".join([_import_lines(self.imports), *self.texts.values()]).strip() + "\n"


def standalone(roots: Iterable[Any], leave_out: Iterable[str] = ()) -> Collected:
    """The functions and everything they use, except calls of what is left out."""
    collected = Collected(left_out=frozenset(leave_out))
    for function in roots:
        _collect(function.__module__, function.__name__, collected)
    return collected


def local_parts(function: Any) -> str:
    """A function and what its own file adds to it, in the order of the file."""
    module = function.__module__
    collected = standalone([function])
    names = [name for name, home in collected.homes.items() if home == (module, name)]
    code = code_of(module)
    names.sort(key=lambda name: code.found[name].lineno)
    return "\n\n\n".join(code.of(name) for name in names) + "\n"


@cache  # a file does not change while it is loaded
def code_of(module: str) -> Code:
    text = Path(str(sys.modules[module].__file__)).read_text(encoding="utf-8")
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(text).body:
        found |= dict.fromkeys(_defined(node), node)
    return Code(module, text, found)


def _defined(node: ast.stmt) -> Iterator[str]:
    """The global names that a statement gives a meaning to."""
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Assign():
            yield from (n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Import() | ast.ImportFrom():
            yield from ((a.asname or a.name).partition(".")[0] for a in node.names)


def _collect(module: str, name: str, into: Collected, user: ast.AST | None = None) -> None:
    """Adds a global name of a module, what it needs first."""
    node = code_of(module).found.get(name)
    match node:
        case None:
            return  # a builtin
        case ast.Import():
            alias = next(a for a in node.names if (a.asname or a.name) == name)
            into.imports.add((_import_as(alias), ""))
        case ast.ImportFrom():
            _collect_imported(node, name, into, user)
        case _:
            _collect_definition(module, name, node, into)


def _import_as(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _collect_imported(node: ast.ImportFrom, name: str, into: Collected, user: ast.AST | None) -> None:
    alias = next(a for a in node.names if (a.asname or a.name) == name)
    if not str(node.module).startswith(OWN):
        into.imports.add((str(node.module), _import_as(alias)))
    elif f"{node.module}.{alias.name}" in sys.modules:
        _collect_module(f"{node.module}.{alias.name}", name, into, user)
    else:
        _collect(str(node.module), alias.name, into)
        if alias.asname:
            into.texts[name] = f"{name} = {alias.name}"


def _collect_module(module: str, name: str, into: Collected, user: ast.AST | None) -> None:
    """A module of this project used as `checks.is_float`: its used parts under the same name."""
    used = sorted({n.attr for n in ast.walk(user) if _is_attribute_of(n, name)}) if user else []  # type: ignore[attr-defined]
    for attribute in used:
        _collect(module, attribute, into)
    into.imports.add(("types", "SimpleNamespace"))
    known = _namespace_parts(into.texts.pop(name, ""))
    parts = ", ".join(f"{part}={part}" for part in sorted({*known, *used}))
    into.texts[name] = f"{name} = SimpleNamespace({parts})"


def _is_attribute_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name


def _namespace_parts(text: str) -> list[str]:
    return [part.partition("=")[0].strip() for part in text.partition("(")[2].rstrip(")").split(",") if part]


def _collect_definition(module: str, name: str, node: ast.stmt, into: Collected) -> None:
    home = into.homes.get(name)
    if home == (module, name):
        return
    if home is not None:
        raise ValueError(f"Both {home[0]} and {module} define {name}, and one calculation uses both; rename one.")
    into.homes[name] = (module, name)
    if text := STANDS_IN.get((module, name)):
        into.imports |= {("dataclasses", "dataclass"), ("numpy as np", "")}
        into.texts[name] = text.rstrip()
        return
    for needed in sorted(_global_names(node) - {name} - into.left_out):
        _collect(module, needed, into, node)
    lines = code_of(module).of(name).split("\n")
    into.texts[name] = "\n".join(line for line in lines if line.partition("(")[0].strip() not in into.left_out)


def _global_names(node: ast.stmt) -> set[str]:
    """The global names that a definition reads, in annotations too; its own variables are not among them."""
    return set(_globals_in(symtable.symtable(ast.unparse(node), "definition", "exec")))


def _globals_in(scope: symtable.SymbolTable) -> Iterator[str]:
    outermost = scope.get_type() == "module"
    yield from (s.get_name() for s in scope.get_symbols() if s.is_referenced() and (outermost or s.is_global()))
    for inner in scope.get_children():
        yield from _globals_in(inner)


def _import_lines(imports: set[tuple[str, str]]) -> str:
    """As a person would order them: the future, the standard library, then the rest."""
    modules = sorted({module for module, _ in imports if module != "__future__"})
    standard = [m for m in modules if m.partition(".")[0] in sys.stdlib_module_names]
    others = [m for m in modules if m not in standard]
    groups = ["\n".join(line for m in group for line in _lines_for(m, imports)) for group in (standard, others)]
    return "\n\n".join(group for group in ["from __future__ import annotations", *groups] if group)


def _lines_for(module: str, imports: set[tuple[str, str]]) -> Iterator[str]:
    names = sorted(name for m, name in imports if m == module)
    if "" in names:
        yield f"import {module}"
    if any(names):
        yield f"from {module} import {', '.join(filter(None, names))}"
