"""Whose turn it is among those who wait for a worker: fair between addresses, and within an address between visitors.

A visitor is known by address and cookie, not by tab: whoever opens twelve tabs is one visitor, and whoever throws the
cookie away still shares one address. The address that has used the least time comes next, and within it the visitor;
of equals, whoever came first. Who comes new starts where those who waited all along would be by now if each had got an
equal share: this is weighted fair queueing (Demers, Keshav and Shenker, 1989), one level inside another.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

LEAST_SECONDS = 0.05  # what a job counts at least, so that many short ones take turns too


@dataclass(frozen=True)
class Visitor:
    """Who brings a job. Without a cookie all of one address are one visitor; without an address, one neighbourhood."""

    address: str = ""
    cookie: str = ""


@dataclass(eq=False)
class Turn:
    """A job that waits."""

    visitor: Visitor


@dataclass(eq=False)
class _One:
    """A visitor's turns, and the time that they have used."""

    used: float
    waiting: deque[Turn] = field(default_factory=deque)
    running: bool = False


@dataclass(eq=False)
class _Address:
    used: float
    share: float = 0.0  # what a visitor who was there all along would have used by now
    visitors: dict[str, _One] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return sum(len(one.waiting) for one in self.visitors.values())

    @property
    def running(self) -> int:
        return sum(one.running for one in self.visitors.values())


class Turns:
    """The order of those who wait. Not safe between threads: whoever asks holds a lock."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.count = 0  # of those who wait
        self._share = 0.0  # what an address that was there all along would have used by now
        self._addresses: dict[str, _Address] = {}

    def join(self, visitor: Visitor) -> Turn:
        """A turn at the end of its visitor's own."""
        turn = Turn(visitor)
        address = self._addresses.get(visitor.address)
        if address is None:
            address = _Address(self._share)
            self._addresses[visitor.address] = address
        one = address.visitors.get(visitor.cookie)
        if one is None:
            one = address.visitors[visitor.cookie] = _One(address.share)
        one.waiting.append(turn)
        self.count += 1
        return turn

    def next(self) -> Turn | None:
        """Takes the next turn out and counts it as running; None where nobody may run now.

        A visitor runs one job at a time, and while another address waits, an address leaves it one worker at least.
        """
        ready = [a for a in self._addresses.values() if any(_may_run(one) for one in a.visitors.values())]
        most = self.workers if len(ready) < 2 else max(1, self.workers - 1)
        address = min((a for a in ready if a.running < most), key=lambda a: a.used, default=None)
        if address is None:
            return None
        one = min((o for o in address.visitors.values() if _may_run(o)), key=lambda o: o.used)
        one.running = True
        self.count -= 1
        return one.waiting.popleft()

    def ended(self, turn: Turn, seconds: float) -> None:
        """The job of a turn is over after this time on a worker."""
        address = self._addresses[turn.visitor.address]
        one = address.visitors[turn.visitor.cookie]
        one.running = False
        used = max(seconds, LEAST_SECONDS)
        address.used += used
        one.used += used
        self._share += used / len(self._addresses)
        address.share += used / len(address.visitors)
        self._forget(turn.visitor)

    def leave(self, turn: Turn) -> None:
        """A turn that is given up before it came."""
        self._addresses[turn.visitor.address].visitors[turn.visitor.cookie].waiting.remove(turn)
        self.count -= 1
        self._forget(turn.visitor)

    def place(self, turn: Turn) -> int:
        """How many will have had their turn when this one comes, itself included, if all jobs take the same time."""
        address = self._addresses[turn.visitor.address]
        one = address.visitors[turn.visitor.cookie]
        within = _before(one.waiting.index(turn), one, [(o, len(o.waiting)) for o in address.visitors.values()])
        return _before(within, address, [(a, a.waiting) for a in self._addresses.values()]) + 1

    def _forget(self, visitor: Visitor) -> None:
        """Who neither waits nor runs is forgotten: an address that rests does not save up turns, nor carry debts."""
        address = self._addresses[visitor.address]
        one = address.visitors[visitor.cookie]
        if not one.waiting and not one.running:
            del address.visitors[visitor.cookie]
        if not address.visitors:
            del self._addresses[visitor.address]


def _may_run(one: _One) -> bool:
    return bool(one.waiting) and not one.running


def _before(own: int, mine: _One | _Address, all_waiting: list[tuple[Any, int]]) -> int:
    """How many go before the one that `own` of its kind go before, when all kinds take turns."""
    place = next(i for i, (kind, _) in enumerate(all_waiting) if kind is mine)
    before = own
    for i, (kind, waiting) in enumerate(all_waiting):
        if kind is not mine:
            comes_first = (kind.used, i) < (mine.used, place)
            before += min(waiting, own + comes_first)
    return before
