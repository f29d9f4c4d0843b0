"""Which optimizer for which situation, and what each of PyTorch's keeps and does, computed now."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import optim

OPTIMIZERS: Mapping[str, type[optim.Optimizer]] = {
    "sgd": optim.SGD,
    "asgd": optim.ASGD,
    "rprop": optim.Rprop,
    "adagrad": optim.Adagrad,
    "adadelta": optim.Adadelta,
    "rmsprop": optim.RMSprop,
    "adam": optim.Adam,
    "adamax": optim.Adamax,
    "sparse_adam": optim.SparseAdam,
    "lbfgs": optim.LBFGS,
    "adamw": optim.AdamW,
    "nadam": optim.NAdam,
    "radam": optim.RAdam,
    "adafactor": optim.Adafactor,
    "muon": optim.Muon,
}
LAYER = (64, 32)  # the weight that memory is counted for


@dataclass(frozen=True, eq=False)
class Situation:
    """What the training looks like, and the optimizer for it, built with `settings`.

    `others` are further optimizers to consider: slug and reason.
    """

    slug: str
    title: str
    says: str
    optimizer: str
    settings: Mapping[str, Any]
    why: str
    slips: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()


SITUATIONS = (
    Situation(
        "deep_net",
        "A deep network, nothing special",
        "You want it to train today; the last tenth of a per cent can wait.",
        "adamw",
        {"lr": 1e-3},
        "Each parameter gets its own step size, so one learning rate suits most networks.",
        (
            "weight_decay in Adam goes into the gradient; in AdamW it does not. The same number means something else.",
            "The default weight_decay is not 0 here.",
        ),
        (
            ("adam", "without decay, for small models"),
            ("radam", "if a warm-up is what you want to avoid"),
            ("nadam", "Adam with Nesterov's look ahead"),
        ),
    ),
    Situation(
        "vision",
        "A convolutional network, tuned with care",
        "Image classification with a schedule, where the final accuracy counts.",
        "sgd",
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4},
        "With momentum and a schedule it often ends at a better place than Adam, and it keeps one number per weight.",
        (
            "It needs its own learning rate: 0.1 for one network is too much for the next.",
            "Without a schedule the loss rests far above what is possible.",
        ),
        (("asgd", "to end with the average of the path"),),
    ),
    Situation(
        "transformer",
        "A transformer",
        "Attention, layer norm, embeddings; gradients of very different sizes.",
        "adamw",
        {"lr": 3e-4, "betas": (0.9, 0.95), "weight_decay": 0.1},
        "Sizes of gradients differ a lot between layers, and AdamW divides each by its own size.",
        (
            "No warm-up: the first steps rest on very few gradients.",
            "Weight decay on biases and norms: put them in a group with weight_decay=0.",
        ),
        (("muon", "for the hidden matrices, AdamW for the rest"), ("adafactor", "if memory is short")),
    ),
    Situation(
        "hidden_matrices",
        "Hidden weights that are matrices",
        "Large linear layers, where training time counts.",
        "muon",
        {"lr": 0.02, "weight_decay": 0.1},
        "It makes every singular value of the update about 1, so that the rare directions move too.",
        (
            "It takes 2-D parameters only: biases, norms, embeddings and the head go to AdamW.",
            "Its learning rate is not Adam's; adjust_lr_fn='match_rms_adamw' makes them alike.",
        ),
        (("adamw", "for everything else in the network"),),
    ),
    Situation(
        "sparse",
        "Large embeddings, few rows per batch",
        "nn.Embedding(…, sparse=True): each batch touches a few of a million rows.",
        "sparse_adam",
        {"lr": 1e-3},
        "Only the rows in the gradient are read and moved, their memory as well.",
        (
            "Dense gradients raise an error: the other layers need an optimizer of their own.",
            "Rows that are absent do not coast on their momentum, as they would in Adam.",
        ),
        (("adagrad", "takes sparse gradients as well"), ("sgd", "without momentum takes them too")),
    ),
    Situation(
        "full_batch",
        "All the data in every step",
        "Small data, exact gradients, sizes of gradients that say little.",
        "rprop",
        {"lr": 0.01},
        "It looks at signs only: a parameter whose gradient keeps its sign goes faster, one that flips goes slower.",
        (
            "Small batches: the signs flip by chance, and every step shrinks.",
            "Step sizes start at lr and end between the two step_sizes.",
        ),
        (("lbfgs", "if the problem is smooth"),),
    ),
    Situation(
        "small_convex",
        "A small smooth problem",
        "Logistic regression, fitting a curve: few parameters, all the data in one batch.",
        "lbfgs",
        {"line_search_fn": "strong_wolfe"},
        "It learns the curvature from the last gradients and takes steps that fit it: "
        "often tens of updates in place of thousands.",
        (
            "step() needs a closure that computes the loss again; it calls it up to 25 times.",
            "Without line_search_fn a step may be far too long.",
            "It takes one parameter group only, and noise from small batches confuses it.",
        ),
        (("sgd", "if the problem is convex but the data does not fit in one batch"),),
    ),
    Situation(
        "recurrent",
        "A recurrent network",
        "Long sequences, gradients that explode now and then.",
        "rmsprop",
        {"lr": 1e-3, "alpha": 0.99},
        "Dividing by the recent size of the gradient keeps a step in bounds when one gradient is huge.",
        (
            "No clipping: call torch.nn.utils.clip_grad_norm_ before step().",
            "eps stands outside the root here; other libraries put it inside.",
        ),
        (("adam", "with bias correction"), ("adamax", "remembers the largest gradient, so it is calmer")),
    ),
    Situation(
        "memory",
        "Memory is tight",
        "The model fits, but two more copies of its weights for Adam do not.",
        "adafactor",
        {"lr": 0.01},
        "For a matrix it keeps one number per row and per column in place of one per weight.",
        (
            "Vectors are not factored: there it keeps as much as RMSprop.",
            "Its learning rate is relative to the size of the weights.",
        ),
        (("sgd", "without momentum keeps nothing"), ("muon", "keeps one number per weight")),
    ),
    Situation(
        "no_tuning",
        "No learning rate to tune",
        "Rare features, or you cannot try several rates.",
        "adagrad",
        {"lr": 0.01},
        "Each parameter's steps shrink with what it has already moved; rare features keep large steps.",
        (
            "The steps only shrink: a long training comes to a halt.",
            "A large lr at the start is safe for rare features, not for frequent ones.",
        ),
        (("adadelta", "forgets old gradients, with lr = 1 as its usual rate"),),
    ),
)


@dataclass(frozen=True)
class Kept:
    """What an optimizer does by default: its learning rate, the numbers it keeps, and where one update leads."""

    slug: str
    name: str
    lr: str
    numbers: int  # kept for a weight of shape LAYER, the counter of updates left out
    after: float  # where a weight at 1 with the gradient 0.5 is after one step()


def builds(situation: Situation) -> str:
    """The line that builds the optimizer."""
    settings = ", ".join(f"{name}={value!r}" for name, value in situation.settings.items())
    return f"torch.optim.{OPTIMIZERS[situation.optimizer].__name__}(model.parameters(), {settings})"


def kept(slug: str) -> Kept:
    """Runs the optimizer with PyTorch's own defaults."""
    kind = OPTIMIZERS[slug]
    weight, optimizer = _moved(slug, LAYER, updates=2)
    numbers = sum(_sizes(optimizer.state[weight]))
    single, _ = _moved(slug, (1, 1), updates=1)
    return Kept(slug, kind.__name__, str(default_lr(kind)), numbers, single.item())


def default_lr(kind: type[optim.Optimizer]) -> float:
    return inspect.signature(kind).parameters["lr"].default


def first_update(situation: Situation) -> float:
    """Where a weight at 1 with the gradient 0.5 is after one update with the situation's settings."""
    weight, _ = _moved(situation.optimizer, (1, 1), 1, situation.settings)
    return weight.item()


def _moved(
    slug: str, shape: tuple[int, ...], updates: int, settings: Mapping[str, Any] | None = None
) -> tuple[torch.Tensor, optim.Optimizer]:
    """A weight of ones after some updates on the parabola w²/4, whose slope there is 0.5; and the optimizer."""
    weight = torch.ones(shape, requires_grad=True)
    optimizer = OPTIMIZERS[slug]([weight], **(settings or {}))

    def loss() -> float:
        gradient = weight.detach() / 2
        weight.grad = gradient.to_sparse(1) if slug == "sparse_adam" else gradient
        return float((weight.detach() ** 2).sum() / 4)

    for _ in range(updates):
        loss()
        optimizer.step(loss if slug == "lbfgs" else None)
    return weight, optimizer


def _sizes(state: Any) -> Iterator[int]:
    """How many numbers each buffer holds; single ones (counters, rates) are left out."""
    if isinstance(state, torch.Tensor):
        yield state.numel() if state.numel() > 1 else 0
    elif isinstance(state, dict):
        for part in state.values():
            yield from _sizes(part)
    elif isinstance(state, list | tuple):
        for part in state:
            yield from _sizes(part)
