"""What a lesson is made of. Everything here is data or a plain function; nothing draws and nothing calls torch."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np

from lib.budget import Cost
from lib.lesson.cost import elementwise
from lib.lesson.formula import Formula
from lib.lesson.names import name_of, torch_name_of
from lib.once import once

Steps = Generator["Step", np.ndarray, Any]


@dataclass(frozen=True, eq=False)
class Step:
    """One line that a person would write on paper.

    `latex` is always "symbol = formula" (or "symbol ← formula", where a value takes the place of an older one): the
    page shows the symbol and folds the formula away.
    `axes` names the indices of `value`, one letter each; the first letter stands for the sample (or element) that
    the learner works and covers every leading dimension that the other letters leave over. No letters: one whole.
    `worked(*index)` gives the formula's right side with the numbers of that sample.
    """

    name: str
    latex: str
    value: np.ndarray
    axes: str = ""
    worked: Callable[..., Formula] | None = None
    given: bool = False  # shown, never asked: indexing, padding, stabilising
    words: str = ""  # the first hint: what to do, without a symbol
    called: str = ""  # the name to read, where it is another one than lib.lesson.names has
    torch: str = ""  # torch's name, where `called` is set

    @property
    def base(self) -> str:
        """The name without the loop's index: `alpha[3]` is an `alpha`."""
        return self.name.partition("[")[0]

    @property
    def label(self) -> str:
        """The name to read: "average of gradients"; of a loop's steps each has its number."""
        name, turn = self.called or name_of(self.base), self.name.partition("[")[2].rstrip("]")
        return f"{name}, step {turn}" if turn else name

    @property
    def torch_name(self) -> str:
        """What torch calls it: `exp_avg`, `input.grad`, `torch.logsumexp`; empty where it has no name for it."""
        return self.torch if self.called else torch_name_of(self.base)

    @property
    def symbol(self) -> str:
        return re.split(r"=|\\leftarrow", self.latex)[0].strip()

    def in_numbers(self, *index: int) -> str:
        """The formula's right side with the numbers of the sample at `index`, in LaTeX; empty where there is none."""
        return "" if self.worked is None else self.worked(*index).latex()

    def beside_symbol(self, *index: int) -> str:
        """The same after its sign: = where the numbers shown give the value, ≈ where they were rounded."""
        return "" if self.worked is None else f"{(filled := self.worked(*index)).sign} {filled.latex()}"

    @property
    def sample_dims(self) -> int:
        """How many leading dimensions the first letter covers."""
        return np.ndim(self.value) - len(self.axes) + 1 if self.axes else 0


def always(given: Mapping[str, Any]) -> bool:
    return True


def unchanged(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, eq=False)
class Mistake:
    """A slip that learners really make: other inputs or parameters taken, or one or more steps answered otherwise.

    `instead` maps a step's name to f(given, done): `given` holds inputs and parameters, `done` the values so far,
    the right value of this step among them (under its name, and under the name without the loop's index).
    `given(given)` says which inputs or parameters the learner took otherwise, such as the softmax for the scores, or
    no weight; it changes every step that they touch, and `instead` is handed what it makes of them.
    `not_finite`: it is about NaN or infinity, so that it may explain one that was typed. `says` is for people only.
    `name`, the key under which a lesson holds the mistake, is what exercises, links, tests and JSON carry; a lesson
    fills it in. Once published it is never given to another mistake; after a renaming the
    old one stays among `aliases`.
    """

    instead: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, np.ndarray]], Any]]
    says: str
    when: Callable[[Mapping[str, Any]], bool] = always
    aliases: tuple[str, ...] = ()
    not_finite: bool = False
    given: Callable[[Mapping[str, Any]], Mapping[str, Any]] = unchanged
    name: str = ""


def named(mistakes: Mapping[str, Mistake]) -> dict[str, Mistake]:
    """The mistakes, each knowing its name."""
    return {name: replace(mistake, name=name) for name, mistake in mistakes.items()}


def normal(random: np.random.Generator, shape: tuple[int, ...], drawn: Mapping[str, np.ndarray]) -> np.ndarray:
    """Random numbers around 0, to two decimals so that they can be worked by hand."""
    return np.round(random.normal(0, 1.5, shape), 2)


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor that the learner types. `kind` says what a typed list becomes: float, index, or whichever was typed.

    `draw(random, shape, drawn)` makes fitting random numbers, for the page's dice and for the tests;
    `drawn` holds the tensors drawn before it.
    """

    name: str
    says: str
    shape: str = ""  # in words: (batch, classes)
    kind: str = "float"  # "float" | "index" | "index or float"
    optional: bool = False  # None is a value
    differentiable: bool = True  # torch computes its gradient when it holds floats
    draw: Callable[..., np.ndarray] = normal
    default: Any = None
    rare: bool = False


@dataclass(frozen=True, eq=False)
class Number:
    """A number among the parameters; `also` lists other values worth testing."""

    name: str
    default: float | None
    says: str
    also: tuple[float | None, ...] = ()
    integer: bool = False
    rare: bool = False
    optional: bool = False  # None is a value


@dataclass(frozen=True, eq=False)
class Numbers:
    """Several numbers in one parameter, such as betas; a place that holds None by default may stay None."""

    name: str
    default: tuple[float | None, ...]
    says: str
    also: tuple[tuple[float | None, ...], ...] = ()
    rare: bool = False


@dataclass(frozen=True, eq=False)
class Choice:
    """One of a few names. `torch` maps a name to the object that torch takes, where that is not the name itself.

    It is empty where the names stand for combinations that the lesson builds from its parts.
    """

    name: str
    default: Any
    options: tuple[Any, ...]
    says: str
    rare: bool = False
    torch: Mapping[Any, Any] | None = None


@dataclass(frozen=True, eq=False)
class Switch:
    name: str
    default: bool
    says: str
    rare: bool = False


@dataclass(frozen=True, eq=False)
class AsIs:
    """Something that is handed on untouched: an optimizer's state, a closure, a function of the learner's."""

    name: str
    default: Any
    says: str
    rare: bool = False


Parameter = Tensor | Number | Numbers | Choice | Switch | AsIs


@dataclass(frozen=True, eq=False)
class Example:
    """Values that show something. `rejected` marks an old article's example that torch refuses today."""

    title: str
    values: Mapping[str, Any]
    shows: str
    rejected: bool = False


@dataclass(frozen=True, eq=False)
class Pitfall:
    """`error` is torch's own text where the pitfall raises; `values` reproduce it."""

    title: str
    says: str
    error: str = ""
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class Reference:
    text: str
    url: str


@dataclass(frozen=True, eq=False)
class Try:
    """A change worth trying: the question, and the values that it sets."""

    asks: str
    values: Mapping[str, Any]


class Option(NamedTuple):
    """An answer to choose, and the sentence that answers whoever chooses it."""

    text: str
    says: str


@dataclass(frozen=True)
class Question:
    """A question with one right answer and some that people really give."""

    asks: str
    right: Option
    wrong: tuple[Option, ...]


def question(asks: str, right: tuple[str, str], *wrong: tuple[str, str]) -> Question:
    """The question from pairs: an answer, and what it is answered with."""
    return Question(asks, Option(*right), tuple(Option(*pair) for pair in wrong))


@dataclass(frozen=True, eq=False)
class Extremes:
    """Where the formula as printed in books breaks.

    `values(x)` gives small inputs that put the number x where it hurts, `naive(**given)` computes the book's formula
    in whatever precision its arrays have, and `says` tells what goes wrong and what torch does instead.
    """

    values: Callable[[float], Mapping[str, Any]]
    naive: Callable[..., Any]
    says: str


@dataclass(frozen=True, eq=False)
class Curves:
    """The loss as one number moves from `low` to `high`: for several settings, or beside other lessons.

    `values(x)` gives the lesson's values at x; each of `settings` (label -> values) draws a curve;
    `compare` names other lessons that take the same values (parameters that they do not know are left out).
    """

    title: str
    says: str
    values: Callable[[float], Mapping[str, Any]]
    low: float
    high: float
    x: str
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    compare: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Bars:
    """A step of the hand calculation as bars, for the chosen sample; `beside` names an input to draw next to it."""

    title: str
    says: str
    step: str
    beside: str = ""


@dataclass(frozen=True, eq=False)
class Heatmap:
    """A step as a map of colours; a step in a loop (`alpha[t]`) is stacked over the loop."""

    title: str
    says: str
    step: str
    x: str = ""
    y: str = ""


@dataclass(frozen=True, eq=False)
class Vectors:
    """Inputs drawn as points in the plane of their first two coordinates, for the chosen sample.

    `origin` draws them as arrows from zero (angles matter); otherwise `lines` joins pairs (distances matter).
    """

    title: str
    says: str
    tensors: tuple[str, ...]
    lines: tuple[tuple[str, str], ...] = ()
    origin: bool = False


Picture = Curves | Bars | Heatmap | Vectors


def accept(**given: Any) -> None:
    """The check of a lesson that refuses nothing beyond what its fields refuse."""


def mixed(given: Mapping[str, Any]) -> tuple[str, ...]:
    """No tensors that must share their precision: torch promotes them."""
    return ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Topic:
    """What every lesson tells. The file that defines one as LESSON is all that a page, its tests and its URL need.

    `torch` is torch's own class, or a function. `check(**given)` raises a Refusal for what torch rejects;
    `guard(**given)` for what torch must never be given, because it would reach beyond its memory instead of rejecting
    it. `one_precision(given)` names the tensors that torch takes in one floating-point precision only.
    `cost(given)` says what a calculation takes at the most, from shapes and settings alone; it never raises.
    """

    title: str
    torch: Callable[..., Any]
    group: str
    order: int
    names: tuple[str, ...]  # to search by; the Chinese name first
    purpose: str
    use_when: str
    not_when: str
    formula: str
    symbols: tuple[tuple[str, str], ...]  # LaTeX, meaning
    tensors: tuple[Tensor, ...]
    parameters: tuple[Parameter, ...]
    examples: tuple[Example, ...]
    by_hand: Callable[..., Steps]
    mistakes: Mapping[str, Mistake]
    pitfalls: tuple[Pitfall, ...]
    references: tuple[Reference, ...] = ()
    tries: tuple[Try, ...] = ()
    questions: Mapping[str, Question] = field(default_factory=dict)  # "why" it is so, and one "without_numbers"
    check: Callable[..., None] = accept
    guard: Callable[..., None] = accept
    one_precision: Callable[[Mapping[str, Any]], tuple[str, ...]] = mixed
    cost: Callable[[Mapping[str, Any]], Cost] = elementwise

    def __post_init__(self) -> None:
        object.__setattr__(self, "mistakes", named(self.mistakes))

    @property
    def slug(self) -> str:
        """The name of the file that defines the lesson."""
        return self.by_hand.__module__.rpartition(".")[2]

    @property
    def fields(self) -> tuple[Parameter, ...]:
        """What a hand calculation takes."""
        return (*self.tensors, *self.parameters)

    @property
    def form(self) -> tuple[Parameter, ...]:
        """What the learner fills in."""
        return self.fields

    @property
    def torch_name(self) -> str:
        """As it is written in code: nn.CrossEntropyLoss."""
        if not isinstance(self.torch, type):
            return self.torch.__name__
        return f"{'nn' if 'nn' in self.torch.__module__ else 'optim'}.{self.torch.__name__}"

    @property
    def torchs_own(self) -> str:
        """The same, where torch has such a class or function; empty where we put torch's functions together."""
        return self.torch_name if self.torch.__module__.partition(".")[0] == "torch" else ""

    @once
    def sources(self) -> tuple[Reference, ...]:
        """Where to read more: torch's own page on its class first, then what the lesson names."""
        if not isinstance(self.torch, type):
            return self.references
        release = ".".join(version("torch").split(".")[:2])
        page = f"https://docs.pytorch.org/docs/{release}/generated/torch.{self._torch_path}.html"
        return (Reference(f"PyTorch documentation: {self.torch.__name__}", page), *self.references)

    @property
    def _torch_path(self) -> str:
        return self.torch_name


@dataclass(frozen=True, eq=False, kw_only=True)
class Lesson(Topic):
    """One quantity or loss. Torch's class is built with the parameters and called with the tensors in order.

    `shapes` lists sets of shapes that torch takes, by tensor: the first is what the page's dice draw, the tests use
    all (no batch, more dimensions, broadcasting, zero-size). `not_a_slope` names the tensors whose gradient in torch
    is not the slope of the loss, with the reason (shown on the page).
    """

    shapes: tuple[Mapping[str, tuple[int, ...]], ...]
    grad_by_hand: Callable[..., Steps]
    grad_mistakes: Mapping[str, Mistake] = field(default_factory=dict)
    extremes: Extremes | None = None
    pictures: tuple[Picture, ...] = ()
    not_a_slope: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "grad_mistakes", named(self.grad_mistakes))
