"""An optimizer's run as programs to take away: PyTorch lines, a NumPy program, and a notebook with both."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

import numpy as np

from lib.lesson.code.driver import UPDATE_DRIVER
from lib.lesson.code.literals import called, differs, in_numpy, in_torch, torch_tensor
from lib.lesson.code.notebook import cell, description, notebook_of
from lib.lesson.code.plain import Function
from lib.lesson.code.source import standalone
from lib.lesson.objectives import Objective
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.given import given_values
from lib.lesson.run.set_up import SetUp

# PyTorch


def pytorch_lines(lesson: Optimizer, ready: SetUp) -> str:
    """The lines that make the same updates; arguments that keep torch's default are left out."""
    noisy = ready.objective is not None and ready.objective.noise_lines
    blocks = [
        ("import numpy as np\n" if noisy else "") + "import torch",
        f"param = {torch_tensor(ready.param, grad=True)}\n"
        + _typed_gradients(lesson, ready)
        + _constructor(lesson, ready),
        _loop(lesson, ready),
    ]
    return "\n\n".join(blocks) + "\n"


def _constructor(lesson: Optimizer, ready: SetUp) -> str:
    lr = ready.values.get("lr")
    values = {**ready.values, **({"lr": lr[0]} if isinstance(lr, list) else {})}
    settings = [f"{p.name}={in_torch(p, values)}" for p in lesson.parameters if differs(p, values)]
    return called(f"optimizer = torch.{lesson.torch_name}", ["[param]", *settings])


def _typed_gradients(lesson: Optimizer, ready: SetUp) -> str:
    if ready.objective is not None or not isinstance(ready.grads, list):
        return ""
    if lesson.gradient == "sparse":
        rows = ",\n".join(f"    ({g[0].tolist()}, {torch_tensor(np.asarray(g[1]))})" for g in ready.grads)
        return f"grads = [  # (rows, their gradients) for each update\n{rows},\n]\n"
    return f"grads = {torch_tensor(np.stack(ready.grads))}\n"


def _loop(lesson: Optimizer, ready: SetUp) -> str:
    lines = [f"for update in range({ready.updates}):"]
    lines += [f"    {line}" for line in _drop(ready)]
    if ready.objective is None:
        lines += [f"    {line}" for line in _typed_update(lesson)]
    elif lesson.gradient == "closure":
        lines += [
            "",
            "    def closure():",
            *(f"        {line}" for line in _backward(ready.objective)),
            "        return loss",
        ]
        lines += ["", "    optimizer.step(closure)"]
    else:
        lines += [f"    {line}" for line in _backward(ready.objective)]
        if lesson.gradient == "sparse":
            lines += ["    rows = torch.arange(len(param))[None]"]
            lines += ["    param.grad = torch.sparse_coo_tensor(rows, param.grad, param.shape, check_invariants=True)"]
        lines += ["    optimizer.step()"]
    return "\n".join([*lines, "    print(update + 1, param.tolist())"])


def _drop(ready: SetUp) -> list[str]:
    lr = ready.values.get("lr")
    if not isinstance(lr, list) or lr[-1] == lr[0]:
        return []
    return [f"if update == {lr.index(lr[-1])}:", f'    optimizer.param_groups[0]["lr"] = {lr[-1]!r}']


def _typed_update(lesson: Optimizer) -> list[str]:
    if lesson.gradient == "sparse":
        return [
            "rows, values = grads[update]",
            "param.grad = torch.sparse_coo_tensor([rows], values, param.shape, check_invariants=True)",
            "optimizer.step()",
        ]
    return ["param.grad = grads[update]", "optimizer.step()"]


def _backward(objective: Objective) -> list[str]:
    names = "x, y = param[..., 0], param[..., 1]" if objective.size == 2 else "x = param[..., 0]"
    lines = ["optimizer.zero_grad()", names, f"loss = ({objective.expression}).sum()", "loss.backward()"]
    noise = f"param.grad += torch.from_numpy({objective.noise_lines})"
    return [*lines, noise] if objective.noise_lines else lines


# NumPy


def numpy_program(lesson: Optimizer, ready: SetUp) -> str:
    """One update with all that it uses, and a loop over the updates, runnable without PyTorch."""
    roots: list[Any] = [lesson.by_hand]
    if ready.objective is not None:
        roots += [_function(ready.objective.gradient)]
        roots += [_function(ready.objective.value)] if lesson.gradient == "closure" else []
    collected = standalone(roots)
    collected.imports.add(("numpy as np", ""))
    title = f'"""{lesson.title} by hand: every update of one run."""\n\n'
    every = [p.name for p in lesson.parameters]
    update = f"drive({lesson.by_hand.__name__}(param=param, grad=grad, state=state, **given))"
    return f"{title}{collected.text()}\n{UPDATE_DRIVER}\n\n{_numpy_run(lesson, ready, every, update)}"


def _function(call: Any) -> Any:
    return call.func if isinstance(call, partial) else call


def _call(call: Any, *arguments: str) -> str:
    fixed = [f"{name}={value!r}" for name, value in call.keywords.items()] if isinstance(call, partial) else []
    return f"{_function(call).__name__}({', '.join([*arguments, *fixed])})"


def _numpy_run(lesson: Optimizer, ready: SetUp, names: Collection[str], update: str) -> str:
    """The arguments of these names, the gradients, and a loop over the expression that gives an update."""
    rates = ready.values.get("lr")
    listed = isinstance(rates, list)
    values = {**ready.values, **({"lr": rates[0]} if isinstance(rates, list) else {})}
    given = given_values(lesson, {**values, "param": ready.param, "grad": ready.param})
    arguments = "".join(f'    "{p.name}": {in_numpy(given[p.name])},\n' for p in lesson.parameters if p.name in names)
    lines = [f"given = {{\n{arguments}}}", f"param, state = {in_numpy(ready.param.astype(np.float64))}, {{}}"]
    lines += [f"rates = {rates!r}"] if listed else []
    lines += _numpy_gradients(lesson, ready)
    lines += [f"for update in range({ready.updates}):"]
    lines += ['    given["lr"] = rates[update]'] if listed else []
    lines += [
        f"    grad = {_numpy_gradient(lesson, ready)}",
        f"    param, state = {update}",
        "    print(update + 1, param.tolist())",
    ]
    return "\n".join(lines) + "\n"


def _numpy_gradients(lesson: Optimizer, ready: SetUp) -> list[str]:
    if ready.objective is not None or not isinstance(ready.grads, list):
        return []
    if lesson.gradient == "sparse":
        rows = ",\n".join(f"    ({in_numpy(g[0])}, {in_numpy(np.asarray(g[1]))})" for g in ready.grads)
        return [f"grads = [  # (rows, their gradients) for each update\n{rows},\n]"]
    return [f"grads = {in_numpy(np.stack(ready.grads))}"]


def _numpy_gradient(lesson: Optimizer, ready: SetUp) -> str:
    if ready.objective is None:
        return "grads[update]"
    gradient = _call(ready.objective.gradient, "param", "update")
    if lesson.gradient == "sparse":
        return f"(np.arange(len(param)), {gradient})"
    if lesson.gradient == "closure":
        return f"lambda param: (np.sum({_call(ready.objective.value, 'param')}), {gradient})"
    return gradient


# Notebook


def notebook(lesson: Optimizer, ready: SetUp, function: Function | None = None) -> str:
    """A notebook that runs top to bottom: what it is, PyTorch, NumPy, and that they agree.

    With a `function` that takes these settings NumPy is that function, update by update; else every step of it.
    """
    short = function is not None and _takes(function, lesson, ready)
    by_hand = _short_program(lesson, ready, function) if short and function else numpy_program(lesson, ready)
    by_hand = by_hand.replace("from __future__ import annotations\n\n", "")
    agree = f"np.testing.assert_allclose(param, by_torch.detach(), rtol={_tolerance(ready)}, atol=1e-9)\n"
    return notebook_of(
        [
            cell("what", "markdown", description(lesson)),
            cell("pytorch", "code", pytorch_lines(lesson, ready) + "by_torch = param\n"),
            cell("by-hand", "code", by_hand),
            cell("compare", "code", agree + 'print("PyTorch and the hand calculation agree.")'),
        ]
    )


def _takes(function: Function, lesson: Optimizer, ready: SetUp) -> bool:
    """Whether it works one update of dense gradients, with all that is set otherwise than by default."""
    if function.by_place != ("param", "grad", "state") or lesson.gradient != "dense":
        return False
    return all(p.name in function.by_name or not differs(p, ready.values) for p in lesson.parameters)


def _short_program(lesson: Optimizer, ready: SetUp, function: Function) -> str:
    """The function, the gradients, and a loop over the updates."""
    imports = ""
    if ready.objective is not None:
        imports = f"{standalone([_function(ready.objective.gradient)]).text()}\n\n"
    known = [p.name for p in lesson.parameters if p.name in function.by_name and differs(p, ready.values)]
    loop = _numpy_run(lesson, ready, known, f"{function.name}(param, grad, state, **given)")
    return f"{imports}{function.code}\n\n\n{loop}"


def _tolerance(ready: SetUp) -> float:
    return 1e-7 if ready.param.dtype == np.float64 else 1e-3
