"""Small networks of linear layers, with starting weights from a seed of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import nn

from lib.refusal import Refusal

ACTIVATIONS: Mapping[str, type[nn.Module]] = {
    c.__name__: c for c in (nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.SiLU, nn.LeakyReLU, nn.ELU, nn.Identity)
}
MOST_LAYERS, MOST_UNITS = 4, 64


def layers_in(text: str) -> tuple[int, ...]:
    """The hidden layers typed: "8, 8"; nothing for none. ValueError says what is wrong."""
    parts = [part for part in text.replace(";", ",").replace("，", ",").split(",") if part.strip()]
    if not all(part.strip().isdecimal() for part in parts):
        raise Refusal("expected the units of each hidden layer, such as 8, 8; got {typed!r}", typed=text.strip())
    sizes = tuple(int(part) for part in parts)
    if len(sizes) > MOST_LAYERS or not all(1 <= size <= MOST_UNITS for size in sizes):
        raise Refusal("at most {layers} hidden layers of 1 to {units} units", layers=MOST_LAYERS, units=MOST_UNITS)
    return sizes


def network(sizes: Sequence[int], activation: str, generator: torch.Generator) -> nn.Sequential:
    """Linear layers from `sizes[0]` features to `sizes[-1]` outputs, with the activation between them.

    The weights are what `nn.Linear` draws after `torch.manual_seed`, but from a generator of their own: the global
    one belongs to everybody on the server.
    """
    modules: list[nn.Module] = []
    for inputs, units in zip(sizes, sizes[1:], strict=False):
        layer = nn.utils.skip_init(nn.Linear, inputs, units)
        nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
        nn.init.uniform_(layer.bias, -1 / math.sqrt(inputs), 1 / math.sqrt(inputs), generator=generator)
        modules += [layer, ACTIVATIONS[activation]()]
    return nn.Sequential(*modules[:-1])


def linear_layers(net: nn.Sequential) -> list[nn.Linear]:
    return [layer for layer in net if isinstance(layer, nn.Linear)]
