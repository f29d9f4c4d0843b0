"""The function itself in plain NumPy: of an exercise, or `<slug>.py` here for a lesson that no exercise is about."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lib.lesson.code.literals import array_of, differs, in_numpy
from lib.lesson.spec import Tensor, Topic

Form = tuple[str, int]


@dataclass(frozen=True)
class Function:
    """Code that defines a function of this name, and what it takes: names, and the forms of arrays under a name.

    A form is a kind of number and a number of dimensions.
    """

    name: str
    code: str
    by_place: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()
    forms: Mapping[str, Collection[Form]] = field(default_factory=dict)

    def takes(self, lesson: Topic, values: Mapping[str, Any]) -> bool:
        """Whether it knows everything that differs from torch's defaults, and tensors of this form.

        An exercise may leave rare arguments out, or other forms of a tensor: probabilities as target, no batch.
        """
        needed = {spec.name for spec in lesson.fields if isinstance(spec, Tensor) or differs(spec, values)}
        given = {name for name in needed if values.get(name) is not None}
        arrays = {spec.name: array_of(spec, values) for spec in lesson.tensors if spec.name in given}
        if any(array is not None and form_of(array) not in self.forms.get(name, ()) for name, array in arrays.items()):
            return False
        return given <= {*self.by_place, *self.by_name} and set(self.by_place) <= given

    def called(self, given: Mapping[str, Any]) -> str:
        """The call with these values, a line for each."""
        arguments = [in_numpy(given[name]) for name in self.by_place]
        arguments += [f"{name}={in_numpy(given[name])}" for name in self.by_name if given.get(name) is not None]
        return f"{self.name}(\n{''.join(f'    {argument},{chr(10)}' for argument in arguments)})"


def form_of(array: np.ndarray) -> Form:
    return array.dtype.kind, array.ndim


def plain_source(lesson: Topic) -> str:
    """The file's text; empty for a lesson whose exercise has the function."""
    file = Path(__file__).with_name(f"{lesson.slug}.py")
    return file.read_text(encoding="utf-8") if file.exists() else ""


def explained(source: str) -> tuple[str, str]:
    """What the docstring at the top says, and the code below it, without what only the checks of an exercise use."""
    tree = ast.parse(source)
    lines = source.splitlines()
    for node in reversed(tree.body):
        if isinstance(node, ast.FunctionDef) and node.name == "branches":
            del lines[node.lineno - 1 : node.end_lineno]
    words = ast.get_docstring(tree) or ""
    return words, "\n".join(lines[tree.body[0].end_lineno if words else 0 :]).strip()
