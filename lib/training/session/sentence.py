"""What happened at one moment of a session with an optimizer, and why: read off what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.training.session.replay import FRESH, Moment
from lib.training.session.snapshot import MISSING, Change, Param, Snapshot, state_path


def what_happened(moment: Moment) -> str:
    """One to four short sentences in Markdown."""
    if moment.refused:
        return f"Refused, and nothing changed: {moment.refused}." if not moment.changes else _half_done(moment)
    said = SAYS[moment.action.letter](moment)
    return " ".join([*said, *_saved_moved_along(moment)]) or "Nothing changed."


def _half_done(moment: Moment) -> str:
    return f"Refused half-way: {moment.refused}. Changed before that: {', '.join(moment.changes)}."


def _backward(moment: Moment) -> list[str]:
    said, grew = [], False
    for name, was, now in _params(moment):
        if f"{name}.grad" not in moment.changes:
            said.append(f"`{name}` is frozen, so backward adds nothing: its `.grad` stays {_shown(now.grad)}.")
        elif was.grad is None:
            said.append(f"`{name}.grad` was None and is now {_shown(now.grad)}.")
        else:
            said.append(f"`{name}.grad` grew from {_shown(was.grad)} to {_shown(now.grad)}.")
            grew = grew or bool(np.any(was.grad))
    if grew:
        said.append("Backward adds to what is there, it does not replace it.")
    return [*said, "No parameter moved: only `step` does that."] if _nobody_moved(moment) else said


def _step(moment: Moment) -> list[str]:
    return [_stepped(moment, name, was, now) for name, was, now in _params(moment)]


def _stepped(moment: Moment, name: str, was: Param, now: Param) -> str:
    """Why a parameter moved, or why it did not."""
    if was.group is None:
        return f"`{name}` stays: it is in no group of this optimizer."
    if was.grad is None:
        kept = f" and leaves {', '.join(was.state)} alone" if was.state else ""
        return f"`{name}` stays: its `.grad` is None, so `step` skips it{kept}."
    group = moment.before.groups[was.group]
    buffers = _buffer_changes(moment, name, now.state)
    if same_everywhere(was.value, now.value):
        return f"`{name}` stays: {_why_no_move(was, group)}{buffers}."
    by = _shown(now.value.astype(np.float64) - was.value, sign=True)
    if not np.any(was.grad):
        return f"`{name}` moved by {by} although its `.grad` is 0: {_why_coasting(was, group)}{buffers}."
    frozen = " although it is frozen, for `step` looks at `.grad` only" if not was.requires_grad else ""
    cause = f"lr is {group['lr']:g} and `.grad` {_shown(was.grad)}{_passes(name, was.grad)}"
    return f"`{name}` moved by {by}{frozen}: {cause}{buffers}."


def same_everywhere(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.array_equal(a, b, equal_nan=True))


def _why_no_move(was: Param, group: Mapping[str, Any]) -> str:
    if not np.any(was.grad):
        return "its `.grad` is 0 and nothing else pulls at it"
    return "lr is 0" if group["lr"] == 0 else f"the move is too small for its numbers to show (lr {group['lr']:g})"


def _why_coasting(was: Param, group: Mapping[str, Any]) -> str:
    """What moves a parameter whose gradient is zero."""
    causes = []
    moving = [name for name in ("momentum_buffer", "exp_avg") if name in was.state and np.any(was.state[name])]
    if moving:
        causes.append(f"{moving[0]} carries earlier gradients on")
    if group["weight_decay"]:
        causes.append(f"weight_decay {group['weight_decay']:g} pulls it towards 0")
    return " and ".join(causes)


def _passes(name: str, grad: np.ndarray) -> str:
    """How many backward passes a gradient holds, where it holds more than one."""
    passes = grad / FRESH[name]
    whole = np.all(passes == passes.flat[0]) and passes.flat[0] == round(float(passes.flat[0])) and passes.flat[0] > 1
    return f", the sum of {int(passes.flat[0])} backward passes" if whole else ""


def _buffer_changes(moment: Moment, name: str, state: Mapping[str, Any]) -> str:
    found = {b: moment.changes[state_path(name, b)] for b in state if state_path(name, b) in moment.changes}
    if not found:
        return ""
    new = [b for b, change in found.items() if isinstance(change.before, str)]
    if new:
        return f". Its state began: {', '.join(f'{b} {_shown(found[b].after)}' for b in new)}"
    return ". " + ", ".join(f"{b} went {_from_to(change)}" for b, change in found.items())


def _zero_grad(moment: Moment) -> list[str]:
    said = []
    for name, was, now in _params(moment):
        if was.group is None and was.grad is not None:
            said.append(
                f"`{name}.grad` stays {_shown(now.grad)}: zero_grad clears only what is in the optimizer's groups."
            )
        elif f"{name}.grad" in moment.changes:
            said.append(f"`{name}.grad` was {_shown(was.grad)} and is now {_shown(now.grad)}.")
        elif was.group is not None and was.grad is None:
            said.append(f"`{name}.grad` was None already and stays so.")
        elif was.group is not None:
            said.append(f"`{name}.grad` was 0 already.")
    return [*said, *_next_step(moment.after)]


def _next_step(now: Snapshot) -> list[str]:
    """What the gradients mean for the next step."""
    held = {name: param for name, param in now.params.items() if param.group is not None}
    skipped = [f"`{name}`" for name, param in held.items() if param.grad is None]
    if len(skipped) == len(held):
        return [f"The next `step` will skip {' and '.join(skipped)}."]
    return ["A gradient of 0 is still a gradient: the next `step` lets momentum and weight decay go on."]


def _add_group(moment: Moment) -> list[str]:
    place = len(moment.after.groups) - 1
    group = moment.after.groups[place]
    defaults = [k for k in group if k not in ("params", "lr") and group[k] == moment.after.groups[0].get(k)]
    return [
        f"`{', '.join(group['params'])}` is now in `param_groups[{place}]` with lr {group['lr']:g}; "
        f"the other {len(defaults)} options were not given and came from `optimizer.defaults`."
    ]


def _set_lr(moment: Moment) -> list[str]:
    return [
        *_options(moment.changes, moment.after),
        "No parameter moved; the next `step` reads it from the group.",
    ]


def _options(found: Mapping[str, Change], now: Snapshot) -> list[str]:
    said = []
    for place, group in enumerate(now.groups):
        for option in group:
            change = found.get(f'optimizer.param_groups[{place}]["{option}"]')
            if change:
                said.append(f"{option} of group {place} went {change.before} → {change.after}.")
    return said


def _freeze(moment: Moment) -> list[str]:
    said = []
    for name, was, now in _params(moment):
        if was.requires_grad == now.requires_grad:
            continue
        said.append(f"`{name}.requires_grad` is now {now.requires_grad}.")
        if now.requires_grad:
            said.append("The next backward adds to its `.grad` again.")
        elif now.grad is None:
            said.append("Its `.grad` is None and backward will leave it so: `step` skips it.")
        else:
            said.append(f"Its `.grad` is still there ({_shown(now.grad)}): the next `step` moves it all the same.")
    return said


def _saved(moment: Moment) -> list[str]:
    saved = moment.after.saved
    assert saved is not None
    keys = list(saved["state"])
    if not keys:
        return ["`saved` holds the options of every group; its state is empty, for no step has made any."]
    whose = (
        "Its tensors are the optimizer's own, not copies: they will change with the next step."
        if moment.after.saved_is_own
        else "Its tensors are copies: the next step does not reach them."
    )
    return [f"`saved` has its state under the number of the parameter ({', '.join(map(str, keys))}). {whose}"]


def _load(moment: Moment) -> list[str]:
    """What loading put back: options, buffers; never the parameters."""
    found = moment.changes
    said = _options(found, moment.after)
    for name, was, now in _params(moment):
        for buffer in {**was.state, **now.state}:
            change = found.get(state_path(name, buffer))
            if change:
                gone = isinstance(change.after, str)
                said.append(f"{buffer} of `{name}` {'is gone' if gone else 'went ' + _from_to(change)}.")
    if not said:
        said = ["No option and no buffer changed: the optimizer held these values already."]
        if moment.action.letter == "L" and moment.before.saved_is_own:
            said = ["Nothing went back: `saved` holds the optimizer's own tensors, which moved along with it."]
    if moment.after.saved_is_own:
        said.append("From here on it works in the very tensors of `saved`.")
    return [*said, "Parameters and gradients are no part of it."]


def _saved_moved_along(moment: Moment) -> list[str]:
    """Where an action other than saving changed the variable `saved` too."""
    if moment.action.letter in "dcU" or not any(path.startswith("saved[") for path in moment.changes):
        return []
    return ["`saved` changed too: `state_dict()` and `load_state_dict()` share tensors, they do not copy."]


SAYS: Mapping[str, Callable[[Moment], list[str]]] = {
    "b": _backward,
    "s": _step,
    "z": _zero_grad,
    "Z": _zero_grad,
    "g": _add_group,
    "l": _set_lr,
    "f": _freeze,
    "u": _freeze,
    "d": _saved,
    "c": _saved,
    "L": _load,
    "U": _load,
}


def _params(moment: Moment) -> list[tuple[str, Param, Param]]:
    return [(name, moment.before.params[name], now) for name, now in moment.after.params.items()]


def _nobody_moved(moment: Moment) -> bool:
    return not any(name in moment.changes for name in moment.after.params)


def _from_to(change: Change) -> str:
    return f"{_shown(change.before)} → {_shown(change.after)}"


def _shown(value: Any, sign: bool = False) -> str:
    """A value in a sentence: one number where all are equal, else the smallest and the largest."""
    if value is None or isinstance(value, str):
        return "nothing" if value == MISSING else str(value)
    low, high = (_figure(float(v), sign) for v in (np.min(value), np.max(value)))
    return low if low == high else f"{low} to {high}"


def _figure(value: float, sign: bool = False) -> str:
    return f"{value:{'+' if sign else ''}.4g}".replace("-", "−")
