"""A session with a real torch optimizer, as data: a list of actions that is replayed, and what each one changed.

Nothing lives between two replays: every learner, and every click, gets an optimizer of its own.
"""

from __future__ import annotations

import copy
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lib.lesson.optimizer_state_file import as_code, checked, unpack

MOST_ACTIONS = 60
PARAMS = ("weight", "bias")
BACKWARD = "(weight.sum() + 2 * bias.sum()).backward()"
FRESH = {"weight": 1.0, "bias": 2.0}  # the gradient that one backward pass adds
REFUSALS = (RuntimeError, ValueError)  # what torch raises for what these actions may ask of it
_NUMBER = r"\d+\.?\d*(?:e-?\d+)?"


@dataclass(frozen=True)
class Setting:
    """A number that the constructor takes; `beta1` and `beta2` become `betas`."""

    name: str
    default: float
    says: str


LR = "How far one step goes."
DECAY = "How strongly a parameter is pulled towards 0."
BETA1 = "How much of the average of the gradients is kept."
BETA2 = "How much of the average of their squares is kept."

# lr is 0.1 as in the article, and momentum is on: a state without a buffer shows little.
OPTIMIZERS: Mapping[str, tuple[Setting, ...]] = {
    "SGD": (
        Setting("lr", 0.1, LR),
        Setting("momentum", 0.9, "How much of the buffer is kept."),
        Setting("weight_decay", 0.0, DECAY),
    ),
    "Adam": (
        Setting("lr", 0.1, LR),
        Setting("beta1", 0.9, BETA1),
        Setting("beta2", 0.999, BETA2),
        Setting("weight_decay", 0.0, DECAY),
    ),
    "AdamW": (
        Setting("lr", 0.1, LR),
        Setting("beta1", 0.9, BETA1),
        Setting("beta2", 0.999, BETA2),
        Setting("weight_decay", 0.01, DECAY),
    ),
    "RMSprop": (
        Setting("lr", 0.1, LR),
        Setting("alpha", 0.99, "How much of the average of the squares is kept."),
        Setting("momentum", 0.0, "How much of the buffer is kept."),
        Setting("weight_decay", 0.0, DECAY),
    ),
    "Adagrad": (
        Setting("lr", 0.1, LR),
        Setting("lr_decay", 0.0, "How fast the learning rate falls."),
        Setting("weight_decay", 0.0, DECAY),
    ),
}


@dataclass(frozen=True)
class SetUp:
    """Which optimizer, and the settings that differ from those in OPTIMIZERS."""

    optimizer: str = "SGD"
    settings: tuple[tuple[str, float], ...] = ()

    @property
    def arguments(self) -> dict[str, Any]:
        """What the constructor is called with."""
        chosen = {setting.name: setting.default for setting in OPTIMIZERS[self.optimizer]} | dict(self.settings)
        if "beta1" in chosen:
            chosen["betas"] = (chosen.pop("beta1"), chosen.pop("beta2"))  # type: ignore[assignment]
        return chosen


@dataclass(frozen=True)
class Action:
    """One click. `place` is a parameter's or a group's number, `number` a learning rate, `data` a packed state."""

    letter: str
    place: int = 0
    number: float = 0.0
    data: str = ""

    @property
    def token(self) -> str:
        """As it stands in the URL."""
        return self.letter + KINDS[self.letter].arguments(self)

    @property
    def name(self) -> str:
        """As it is called in the list of what was done."""
        return KINDS[self.letter].name.format(param=PARAMS[min(self.place, 1)], place=self.place, number=self.number)

    @property
    def code(self) -> str:
        """The line of Python that does it."""
        return KINDS[self.letter].code(self)


@dataclass
class Live:
    """One optimizer, the parameters, and the variable `saved` of the session's program."""

    optimizer: Any
    params: dict[str, Any]
    saved: dict[str, Any] | None = None

    def group_of(self, name: str) -> int | None:
        """The number of the group that holds this very tensor; None where no group does."""
        groups = self.optimizer.param_groups
        return next((i for i, g in enumerate(groups) if any(p is self.params[name] for p in g["params"])), None)


@dataclass(frozen=True)
class Kind:
    """One kind of action: how it is called, what it does, its line of code, and what follows its letter in the URL."""

    name: str
    does: Callable[[Live, Action], object]
    code: Callable[[Action], str]
    arguments: Callable[[Action], str] = lambda action: ""


def _add_group(live: Live, action: Action) -> None:
    live.optimizer.add_param_group({"params": [live.params["bias"]], "lr": action.number})


def _set_lr(live: Live, action: Action) -> None:
    _need_group(live, action.place)["lr"] = action.number


def _need_group(live: Live, place: int) -> dict[str, Any]:
    if place >= len(live.optimizer.param_groups):
        raise ValueError(f"there is no param_groups[{place}] yet")
    return live.optimizer.param_groups[place]


def _save(live: Live, action: Action) -> None:
    live.saved = live.optimizer.state_dict()


def _save_copy(live: Live, action: Action) -> None:
    live.saved = copy.deepcopy(live.optimizer.state_dict())


def _load(live: Live, action: Action) -> None:
    if live.saved is None:
        raise ValueError("nothing is saved yet: take a state_dict first")
    live.optimizer.load_state_dict(live.saved)


def _load_file(live: Live, action: Action) -> None:
    state = checked(live.optimizer, unpack(action.data))
    live.optimizer.load_state_dict(state)
    live.saved = state


def _number(value: float) -> str:
    return repr(float(value)).replace("e+", "e")


KINDS: Mapping[str, Kind] = {
    "b": Kind(
        "backward",
        lambda live, a: (live.params["weight"].sum() + 2 * live.params["bias"].sum()).backward(),
        lambda a: BACKWARD,
    ),
    "s": Kind("step", lambda live, a: live.optimizer.step(), lambda a: "optimizer.step()"),
    "z": Kind("zero_grad to None", lambda live, a: live.optimizer.zero_grad(), lambda a: "optimizer.zero_grad()"),
    "Z": Kind(
        "zero_grad to 0",
        lambda live, a: live.optimizer.zero_grad(set_to_none=False),
        lambda a: "optimizer.zero_grad(set_to_none=False)",
    ),
    "g": Kind(
        "add_param_group",
        _add_group,
        lambda a: f'optimizer.add_param_group({{"params": [bias], "lr": {a.number!r}}})',
        lambda a: _number(a.number),
    ),
    "l": Kind(
        "lr of group {place} = {number:g}",
        _set_lr,
        lambda a: f'optimizer.param_groups[{a.place}]["lr"] = {a.number!r}',
        lambda a: f"{a.place}:{_number(a.number)}",
    ),
    "f": Kind(
        "freeze {param}",
        lambda live, a: live.params[PARAMS[a.place]].requires_grad_(False),
        lambda a: f"{PARAMS[a.place]}.requires_grad_(False)",
        lambda a: str(a.place),
    ),
    "u": Kind(
        "unfreeze {param}",
        lambda live, a: live.params[PARAMS[a.place]].requires_grad_(True),
        lambda a: f"{PARAMS[a.place]}.requires_grad_(True)",
        lambda a: str(a.place),
    ),
    "d": Kind("state_dict", _save, lambda a: "saved = optimizer.state_dict()"),
    "c": Kind("state_dict, copied", _save_copy, lambda a: "saved = copy.deepcopy(optimizer.state_dict())"),
    "L": Kind("load_state_dict", _load, lambda a: "optimizer.load_state_dict(saved)"),
    "U": Kind(
        "load_state_dict from a file",
        _load_file,
        lambda a: f"saved = {as_code(unpack(a.data))}\noptimizer.load_state_dict(saved)",
        lambda a: f"{a.data}~",
    ),
}

_TOKEN = re.compile(rf"([bszZdcL])|(g)({_NUMBER})|(l)([01]):({_NUMBER})|([fu])([01])|(U)([\w-]+)~", re.ASCII)


def actions_in(text: str) -> tuple[Action, ...]:
    """The actions that a link holds, such as `bsg0.01s`. ValueError names what cannot be read."""
    actions: list[Action] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"the link holds {text[at : at + 12]!r} at place {at + 1}, which is no action")
        actions.append(_action(found))
        at = found.end()
    if len(actions) > MOST_ACTIONS:
        raise ValueError(f"the link holds {len(actions)} actions; expected at most {MOST_ACTIONS}")
    return tuple(actions)


def _action(found: re.Match[str]) -> Action:
    plain, group, group_lr, lr, place, new_lr, freeze, param, file, data = found.groups()
    if group:
        return Action(group, 1, _finite(group_lr))
    if lr:
        return Action(lr, int(place), _finite(new_lr))
    return Action(freeze, int(param)) if freeze else Action(file, data=data) if file else Action(plain)


def _finite(text: str) -> float:
    if not math.isfinite(float(text)):
        raise ValueError(f"the link holds the learning rate {text[:12]}; expected a finite number")
    return float(text)


def as_text(actions: Sequence[Action]) -> str:
    """The actions as a link holds them."""
    return "".join(action.token for action in actions)


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


@dataclass(frozen=True, eq=False)
class Moment:
    """An action with everything before and after it. `refused` holds torch's words where it refused."""

    action: Action
    before: Snapshot
    after: Snapshot
    refused: str = ""

    @property
    def changes(self) -> dict[str, Change]:
        return changes(self.before, self.after)


@dataclass(frozen=True, eq=False)
class Session:
    """A replayed session: every moment, what stands now, and what its program prints."""

    start: Snapshot
    moments: tuple[Moment, ...]
    printed: str
    same_object: bool  # optimizer.param_groups[0]["params"][0] is weight
    same_id: bool
    file: bytes  # torch.save(optimizer.state_dict(), ...)

    @property
    def now(self) -> Snapshot:
        return self.moments[-1].after if self.moments else self.start


def begin(setup: SetUp) -> Live:
    """A new optimizer over `weight`; `bias` is in no group yet. ValueError where torch refuses a setting."""
    seeded = torch.Generator().manual_seed(1)  # draws what torch.manual_seed(1) would, but disturbs nobody
    params = {
        "weight": torch.randn((2, 2), generator=seeded).requires_grad_(),
        "bias": torch.randn(2, generator=seeded).requires_grad_(),
    }
    return Live(getattr(torch.optim, setup.optimizer)([params["weight"]], **setup.arguments), params)


def perform(live: Live, action: Action) -> str:
    """Does it; what torch (or a check in front of it) answers where it refuses, else an empty text."""
    try:
        KINDS[action.letter].does(live, action)
    except REFUSALS as error:
        return str(error)
    return ""


def live_after(setup: SetUp, actions: Sequence[Action]) -> Live:
    """A new optimizer that has been through the actions."""
    live = begin(setup)
    for action in actions:
        perform(live, action)
    return live


def replay(setup: SetUp, actions: Sequence[Action]) -> Session:
    """The whole session, from a new optimizer on. ValueError where torch refuses a setting."""
    live = begin(setup)
    start = before = snapshot(live)
    moments = []
    for action in actions:
        refused = perform(live, action)
        after = snapshot(live)
        moments.append(Moment(action, before, after, refused))
        before = after
    held = live.optimizer.param_groups[0]["params"][0]
    return Session(
        start,
        tuple(moments),
        _printed(live, moments),
        held is live.params["weight"],
        id(held) == id(live.params["weight"]),
        state_file(live.optimizer),
    )


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


def state_file(optimizer: Any) -> bytes:
    """What torch.save writes of the optimizer's state."""
    file = io.BytesIO()
    torch.save(optimizer.state_dict(), file)
    return file.getvalue()


PRINTS = (
    'print(optimizer.param_groups[0]["params"][0] is weight)',
    "print(weight, weight.grad)",
    "print(bias, bias.grad)",
    "print(optimizer.state_dict())",
)


def _printed(live: Live, moments: Sequence[Moment]) -> str:
    weight, bias = live.params["weight"], live.params["bias"]
    held = live.optimizer.param_groups[0]["params"][0]
    answers = [f"PyTorch refuses: {moment.refused}" for moment in moments if _torch_refused(moment)]
    results = [held is weight, f"{weight} {weight.grad}", f"{bias} {bias.grad}", live.optimizer.state_dict()]
    return "".join(f"{line}\n" for line in [*answers, *results])


def _torch_refused(moment: Moment) -> bool:
    """Refused by torch itself; what a check of ours refused has no line in the program."""
    letter = moment.action.letter
    ours = letter in "lU" or (letter == "L" and moment.before.saved is None)
    return bool(moment.refused) and not ours


def session_code(setup: SetUp, moments: Sequence[Moment]) -> str:
    """The session as a program to copy: it runs from top to bottom and prints what the page shows."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in setup.arguments.items())
    copies = any(moment.action.letter == "c" for moment in moments)
    lines = [
        *(["import copy", ""] if copies else []),
        "import torch",
        "",
        "torch.manual_seed(1)",
        "weight = torch.randn((2, 2), requires_grad=True)",
        "bias = torch.randn(2, requires_grad=True)",
        f"optimizer = torch.optim.{setup.optimizer}([weight], {arguments})",
        "",
        *(_line(moment) for moment in moments if not moment.refused or _torch_refused(moment)),
        *([""] if moments else []),
        *PRINTS,
    ]
    return "\n".join(lines) + "\n"


def _line(moment: Moment) -> str:
    if not moment.refused:
        return moment.action.code
    body = "\n".join(f"    {line}" for line in moment.action.code.splitlines())
    return f'try:\n{body}\nexcept (RuntimeError, ValueError) as error:\n    print(f"PyTorch refuses: {{error}}")'
