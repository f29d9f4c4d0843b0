"""The run as a PyTorch program that runs by itself and prints the same numbers."""

from __future__ import annotations

import inspect

from lib.training.net.optimizers import names_in_code, optimizer_code
from lib.training.net.run import Run
from lib.training.net.schedulers import EVERY_UPDATE, call
from lib.training.net.settings import Settings

PRINTED = 10  # lines


def program(settings: Settings) -> str:
    """Data, network, loss, optimizer, scheduler and the training loop, with every setting written out."""
    blocks = [_head(settings), _data(settings), _network(settings), "\n".join(_learning(settings)), _measure(settings)]
    return "\n\n".join([*blocks, "\n".join(_loop(settings))]) + "\n"


def _head(settings: Settings) -> str:
    schedules = ["from torch.optim import lr_scheduler"] if call(settings) else []
    return "\n".join(["import math", "", "import torch", "from torch import Tensor, nn", *schedules])


def _data(settings: Settings) -> str:
    """The function that draws the data, word for word, and the split."""
    draw, n = settings.data_set.draw, settings.train_points
    lines = [
        f"generator = torch.Generator().manual_seed({settings.seed})",
        f"inputs, target = {draw.__name__}({settings.points}, {settings.noise!r}, generator)",
    ]
    if settings.loss == "BCEWithLogitsLoss":
        lines.append("target = target[:, None].float()  # a column of numbers, like the network's output")
    lines += [f"train = inputs[:{n}], target[:{n}]", f"test = inputs[{n}:], target[{n}:]"]
    return f"\n{inspect.getsource(draw)}\n\n" + "\n".join(lines)


def _network(settings: Settings) -> str:
    sizes = settings.sizes
    layers = [f"nn.Linear({a}, {b})" for a, b in zip(sizes, sizes[1:], strict=False)]
    modules = [part for layer in layers for part in (layer, f"nn.{settings.activation}()")][:-1]
    made = f"network = nn.Sequential({', '.join(modules)})"
    if len(made) > 100:
        made = "network = nn.Sequential(\n" + "".join(f"    {module},\n" for module in modules) + ")"
    return f"torch.manual_seed({settings.start_seed})  # the starting weights\n{made}"


def _learning(settings: Settings) -> list[str]:
    lines = [f"loss_fn = nn.{settings.loss}()"]
    made = optimizer_code(settings)
    if any("linear" in line for line in made):
        lines.append("linear = [layer for layer in network if isinstance(layer, nn.Linear)]")
    lines += made
    plan = call(settings)
    names = names_in_code(settings)
    return lines + [f"{_scheduler_of(name)} = {plan.code(name)}" for name in names if plan]


def _scheduler_of(optimizer: str) -> str:
    return optimizer.replace("optimizer", "scheduler")


def _measure(settings: Settings) -> str:
    lines = [
        "",
        "@torch.no_grad()",
        "def measured(inputs, target):",
        "    output = network(inputs)",
        "    loss = loss_fn(output, target).item()",
    ]
    if not settings.data_set.classes:
        return "\n".join([*lines, "    return (loss,)", ""])
    right = "output.argmax(dim=1) == target" if settings.loss == "CrossEntropyLoss" else "(output > 0) == target.bool()"
    return "\n".join([*lines, f"    right = {right}", "    return loss, right.float().mean().item()", ""])


def _loop(settings: Settings) -> list[str]:
    names = names_in_code(settings)
    schedulers = [_scheduler_of(name) for name in names if call(settings)]
    every_update = settings.scheduler in EVERY_UPDATE
    metric = "train_loss" if settings.scheduler == "ReduceLROnPlateau" else ""
    return [
        f"order = torch.Generator().manual_seed({settings.start_seed})  # of the batches",
        f"for epoch in range(1, {settings.epochs} + 1):",
        f"    for rows in torch.randperm({settings.train_points}, generator=order).split({settings.batch}):",
        *(f"        {line}" for line in _update(settings)),
        *(f"        {scheduler}.step()" for scheduler in schedulers if every_update),
        "    train_loss, *train_accuracy = measured(*train)",
        "    test_loss, *test_accuracy = measured(*test)",
        f"    if epoch % {max(1, settings.epochs // PRINTED)} == 0:",
        "        print(epoch, train_loss, test_loss, *train_accuracy, *test_accuracy)",
        "    if not (math.isfinite(train_loss) and math.isfinite(test_loss)):",
        '        print(f"diverged in epoch {epoch}")',
        "        break",
        *(f"    {scheduler}.step({metric})" for scheduler in schedulers if not every_update),
    ]


def _update(settings: Settings) -> list[str]:
    if settings.optimizer == "LBFGS":
        return [
            "def closure():",
            "    optimizer.zero_grad()",
            "    loss = loss_fn(network(train[0][rows]), train[1][rows])",
            "    loss.backward()",
            "    return loss",
            "",
            "optimizer.step(closure)",
        ]
    names = names_in_code(settings)
    return [
        *(f"{name}.zero_grad()" for name in names),
        "loss = loss_fn(network(train[0][rows]), train[1][rows])",
        "loss.backward()",
        *(f"{name}.step()" for name in names),
    ]


def program_of(run: Run) -> str:
    """The program of a run, with its final losses as a first comment."""
    scores, name = run.scores, " ".join(run.name.split())
    came_to = f"loss {scores.train_loss:.6g} on the train points, {scores.test_loss:.6g} on the test"
    return f"# {name}: after {run.epoch} epochs {came_to}.\n{program(run.settings)}"
