"""What the clinic says about a number, and what else it is told: the loss, the classes, the batch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

READ_OFF = 0.004  # losses are read off a log with two or three decimals
SPREAD = 0.2  # about how much one sample's loss differs from the next, while a network knows nothing (measured)
USUAL_BATCH = 1600  # answers that a printed loss is the mean of, if nobody says: several batches
FOCAL, WEIGHTED = "focal_loss", "weighted_cross_entropy"  # no lessons of their own, but often met


@dataclass(frozen=True, eq=False)
class Finding:
    """One explanation, and the lesson where it can be tried: on `values`, or on the example with this title.

    `sign` names the kind of trouble; the clinic's causes are listed by it. `losses` are the only losses that it can be
    about (none: any).
    """

    says: str
    slug: str
    example: str = ""
    sign: str = "stuck"
    values: Mapping[str, Any] | None = None
    losses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """What else is known: the slug of the loss, the number of classes, the share of each, the answers in a batch, the
    margin, the variance of the targets, and the standard error of the number itself."""

    loss: str = ""
    classes: int | None = None
    shares: tuple[float, ...] = ()
    answers: int | None = None
    margin: float | None = None
    variance: float | None = None
    error: float | None = None

    @property
    def noise(self) -> float:
        """How far chance moves the loss of a network that knows nothing: two standard errors."""
        if self.error is not None:
            return 2 * self.error
        return 2 * SPREAD / math.sqrt(self.answers or USUAL_BATCH)

    def may_be(self, *losses: str) -> bool:
        """Whether the loss can be one of these: it is, or nobody said which it is."""
        return self.loss in ("", *losses)


@dataclass(frozen=True)
class Seen:
    """A loss as it was read: its value, and half a unit of the last digit that was printed."""

    value: float
    half: float = 0.0

    def is_near(self, known: float, noise: float = 0.0) -> bool:
        """Whether the number is this one, as far as it was printed and as chance lets it be seen."""
        printed = min(self.half, 0.01)  # 0.7 is no number that could be anything from 0.65 to 0.75
        return abs(self.value - known) <= max(printed, READ_OFF, noise) * (1 + 1e-9)
