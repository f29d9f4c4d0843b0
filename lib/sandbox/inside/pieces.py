"""A file as the pieces that run one by one: its statements at top level, and which of them a function needs."""

from __future__ import annotations
import __future__

import ast
import copy
import dis
import sys
import types
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lib.sandbox.inside.faults import FILE

_FUTURE_FLAGS = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
_BODIES = ("body", "orelse", "finalbody")
_DEFINING = frozenset(
    dis.opmap[name]
    for name in """CACHE RESUME NOP EXTENDED_ARG LOAD_CONST LOAD_SMALL_INT LOAD_NAME LOAD_ATTR STORE_NAME IMPORT_NAME
    IMPORT_FROM IMPORT_STAR CALL_INTRINSIC_1 POP_TOP RETURN_VALUE RETURN_CONST MAKE_FUNCTION SET_FUNCTION_ATTRIBUTE
    BUILD_TUPLE BUILD_LIST BUILD_MAP BUILD_CONST_KEY_MAP LIST_EXTEND SETUP_ANNOTATIONS""".split()
    if name in dis.opmap  # each Python has its own
)
_READ = ("LOAD_GLOBAL", "LOAD_NAME")
_BOUND = ("STORE_NAME", "STORE_GLOBAL")


@dataclass(frozen=True, eq=False)
class Piece:
    """A statement at top level, ready to run, and the lines on which it stands."""

    statement: ast.stmt
    code: types.CodeType

    @property
    def line(self) -> int:
        decorators = getattr(self.statement, "decorator_list", ())
        return min([self.statement.lineno, *(one.lineno for one in decorators)])

    @property
    def last_line(self) -> int:
        return self.statement.end_lineno or self.statement.lineno

    @property
    def is_definition(self) -> bool:
        """Whether it says what something is and does nothing else: it takes no time worth counting."""
        return isinstance(self.statement, _DEFINITIONS + _IMPORTS)

    def undecorated(self, names: Collection[str]) -> types.CodeType:
        """The definition without the decorators that begin with one of the names."""
        named = [node for node in ast.walk(self.statement) if isinstance(node, _DEFINITIONS) and node.decorator_list]
        if not any(_decorates_by(one) in names for node in named for one in node.decorator_list):
            return self.code
        for node in named:
            node.decorator_list = [one for one in node.decorator_list if _decorates_by(one) not in names]
        return self._compiled(self.statement)

    def _compiled(self, statement: ast.stmt) -> types.CodeType:
        return compile(ast.Module([statement], []), FILE, "exec", self.code.co_flags & _FUTURE_FLAGS, True)

    @property
    def defines_function(self) -> bool:
        return isinstance(self.statement, ast.FunctionDef | ast.AsyncFunctionDef)

    def bare(self, known: Collection[str]) -> types.CodeType:
        """The definition without types, and without decorators whose names are not known: what it computes is the
        same."""
        whole = copy.deepcopy(self.statement)
        for node in ast.walk(whole):
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    node.returns = None
                    node.decorator_list = [one for one in node.decorator_list if _root(one) in known]
                case ast.arg():
                    node.annotation = None
        return self._compiled(whole)

    def imports_from_nowhere(self) -> Iterator[tuple[str, str]]:
        """The names that an import gives to what is in modules that are not here, and what they stand for."""
        match self.statement:
            case ast.Import(names=names):
                for one in names:
                    if _is_nowhere(one.name):
                        yield (one.asname, one.name) if one.asname else (one.name.partition(".")[0],) * 2
            case ast.ImportFrom(module=module, names=names) if _is_nowhere(module or ""):
                yield from ((one.asname or one.name, f"{module or 'file'}.{one.name}") for one in names)

    @cached_property
    def binds(self) -> frozenset[str]:
        """The names in the file that it gives a value to, or whose value it changes."""
        stored = (step.argval for step in dis.get_instructions(self.code) if step.opname in _BOUND)
        return frozenset([*stored, *_changed(self.statement)])

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names in the file that it uses, also within its functions, whenever these are called."""
        return frozenset(_read(self.code))

    def is_stub_of(self, function: str) -> bool:
        """Whether it defines the function without writing it: as it is handed out."""
        node = self.statement
        return isinstance(node, ast.FunctionDef) and node.name == function and all(map(_says_nothing, node.body))


def only_defines(code: types.CodeType) -> bool:
    """Whether a whole file does nothing but import, define functions, and name constants, as most files do."""
    return _DEFINING.issuperset(code.co_code[::2])


def pieces_of(source: str) -> list[Piece]:
    """The statements that run, in order. Raises what Python raises for text that it cannot read.

    What never runs is left out: `if __name__ == "__main__"`, lines for IPython alone, and texts that stand alone.
    """
    tree: Any = compile(source, FILE, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    flags, found = 0, []
    for node in tree.body:
        runs = _running(node)
        if runs is not None:
            for one in _one_by_one(runs):
                code = compile(ast.Module([one], []), FILE, "exec", flags, dont_inherit=True)
                if isinstance(one, ast.ImportFrom) and one.module == "__future__":  # it holds for all that follows
                    flags |= code.co_flags & _FUTURE_FLAGS
                found.append(Piece(one, code))
    return found


def _one_by_one(node: ast.stmt) -> list[ast.stmt]:
    """`import a, b` as two statements: where one module is missing, the other is there."""
    if isinstance(node, ast.Import) and len(node.names) > 1:
        return [ast.copy_location(ast.Import([name]), node) for name in node.names]
    return [node]


def _running(node: ast.stmt) -> ast.stmt | None:
    match node:
        case ast.Expr(value=ast.Constant()):
            return None
        case ast.Expr(value=call) if _is_for_ipython(call):
            return None
        case ast.If(test=test, orelse=otherwise) if _asks_for_main(test):
            return ast.copy_location(ast.If(_true_at(test), otherwise, []), node) if otherwise else None
    return node


def _true_at(node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Constant(True), node)


def _asks_for_main(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return {_name_or_text(left), _name_or_text(right)} == {"__name__", "__main__"}
    return False


def _name_or_text(node: ast.expr) -> object:
    match node:
        case ast.Name(id=name) if name == "__name__":
            return name
        case ast.Constant(value="__main__"):
            return node.value
    return None


def _is_for_ipython(node: ast.expr) -> bool:
    """Whether it is a call of what get_ipython() gives, as magics are when a notebook is saved as a program."""
    return isinstance(node, ast.Call) and _root(node) == "get_ipython"


def _root(node: ast.expr) -> str:
    """The name that an expression begins with: `pytest` of `@pytest.mark.parametrize("x", [1])`."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _decorates_by(node: ast.expr) -> str:
    """The name that a decorator begins with; of `@partial(jax.jit, static_argnums=0)` it is jax."""
    match node:
        case ast.Call(func=ast.Name(id="partial") | ast.Attribute(attr="partial"), args=[first, *_]):
            return _root(first)
    return _root(node)


def _is_nowhere(module: str) -> bool:
    """Whether nothing of the module is here: another one of its package may be."""
    return module.partition(".")[0] not in sys.modules


def _says_nothing(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.Return(value=None | ast.Constant(value=None)):
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
    return False


def _changed(node: ast.stmt) -> Iterator[str]:
    """The names whose value a statement changes in place: `table[i] = x`, `net.rate = x`, `rows.append(x)`."""
    if isinstance(node, _DEFINITIONS):
        return
    for target in _targets(node):
        if name := _root(target.value if isinstance(target, ast.Starred) else target):
            yield name
    for field in _BODIES:
        for inner in getattr(node, field, ()):
            yield from _changed(inner)
    for handler in getattr(node, "handlers", ()):
        for inner in handler.body:
            yield from _changed(inner)


def _targets(node: ast.stmt) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            return [one for target in targets for one in getattr(target, "elts", [target])]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return [target]
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner))):
            return [owner]
    return []


def _read(code: types.CodeType) -> Iterator[str]:
    yield from (step.argval for step in dis.get_instructions(code) if step.opname in _READ)
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _read(inner)


def is_guarded(pieces: Iterable[Piece], line: int) -> bool:
    """Whether an import on this line may fail: whoever wrote it catches the error, and goes on without the module."""
    tries = (node for piece in pieces for node in ast.walk(piece.statement) if isinstance(node, ast.Try))
    return any(
        node.body[0].lineno <= line <= (node.body[-1].end_lineno or line) and any(map(_catches_import, node.handlers))
        for node in tries
    )


def _catches_import(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in _IMPORT_ERRORS) for kind in kinds)


def needed(pieces: Sequence[Piece], function: str) -> set[Piece]:
    """The pieces without which the function would be another: what binds it, what that reads, and so on.

    Imports are all taken along. What only a module's own method changes (`np.random.seed(0)`) is not.
    """
    imported = {name for piece in pieces if isinstance(piece.statement, _IMPORTS) for name in piece.binds}
    found = {piece for piece in pieces if isinstance(piece.statement, _IMPORTS)}
    wanted, last = {function}, set[str]()
    while wanted != last:
        last = set(wanted)
        for piece in pieces:
            if piece not in found and _meets(piece, wanted, imported):
                found.add(piece)
                wanted |= piece.reads
    return found


def _meets(piece: Piece, wanted: Iterable[str], imported: set[str]) -> bool:
    names = piece.binds & set(wanted)
    return bool(names - imported if isinstance(piece.statement, ast.Expr) else names)
