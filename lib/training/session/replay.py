"""A session with a real torch optimizer, as data: a list of actions that is replayed, and what each one changed.

Nothing lives between two replays: every learner, and every click, gets an optimizer of its own.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from lib.training.session.actions import ACTION_KINDS, Action, Live, SetUp
from lib.training.session.snapshot import Change, Snapshot, changes, snapshot

FRESH = {"weight": 1.0, "bias": 2.0}  # the gradient that one backward pass adds
REFUSALS = (RuntimeError, ValueError, TypeError, ArithmeticError)  # what torch raises for what these actions may ask


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
    seeded = torch.Generator().manual_seed(1)  # as torch.manual_seed(1), but for nobody else
    params = {
        "weight": torch.randn((2, 2), generator=seeded).requires_grad_(),
        "bias": torch.randn(2, generator=seeded).requires_grad_(),
    }
    return Live(getattr(torch.optim, setup.optimizer)([params["weight"]], **setup.arguments), params)


def perform(live: Live, action: Action) -> str:
    """Carries the action out. Returns what torch, or a check before it, says where it refuses; else an empty text."""
    try:
        ACTION_KINDS[action.letter].does(live, action)
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
    """The whole session, from a new optimizer on. Raises ValueError where torch refuses a setting."""
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
    """Whether torch itself refused it. What a check of ours refused gets no line in the program."""
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
