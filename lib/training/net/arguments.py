"""The arguments of torch's optimizers and schedulers as fields to fill in, read from torch's own signatures."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from lib.lesson.spec import Choice, Number, Numbers, Parameter, Switch

# No fields: objects, what changes only speed or direction, what follows from the run. A start for it makes it one.
LEFT_OUT = (
    *("params", "optimizer", "schedulers", "last_epoch", "scale_fn", "scale_mode", "step_size_down", "max_eval"),
    *("foreach", "fused", "capturable", "differentiable", "maximize", "decoupled_weight_decay", "ns_coefficients"),
    *("total_steps", "epochs", "steps_per_epoch", "mode"),
)
CHOICES: Mapping[str, tuple[Any, ...]] = {
    "line_search_fn": (None, "strong_wolfe"),
    "adjust_lr_fn": (None, "original", "match_rms_adamw"),
    "anneal_strategy": ("cos", "linear"),
    "threshold_mode": ("rel", "abs"),
    "mode": ("triangular", "triangular2", "exp_range"),
}
FIRST = ("lr", "momentum", "betas", "nesterov", "max_iter", "line_search_fn")  # the others are rare
SAYS = {
    "lr": "The learning rate: how far a step goes.",
    "momentum": "How much of the last step is taken along.",
    "dampening": "How much of the new gradient is held back from the momentum.",
    "nesterov": "Looks ahead along the momentum; PyTorch wants a momentum above 0 and no dampening for it.",
    "betas": "How slowly the averages of the gradient and of its square forget.",
    "weight_decay": "How strongly weights are drawn to 0.",
    "eps": "Keeps a division from dividing by 0.",
    "alpha": "How slowly an average forgets.",
    "rho": "How slowly the averages forget.",
    "amsgrad": "Divides by the largest average so far, not by the last one.",
    "centered": "Divides by the spread of the gradient around its mean.",
    "max_iter": "Iterations within one step; each looks at the batch at least once.",
    "history_size": "How many earlier steps shape the next direction.",
    "line_search_fn": "Whether the length of a step is searched for.",
    "etas": "Factors by which a step size shrinks at a change of sign, and grows without one.",
    "step_sizes": "The smallest and the largest step.",
    "step_size": "Epochs between two drops.",
    "gamma": "The factor of each drop.",
    "milestones": "The epochs at which the rate drops, or the next scheduler takes over.",
    "T_max": "Epochs from the highest to the lowest rate.",
    "eta_min": "The lowest rate.",
    "T_0": "Epochs until the first restart.",
    "T_mult": "How much longer each cycle is than the one before.",
    "total_iters": "Epochs until the rate stays where it is.",
    "factor": "What the rate is multiplied by.",
    "patience": "Epochs without a better loss that are waited for. The loss is the one on the training points.",
    "max_lr": "The highest rate; it holds for every parameter group.",
    "base_lr": "The lowest rate; it holds for every parameter group.",
    "step_size_up": "Updates from the lowest to the highest rate.",
    "pct_start": "The share of the updates on which the rate rises.",
    "cycle_momentum": "Moves the momentum, or beta1, against the rate; refused for an optimizer with neither.",
    "lr_lambda": "The factor, as a function of the epoch.",
}


def parameters(torch_class: type, starts: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """A field for every argument that changes numbers; `starts` are values to begin with, or fields of their own."""
    given = inspect.signature(torch_class).parameters.values()
    return tuple(
        _field(argument, starts) for argument in given if argument.name not in LEFT_OUT or argument.name in starts
    )


def _field(argument: inspect.Parameter, starts: Mapping[str, Any]) -> Parameter:
    name, start = argument.name, starts.get(argument.name, argument.default)
    if isinstance(start, Number | Numbers | Choice | Switch):
        return start
    says, rare = SAYS.get(name, ""), name not in (*FIRST, *starts)
    if name in CHOICES:
        return Choice(name, start, CHOICES[name], says, rare)
    if isinstance(start, bool):
        return Switch(name, start, says, rare)
    if isinstance(start, tuple):
        return Numbers(name, start, says, rare=rare)
    annotation = str(argument.annotation)
    return Number(name, start, says, integer="int" in annotation and "float" not in annotation, rare=rare)


def defaults(fields: tuple[Parameter, ...]) -> dict[str, Any]:
    return {field.name: field.default for field in fields}


def told(torch_class: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that code must give because torch's defaults are others; the learning rate is always given."""
    given = inspect.signature(torch_class).parameters
    return {name: value for name, value in values.items() if name == "lr" or value != given[name].default}


def code(name: str, *first: str, **arguments: Any) -> str:
    """A call as it stands in a program; values that are code already come in `first`."""
    return f"{name}({', '.join([*first, *(f'{key}={value!r}' for key, value in arguments.items())])})"
