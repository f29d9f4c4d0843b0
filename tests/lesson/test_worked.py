"""A formula with this input's numbers in it comes to the number that its step has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pytest

from lib.catalog import LESSONS, OPTIMIZERS, SCHEDULERS
from lib.lesson import run
from lib.lesson.formula import Formula, Value, formula
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.run.set_up import set_up
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Example, Step, Topic
from lib.tensors.write import format_tensor
from lib.training import descent
from tests.lesson.latex_value import CUT, CutShort, Unreadable, value_of

MOST_UPDATES = 12  # of an optimizer's run
RTOL, ATOL = 1e-5, 1e-12  # torch's eps inside a distance, 1e-6, is never written down

TRAINING = [import_module(f"{descent.__name__}.{module.name}") for module in iter_modules(descent.__path__)]
ALL: dict[str, Topic] = {
    **LESSONS,
    **OPTIMIZERS,
    **SCHEDULERS,
    **{module.LESSON.slug: module.LESSON for module in TRAINING if hasattr(module, "LESSON")},
}

# Why a formula may give no number, or another one. The table says which steps have one that does not, and why.
SHORT = "a long sum is cut by dots"
LIMIT = "it ends in 0/0, 0 · ∞ or log 0, where torch takes the limit, or never gets there"
NO_FORMULA = "it is no formula that can be worked out"

NOT_EVALUATED = {
    ("entropy", "entropy"): SHORT,
    ("cross_entropy", "cross_entropy"): SHORT,
    ("cross_entropy_loss", "log_sum_exp"): SHORT,
    ("bce_loss", "loss"): SHORT,
    ("bce_with_logits_loss", "loss"): SHORT,
    ("multi_label_soft_margin_loss", "loss_per_sample"): SHORT,
    ("l1_loss", "loss"): SHORT,
    ("mse_loss", "loss"): SHORT,
    ("smooth_l1_loss", "loss"): SHORT,
    ("huber_loss", "loss"): SHORT,
}


@dataclass(frozen=True, eq=False)
class Written:
    """One formula with numbers: where it stands, which step and sample it is about, and the values of all steps."""

    place: str
    step: Step
    index: tuple[int, ...]
    known: Mapping[str, Any]

    @property
    def formula(self) -> Formula:
        assert self.step.worked is not None
        return self.step.worked(*self.index)

    @property
    def value(self) -> np.ndarray:
        return np.asarray(self.step.value)[self.index]

    def __str__(self) -> str:
        shown = self.step.in_numbers(*self.index)
        return f"{self.place}, {self.step.name}{list(self.index)}: {shown} is not {self.value}"


def workings(lesson: Topic, example: Example) -> Iterator[tuple[str, Mapping[str, Step], Mapping[str, Step]]]:
    """Every working of an example: what it is called, its steps, and all the steps whose names its numbers can bear."""
    if isinstance(lesson, Optimizer):
        ready = set_up(lesson, example.values)
        updates = min(ready.updates, MOST_UPDATES)
        for number, update in enumerate(
            run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates)[:updates], 1
        ):
            yield f"update {number}", update.steps, update.steps
    elif isinstance(lesson, Scheduler):
        values = {name: value for name, value in example.values.items() if name not in ("steps", "metrics")}
        rates = schedule_by_hand(lesson, values, example.values["steps"], example.values.get("metrics"))
        for epoch, rate in enumerate(rates):
            yield f"epoch {epoch}", rate.steps, rate.steps
    else:
        case = run.Case.of(lesson, example.values)
        forward, gradient = case.forward.steps, case.gradient.steps
        yield "forward", forward, forward
        yield "gradient", gradient, {**forward, **gradient}


def written(lesson: Topic, example: Example) -> Iterator[Written]:
    for place, steps, known in workings(lesson, example):
        for step in steps.values():
            for index in np.ndindex(np.shape(step.value)[: step.sample_dims]) if step.worked else ():
                yield Written(f"{example.title}, {place}", step, index, {n: s.value for n, s in known.items()})


def outcome(one: Written) -> str:
    """Empty where the formula gives the step's number; else why it does not."""
    try:
        found = flat(value_of(one.formula))
    except CutShort:
        return SHORT
    except Unreadable:
        return NO_FORMULA
    expected = np.ravel(one.value)
    if CUT in found:
        before = found.index(CUT)
        found.remove(CUT)
        expected = np.concatenate([expected[:before], expected[len(expected) - len(found) + before :]])
    if len(found) != len(expected):
        return f"{len(found)} numbers for {len(expected)}"
    got = np.array(found)
    off = ~np.isclose(got, expected, rtol=RTOL, atol=ATOL, equal_nan=True)
    if not off.any():
        return ""
    return "differs" if (np.isfinite(got) & np.isfinite(expected))[off].any() else LIMIT


def flat(value: Any) -> list[Any]:
    return [item for part in value for item in flat(part)] if isinstance(value, list) else [value]


EXAMPLES = [
    pytest.param(slug, example, id=f"{slug}-{example.title}")
    for slug, lesson in ALL.items()
    for example in lesson.examples
    if not example.rejected
]


@pytest.mark.parametrize(("slug", "example"), EXAMPLES)
def test_the_formula_with_numbers_gives_the_number_of_its_step(slug, example):
    found = [(outcome(one), one) for one in written(ALL[slug], example)]
    wrong = [f"{one} ({why})" for why, one in found if why and NOT_EVALUATED.get((slug, one.step.base)) != why]
    assert not wrong, f"{len(wrong)} formulas, the first: " + wrong[0]


@pytest.mark.parametrize(("slug", "step"), NOT_EVALUATED, ids=["-".join(key) for key in NOT_EVALUATED])
def test_no_formula_is_excused_that_needs_no_excuse(slug, step):
    ours = [one for e in ALL[slug].examples if not e.rejected for one in written(ALL[slug], e) if one.step.base == step]
    assert NOT_EVALUATED[slug, step] in map(outcome, ours)


@pytest.mark.parametrize(("slug", "example"), EXAMPLES)
def test_a_number_that_bears_a_steps_name_is_that_steps(slug, example):
    """So that the step's letter can stand in its place, while the learner has not found the number yet."""
    for one in written(ALL[slug], example):
        for part in one.formula.parts:
            if isinstance(part, Value) and part.name in one.known:
                assert holds(one.known[part.name], part.number), f"{one}: {part.number} is not {part.name}"


def holds(value: Any, number: float | complex) -> bool:
    return bool(np.isclose(np.ravel(value), number, rtol=1e-9, atol=ATOL, equal_nan=True).any())


@pytest.mark.parametrize(("slug", "example"), EXAMPLES)
def test_what_is_written_reads_as_it_is_meant(slug, example):
    """Brackets stand where they are needed: read as plain LaTeX, the formula gives what its parts give."""
    for one in written(ALL[slug], example):
        parts = (part if isinstance(part, str) else as_shown(part) for part in one.formula.parts)
        try:
            meant = flat(value_of(Formula(tuple(parts))))
        except (CutShort, Unreadable):
            continue
        read = flat(value_of(Formula((one.formula.latex(),))))
        assert len(read) == len(meant), str(one)
        for a, b in zip(read, meant, strict=True):
            assert a is b is CUT or np.isclose(a, b, rtol=1e-9, equal_nan=True), f"{one}: read as {a}, meant {b}"


@pytest.mark.parametrize(("slug", "example"), EXAMPLES)
def test_what_is_written_with_an_equals_sign_gives_the_value_that_is_shown(slug, example):
    for one in written(ALL[slug], example):
        if one.formula.sign != "=":
            continue
        try:
            found = flat(value_of(Formula((one.formula.latex(),))))
        except (CutShort, Unreadable):
            continue
        expected = np.ravel(one.value)
        if CUT in found or len(found) != len(expected):
            continue
        for a, b in zip(found, expected, strict=True):
            assert not np.isfinite(a) or abs(a - b) <= last_digit(b), f"{one}: {a} is not {b}"


def last_digit(value: float) -> float:
    """What the last digit shown of a value is worth."""
    return max(ATOL, float(10.0 ** min(-4.0, np.floor(np.log10(abs(value))) - 3))) if value else ATOL


def as_shown(part: Value) -> Value:
    """The number as it is shown."""
    if isinstance(part.number, complex):
        return Value(complex(shown_number(part.number.real), shown_number(part.number.imag)))
    return Value(shown_number(part.number))


def shown_number(number: float) -> float:
    return float(format_tensor(np.float64(number), digits=4))


CALCULATED = [
    (r"3 - \tfrac12 \cdot 1", 2.5),
    (r"-2^2", -4),
    (r"-\big(1 \cdot \log e^{-0.5} + (1 - 1) \cdot \ln 2\big)", 0.5),
    (r"0.5(0.25 \cdot 1 - 1)", -0.375),
    (r"(1+2)\,0.5", 1.5),
    (r"3 \log 3 - 3 + \tfrac12 \log(2 \pi \cdot 3)", 3 * np.log(3) - 3 + np.log(6 * np.pi) / 2),
    (r"|0 - 3| + |-4|", 7),
    (r"\min\!\left(\max(-3, -1), 1\right)", -1),
    (r"\frac{1 + \cos(\pi \cdot 1 / 2)}{2}", 0.5),
    (r"\left\lfloor 7 / 2 \right\rfloor", 3),
    (r"\log_2 8 + \log_{10} 0.1", 2),
    (r"\sqrt{\frac{4}{1}} \sqrt{9}", 6),
    (r"1 \cdot 10^{-3}", 0.001),
    (r"\operatorname{sign}(-2)", -1),
    (r"-1,\; \dots,\; 2^{3}", [-1, CUT, 8]),
    (r"-\left(2,\, 25\right)", [-2, -25]),
    (r"0 \quad \text{(ignored)}", 0),
    (r"-\infty", -np.inf),
    (r"\#\{5, 5, 12\} \le 5", 2),
    (r"1 + \#\{m \in [4, 12] : m \le 4\}", 2),
    (r"(-2) \cdot 3 \;\Rightarrow\; 0.5", 0.5),
]


@pytest.mark.parametrize(("text", "value"), CALCULATED, ids=[text for text, _ in CALCULATED])
def test_the_calculator_itself(text, value):
    found, expected = flat(value_of(formula(text))), flat(value)
    assert [x is CUT for x in found] == [x is CUT for x in expected]
    assert [x for x in found if x is not CUT] == pytest.approx([x for x in expected if x is not CUT])


@pytest.mark.parametrize("text", [r"m = 3", r"1 +", r"\sum_i 2", r"(1", r"1)", "<half>"])
def test_the_calculator_does_not_guess(text):
    with pytest.raises((Unreadable, CutShort)):
        value_of(Formula((text,)))


def test_a_sum_that_is_cut_has_no_value():
    with pytest.raises(CutShort):
        value_of(Formula((r"\frac{1 + 2 + \dots + 9}{9}",)))
