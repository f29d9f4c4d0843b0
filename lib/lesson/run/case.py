"""A lesson on the values it is given: read and checked once, then worked as often as anybody asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget
from lib.lesson.run.drive import Answer, Worked, asking, drive, go_on
from lib.lesson.run.given import checked, cost_of
from lib.lesson.spec import Lesson, Topic
from lib.once import once


@dataclass(frozen=True, eq=False)
class Case:
    """A lesson and what it works on; `Case.of` makes one from what the learner gave.

    `given` holds the value of every field, `typed` what was given, in the precision in which it came. The two right
    workings, `forward` and `gradient`, are computed when they are first asked for, and kept: everything else is
    compared with them. The `budget` bounds every working.
    """

    lesson: Topic
    given: Mapping[str, Any]
    budget: Budget = UNBOUNDED
    typed: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, lesson: Topic, values: Mapping[str, Any], dtype: Any = np.float64, budget: Budget = UNBOUNDED) -> Case:
        """Reads and checks the values; floating tensors become `dtype`. Raises a Refusal for what torch rejects."""
        budget.need(cost_of(lesson, values))
        return cls(lesson, checked(lesson, values, dtype), budget, values)

    @once
    def forward(self) -> Worked:
        """The hand calculation, each step going on with its own value."""
        return self.work(go_on)

    @once
    def gradient(self) -> Worked:
        """The hand calculation of the gradient, each step going on with its own value."""
        return self.work_gradient(go_on)

    def taking(self, changed: Mapping[str, Any]) -> Case:
        """The case of somebody who takes these inputs or parameters otherwise; the same one where there are none."""
        return replace(self, given={**self.given, **changed}) if changed else self

    def work(self, answer: Answer) -> Worked:
        """The hand calculation, with `answer` deciding what each step goes on with."""
        given = self.given
        if "grad" in given:  # an optimizer's, which may be a closure
            given = {**given, "grad": asking(given["grad"], self.budget)}
        return drive(self.lesson.by_hand(**given), answer, self.budget)

    def work_gradient(self, answer: Answer) -> Worked:
        """The hand calculation of a loss's gradient, from the right values of the forward steps."""
        assert isinstance(self.lesson, Lesson)
        return drive(self.lesson.grad_by_hand(self.forward.sent, **self.given), answer, self.budget)
