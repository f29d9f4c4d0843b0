"""A hand calculation as a person would write it: plain NumPy functions, without steps, formulas, and what nobody asked.

A lesson's coroutine says of every step how it is called, written and explained; of `x = yield Step(…, value, …)` only
`x = value` is left. What then has no use goes too, arguments that are always the same are put in, and a function that
is called in one place only is written there. Whether it still computes the same is for the caller to try.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lib.lesson.code.source import Collected, standalone

STEP, CARRY = "Step", "carry"  # what is yielded; what goes on with the precise value of a step
ROUNDS = 40  # of simplifying: each makes something shorter


class NotPlain(ValueError):
    """A hand calculation that is written in a way which this module does not know."""


def plain_source(calculation: Any, function: str, *, result_is_last: bool) -> str:
    """The text of `function`, which calls `calculation`, with all that it needs. Raises NotPlain.

    `result_is_last` says that the result is the last step's value, and not what the calculation returns.
    """
    collected = standalone([calculation])
    program = _Program(collected, function)
    program.without_steps({calculation.__name__} if result_is_last else set())
    program.simplified()
    return program.text()


class _Program:
    """The functions by name, the one that is asked for last; and the other definitions that they may need."""

    def __init__(self, collected: Collected, function: str):
        self.imports = collected.imports
        self.functions: dict[str, ast.FunctionDef] = {}
        self.others: dict[str, ast.stmt] = {}
        modules = {name for name, text in collected.texts.items() if text.startswith(f"{name} = SimpleNamespace(")}
        texts = {name: text for name, text in collected.texts.items() if name not in modules}
        for name, text in (*texts.items(), ("", function)):
            node = _Bare(modules if name else set()).visit(ast.parse(text).body[0])
            if isinstance(node, ast.FunctionDef):
                self.functions[node.name] = node
                self.root = node
            else:
                self.others[name] = node

    # Steps

    def without_steps(self, ending: set[str]) -> None:
        """Every yield becomes its value. `ending` are the functions that give the value of their last step."""
        done: set[str] = set()
        while left := ending - done:
            for name in left:
                self.functions[name].body = _ending(self.functions[name].body, ending)
            done |= left
        for name, node in self.functions.items():
            self.functions[name] = _Unyield().visit(node)
        self.root = list(self.functions.values())[-1]

    # Simplifying

    def simplified(self) -> None:
        self._drop_unused()
        for _ in range(ROUNDS):
            before = self.text()
            for node in self.functions.values():
                _Folded().visit(node)
                _without_dead(node)
                _without_aliases(node)
                _without_detours(node)
                _with_short_names(node)
            self._drop_unused()
            self._put_in_constants()
            self._drop_parameters()
            self._inline()
            if self.text() == before:
                return

    def _names(self) -> Counter[str]:
        """How often each global name is read, in functions and other definitions."""
        trees = (*self.functions.values(), *self.others.values())
        return Counter(n.id for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Name))

    def _drop_unused(self) -> None:
        used, queue = set[str](), [self.root.name]
        while queue:
            name = queue.pop()
            node = self.functions.get(name) or self.others.get(name)
            if node is not None and name not in used:
                used.add(name)
                queue += [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
        self.functions = {name: node for name, node in self.functions.items() if name in used}
        self.others = {name: node for name, node in self.others.items() if name in used}

    def _calls(self, name: str) -> list[ast.Call] | None:
        """All calls of a function; None where it is also handed on, or called with a star."""
        trees = (*self.functions.values(), *self.others.values())
        calls = [n for t in trees for n in ast.walk(t) if isinstance(n, ast.Call) and _is_named(n.func, name)]
        starred = any(isinstance(a, ast.Starred) for c in calls for a in c.args) or any(
            keyword.arg is None for call in calls for keyword in call.keywords
        )
        return None if starred or len(calls) != self._names()[name] else calls

    def _inner(self) -> Iterator[tuple[ast.FunctionDef, list[ast.Call]]]:
        """The functions besides the one that is asked for, of which every call is known."""
        for name, node in list(self.functions.items()):
            if node is not self.root and not (node.args.vararg or node.args.kwarg):
                if calls := self._calls(name):
                    yield node, calls

    def _put_in_constants(self) -> None:
        """A parameter that is the same constant in all calls is written into the function."""
        for node, calls in self._inner():
            for parameter in _parameters(node):
                given = {_constant_key(_argument(node, call, parameter)) for call in calls}
                value = _argument(node, calls[0], parameter)
                if len(given) == 1 and isinstance(value, ast.Constant) and parameter not in _assigned(node):
                    _Replaced({parameter: value}).visit(node)

    def _drop_parameters(self) -> None:
        for node, calls in self._inner():
            read = {n.id for part in node.body for n in ast.walk(part) if isinstance(n, ast.Name)}
            for parameter in _parameters(node):
                if parameter not in read:
                    for call in calls:
                        _drop_argument(node, call, parameter)
                    _drop_parameter(node, parameter)

    def _inline(self) -> None:
        for node, calls in self._inner():
            if len(calls) == 1 and any(self._inlined(user, node, calls[0]) for user in self.functions.values()):
                del self.functions[node.name]
                return

    def _inlined(self, user: ast.FunctionDef, node: ast.FunctionDef, call: ast.Call) -> bool:
        """Whether the call, as `x = f(…)` or `return f(…)`, could be replaced by the body."""
        if user is node:
            return False
        for block in _blocks(user):
            for place, statement in enumerate(block):
                if isinstance(statement, ast.Assign | ast.Return) and statement.value is call:
                    body = _body_for(node, call, _assigned(user) | set(_parameters(user)), statement)
                    if body is None:
                        return False
                    block[place : place + 1] = body
                    return True
        return False

    def text(self) -> str:
        used = self._names()
        lines = []
        for module, name in sorted(self.imports):
            written = (name or module).split(" as ")[-1].partition(".")[0]
            if used[written] and module != "__future__":
                lines.append(f"from {module} import {name}" if name else f"import {module}")
        others = [ast.unparse(ast.fix_missing_locations(node)) for node in self.others.values()]
        functions = [ast.unparse(ast.fix_missing_locations(node)) for node in self.functions.values()]
        head = "\n".join(line for line in lines if "numpy" in line or line.startswith(("import ", "from ")))
        return "\n\n\n".join(["\n".join([head, *(["", *others] if others else [])]), *functions]).strip() + "\n"


class _Bare(ast.NodeTransformer):
    """Without annotations, and with `checks.is_float` called `is_float`."""

    def __init__(self, modules: set[str]):
        self.modules = modules

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in self.modules:
            return ast.Name(node.attr, ast.Load())
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        if says := ast.get_docstring(node):  # the rest tells of arguments for steps
            node.body[0] = ast.Expr(ast.Constant(" ".join(says.split("\n\n")[0].split())))
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node  # its annotations say what it holds

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        return ast.Assign([node.target], node.value) if node.value else node


def _ending(body: list[ast.stmt], ending: set[str]) -> list[ast.stmt]:
    """The statements, with the value of the last step returned."""
    if not body:
        raise NotPlain("nothing is yielded at the end")
    *before, last = body
    before = [_early(statement, ending) for statement in before]
    match last:
        case ast.Return(value=None):
            return _ending(body[:-1], ending)
        case ast.Return():
            return body
        case ast.Expr(value=ast.Yield() as value) | ast.Assign(value=ast.Yield() as value):
            return [*before, ast.Return(_Unyield().visit(value))]
        case ast.Expr(value=ast.YieldFrom(value=ast.Call(func=ast.Name(id=name)) as call)):
            ending.add(name)
            return [*before, ast.Return(call)]
        case ast.If(orelse=[_, *_]):
            return [*before, ast.If(last.test, _ending(last.body, ending), _ending(last.orelse, ending))]
    raise NotPlain(f"it ends with {ast.unparse(last)[:60]}")


def _early(statement: ast.stmt, ending: set[str]) -> ast.stmt:
    if isinstance(statement, ast.If) and isinstance(statement.body[-1], ast.Return) and not statement.orelse:
        return ast.If(statement.test, _ending(statement.body, ending), [])
    return statement


class _Unyield(ast.NodeTransformer):
    """Steps become their values."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Yield | ast.YieldFrom) else self.generic_visit(node)

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        if node.value is None:
            raise NotPlain("it yields nothing")
        return self.visit(node.value)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        return self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if _is_named(node.func, STEP) and len(node.args) > 2:
            return node.args[2]
        return node.args[0] if _is_named(node.func, CARRY) and node.args else node


class _Folded(ast.NodeTransformer):
    """What follows from constants alone is worked out."""

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        return node if not isinstance(node.test, ast.Constant) else (node.body if node.test.value else node.orelse)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        return node if not isinstance(node.test, ast.Constant) else (node.body if node.test.value else node.orelse)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=ast.Constant(value=value)):
                return ast.Constant(not value)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        neutral = isinstance(node.op, ast.And)
        values = []
        for value in node.values:
            if isinstance(value, ast.Constant) and bool(value.value) == neutral and value is not node.values[-1]:
                continue
            values.append(value)
            if isinstance(value, ast.Constant) and bool(value.value) != neutral:
                break
        return values[0] if len(values) == 1 else ast.BoolOp(node.op, values)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Compare(left=ast.Constant(value=a), ops=[op], comparators=[ast.Constant(value=b)]):
                if isinstance(op, ast.Is | ast.Eq):
                    return ast.Constant(a == b and (a is None) == (b is None))
                if isinstance(op, ast.IsNot | ast.NotEq):
                    return ast.Constant(a != b or (a is None) != (b is None))
        return node


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for inner in ast.walk(node):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(inner, field, None)
            if isinstance(block, list) and block:
                yield block


def _without_dead(node: ast.FunctionDef) -> None:
    """Drops what is assigned or defined and never read, and what stands behind a return."""
    for block in _blocks(node):
        for place, statement in enumerate(block):
            if isinstance(statement, ast.Return):
                del block[place + 1 :]
                break
    read = Counter(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    for block in _blocks(node):
        kept = [statement for statement in block if not _is_dead(statement, read)]
        block[:] = [statement for statement in kept if not isinstance(statement, ast.Pass)] or [ast.Pass()]
    for inner in ast.walk(node):
        if isinstance(inner, ast.If | ast.For) and inner.orelse and isinstance(inner.orelse[0], ast.Pass):
            inner.orelse = []


def _is_dead(statement: ast.stmt, read: Counter[str]) -> bool:
    match statement:
        case ast.FunctionDef(name=name):
            return not read[name]
        case ast.Assign(targets=[ast.Name(id=a)], value=ast.Name(id=b)) if a == b:
            return True
        case ast.Assign(targets=targets):
            names = [n for target in targets for n in ast.walk(target)]
            plain = all(isinstance(n, ast.Name | ast.Tuple | ast.Store | ast.Load) for n in names)
            return plain and not any(read[n.id] for n in names if isinstance(n, ast.Name))
        case ast.If(body=[ast.Pass()], orelse=[]):
            return True
    return False


def _without_detours(node: ast.FunctionDef) -> None:
    """`a = …` and then `return a`, or `b = a`, without a, if it is read nowhere else."""
    read = Counter(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    for block in _blocks(node):
        for place in range(len(block) - 1, 0, -1):
            match block[place - 1], block[place]:
                case (
                    ast.Assign(targets=[ast.Name(id=a)], value=value),
                    (ast.Return(value=ast.Name(id=b)) | ast.Assign(value=ast.Name(id=b))) as after,
                ) if a == b and read[a] == 1:
                    after.value = value
                    del block[place - 1]


def _with_short_names(node: ast.FunctionDef) -> None:
    """`size_` is called `size` once nothing else is."""
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | set(_parameters(node))
    for name in sorted(_assigned(node)):
        short = name.rstrip("_")
        if short and short != name and short not in used:
            _Replaced({name: ast.Name(short, ast.Load())}).visit(node)
            used.add(short)


def _without_aliases(node: ast.FunctionDef) -> None:
    """Of `a = b` and `a = 0`, where nothing else is ever assigned to a or b, only b and 0 are left."""
    times = Counter(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    times.update(_parameters(node))
    for block in _blocks(node):
        for place, statement in enumerate(block):
            match statement:
                case ast.Assign(targets=[ast.Name(id=a)], value=ast.Name() | ast.Constant() as value):
                    if times[a] == 1 and (isinstance(value, ast.Constant) or times[value.id] == 1):
                        del block[place]
                        block[:] = block or [ast.Pass()]
                        _Replaced({a: value}).visit(node)
                        return
                case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(
                    values
                ):
                    if _one_by_one(names, values):
                        block[place : place + 1] = [ast.Assign([n], v) for n, v in zip(names, values, strict=True)]
                        return


def _one_by_one(names: list[ast.expr], values: list[ast.expr]) -> bool:
    """Whether `a, b = x, y` is the same as `a = x` and then `b = y`."""
    stored: set[str] = set()
    for name, value in zip(names, values, strict=True):
        if not isinstance(name, ast.Name) or stored & {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}:
            return False
        stored.add(name.id)
    return True


class _Replaced(ast.NodeTransformer):
    """Names with something else in their place."""

    def __init__(self, values: dict[str, ast.expr]):
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self.values.get(node.id)
        if value is None:
            return node
        if isinstance(node.ctx, ast.Load):
            return copy.deepcopy(value)
        return ast.Name(value.id, node.ctx) if isinstance(value, ast.Name) else node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        node.value = self.visit(node.value)
        return node


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _parameters(node: ast.FunctionDef) -> list[str]:
    return [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]


def _assigned(node: ast.FunctionDef) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)} | {
        n.name for n in ast.walk(node) if isinstance(n, ast.FunctionDef) and n is not node
    }


def _constant_key(node: ast.expr | None) -> str:
    return ast.dump(node) if node is not None else ""


def _argument(node: ast.FunctionDef, call: ast.Call, parameter: str) -> ast.expr | None:
    """What a call gives for a parameter: there, or by default."""
    for keyword in call.keywords:
        if keyword.arg == parameter:
            return keyword.value
    plain = [a.arg for a in node.args.args]
    if parameter in plain and plain.index(parameter) < len(call.args):
        return call.args[plain.index(parameter)]
    return _default(node, parameter)


def _default(node: ast.FunctionDef, parameter: str) -> ast.expr | None:
    plain = [a.arg for a in node.args.args]
    if parameter in plain:
        place = plain.index(parameter) - (len(plain) - len(node.args.defaults))
        return node.args.defaults[place] if place >= 0 else None
    return node.args.kw_defaults[[a.arg for a in node.args.kwonlyargs].index(parameter)]


def _drop_argument(node: ast.FunctionDef, call: ast.Call, parameter: str) -> None:
    call.keywords = [keyword for keyword in call.keywords if keyword.arg != parameter]
    plain = [a.arg for a in node.args.args]
    if parameter in plain and plain.index(parameter) < len(call.args):
        del call.args[plain.index(parameter)]


def _drop_parameter(node: ast.FunctionDef, parameter: str) -> None:
    plain = [a.arg for a in node.args.args]
    if parameter in plain:
        place = plain.index(parameter) - (len(plain) - len(node.args.defaults))
        if place >= 0:
            del node.args.defaults[place]
        del node.args.args[plain.index(parameter)]
        return
    place = [a.arg for a in node.args.kwonlyargs].index(parameter)
    del node.args.kwonlyargs[place], node.args.kw_defaults[place]


def _goal(
    node: ast.FunctionDef, last: ast.stmt, call: ast.Call, statement: ast.Assign | ast.Return
) -> dict[str, ast.Name]:
    """For `x = f(…)` and `return y` at f's end: y is called x at once, where x means nothing else in between."""
    match statement, last:
        case ast.Assign(targets=[ast.Name(id=x)]), ast.Return(value=ast.Name(id=y)) if y in _assigned(node):
            inside = {n.id for n in (*ast.walk(node), *ast.walk(call)) if isinstance(n, ast.Name)}
            if x == y or x not in inside | set(_parameters(node)):
                given = {n.id for n in ast.walk(call) if isinstance(n, ast.Name)}
                return {} if x in given else {y: ast.Name(x, ast.Load())}
    return {}


def _body_for(
    node: ast.FunctionDef, call: ast.Call, taken: set[str], statement: ast.Assign | ast.Return
) -> list[ast.stmt] | None:
    """The function's statements in place of the call; None where that cannot be."""
    body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    if not body or any(isinstance(n, ast.Nonlocal | ast.Global) for s in body for n in ast.walk(s)):
        return None
    returns = [n for s in body for n in ast.walk(s) if isinstance(n, ast.Return)]
    straight = len(returns) == 1 and returns[0] is body[-1]
    if not straight and isinstance(statement, ast.Assign):
        return None
    first: list[ast.stmt] = []
    goal = _goal(node, body[-1], call, statement)
    renamed: dict[str, ast.expr] = {n: ast.Name(f"{n}_", ast.Load()) for n in _assigned(node) if n in taken}
    if any(name.id in taken for name in renamed.values() if isinstance(name, ast.Name)):
        return None
    renamed |= goal
    for parameter in _parameters(node):
        value = _argument(node, call, parameter)
        if value is None:
            return None
        if isinstance(value, ast.Name | ast.Constant) and parameter not in _assigned(node):
            renamed[parameter] = value
            continue
        name = f"{parameter}_" if parameter in taken else parameter
        if parameter in goal:
            name = goal[parameter].id
        elif name in taken:
            return None
        first.append(ast.Assign([ast.Name(name, ast.Store())], value))
        renamed[parameter] = ast.Name(name, ast.Load())
    if any(isinstance(n, ast.FunctionDef) for s in body for n in ast.walk(s)):
        return None
    replaced = [_Replaced(renamed).visit(s) for s in body]
    if isinstance(statement, ast.Assign):
        last = replaced[-1]
        replaced[-1] = ast.Assign(statement.targets, last.value)
    return [*first, *replaced]
