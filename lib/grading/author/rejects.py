"""Standard wrong answers that no exercise may let through: sources built around the exercise's own solution."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.exercises import Exercise
from lib.grading.expected import Truth
from lib.grading.form import joined
from lib.lesson.pieces.reduction import REDUCTION


@dataclass(frozen=True)
class Reject:
    """A wrong answer: what it does, in words, and its source."""

    name: str
    source: str


def rejects_of(exercise: Exercise, truth: Truth) -> list[Reject]:
    """The wrong answers to try, by the kind of answer that the exercise asks for."""
    match exercise.answer:
        case "value":
            return [*_constants(exercise, truth), *_sum_for_mean(exercise), _memorised(exercise, truth)]
        case "grad":
            return [_changed(exercise, name, change) for name, change in GRADIENTS.items()]
        case "update":
            return list(_updates(exercise, truth))
        case "lr":
            return [_changed(exercise, name, change) for name, change in RATES.items()]


GRADIENTS = {
    "the gradient is zero": "lambda g: 0 * g",
    "the gradient has the wrong sign": "lambda g: -g",
    "half the gradient": "lambda g: g / 2",
}

RATES = {
    "the learning rate never changes": "lambda r: np.full_like(r, r[0])",
    "the schedule is one step late": "lambda r: np.concatenate([r[:1], r[:-1]])",
}


def around(exercise: Exercise, body: str) -> str:
    """A source with the solution under the name `right`, and the exercise's function with another body."""
    name = exercise.function
    return f"{exercise.solution}\n\nimport numpy as np\nright = {name}\n\n\ndef {name}(*args, **named):\n    {body}\n"


def _changed(exercise: Exercise, name: str, change: str) -> Reject:
    several = "tuple(map(change, answer))" if len(exercise.wrt) > 1 else "change(np.asarray(answer, dtype=float))"
    return Reject(name, around(exercise, f"answer, change = right(*args, **named), {change}\n    return {several}"))


def _constants(exercise: Exercise, truth: Truth) -> Iterator[Reject]:
    for test, parts in zip(exercise.tests, truth.parts, strict=True):
        if not test.hidden:
            name = f"always the answer to {test.name!r}"
            yield Reject(name, around(exercise, f"return {literal(joined(parts))}"))


def _sum_for_mean(exercise: Exercise) -> Iterator[Reject]:
    if REDUCTION.name in exercise.signature.names:
        body = "named['reduction'] = named.get('reduction', 'mean').replace('mean', 'sum')"
        yield Reject("the sum for the mean", around(exercise, f"{body}\n    return right(*args, **named)"))


def _memorised(exercise: Exercise, truth: Truth) -> Reject:
    """Answers what was shown, and 0 to everything else."""
    lines = ["seen = repr((args, named))"]
    for test, parts in zip(exercise.tests, truth.parts, strict=True):
        if not test.hidden:
            given, by_place = test.args(), exercise.signature.by_place
            args = tuple(given[name] for name in by_place)
            named = {name: value for name, value in given.items() if name not in by_place}
            lines.append(f"if seen == {repr((args, named))!r}:\n        return {literal(joined(parts))}")
    return Reject("the visible answers memorised", around(exercise, "\n    ".join([*lines, "return 0.0"])))


def _updates(exercise: Exercise, truth: Truth) -> Iterator[Reject]:
    names = exercise.signature.names
    if any(part.name != "param" for parts in truth.parts for part in parts):  # else there is nothing to carry
        forgets = "param, grad, state = args\n    return right(param, grad, {}, **named)"
        yield Reject("the state is not carried on", around(exercise, forgets))
    turned = "param, grad, state = args\n    return right(param, -grad, state, **named)"
    yield Reject("the gradient's sign is turned round", around(exercise, turned))
    if "lr" in names:
        sign = (
            "after, state = right(*args, **named)\n    return args[0] - named.get('lr', 1e-3) * np.sign(args[1]), state"
        )
        yield Reject("a step of size lr against the gradient's sign", around(exercise, sign))
    if "eps" in names:
        yield Reject("epsilon is left out", around(exercise, "return right(*args, **{**named, 'eps': 0.0})"))
        yield from _epsilon_elsewhere(exercise)


class _InsideTheRoot(ast.NodeTransformer):
    """Makes √v + eps into √(v + eps)."""

    moved = False

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.BinOp(
                left=ast.Call(func=ast.Attribute(attr="sqrt"), args=[inner]) as root,
                op=ast.Add(),
                right=ast.Name(id="eps") as eps,
            ):
                self.moved = True
                return ast.Call(root.func, [ast.BinOp(inner, ast.Add(), eps)], [])
        return node


def _epsilon_elsewhere(exercise: Exercise) -> Iterator[Reject]:
    """Where the solution adds epsilon to a root: inside the root, and before the bias correction."""
    move = _InsideTheRoot()
    tree = ast.fix_missing_locations(move.visit(ast.parse(exercise.solution)))
    if not move.moved:
        return
    yield Reject("epsilon is inside the root", ast.unparse(tree))
    if "betas" in exercise.signature.names:  # √(v/c) + eps/√c is (√v + eps)/√c
        body = (
            "import inspect\n    own = inspect.signature(right).parameters\n"
            "    eps, betas = (named.get(name, own[name].default) for name in ('eps', 'betas'))\n"
            "    correction = 1 - betas[1] ** (args[2].get('step', 0) + 1)\n"
            "    return right(*args, **{**named, 'eps': eps / np.sqrt(correction)})"
        )
        yield Reject("epsilon is added before the bias correction", around(exercise, body))


def literal(value: Any) -> str:
    """A value as Python writes it, with np at hand."""
    if value is None or isinstance(value, bool | str):
        return repr(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key!r}: {literal(item)}' for key, item in value.items())}}}"
    if isinstance(value, tuple):
        return f"({''.join(f'{literal(item)}, ' for item in value)})"
    if isinstance(value, int | float) and not isinstance(value, np.generic):
        return _numbers(value)
    array = np.asarray(value)
    return f"np.array({_numbers(array.tolist())}, dtype={array.dtype.name!r}).reshape({array.shape})"


def _numbers(value: Any) -> str:
    return repr(value).replace("nan", "np.nan").replace("inf", "np.inf")
