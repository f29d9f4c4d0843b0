"""What the live optimizer and its parameters hold at one moment, and what an action changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lib.training.session.actions import PARAMS, Live


@dataclass(frozen=True, eq=False)
class Param:
    """A parameter at one moment. `group` is None while no group holds it."""

    value: np.ndarray
    grad: np.ndarray | None
    requires_grad: bool
    group: int | None
    state: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everything on the page at one moment, copied: nothing in it changes when the optimizer goes on."""

    params: Mapping[str, Param]
    groups: tuple[Mapping[str, Any], ...]  # the options; `params` holds names
    saved: Mapping[str, Any] | None
    saved_is_own: bool  # whether `saved` holds the optimizer's own tensors rather than copies

    def facts(self) -> dict[str, Any]:
        """Every value under the expression that gives it in Python."""
        found: dict[str, Any] = {}
        for name, param in self.params.items():
            found[name] = param.value
            found[f"{name}.grad"] = param.grad
            found[f"{name}.requires_grad"] = param.requires_grad
            found |= {state_path(name, buffer): value for buffer, value in param.state.items()}
        for place, group in enumerate(self.groups):
            found |= {group_path(place, option): value for option, value in group.items()}
        return found | saved_facts(self.saved)


def state_path(name: str, buffer: str) -> str:
    return f'optimizer.state[{name}]["{buffer}"]'


def group_path(place: int, option: str) -> str:
    return f'optimizer.param_groups[{place}]["{option}"]'


def saved_facts(saved: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the variable `saved` holds, value by value."""
    if saved is None:
        return {}
    buffers = {
        f'saved["state"][{index}]["{buffer}"]': value
        for index, entry in saved["state"].items()
        for buffer, value in entry.items()
    }
    options = {
        f'saved["param_groups"][{place}]["{option}"]': value
        for place, group in enumerate(saved["param_groups"])
        for option, value in group.items()
    }
    return {"saved": "a dict", **buffers, **options}


@dataclass(frozen=True, eq=False)
class Change:
    """One value before and after an action; MISSING where there was or is none."""

    before: Any
    after: Any


MISSING = "–"


def changes(before: Snapshot, after: Snapshot) -> dict[str, Change]:
    """What an action changed, under the expression that gives it in Python."""
    old, new = before.facts(), after.facts()
    found = {path: Change(old.get(path, MISSING), new.get(path, MISSING)) for path in {**old, **new}}
    return {path: change for path, change in found.items() if not same(change.before, change.after)}


def same(a: Any, b: Any) -> bool:
    """Equal in kind and value; NaN equals NaN."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=True))
    return type(a) is type(b) and bool(a == b)


def snapshot(live: Live) -> Snapshot:
    """A copy of everything as it stands."""
    names = {id(tensor): name for name, tensor in live.params.items()}
    groups = tuple(
        {k: tuple(names[id(p)] for p in v) if k == "params" else v for k, v in group.items()}
        for group in live.optimizer.param_groups
    )
    return Snapshot(
        {name: _param(live, name) for name in PARAMS}, groups, _plain(live.saved), live.saved is not None and _own(live)
    )


def _param(live: Live, name: str) -> Param:
    tensor = live.params[name]
    state = live.optimizer.state.get(tensor, {})  # .get: asking a defaultdict by [] would make an entry
    return Param(_plain(tensor), _plain(tensor.grad), tensor.requires_grad, live.group_of(name), _plain(dict(state)))


def _own(live: Live) -> bool:
    """Whether a tensor in `saved` is one that the optimizer goes on changing."""
    assert live.saved is not None
    mine = {id(v) for entry in live.optimizer.state.values() for v in entry.values() if torch.is_tensor(v)}
    return any(id(v) in mine for entry in live.saved["state"].values() for v in entry.values())


def _plain(value: Any) -> Any:
    """Tensors as copied arrays, inside dicts and lists too."""
    if torch.is_tensor(value):
        return value.detach().numpy().copy()
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list) else value
