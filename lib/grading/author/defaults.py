"""Are the defaults in the starter those of the solution, and of PyTorch? A test may leave an argument out."""

from __future__ import annotations

import ast
import operator
from collections.abc import Iterator
from typing import Any

from lib.catalog import TOPICS
from lib.exercises import Exercise
from lib.exercises.folder import signature_of


def default_faults(exercise: Exercise) -> Iterator[str]:
    starter = exercise.signature.defaults
    solution = signature_of(exercise.solution, exercise.function, exercise.folder / "solution.py").defaults
    of_torch = {field.name: field.default for field in TOPICS[exercise.lesson].fields} if _by_torch(exercise) else {}
    for name, written in starter.items():
        if _value(written) != _value(solution[name]):
            yield (
                f"starter.py has {name}={written}, solution.py {name}={solution[name]}; "
                "expected the same default in both: a test that leaves it out would judge one by the other."
            )
        elif name in of_torch and not _fits(_value(written), _plain(of_torch[name])):
            yield (
                f"starter.py and solution.py have {name}={written}, PyTorch {name}={of_torch[name]!r}; "
                "expected PyTorch's default, since its answers are the right ones."
            )


def _by_torch(exercise: Exercise) -> bool:
    return exercise.expected == "lesson"


def _value(written: str) -> Any:
    """The default's value, sums such as 1 / 3 included; of one that is no plain value, how it is written."""
    try:
        return _plain(_worked(ast.parse(written, mode="eval").body))
    except (ValueError, TypeError, ArithmeticError):
        return written


def _worked(node: ast.expr) -> Any:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            a, b = _worked(left), _worked(right)
            if isinstance(op, ast.Pow):  # in floats: 2**10**9 is no number to wait for
                a = float(a)
            return OPERATORS[type(op)](a, b)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_worked(operand)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(map(_worked, items))
    return ast.literal_eval(node)


OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def _plain(value: Any) -> Any:
    """Lists as tuples, so that (0.9, 0.999) is the same as [0.9, 0.999]; and True is not 1."""
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    return (type(value), value) if isinstance(value, bool) else value


def _fits(written: Any, of_torch: Any) -> bool:
    """A None among PyTorch's numbers stands for one that it chooses itself."""
    if isinstance(written, tuple) and isinstance(of_torch, tuple) and len(written) == len(of_torch):
        return all(theirs is None or ours == theirs for ours, theirs in zip(written, of_torch, strict=True))
    return bool(written == of_torch)
