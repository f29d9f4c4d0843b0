"""Tensors and arguments written as Python."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from textwrap import fill
from typing import Any

import numpy as np
import torch
from torch import nn

from lib.lesson import run
from lib.lesson.spec import Choice, Numbers, Parameter, Tensor
from lib.tensors.write import format_tensor

WIDTH = 100
TORCHS_OWN = (np.dtype(np.float32), np.dtype(np.int64), np.dtype(np.bool_))  # what torch.tensor makes of plain numbers


def array_of(spec: Tensor, values: Mapping[str, Any]) -> np.ndarray | None:
    value = values.get(spec.name, spec.default)
    return None if value is None else run.as_array(spec, value)


def own_function(spec: Parameter, values: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The function behind a choice, where the lesson's file defines it."""
    chosen = _chosen(spec, values)
    return chosen if inspect.isfunction(chosen) and not chosen.__module__.startswith("torch") else None


def _chosen(spec: Parameter, values: Mapping[str, Any]) -> Any:
    value = values.get(spec.name, spec.default)
    return spec.torch.get(value, value) if isinstance(spec, Choice) and spec.torch is not None else value


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
        array = array_of(spec, values)
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


def in_numpy(value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return _plain(value, "np")
    default = value.dtype in (np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_))
    dtype = "" if default else f", dtype=np.{value.dtype.name}"
    if value.size == 0:
        return f"np.zeros({value.shape}, dtype=np.{value.dtype.name})"
    return f"np.array({_literal(value, 'np')}{dtype})".replace("\n", "\n    ")
