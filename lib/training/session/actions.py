"""What can be done to the live optimizer, one letter each in the address, and how it is set up."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.refusal import Refusal
from lib.training.session.state_file import as_code, checked, unpack

MOST_ACTIONS = 60
PARAMS = ("weight", "bias")
BACKWARD = "(weight.sum() + 2 * bias.sum()).backward()"
_NUMBER = r"\d+\.?\d*(?:e-?\d+)?"


@dataclass(frozen=True)
class Setting:
    """A number that the constructor takes; `beta1` and `beta2` become `betas`."""

    name: str
    default: float
    says: str


LR = "How far one step goes."
BETA1 = "How much of the average of the gradients is kept."
BETA2 = "How much of the average of their squares is kept."
DECAY = "How strongly a parameter is pulled towards 0."

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
        return self.letter + ACTION_KINDS[self.letter].arguments(self)

    @property
    def name(self) -> str:
        """As it is called in the list of what was done."""
        return ACTION_KINDS[self.letter].name.format(
            param=PARAMS[min(self.place, 1)], place=self.place, number=self.number
        )

    @property
    def code(self) -> str:
        """The line of Python that does it."""
        return ACTION_KINDS[self.letter].code(self)


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
class ActionKind:
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
        raise Refusal("there is no param_groups[{place}] yet", place=place)
    return live.optimizer.param_groups[place]


def _save(live: Live, action: Action) -> None:
    live.saved = live.optimizer.state_dict()


def _save_copy(live: Live, action: Action) -> None:
    live.saved = copy.deepcopy(live.optimizer.state_dict())


def _load(live: Live, action: Action) -> None:
    if live.saved is None:
        raise Refusal("nothing is saved yet: take a state_dict first")
    live.optimizer.load_state_dict(live.saved)


def _load_file(live: Live, action: Action) -> None:
    state = checked(live.optimizer, unpack(action.data))
    live.optimizer.load_state_dict(state)
    live.saved = state


def _number(value: float) -> str:
    return repr(float(value)).replace("e+", "e")


ACTION_KINDS: Mapping[str, ActionKind] = {
    "b": ActionKind(
        "backward",
        lambda live, a: (live.params["weight"].sum() + 2 * live.params["bias"].sum()).backward(),
        lambda a: BACKWARD,
    ),
    "s": ActionKind("step", lambda live, a: live.optimizer.step(), lambda a: "optimizer.step()"),
    "z": ActionKind("zero_grad to None", lambda live, a: live.optimizer.zero_grad(), lambda a: "optimizer.zero_grad()"),
    "Z": ActionKind(
        "zero_grad to 0",
        lambda live, a: live.optimizer.zero_grad(set_to_none=False),
        lambda a: "optimizer.zero_grad(set_to_none=False)",
    ),
    "g": ActionKind(
        "add_param_group",
        _add_group,
        lambda a: f'optimizer.add_param_group({{"params": [bias], "lr": {a.number!r}}})',
        lambda a: _number(a.number),
    ),
    "l": ActionKind(
        "lr of group {place} = {number:g}",
        _set_lr,
        lambda a: f'optimizer.param_groups[{a.place}]["lr"] = {a.number!r}',
        lambda a: f"{a.place}:{_number(a.number)}",
    ),
    "f": ActionKind(
        "freeze {param}",
        lambda live, a: live.params[PARAMS[a.place]].requires_grad_(False),
        lambda a: f"{PARAMS[a.place]}.requires_grad_(False)",
        lambda a: str(a.place),
    ),
    "u": ActionKind(
        "unfreeze {param}",
        lambda live, a: live.params[PARAMS[a.place]].requires_grad_(True),
        lambda a: f"{PARAMS[a.place]}.requires_grad_(True)",
        lambda a: str(a.place),
    ),
    "d": ActionKind("state_dict", _save, lambda a: "saved = optimizer.state_dict()"),
    "c": ActionKind("state_dict, copied", _save_copy, lambda a: "saved = copy.deepcopy(optimizer.state_dict())"),
    "L": ActionKind("load_state_dict", _load, lambda a: "optimizer.load_state_dict(saved)"),
    "U": ActionKind(
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
            raise Refusal(
                "the link holds {piece!r} at place {place}, which is no action", piece=text[at : at + 12], place=at + 1
            )
        actions.append(_action(found))
        at = found.end()
    if len(actions) > MOST_ACTIONS:
        raise Refusal("the link holds {count} actions; expected at most {most}", count=len(actions), most=MOST_ACTIONS)
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
        raise Refusal("the link holds the learning rate {rate}; expected a finite number", rate=text[:12])
    return float(text)


def as_text(actions: Sequence[Action]) -> str:
    """The actions as a link holds them."""
    return "".join(action.token for action in actions)
