"""What a homework counts: the tests' points as they are, or weighted and brought to a scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from lib.exercises import Exercise
from lib.grading.classroom.mark import Mark

DIGITS = 2  # after the point, as Moodle and Canvas show them


@dataclass(frozen=True)
class Points:
    """How the marks of several exercises become one.

    Without `weights` an exercise counts as much as its tests have points. With them it counts as much as its weight,
    however many points its tests have; one that is not named has the weight 1. `scale` is what all of it together is
    worth; 0: the sum of the points, or of the weights.
    """

    scale: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether the points count as they are."""
        return not self.scale and not self.weights

    @property
    def says(self) -> str:
        """How the sum is made, in a sentence; nothing where it is a plain sum."""
        if self.plain:
            return ""
        named = ", ".join(f"{slug} {weight:g}" for slug, weight in self.weights.items())
        weighed = f"weights: {named}, every other exercise 1" if named else "every exercise weighs what its tests give"
        scaled = f"on a scale of {self.scale:g}; " if self.scale else ""
        return f"The sum is {scaled}{weighed}; rounded to {DIGITS} digits, halves up."

    def worth(self, exercise: Exercise, exercises: Sequence[Exercise]) -> Fraction:
        """What full marks in an exercise add to the sum."""
        weights = {one.slug: self._weight(one) for one in exercises}
        whole = sum(weights.values())
        scale = Fraction(str(self.scale)) if self.scale else whole
        return scale * weights[exercise.slug] / whole if whole else Fraction(0)

    def _weight(self, exercise: Exercise) -> Fraction:
        weight = self.weights.get(exercise.slug, 1) if self.weights else exercise.max_score
        return Fraction(str(weight))

    def share(self, score: float, exercise: Exercise, exercises: Sequence[Exercise]) -> Fraction:
        """What a score adds to the sum, not rounded."""
        most = Fraction(str(exercise.max_score))
        return self.worth(exercise, exercises) * Fraction(str(score)) / most if most else Fraction(0)

    def total(self, own: Sequence[Mark]) -> str:
        """The sum, written; empty if an exercise could not be graded: no mark is not a zero."""
        exercises = [mark.exercise for mark in own]
        shares = [self.share(mark.score, mark.exercise, exercises) for mark in own if mark.score is not None]
        return written(sum(shares, Fraction(0))) if len(shares) == len(own) else ""

    def most(self, exercises: Sequence[Exercise]) -> str:
        return written(sum((self.worth(one, exercises) for one in exercises), Fraction(0)))


def written(number: Fraction) -> str:
    """With at most two digits after the point, halves up: 13.125 is 13.13."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    rounded = exact.quantize(Decimal(1).scaleb(-DIGITS), ROUND_HALF_UP)
    return f"{rounded.normalize():f}"


AS_THEY_ARE = Points()
