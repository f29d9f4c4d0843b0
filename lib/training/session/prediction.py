"""The learner's own number for one element after the next step, judged before the step is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from lib.tensors.number import TensorTextError
from lib.tensors.read import Typed, read
from lib.tensors.rounding import fits
from lib.training.session.actions import PARAMS, Action, Live, SetUp
from lib.training.session.replay import FRESH, live_after, perform

STEP = Action("s")
Place = tuple[str, tuple[int, ...]]  # a parameter's name and the element's index
ELEMENTS: dict[str, Place] = {
    f"{name}[{', '.join(map(str, index))}]": (name, index)
    for name, shape in zip(PARAMS, ((2, 2), (2,)), strict=True)
    for index in np.ndindex(*shape)
}


@dataclass(frozen=True)
class Appraisal:
    """Whether a prediction is right, and if it is not, the likely mistake."""

    kind: Literal["right", "mistake", "wrong", "unreadable"]
    says: str = ""


@dataclass(frozen=True)
class Slip:
    """A way to go wrong: `guess` makes the step as a learner who slips would, on an optimizer of its own."""

    says: str
    guess: Callable[[Live, Place], float]


def predict(setup: SetUp, actions: Sequence[Action], element: str, text: str) -> Appraisal:
    """Judges the number typed for an element after one more step."""
    try:
        entry = read(text)
    except TensorTextError as error:
        return Appraisal("unreadable", str(error))
    if entry.array.shape != ():
        return Appraisal("unreadable", "expected one number")
    place = ELEMENTS[element]
    truth = _after_step(live_after(setup, actions), place)
    if _fits(entry, truth):
        return Appraisal("right")
    found = [slip.says for slip in SLIPS if _fits_slip(entry, slip, live_after(setup, actions), place, truth)]
    if found:
        return Appraisal("mistake", " Or: ".join(dict.fromkeys(found)))
    return Appraisal("wrong")


def _fits(entry: Typed, value: float) -> bool:
    return bool(fits(entry, np.asarray(value, dtype=np.float64)).all())


def _fits_slip(entry: Typed, slip: Slip, live: Live, place: Place, truth: float) -> bool:
    """Whether the entry is what this slip gives, and not the right number."""
    wrong = slip.guess(live, place)
    return not _fits(entry, truth) and wrong != truth and _fits(entry, wrong)


def _now(live: Live, place: Place) -> float:
    name, index = place
    return float(live.params[name].detach()[index])


def _grad(live: Live, place: Place) -> float:
    name, index = place
    grad = live.params[name].grad
    return FRESH[name] if grad is None else float(grad[index])


def _lr(live: Live, place: Place) -> float:
    return float(live.optimizer.param_groups[live.group_of(place[0]) or 0]["lr"])


def _after_step(live: Live, place: Place) -> float:
    perform(live, STEP)
    return _now(live, place)


def _one_pass(live: Live, place: Place) -> float:
    """The gradient of one backward pass only."""
    param = live.params[place[0]]
    if param.grad is not None and torch.any(param.grad != 0):
        param.grad.fill_(FRESH[place[0]])
    return _after_step(live, place)


def _other_group(live: Live, place: Place) -> float:
    groups = live.optimizer.param_groups
    own = live.group_of(place[0])
    if own is not None and len(groups) > 1:
        groups[own]["lr"] = groups[1 - own]["lr"]
    return _after_step(live, place)


def _uphill(live: Live, place: Place) -> float:
    now = _now(live, place)
    return 2 * now - _after_step(live, place)


def _skipped(live: Live, place: Place) -> float:
    """Nothing moves, although there is a gradient."""
    param = live.params[place[0]]
    frozen_or_zero = not param.requires_grad or param.grad is None or not torch.any(param.grad)
    return float("nan") if frozen_or_zero else _now(live, place)


def _frozen_skipped(live: Live, place: Place) -> float:
    return _now(live, place) if not live.params[place[0]].requires_grad else float("nan")


def _zero_skipped(live: Live, place: Place) -> float:
    grad = live.params[place[0]].grad
    return _now(live, place) if grad is not None and not torch.any(grad) else float("nan")


def _none_coasts(live: Live, place: Place) -> float:
    """A gradient of None taken for 0."""
    param = live.params[place[0]]
    if param.grad is None:
        param.grad = torch.zeros_like(param)
    return _after_step(live, place)


def _plain_descent(live: Live, place: Place) -> float:
    """lr times the gradient, without the state; also for a parameter that is skipped."""
    return _now(live, place) - _lr(live, place) * _grad(live, place)


def _outside(live: Live, place: Place) -> float:
    return _plain_descent(live, place) if live.group_of(place[0]) is None else float("nan")


def _none_moves(live: Live, place: Place) -> float:
    param = live.params[place[0]]
    in_group = live.group_of(place[0]) is not None
    return _plain_descent(live, place) if param.grad is None and in_group else float("nan")


def _stateless(live: Live, place: Place) -> float:
    param = live.params[place[0]]
    in_group = live.group_of(place[0]) is not None
    return _plain_descent(live, place) if param.grad is not None and in_group else float("nan")


SLIPS = (
    Slip("You used the gradient of one backward pass; `.grad` holds the sum of all since it was cleared.", _one_pass),
    Slip("You used the learning rate of the other group; each parameter has that of its own.", _other_group),
    Slip("The sign: a step goes against the gradient, so lr times it is subtracted.", _uphill),
    Slip("You left the parameter where it is; its `.grad` is not None, so `step` moves it.", _skipped),
    Slip("Frozen, you thought; but `step` looks at `.grad` only, and the old one is still there.", _frozen_skipped),
    Slip("A gradient of 0 is not None: momentum and weight decay go on.", _zero_skipped),
    Slip("You let it coast on as with a gradient of 0; its `.grad` is None, so `step` skips it.", _none_coasts),
    Slip("This parameter is in no group, so `step` does not move it.", _outside),
    Slip("Its `.grad` is None, so `step` skips it.", _none_moves),
    Slip("You subtracted lr times `.grad`; this optimizer also brings in its state and its other options.", _stateless),
)
