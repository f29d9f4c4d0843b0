"""Many updates of an optimizer, one after another: by hand and by torch, with every buffer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from lib.budget import UNBOUNDED, Budget, Cost
from lib.lesson import cost
from lib.lesson.optimizer import Optimizer
from lib.lesson.pieces.checks import need_shape
from lib.lesson.run.drive import RIGHT, Slip, asking, drive, finish
from lib.lesson.run.given import cost_of, given_values
from lib.lesson.run.to_torch import torch_parameters
from lib.lesson.spec import Step, Steps
from lib.once import once
from lib.refusal import Refusal

Gradients = Sequence[Any] | Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Update:
    """One update: the parameter after it, what the optimizer then remembers, and the gradient it was given.

    `steps` is empty where torch did the update, and where there was no gradient (None): torch skips such a parameter.
    They are worked only when somebody looks: of a thousand updates mostly one is looked at.
    """

    work: Callable[[], dict[str, Step]]
    param: np.ndarray
    state: dict[str, Any]
    grad: Any = None

    @once
    def steps(self) -> dict[str, Step]:
        return self.work()


def trace_by_hand(
    lesson: Optimizer,
    param: Any,
    grads: Gradients,
    values: Mapping[str, Any],
    updates: int | None = None,
    *,
    way: Callable[..., Steps] | None = None,
    slip: Callable[[Mapping[str, Any]], Slip] | None = None,
    budget: Budget = UNBOUNDED,
) -> list[Update]:
    """The updates by hand in float64, one per gradient. Raises a Refusal for what torch rejects.

    `grads` is a list with a gradient per update (None: no gradient), or a function: for "closure" optimizers the
    closure itself, param -> (loss, gradient); for the others (param, update from 0) -> gradient. A function needs
    `updates`, else it runs once. `values["lr"]` may be a list with a learning rate per update. `way` is another
    coroutine than the lesson's own, `slip(given)` says what whoever makes a mistake takes and answers otherwise.
    """
    count = _count(grads, values, updates)
    budget.need(trace_cost(lesson, param, values, count))
    param, state = np.array(param, dtype=np.float64), dict[str, Any]()
    done: list[Update] = []
    fixed: dict[str, Any] = {}
    by_hand = way or lesson.by_hand
    for update, lr in enumerate(_rates(values, count)):
        budget.ask()
        grad = _gradient(lesson, grads, param, update)
        if grad is None:
            done.append(Update(dict, param, state))
            continue
        if not fixed:
            fixed = given_values(lesson, {**values, **lr, "param": param, "grad": grad})
            lesson.check(**fixed)
        elif lr:
            fixed = {**fixed, **lr}
            lesson.check(**fixed)
        given = {**fixed, "param": param, "grad": _ready(lesson, grad, param), "state": state}
        changed, answer = slip(given) if slip else RIGHT
        steps = by_hand(**{**given, **changed, "grad": asking(changed.get("grad", given["grad"]), budget)})
        after = drive(steps, answer, budget).returned if slip else finish(steps, budget)
        param, state = np.asarray(after[0]), after[1]
        done.append(Update(partial(_steps, by_hand, given, slip), param, state, given["grad"]))
    return done


def _steps(
    by_hand: Callable[..., Steps], given: Mapping[str, Any], slip: Callable[[Mapping[str, Any]], Slip] | None
) -> dict[str, Step]:
    changed, answer = slip(given) if slip else RIGHT
    return drive(by_hand(**{**given, **changed}), answer).steps


def trace_cost(lesson: Optimizer, param: Any, values: Mapping[str, Any], updates: int) -> Cost:
    """What so many updates take, each of them kept."""
    return cost_of(lesson, {**values, "param": param}).kept(cost.count(updates))


def trace_by_torch(
    lesson: Optimizer,
    param: Any,
    grads: Gradients,
    values: Mapping[str, Any],
    updates: int | None = None,
    *,
    budget: Budget = UNBOUNDED,
) -> list[Update]:
    """The same updates by torch's own optimizer, in the precision of `param`. Raises what torch raises."""
    count = _count(grads, values, updates)
    budget.need(trace_cost(lesson, param, values, count))
    leaf = torch.nn.Parameter(torch.from_numpy(np.array(param if hasattr(param, "dtype") else np.float64(param))))
    rates = _rates(values, count)
    first = rates[0] if rates else {}
    optimizer = lesson.torch([leaf], **torch_parameters(lesson, {**values, **first}))
    if "foreach" in optimizer.param_groups[0]:
        optimizer.param_groups[0]["foreach"] = (
            False  # what torch chooses on a CPU; choosing takes longer than the update
        )
    done: list[Update] = []
    for update, lr in enumerate(rates):
        budget.ask()
        optimizer.param_groups[0].update(lr)
        before = leaf.detach().numpy().copy()
        grad = _gradient(lesson, grads, before, update)
        if lesson.gradient == "closure" and callable(grad):
            optimizer.step(_torch_closure(leaf, asking(grad, budget)))
        else:
            leaf.grad = None if grad is None else _torch_gradient(lesson, leaf, grad)
            optimizer.step()
        state = {} if grad is None and not done else plain_state(optimizer.state[leaf])
        done.append(Update(dict, leaf.detach().numpy().copy(), state, grad))
    return done


def _count(grads: Gradients, values: Mapping[str, Any], updates: int | None) -> int:
    """How many updates are asked for."""
    if updates is not None:
        return updates
    if isinstance(grads, Sequence | np.ndarray):
        return len(grads)
    lr: Any = values.get("lr")
    return len(lr) if lr is not None and np.ndim(lr) > 0 else 1


def _rates(values: Mapping[str, Any], count: int) -> list[dict[str, float]]:
    """For each update the learning rate that is set before it; empty where the rate never changes."""
    lr: Any = values.get("lr")
    if lr is None or np.ndim(lr) == 0:
        return [{} for _ in range(count)]
    if len(lr) < count:
        says = "lr holds {rates} learning rates; expected one for each of the {updates} updates."
        raise Refusal(says, rates=len(lr), updates=count)
    return [{"lr": float(rate)} for rate in lr[:count]]


def _gradient(lesson: Optimizer, grads: Gradients, param: np.ndarray, update: int) -> Any:
    if not callable(grads):
        return grads[update]
    if lesson.gradient == "closure":
        return grads
    with np.errstate(all="ignore"):  # far out an objective overflows, and that is what is to be seen
        return grads(param, update)


def _ready(lesson: Optimizer, grad: Any, param: np.ndarray) -> Any:
    """A dense gradient as an array of the parameter's shape; others as they are."""
    if lesson.gradient != "dense":
        return grad
    array = np.asarray(grad, dtype=np.float64)
    need_shape("grad", array, param.shape, "one gradient per number of the parameter")
    return array


def _torch_closure(leaf: torch.nn.Parameter, closure: Callable[[np.ndarray], tuple[Any, Any]]) -> Callable[[], Any]:
    """The closure as torch calls it: it leaves the gradient at the parameter and returns the loss."""

    def evaluate() -> torch.Tensor:
        loss, grad = closure(leaf.detach().numpy().copy())
        leaf.grad = torch.from_numpy(np.array(grad, dtype=leaf.detach().numpy().dtype))
        return torch.as_tensor(np.asarray(loss))

    return evaluate


def _torch_gradient(lesson: Optimizer, leaf: torch.nn.Parameter, grad: Any) -> torch.Tensor:
    if lesson.gradient == "sparse" and isinstance(grad, tuple):
        indices, rows = np.atleast_1d(grad[0]), np.asarray(grad[1], dtype=leaf.detach().numpy().dtype)
        places = torch.from_numpy(np.atleast_2d(indices))
        return torch.sparse_coo_tensor(places, torch.from_numpy(rows), leaf.shape, check_invariants=True)
    return torch.from_numpy(np.array(grad, dtype=leaf.detach().numpy().dtype))


def plain_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """An optimizer's state with arrays for tensors; numbers, lists and None as they are."""
    return {name: _plain(value) for name, value in state.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().numpy().copy()
    return [_plain(item) for item in value] if isinstance(value, list) else value


def buffers(state: Mapping[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    """Every array or number in a state with its name; a list's items are `name[0]`, `name[1]`, …"""
    for name, value in state.items():
        if isinstance(value, list):
            yield from ((f"{name}[{i}]", np.asarray(v)) for i, v in enumerate(value) if v is not None)
        elif value is not None:
            yield name, np.asarray(value)


@dataclass(frozen=True)
class Parting:
    """Where two traces first part: the update (from 1), the parameter or buffer, and how far apart they are."""

    update: int
    buffer: str
    apart: float


def first_parting(
    ours: Sequence[Update], others: Sequence[Update], rtol: float = 1e-9, atol: float = 1e-12
) -> Parting | None:
    """The first update, and in it the first buffer (then the parameter), in which two traces part; None if they agree.

    A buffer that only one of them has is not compared: other conventions remember other things.
    """
    for place, (our, other) in enumerate(zip(ours, others, strict=False), 1):
        theirs = dict(buffers(other.state))
        pairs = [(name, mine, theirs[name]) for name, mine in buffers(our.state) if name in theirs]
        for name, a, b in (*pairs, ("param", our.param, other.param)):
            if a.shape != b.shape or not np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
                apart = float(np.max(np.abs(a - b))) if a.shape == b.shape and a.size else np.inf
                return Parting(place, name, apart)
    return None


@dataclass(frozen=True)
class Divergence:
    """The update (from 1) at which a run left for good, and a sentence that says how."""

    update: int
    says: str


FAR = 1e6  # times the loss at the start, or 1 if that is less


def params_of(start: np.ndarray, updates: Sequence[Update]) -> np.ndarray:
    """The parameter at the start and after each update, stacked along a first axis."""
    return np.stack([start, *(update.param for update in updates)])


def divergence(params: np.ndarray, losses: np.ndarray) -> Divergence | None:
    """Where a run leaves for good: the loss grows a million times, or a number stops being finite. None if it stays.

    Both hold the start first, then one entry per update.
    """
    first = losses[0]
    most = FAR * max(1.0, abs(first)) if np.isfinite(first) else np.inf
    finite = np.isfinite(params).reshape(len(params), -1).all(1)
    gone = ~finite | (np.abs(losses) > most)
    gone[0] = False
    if not gone.any():
        return None
    place = int(np.argmax(gone))
    if not finite[place]:
        return Divergence(place, f"Diverged at update {place}: a number is no longer finite.")
    if losses[place] > 0:
        return Divergence(place, f"Diverged at update {place}: the loss is over a million times what it was.")
    return Divergence(place, f"Falls without end: at update {place} the loss is below −{most:,.0f}.")
