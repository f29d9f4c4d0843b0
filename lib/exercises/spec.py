"""What an exercise is made of. Everything here is data, read from a folder; nothing is run and nothing draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from lib.exercises.arguments import Recipe, build
from lib.lesson.spec import Parameter

Answer = Literal["value", "grad", "update", "lr"]
ANSWERS: tuple[Answer, ...] = ("value", "grad", "update", "lr")

PATHS = {
    "foundations": "Foundations",
    "losses": "Losses",
    "gradients": "Gradients by hand",
    "optimizers": "Optimizers, one update at a time",
    "schedulers": "Learning rates",
    "debugging": "Find the mistake",
}  # the way from easy to hard; a private folder may add stretches, which come after these

LIMITS = ("cpu_seconds", "wall_seconds", "memory_mib")  # what an exercise may set, within the operator's maximum


class ExerciseError(ValueError):
    """An exercise cannot be read: which file and which key is wrong, what came, and what was expected."""


@dataclass(frozen=True)
class Signature:
    """The function's parameters, read from the starter: `by_place` have no default, `by_name` have one."""

    by_place: tuple[str, ...]
    by_name: tuple[str, ...]
    defaults: Mapping[str, str] = field(default_factory=dict, compare=False)  # as Python writes them, by name

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.by_place, *self.by_name)

    def __str__(self) -> str:
        return f"({', '.join((*self.by_place, *(f'{name}=…' for name in self.by_name)))})"


@dataclass(frozen=True, eq=False)
class Test:
    """One call of the function (for an update, several in a row), and the points for it.

    Of a hidden test learners see name, points and the kind of failure. `dtype`, if named, is what the result must have.
    """

    __test__ = False  # pytest would take it for a class of tests

    name: str
    recipe: Recipe
    points: float = 1.0
    hint: str = ""
    hidden: bool = False
    seed: int | None = None  # None: nothing in it is random
    dtype: str = ""
    rtol: float = 1e-6
    atol: float = 1e-9
    fields: Mapping[str, Parameter] | None = None  # the lesson's, by name

    def args(self, seed: int = 0) -> dict[str, Any]:
        """Fresh arguments by name. Another `seed` gives other random numbers of the same sort."""
        return build(self.recipe, self.fields or {}, (self.seed or 0, seed))

    def sealed(self) -> Test:
        """What may be known of a hidden test: its name, and what it is worth."""
        return Test(self.name, {}, self.points, hidden=self.hidden)


@dataclass(frozen=True)
class WrongAnswer:
    """A typical wrong solution, from a file in `mistakes/`, whose name is the mistake's name.

    `says` sets whoever writes it right; it is the file's docstring.
    """

    name: str
    source: str
    says: str


@dataclass(frozen=True, eq=False)
class Exercise:
    """A function to write in NumPy, with everything that judges it.

    `answer` says what the function gives: a value, a gradient, one update `(param, state)`, or the learning rates of a
    schedule. `expected` says where the right answers come from: the lesson's torch class, or `solution`.
    `wrt` names the inputs whose gradient is asked for; several make a tuple. `buffers` names the entries of an
    optimizer's state that are compared; None means all. `parts` names the parts of a tuple that the function returns.
    `leave_out` names mistakes of the lesson that cannot be made
    here, each with the reason. `version` is a hash of the folder's content.
    """

    slug: str
    folder: Path
    title: str
    path: str
    order: float
    level: int
    function: str
    answer: Answer
    signature: Signature
    statement: str
    starter: str
    solution: str
    mistakes: tuple[WrongAnswer, ...]
    tests: tuple[Test, ...]
    hints: tuple[str, ...]
    version: str
    lesson: str = ""  # a slug of the catalog
    expected: Literal["lesson", "solution"] = "solution"
    wrt: tuple[str, ...] = ()
    buffers: tuple[str, ...] | None = None
    parts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limits: Mapping[str, float] | None = None
    leave_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def max_score(self) -> float:
        return sum(test.points for test in self.tests)

    @property
    def visible(self) -> tuple[Test, ...]:
        return tuple(test for test in self.tests if not test.hidden)
