"""The cards of an assigned lesson: one of a loss; of an optimizer one for each update asked, of a scheduler for each
epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from lib.budget import UNBOUNDED, Budget
from lib.course.numbers import MOST_TYPED, values_of
from lib.lesson.optimizer import Optimizer
from lib.lesson.run import Case
from lib.lesson.run.schedule import MOST_STEPS, Rate, schedule_by_hand
from lib.lesson.run.set_up import before_update, set_up
from lib.lesson.run.trace import trace_by_hand
from lib.lesson.scheduler import STEPS, Scheduler
from lib.lesson.spec import Example, Step, Topic
from lib.lesson.working.entries import judge_case
from lib.lesson.working.rows import sample_shape, turns
from lib.refusal import Refusal

MOST_CARDS = 10
RIGHT = ("right", "earlier")
USUAL_STEPS = int(STEPS.default or 1)
Values = dict[str, Any]


def asked_in(lesson: Topic) -> str:
    """The name under which an assignment keeps which updates or epochs are to be worked; empty for a loss."""
    if isinstance(lesson, Optimizer):
        return "update"
    return "epoch" if isinstance(lesson, Scheduler) else ""


def row_key(card: str, row: str) -> str:
    """What an entry is kept under: a row of a card."""
    return f"{card}/{row}" if card else row


def card_and_row(key: str) -> tuple[str, str]:
    """The same, taken apart again."""
    card, _, row = key.rpartition("/")
    return card, row


def card_number(key: str) -> int:
    """The update or epoch that an entry belongs to; 0 for a loss."""
    card, _ = card_and_row(key)
    return int(card) if card else 0


def card_values(lesson: Topic, numbers: Mapping[str, str], budget: Budget = UNBOUNDED) -> dict[str, Values]:
    """Card → what its working is given; a loss has one card, without a name. Raises Refusal for what cannot be read or
    worked."""
    name = asked_in(lesson)
    values = values_of(lesson, {field: text for field, text in numbers.items() if field != name})
    if isinstance(lesson, Optimizer):
        return _updates(lesson, values, numbers.get(name, ""), budget)
    if isinstance(lesson, Scheduler):
        return _epochs(lesson, values, numbers.get(name, ""), budget)
    return {"": values}


def _updates(lesson: Optimizer, values: Values, typed: str, budget: Budget) -> dict[str, Values]:
    ready = set_up(lesson, values)
    asked = _whole_numbers("update", typed, range(1, ready.updates + 1))
    by_hand = trace_by_hand(lesson, ready.param, ready.grads, ready.values, asked[-1], budget=budget)
    return {str(update): before_update(ready, by_hand, update) for update in asked}


def _epochs(lesson: Scheduler, values: Values, typed: str, budget: Budget) -> dict[str, Values]:
    steps = int(values.get("steps", USUAL_STEPS))
    if not 1 <= steps <= MOST_STEPS:
        raise Refusal("steps is {steps}; expected 1 to {most}.", steps=steps, most=MOST_STEPS)
    asked = _whole_numbers("epoch", typed, range(steps))
    rates = _rates(lesson, values, asked[-1] + 1, budget)
    return {str(epoch): dict(rates[epoch].given) for epoch in asked}


def _rates(lesson: Scheduler, values: Values, epochs: int, budget: Budget) -> list[Rate]:
    arguments = {name: value for name, value in values.items() if name not in ("steps", "metrics")}
    metrics = values.get("metrics")
    watched = None if metrics is None else np.ravel(metrics).tolist()
    if watched == []:
        raise Refusal("metrics is empty; expected one number per epoch.")
    return schedule_by_hand(lesson, arguments, epochs, watched, budget=budget)


def _whole_numbers(name: str, typed: str, there: range) -> Sequence[int]:
    """The updates or epochs in order, each once."""
    words = [word.strip() for word in typed.split(",")]
    known = {"name": name, "came": typed[:80], "first": there[0], "last": there[-1]}
    if not all(word.isascii() and word.isdecimal() and len(word) < 6 and int(word) in there for word in words):
        raise Refusal("{name} is {came!r}; expected whole numbers from {first} to {last}, as in 1, 2.", **known)
    if len(set(words)) > MOST_CARDS:
        raise Refusal("{name} names {came}; expected at most {most}.", name=name, came=len(words), most=MOST_CARDS)
    return sorted({int(word) for word in words})


def usual_card(lesson: Topic, example: Example) -> str:
    """Which update or epoch of an example is worked unless something else is asked: as on the lesson's page, the second
    update, or the first epoch that changes the learning rate. Empty for a loss."""
    if isinstance(lesson, Optimizer):
        return str(min(2, set_up(lesson, example.values).updates))
    if not isinstance(lesson, Scheduler):
        return ""
    steps = int(example.values.get("steps", USUAL_STEPS))
    rates = [rate.lr for rate in _rates(lesson, dict(example.values), steps, UNBOUNDED)]
    changes = (epoch for epoch in range(1, steps) if rates[epoch] != rates[epoch - 1])
    return str(next(changes, min(1, steps - 1)))


def sample_in(steps: Mapping[str, Step], sample: tuple[int, ...]) -> tuple[int, ...]:
    """The sample (or element) that is worked on this card: the chosen one, or the first where it has no such one."""
    shape = sample_shape(steps)
    return sample if _is_in(shape, sample) else (0,) * len(shape)


def _is_in(shape: tuple[int, ...], sample: tuple[int, ...]) -> bool:
    return len(sample) == len(shape) and all(0 <= at < size for at, size in zip(sample, shape, strict=True))


def need_work(lesson: Topic, numbers: Mapping[str, str], budget: Budget) -> None:
    """Raises Refusal for numbers that cannot be worked, or on which a card asks nothing."""
    for values in card_values(lesson, numbers, budget).values():
        case = Case.of(lesson, values, budget=budget)
        shape = sample_shape(case.forward.steps)
        if 0 in shape or not judge_case(case, {}, (0,) * len(shape)):
            raise Refusal("{lesson} asks nothing on these numbers.", lesson=lesson.title)


def open_rows(
    lesson: Topic,
    numbers: Mapping[str, str],
    sample: tuple[int, ...],
    entries: Mapping[str, str],
    turn: str,
    budget: Budget,
) -> tuple[str, ...]:
    """The keys of the rows that are not right yet, all cards together. Raises Refusal for a sample, a turn of a loop or
    a row that there is not, and where nothing is typed."""
    cases = {
        card: Case.of(lesson, values, budget=budget) for card, values in card_values(lesson, numbers, budget).items()
    }
    _need_sample(cases, sample, turn)
    asked = {card: judge_case(case, {}, *_at(case, sample, turn)) for card, case in cases.items()}
    _need_entries(entries, {row_key(card, one.row.key) for card, judged in asked.items() for one in judged})
    found = []
    for card, case in cases.items():
        typed = {row: text for key, text in entries.items() for on, row in [card_and_row(key)] if on == card}
        judged = judge_case(case, typed, *_at(case, sample, turn))
        found += [row_key(card, one.row.key) for one in judged if one.verdict not in RIGHT]
    return tuple(found)


def _at(case: Case, sample: tuple[int, ...], turn: str) -> tuple[tuple[int, ...], Literal["forward"], str | None]:
    return sample_in(case.forward.steps, sample), "forward", turn or None


def _need_sample(cases: Mapping[str, Case], sample: tuple[int, ...], turn: str) -> None:
    steps = [case.forward.steps for case in cases.values()]
    shapes = [sample_shape(one) for one in steps]
    if not any(_is_in(shape, sample) for shape in shapes):
        raise Refusal("There is no sample {came}; the batch has the shape {shape}.", came=sample, shape=shapes[0])
    if turn and not any(turn in turns(one) for one in steps):
        raise Refusal("There is no step {came!r} of the loop.", came=turn[:20])


def _need_entries(entries: Mapping[str, str], known: set[str]) -> None:
    if not entries:
        raise Refusal("There is nothing to hand in yet.")
    if strange := sorted(entries.keys() - known):
        raise Refusal("There is no row {key!r} here.", key=strange[0][:80])
    for key, text in entries.items():
        if len(text) > MOST_TYPED:
            raise Refusal("{key} is too long; expected at most {most} characters.", key=key, most=MOST_TYPED)
