"""A lesson's numbers as programs to take away: PyTorch lines, a NumPy program, and a notebook with both."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from textwrap import fill
from typing import Any

import numpy as np
import torch
from torch import nn

from lib.lesson import run
from lib.lesson.source import local_parts, standalone
from lib.lesson.spec import Choice, Lesson, Numbers, Parameter, Tensor, Topic
from lib.lesson.tensor_text import format_tensor

WIDTH = 100
TORCHS_OWN = (np.dtype(np.float32), np.dtype(np.int64), np.dtype(np.bool_))  # what torch.tensor makes of plain numbers
TOLERANCE = {"float16": 2e-2, "float32": 1e-4, "float64": 1e-9}

DRIVER = '''
def drive(steps):
    """Walks through a hand calculation: each step is handed its own value back."""
    done, reply = {}, None
    while True:
        try:
            step = next(steps) if reply is None else steps.send(reply)
        except StopIteration:
            return done
        done[step.name] = reply = np.asarray(step.value)
'''


# PyTorch


def pytorch_lines(lesson: Lesson, values: Mapping[str, Any]) -> str:
    """The lines that reproduce PyTorch's number and gradients; parameters that keep torch's default are left out."""
    tensors = {t.name: _array(t, values) for t in lesson.tensors}
    leaves = [t.name for t in lesson.tensors if t.differentiable and _holds_floats(tensors[t.name])]
    made = [
        f"{name} = {torch_tensor(array, grad=name in leaves)}" for name, array in tensors.items() if array is not None
    ]
    blocks = [
        *_head(lesson, values),
        "\n".join(made),
        _call(lesson, values, tensors),
        _gradient_lines(lesson, values, leaves),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def result_variable(lesson: Lesson) -> str:
    """What the result is called in the code."""
    return "result" if lesson.group == "entropy" else "loss"


def _array(spec: Tensor, values: Mapping[str, Any]) -> np.ndarray | None:
    value = values.get(spec.name, spec.default)
    return None if value is None else run.as_array(spec, value)


def _holds_floats(array: np.ndarray | None) -> bool:
    return array is not None and array.dtype.kind in "fc"


def _head(lesson: Lesson, values: Mapping[str, Any]) -> list[str]:
    """Imports, and the source of functions that are not torch's own."""
    functions = [] if isinstance(lesson.torch, type) else [lesson.torch]
    functions += [chosen for p in lesson.parameters if (chosen := _own_function(p, values)) is not None]
    if not functions:
        return ["import torch\nfrom torch import nn"]
    collected = standalone(functions, leave_out=[lesson.check.__name__])
    collected.imports |= {("torch", ""), *([("torch", "nn")] if isinstance(lesson.torch, type) else [])}
    return [collected.text()]


def _own_function(spec: Parameter, values: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The function behind a choice, where the lesson's file defines it."""
    chosen = _chosen(spec, values)
    return chosen if inspect.isfunction(chosen) and not chosen.__module__.startswith("torch") else None


def _chosen(spec: Parameter, values: Mapping[str, Any]) -> Any:
    value = values.get(spec.name, spec.default)
    return spec.torch.get(value, value) if isinstance(spec, Choice) and spec.torch is not None else value


def _call(lesson: Lesson, values: Mapping[str, Any], tensors: Mapping[str, Any]) -> str:
    result = result_variable(lesson)
    names = [name if array is not None else "None" for name, array in tensors.items()]
    while names and names[-1] == "None":
        names.pop()
    settings = [f"{p.name}={in_torch(p, values)}" for p in lesson.parameters if differs(p, values)]
    if isinstance(lesson.torch, type):
        build = called(f"loss_fn = {lesson.torch_name}", settings)
        return f"{build}\n{result} = loss_fn({', '.join(names)})\nprint({result})"
    return f"{called(f'{result} = {lesson.torch.__name__}', [*names, *settings])}\nprint({result})"


def called(function: str, arguments: list[str]) -> str:
    """One line, or a line for each argument where one would be too long."""
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return line
    inner = "".join(f"    {argument},\n".replace("\n ", "\n     ") for argument in arguments)
    return f"{function}(\n{inner})"


def differs(spec: Parameter, values: Mapping[str, Any]) -> bool:
    value = values.get(spec.name, spec.default)
    if isinstance(spec, Numbers):
        return tuple(value) != spec.default
    return value is not None if isinstance(spec, Tensor) else value != spec.default


def in_torch(spec: Parameter, values: Mapping[str, Any]) -> str:
    if isinstance(spec, Tensor):
        array = _array(spec, values)
        return "None" if array is None else torch_tensor(array)
    chosen = _chosen(spec, values)
    if isinstance(chosen, nn.Module):
        return f"nn.{chosen!r}"
    return _function_name(chosen) if callable(chosen) else _plain(chosen, "torch")


def _function_name(function: Callable[..., Any]) -> str:
    """As it can be written after `import torch` and `from torch import nn`."""
    name = function.__name__
    for prefix, module in (("nn.functional", nn.functional), ("nn", nn), ("torch", torch)):
        if getattr(module, name, None) is function:
            return f"{prefix}.{name}"
    return name


def _plain(value: Any, library: str) -> str:
    """A number, name or switch as Python writes it."""
    if isinstance(value, float | np.floating) and not np.isfinite(value):
        return _named_number(str(float(value)), library)
    return (
        json.dumps(value) if isinstance(value, str) else repr(value.item() if isinstance(value, np.generic) else value)
    )


def _named_number(word: str, library: str) -> str:
    return f"-{library}.inf" if word == "-inf" else f"{library}.{word}"


def torch_tensor(array: np.ndarray, *, grad: bool = False) -> str:
    """torch.tensor(…) that makes exactly this tensor."""
    options = [] if array.dtype in TORCHS_OWN else [f"dtype=torch.{array.dtype.name}"]
    options += ["requires_grad=True"] if grad else []
    if array.size == 0:
        options = [f"dtype=torch.{array.dtype.name}", *options] if array.dtype in TORCHS_OWN[1:] else options
        return f"torch.zeros({', '.join([str(array.shape), *options])})"
    return f"torch.tensor({', '.join([_literal(array, 'torch'), *options])})"


def _literal(array: np.ndarray, library: str) -> str:
    """Nested lists with every digit; rows under one another where one line would be too long."""
    if array.dtype.kind not in "biuf":
        return repr(array.tolist())
    text = format_tensor(array)
    if array.dtype.kind == "f":
        for word in ("inf", "nan"):
            text = text.replace(word, f"{library}.{word}")
    return text if len(text) <= WIDTH - 20 else _in_rows(text)


def _in_rows(text: str) -> str:
    """Each innermost row on a line of its own; a row of many numbers is wrapped."""
    rows = text.replace("], [", "],\n[").splitlines()
    return "".join("\n" + fill(row, WIDTH, initial_indent="    ", subsequent_indent="     ") for row in rows)


def _gradient_lines(lesson: Lesson, values: Mapping[str, Any], leaves: list[str]) -> str:
    if not leaves:
        return ""
    result = result_variable(lesson)
    total = result if _is_one_number(lesson, values) else f"{result}.sum()"
    return "\n".join([f"{total}.backward()", *(f"print({name}.grad)" for name in leaves)])


def _is_one_number(lesson: Lesson, values: Mapping[str, Any]) -> bool:
    try:
        return np.ndim(list(run.by_hand(lesson, values).values())[-1].value) == 0
    except ValueError:
        return True  # refused by torch too: the lines end before the gradient


# NumPy


def heart(lesson: Topic, part: str = "forward") -> str:
    """The hand calculation as its file has it, for the screen, with the file's own parts; `part` may be "gradient"."""
    return local_parts(lesson.grad_by_hand if part == "gradient" and isinstance(lesson, Lesson) else lesson.by_hand)


def numpy_source(lesson: Lesson) -> str:
    """The hand calculation of result and gradient with all that it uses, runnable without PyTorch."""
    collected = standalone([lesson.by_hand, lesson.grad_by_hand])
    collected.imports.add(("numpy as np", ""))
    title = f'"""{lesson.title} by hand: every step of the result and of its gradient."""\n\n'
    return f"{title}{collected.text()}\n{DRIVER}"


def numpy_program(lesson: Lesson, values: Mapping[str, Any]) -> str:
    """The same, with these values, printing every step."""
    return f"{numpy_source(lesson)}\n\n{_given(lesson, values)}\n{_run(lesson)}"


def _given(lesson: Lesson, values: Mapping[str, Any]) -> str:
    given = run.given_values(lesson, values)
    lines = "".join(f'    "{name}": {in_numpy(value)},\n' for name, value in given.items())
    return f"given = {{\n{lines}}}\n"


def in_numpy(value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return _plain(value, "np")
    default = value.dtype in (np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_))
    dtype = "" if default else f", dtype=np.{value.dtype.name}"
    if value.size == 0:
        return f"np.zeros({value.shape}, dtype=np.{value.dtype.name})"
    return f"np.array({_literal(value, 'np')}{dtype})".replace("\n", "\n    ")


def _run(lesson: Lesson) -> str:
    return (
        'with np.errstate(all="ignore"):\n'
        f"    steps = drive({lesson.by_hand.__name__}(**given))\n"
        f"    gradient_steps = drive({lesson.grad_by_hand.__name__}(steps, **given))\n\n"
        "for name, value in {**steps, **gradient_steps}.items():\n"
        '    print(f"{name} = {value}")\n'
    )


# Notebook


def notebook(lesson: Lesson, values: Mapping[str, Any]) -> str:
    """A notebook (nbformat 4) that runs top to bottom: what it is, PyTorch, NumPy, and that they agree."""
    cells = [
        cell("what", "markdown", description(lesson)),
        cell("pytorch", "code", pytorch_lines(lesson, values)),
        cell("by-hand", "code", numpy_program(lesson, values).replace("from __future__ import annotations\n\n", "")),
        cell("compare", "code", _comparison(lesson, values)),
    ]
    return notebook_of(cells)


def notebook_of(cells: list[dict[str, Any]]) -> str:
    """The file's text for these cells."""
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return json.dumps(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1, ensure_ascii=False
    )


def cell(name: str, kind: str, text: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "id": name, "metadata": {}, "source": text.strip("\n").splitlines(keepends=True)}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def description(lesson: Topic) -> str:
    symbols = "\n".join(f"- ${symbol}$: {meaning}" for symbol, meaning in lesson.symbols)
    links = "\n".join(f"- [{reference.text}]({reference.url})" for reference in lesson.references)
    return (
        f"# {lesson.title}\n\n`{lesson.torch_name}`: {lesson.purpose}\n\n"
        f"$${lesson.formula}$$\n\n{symbols}\n\nTo read on:\n\n{links}\n"
    )


def _comparison(lesson: Lesson, values: Mapping[str, Any]) -> str:
    """Asserts that both agree; where the precision that was typed is too coarse for that, prints both instead."""
    pairs = _pairs(lesson, values)
    tolerance = TOLERANCE[_precision(lesson, values)]
    if not _agree(lesson, values, tolerance):
        lines = [f"print({ours}, {torchs})" for ours, torchs in pairs]
        return "# PyTorch computed in a lower precision than NumPy, and here that shows.\n" + "\n".join(lines)
    lines = [f"np.testing.assert_allclose({a}, {b}, rtol={tolerance}, atol={tolerance / 1000})" for a, b in pairs]
    return "\n".join([*lines, 'print("PyTorch and the hand calculation agree.")'])


def _pairs(lesson: Lesson, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The NumPy name and the PyTorch name of each number that both computed."""
    steps = run.work_gradient(lesson, values).steps
    names = run.differentiable(lesson, run.given_values(lesson, values))
    grads = [(f'gradient_steps["d_{name}"]', f"{name}.grad") for name in names if f"d_{name}" in steps]
    return [("list(steps.values())[-1]", f"{result_variable(lesson)}.detach()"), *grads]


def _precision(lesson: Lesson, values: Mapping[str, Any]) -> str:
    """The coarsest float among the tensors: torch's result is no better."""
    arrays: Iterable[np.ndarray | None] = (_array(t, values) for t in lesson.fields if isinstance(t, Tensor))
    names = [a.dtype.name for a in arrays if a is not None and a.dtype.name in TOLERANCE]
    return min(names, key=list(TOLERANCE).index, default="float32")


def _agree(lesson: Lesson, values: Mapping[str, Any], tolerance: float) -> bool:
    value, grads = run.by_torch(lesson, values)
    ours = run.grad_by_hand(lesson, values)
    pairs = [(list(run.by_hand(lesson, values).values())[-1].value, value), *((ours[n], grads[n]) for n in grads)]
    return all(np.allclose(a, b, rtol=tolerance, atol=tolerance / 1000, equal_nan=True) for a, b in pairs)
