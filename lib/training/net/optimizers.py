"""Torch's optimizers for a small network: which fit, their parameter groups, and the code that builds them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from lib.lesson.spec import Parameter
from lib.training.net.arguments import code, parameters, told
from lib.training.net.network import linear_layers
from lib.training.net.settings import Settings

BOTH = ("weight", "bias")
# Rates that get these small networks somewhere in 200 epochs; the others begin with torch's default.
STARTS: Mapping[str, Mapping[str, Any]] = {
    "Adam": {"lr": 0.01},
    "AdamW": {"lr": 0.01},
    "NAdam": {"lr": 0.01},
    "RAdam": {"lr": 0.01},
    "Adamax": {"lr": 0.01},
    "SGD": {"lr": 0.1},
    "ASGD": {"lr": 0.1},
    "Adagrad": {"lr": 0.1},
    "Muon": {"lr": 0.02},
    "LBFGS": {"line_search_fn": "strong_wolfe"},
}


def _named() -> dict[str, type[torch.optim.Optimizer]]:
    """Torch's optimizers by name, the two that everybody starts with in front."""
    found = {n: c for n in torch.optim.__all__ if inspect.isclass(c := getattr(torch.optim, n)) and n != "Optimizer"}
    return {name: found[name] for name in ("Adam", "SGD", *found)}


OPTIMIZERS = _named()
FIELDS: Mapping[str, tuple[Parameter, ...]] = {
    name: parameters(torch_class, STARTS.get(name, {})) for name, torch_class in OPTIMIZERS.items()
}


@dataclass(frozen=True)
class Group:
    """Parameters that share their options: `layers` is "all", "hidden" or "last", `names` which tensors of them."""

    layers: str
    names: tuple[str, ...]
    options: Mapping[str, float] = field(default_factory=dict)

    @property
    def title(self) -> str:
        which = {"all": "all layers", "hidden": "hidden layers", "last": "last layer"}[self.layers]
        return which if self.names == BOTH else f"{which}, {'biases' if self.names == ('bias',) else 'weights'}"

    def tensors(self, net: nn.Sequential) -> list[nn.Parameter]:
        linear = linear_layers(net)
        layers = {"all": linear, "hidden": linear[:-1], "last": linear[-1:]}[self.layers]
        return [getattr(layer, name) for layer in layers for name in self.names]

    @property
    def code(self) -> str:
        """As it stands in a program that has the linear layers as `linear`."""
        layers = {"all": "linear", "hidden": "linear[:-1]", "last": "linear[-1:]"}[self.layers]
        each, of = ("p", " for p in layer.parameters()") if self.names == BOTH else (f"layer.{self.names[0]}", "")
        options = "".join(f', "{name}": {value!r}' for name, value in self.options.items())
        return f'{{"params": [{each} for layer in {layers}{of}]{options}}}'


def can_spare_biases(name: str) -> bool:
    """Whether the optimizer has a weight decay that a group can go without."""
    return name == "Muon" or ("weight_decay" in inspect.signature(OPTIMIZERS[name]).parameters)


def refusal(settings: Settings) -> str:
    """Why this optimizer cannot train this network, in plain words; empty where it can."""
    if settings.optimizer == "SparseAdam":
        return (
            "SparseAdam wants sparse gradients, as nn.Embedding(sparse=True) gives them. "
            "Linear layers give dense ones, in which every number moves: Adam is the one for them."
        )
    if settings.optimizer == "LBFGS" and (settings.last_lr is not None or not settings.decay_biases):
        return "LBFGS treats all parameters as one long vector: PyTorch gives it no parameter groups."
    return ""


def advice(settings: Settings) -> str:
    """What to know before this optimizer starts; empty where there is nothing to say."""
    if settings.optimizer == "LBFGS" and settings.batch < settings.train_points:
        return (
            "LBFGS compares gradients from step to step, which only makes sense on the same points: "
            f"take all {settings.train_points} training points as one batch."
        )
    return ""


def parts(settings: Settings) -> Iterator[tuple[str, dict[str, Any], list[Group]]]:
    """Optimizer, its arguments and its groups. Muon takes matrices only, so an AdamW beside it takes the biases."""
    rates = told(OPTIMIZERS[settings.optimizer], settings.rates)
    if settings.optimizer != "Muon":
        yield settings.optimizer, rates, list(_groups(settings, BOTH))
        return
    yield "Muon", rates, list(_groups(settings, ("weight",)))
    yield "AdamW", {"lr": settings.bias_lr}, list(_groups(settings, ("bias",)))


def _groups(settings: Settings, names: tuple[str, ...]) -> Iterator[Group]:
    own_rate = settings.last_lr is not None
    for layers in ("hidden", "last") if own_rate and settings.layers else ("last",) if own_rate else ("all",):
        rate = {"lr": settings.last_lr} if own_rate and layers == "last" and settings.last_lr is not None else {}
        for some in [(name,) for name in names] if not settings.decay_biases else [names]:
            spared = {"weight_decay": 0.0} if some == ("bias",) and not settings.decay_biases else {}
            yield Group(layers, some, {**rate, **spared})


def optimizers(settings: Settings, net: nn.Sequential) -> list[torch.optim.Optimizer]:
    """One, or Muon and its companion. Torch raises ValueError for arguments that it refuses."""
    made = []
    for name, rates, groups in parts(settings):
        if groups[0] == Group("all", BOTH):
            made.append(OPTIMIZERS[name](net.parameters(), **rates))
        else:
            made.append(OPTIMIZERS[name]([{"params": g.tensors(net), **g.options} for g in groups], **rates))
    return made


def names_in_code(settings: Settings) -> tuple[str, ...]:
    return ("optimizer", "bias_optimizer") if settings.optimizer == "Muon" else ("optimizer",)


def optimizer_code(settings: Settings) -> list[str]:
    """The lines that build them."""
    lines = []
    for variable, (name, rates, groups) in zip(names_in_code(settings), parts(settings), strict=True):
        if groups[0] == Group("all", BOTH):
            lines.append(f"{variable} = {code(f'torch.optim.{name}', 'network.parameters()', **rates)}")
            continue
        lines.append(f"{variable}_groups = [")
        lines += [f"    {group.code}," for group in groups]
        lines += ["]", f"{variable} = {code(f'torch.optim.{name}', f'{variable}_groups', **rates)}"]
    return lines
