"""How much a computation may cost: what is refused before it begins, and what is asked while it goes on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lib.refusal import Refusal


@dataclass(frozen=True)
class Cost:
    """What a computation takes: how many numbers it works out, and how many bytes it holds at once at the most."""

    numbers: float = 0.0
    bytes: float = 0.0

    def times(self, count: float) -> Cost:
        """The same, again and again, with nothing kept in between."""
        return Cost(self.numbers * count, self.bytes)

    def kept(self, count: float) -> Cost:
        """The same, again and again, with every result kept."""
        return Cost(self.numbers * count, self.bytes * count)


class OverBudget(Refusal):
    """It costs more than is allowed here; said before anything is computed."""


class Stopped(Refusal):
    """It went on for too long, or nobody is there to see it any more."""


def never() -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Budget:
    """What one visitor may use at a time, and who is asked whether to go on.

    `numbers` and `bytes` are held against a `Cost` before it is paid. `seconds` are those of the processor in the
    thread that made the budget: a machine that is busy with others stops nobody. `stopped()` says whether the visitor
    has left. A budget begins when it is made.
    """

    numbers: float = math.inf
    bytes: float = math.inf
    seconds: float = math.inf
    stopped: Callable[[], bool] = never
    _began: float = field(default_factory=time.thread_time)

    def need(self, cost: Cost) -> None:
        """OverBudget if this is more than is allowed."""
        if not cost.numbers <= self.numbers:
            raise OverBudget(
                "This would work out about {numbers} numbers; here it may be {most} at once. Try smaller numbers.",
                numbers=_rounded(cost.numbers),
                most=_rounded(self.numbers),
            )
        if not cost.bytes <= self.bytes:
            raise OverBudget(
                "This would take about {size} MB of memory; here it may be {most}. Try smaller numbers.",
                size=_rounded(cost.bytes / 1e6),
                most=_rounded(self.bytes / 1e6),
            )

    def ask(self) -> None:
        """Stopped if the time is up, or the visitor has left."""
        if self.stopped():
            raise Stopped("Stopped, because the page was left.")
        if self.spent > self.seconds:
            raise Stopped(
                "Stopped after {seconds:g} s of computing. Try smaller numbers, or fewer updates.", seconds=self.seconds
            )

    @property
    def spent(self) -> float:
        """Seconds of the processor since the budget was made."""
        return time.thread_time() - self._began if math.isfinite(self.seconds) else 0.0


UNBOUNDED = Budget()


def _rounded(number: float) -> str:
    """Two significant digits, with commas: 1,200,000."""
    if not math.isfinite(number):
        return "countless"
    return f"{int(float(f'{number:.2g}')):,}" if number >= 1 else f"{number:.2g}"
