"""Puts hooks into a solution, at each place where people slip. What a hook does, `inside.py` says."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Place:
    """A place in a program where a slip can be made.

    `sort` says what stands there: an operator, a comparison, a call, a number, a condition, a value that gets a name.
    `what` is the operator, or the function's name; `of` the name that the line gives a value to, empty in a return.
    `number` tells it from all others in the program; `has` are the arguments of a call that matter. `inside` are the
    operations that are this one's two sides, each as its number and operator.
    """

    number: int
    sort: str
    what: str
    of: str = ""
    has: frozenset[str] = frozenset()
    inside: tuple[tuple[int, str] | None, ...] = ()


OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}

REDUCE = frozenset({"sum", "mean", "max", "min", "std", "var", "prod", "norm", "argmax", "argmin", "cumsum"})
UNARY = frozenset({"sqrt", "abs", "exp", "log", "log1p", "expm1", "square", "sign", "tanh", "sin", "cos", "floor"})
BINARY = frozenset({"maximum", "minimum", "clip", "where", "power", "logaddexp"})
COUNT = frozenset({"range", "arange"})
KNOWN = REDUCE | UNARY | BINARY | COUNT | {"get", "len", "dot", "matmul", "outer"}


def with_hooks(source: str, arguments: frozenset[str] = frozenset()) -> tuple[str, tuple[Place, ...]]:
    """The program with hooks in all its functions but `branches`, and the places where they stand.

    `arguments` are names at each use of which there is one too.
    """
    tree = ast.parse(source)
    hooks = _Hooks(arguments)
    tree.body = [
        hooks.visit(node) if isinstance(node, ast.FunctionDef) and node.name != "branches" else node
        for node in tree.body
        if not _is_text(node) and not (isinstance(node, ast.FunctionDef) and node.name == "branches")
    ]
    return ast.unparse(ast.fix_missing_locations(tree)), tuple(hooks.places)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class _Hooks(ast.NodeTransformer):
    def __init__(self, arguments: frozenset[str]) -> None:
        self.arguments = arguments
        self.places: list[Place] = []
        self.of = ""

    def _hook(self, name: str, sort: str, what: str, *rest: ast.expr, has: frozenset[str] = frozenset()) -> ast.Call:
        place = Place(len(self.places), sort, what, self.of, has)
        self.places.append(place)
        return _called(name, ast.Constant(place.number), *rest)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.body = [self.visit(one) for one in node.body if not _is_text(one)] or [ast.Pass()]
        return node

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        node.body = self.visit(node.body)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        before, self.of = self.of, _name_of(node.targets[0])
        node.value = self.visit(node.value)
        if isinstance(node.targets[0], ast.Name) and len(node.targets) == 1:
            name = node.targets[0].id
            node.value = self._hook("_h_let", "name", name, node.value, _later(ast.Name(name, ast.Load())))
        self.of = before
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        before, self.of = self.of, _name_of(node.target)
        value = self.visit(node.value)
        op = OPERATORS.get(type(node.op))
        self.of = before
        if op and isinstance(node.target, ast.Name):
            now = ast.Name(node.target.id, ast.Load())
            return ast.Assign([node.target], self._hook("_h_two", "operator", op, ast.Constant(op), now, value))
        node.value = value
        return node

    def visit_For(self, node: ast.For) -> Any:
        node.iter = self.visit(node.iter)
        node.body = [ast.Expr(_called("_h_tick")), *map(self.visit, node.body)]
        node.orelse = list(map(self.visit, node.orelse))
        return node

    def visit_While(self, node: ast.While) -> Any:
        node.test = self.visit(node.test)
        node.body = [ast.Expr(_called("_h_tick")), *map(self.visit, node.body)]
        return node

    def visit_If(self, node: ast.If) -> Any:
        node.test = self._condition(node.test)
        node.body, node.orelse = list(map(self.visit, node.body)), list(map(self.visit, node.orelse))
        return node

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        node.test = self._condition(node.test)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def _condition(self, test: ast.expr) -> ast.expr:
        words = ast.unparse(test)
        return self._hook("_h_if", "condition", words, self.visit(test))

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        op = OPERATORS.get(type(node.op))
        node.left, node.right = self.visit(node.left), self.visit(node.right)
        if op is None:
            return node
        inside = tuple(map(self._operation, (node.left, node.right)))
        hook = self._hook("_h_two", "operator", op, ast.Constant(op), node.left, node.right)
        self.places[-1] = replace(self.places[-1], inside=inside)
        return hook

    def _operation(self, node: ast.expr) -> tuple[int, str] | None:
        match node:
            case ast.Call(func=ast.Name(id="_h_two"), args=[ast.Constant(value=int(number)), *_]):
                place = self.places[number]
                return (number, place.what) if place.sort == "operator" else None
        return None

    def visit_Name(self, node: ast.Name) -> Any:
        if node.id in self.arguments and isinstance(node.ctx, ast.Load):
            return self._hook("_h_use", "use", node.id, node)
        return node

    def visit_Compare(self, node: ast.Compare) -> Any:
        op = OPERATORS.get(type(node.ops[0])) if len(node.ops) == 1 else None
        text = any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in node.comparators)
        self.generic_visit(node)
        if op is None or text:
            return node
        return self._hook("_h_two", "comparison", op, ast.Constant(op), node.left, node.comparators[0])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return node  # a number such as -1
        node.operand = self.visit(node.operand)
        kinds: dict[type[ast.unaryop], str] = {ast.USub: "_h_one", ast.Not: "_h_not", ast.Invert: "_h_invert"}
        hook = kinds.get(type(node.op))
        sort = "minus" if hook == "_h_one" else "not"
        return self._hook(hook, sort, sort, node.operand) if hook else node

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        node.value = self.visit(node.value)
        return self._hook("_h_turned", "turned", "T", node.value) if node.attr == "T" else node

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        """Numbers in an index are left alone: where a slip in them shows, it mostly raises."""
        match node:
            case ast.Subscript(value=ast.Attribute(attr="shape", value=array), slice=index, ctx=ast.Load()) if (
                isinstance(index, ast.Constant | ast.UnaryOp)
            ):
                return self._hook("_h_shape", "side", "shape", self.visit(array), index)
        node.value = self.visit(node.value)
        node.slice = _IndexOnly(self).visit(node.slice)
        return node

    def visit_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            return node
        return self._hook("_h_number", "number", repr(node.value), node)

    def visit_Call(self, node: ast.Call) -> Any:
        name = _name_of(node.func)
        given = frozenset(word.arg for word in node.keywords if word.arg)
        reads = {"axis", "keepdims", "ddof", "dtype", "shape"}
        node.args = [self.visit(one) for one in node.args]
        for word in node.keywords:
            if word.arg not in reads:
                word.value = self.visit(word.value)
        if isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Name):
            node.func.value = self.visit(node.func.value)
        if name not in KNOWN or any(isinstance(one, ast.Starred) for one in node.args):
            return node
        has = given | {f"{len(node.args)} arguments"} | _on_numpy(node.func)
        call = self._hook("_h_call", "call", name, node.func, *node.args, has=has)
        call.keywords = node.keywords
        return call


class _IndexOnly(ast.NodeTransformer):
    """Inside of an index: hooks in what is computed there, but not in bare numbers and slices."""

    def __init__(self, hooks: _Hooks) -> None:
        self.hooks = hooks

    def visit_Constant(self, node: ast.Constant) -> Any:
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        return node

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        return self.hooks.visit(node)

    def visit_Compare(self, node: ast.Compare) -> Any:
        return self.hooks.visit(node)

    def visit_Call(self, node: ast.Call) -> Any:
        return self.hooks.visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        return self.hooks.visit(node)


def _on_numpy(function: ast.expr) -> frozenset[str]:
    match function:
        case ast.Attribute(value=ast.Name(id="np")) | ast.Attribute(value=ast.Attribute(value=ast.Name(id="np"))):
            return frozenset({"of numpy"})
    return frozenset()


def _called(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def _later(value: ast.expr) -> ast.Lambda:
    return ast.Lambda(ast.arguments([], [], None, [], [], None, []), value)


def _name_of(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Tuple(elts=[first, *_]):
            return _name_of(first)
    return ""
