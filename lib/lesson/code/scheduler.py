"""A schedule as programs to take away: PyTorch lines and a NumPy program."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.code.driver import UPDATE_DRIVER
from lib.lesson.code.literals import called, in_numpy
from lib.lesson.code.source import code_of, standalone
from lib.lesson.run.given import given_values
from lib.lesson.run.schedule import base_of
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Choice, Numbers, Parameter, Tensor


def pytorch_lines(lesson: Scheduler, values: Mapping[str, Any], steps: int, metrics: Any = None) -> str:
    """The lines that print the same learning rates; arguments that keep torch's default are left out."""
    functions = [_definition(f) for f in _functions(lesson, values)]
    watched = "metrics[min(epoch, len(metrics) - 1)]" if lesson.watches_metric else ""
    return (
        "\n\n".join(
            [
                "import math\n\nimport torch\nfrom torch.optim import lr_scheduler",
                *functions,
                "param = torch.nn.Parameter(torch.zeros(1))\n"
                f"optimizer = torch.optim.SGD([param], lr={base_of(values)!r}, momentum=0.9)",
                _construction(lesson, values),
                *([f"metrics = {np.ravel(metrics).tolist()!r}"] if lesson.watches_metric else []),
                f"for epoch in range({steps}):\n"
                '    print(epoch, optimizer.param_groups[0]["lr"])\n'
                "    optimizer.step()\n"
                f"    scheduler.step({watched})",
            ]
        )
        + "\n"
    )


def _construction(lesson: Scheduler, values: Mapping[str, Any]) -> str:
    """How torch's scheduler is built; one that combines others builds them first."""
    if lesson.parts is None:
        return called(f"scheduler = {lesson.torch_name}", ["optimizer", *_settings(lesson, values)])
    parts, more = lesson.parts(values)
    lines = [
        called(f"part_{n} = {part.torch_name}", ["optimizer", *_settings(part, own)])
        for n, (part, own) in enumerate(parts, 1)
    ]
    names = f"[{', '.join(f'part_{n}' for n in range(1, len(parts) + 1))}]"
    first = ["optimizer", names] if "milestones" in more else [names]
    rest = [f"{name}={value!r}" for name, value in more.items()]
    return "\n".join([*lines, called(f"scheduler = {lesson.torch_name}", [*first, *rest])])


def _settings(lesson: Scheduler, values: Mapping[str, Any]) -> list[str]:
    """name=value for every argument that differs from torch's default, or that has none."""
    signature = inspect.signature(lesson.torch).parameters
    settings = []
    for spec in lesson.parameters:
        value = values.get(spec.name, spec.default)
        if not _same(value, signature[spec.name].default):
            settings.append(f"{spec.name}={_python(spec, value)}")
    return settings


def _same(value: Any, default: Any) -> bool:
    return default is not inspect.Parameter.empty and np.array_equal(value, default)


def _python(spec: Parameter, value: Any) -> str:
    if isinstance(spec, Choice) and spec.torch is not None and not callable(value):
        value = spec.torch.get(value, value)
    if callable(value):
        return value.__name__
    if isinstance(spec, Tensor | Numbers):
        return repr(np.asarray(value).tolist())
    return repr(value)


def _numpy(spec: Parameter, value: Any) -> str:
    return in_numpy(value) if isinstance(value, np.ndarray) else _python(spec, value)


def _functions(lesson: Scheduler, values: Mapping[str, Any]) -> list[Callable[..., Any]]:
    """The functions among the arguments."""
    if lesson.parts is not None:
        return [f for part, own in lesson.parts(values)[0] for f in _functions(part, own)]
    chosen = []
    for spec in lesson.parameters:
        value = values.get(spec.name, spec.default)
        if isinstance(spec, Choice) and spec.torch is not None and not callable(value):
            value = spec.torch.get(value, value)
        if callable(value):
            chosen.append(value)
    return chosen


def _definition(function: Callable[..., Any]) -> str:
    return code_of(function.__module__).of(function.__name__)


def numpy_program(lesson: Scheduler, values: Mapping[str, Any], steps: int, metrics: Any = None) -> str:
    """One epoch with all that it uses, and a loop over the epochs, runnable without PyTorch."""
    collected = standalone([lesson.by_hand, *_functions(lesson, values)] if lesson.parts is None else [lesson.by_hand])
    collected.imports.add(("numpy as np", ""))
    own = {name: value for name, value in values.items() if name != "lr"}
    given = given_values(lesson, {**own, "lr": 0.0})
    arguments = "".join(f'    "{p.name}": {_numpy(p, given[p.name])},\n' for p in lesson.parameters)
    watched = "metrics[min(epoch, len(metrics)) - 1] if epoch else None" if lesson.watches_metric else "None"
    return "\n".join(
        [
            f'"""{lesson.title} by hand: the learning rate of every epoch."""\n',
            collected.text(),
            UPDATE_DRIVER,
            f"\ngiven = {{\n{arguments}}}",
            f"initial_lr = lr = {base_of(values)!r}",
            "state = {}",
            *([f"metrics = {np.ravel(metrics).tolist()!r}"] if lesson.watches_metric else []),
            f"for epoch in range({steps}):",
            f"    metric = {watched}",
            "    lr, state = drive(",
            f"        {lesson.by_hand.__name__}(",
            "            lr=lr, epoch=epoch, initial_lr=initial_lr, metric=metric, state=state, **given",
            "        )",
            "    )",
            "    print(epoch, float(lr))",
            "",
        ]
    )
