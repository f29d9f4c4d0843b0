"""What whoever makes a slip of code would answer to an exercise's tests: worked out once, and bounded in bytes."""

from __future__ import annotations

import json
import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lib.catalog import TOPICS
from lib.exercises import EXERCISES, Exercise, Test
from lib.grading.form import in_parts
from lib.grading.slips.answers import Column, Given, given_by, is_telling
from lib.grading.slips.catalogue import Slip, defaults_of, others, slips_at, slips_in_arguments, slips_in_results
from lib.grading.slips.hooks import with_hooks
from lib.grading.trial import AnswerPart, Runner, Trial, continued, trial_of
from lib.lesson import run
from lib.lesson.spec import Step
from lib.sandbox.job import Call, Fault, Limits, Ran

MOST_BYTES, MOST_BYTES_IN_ALL = 4 * 2**20, 64 * 2**20  # of one exercise's tables; of all that are kept
MOST_PAIRED = 80  # slips that are tried two at a time
MOST_BESIDE = 6  # slips for which it is kept what comes of each other one beside them
MOST_NUMBERS_ASKED = 2000  # in one test: a larger one is left out
LIMITS = Limits(cpu_seconds=8.0, wall_seconds=10.0, job_seconds=10.0, result_bytes=64 * 2**20, source_bytes=2**20)

Right = Sequence[tuple[AnswerPart, ...]]
Row = tuple[Slip, tuple[Given | None, ...]]
Rows = list[Row]


@dataclass(frozen=True, eq=False)
class Table:
    """Slips that make a difference, and what whoever makes each of them answers: a column for each visible test.

    `steps` are values on the way to the right answer, by which whoever stops early is known. `active[m, t]` says
    whether slip m changes the answer to test t, `telling[m, t]` whether that answer shows where it comes from.
    """

    slips: tuple[Slip, ...]
    columns: tuple[Column, ...]
    active: np.ndarray
    telling: np.ndarray

    @property
    def nbytes(self) -> int:
        return sum(column.nbytes for column in self.columns) + self.active.nbytes + self.telling.nbytes


def table_of(rows: Rows, tests: Sequence[Test], right: Sequence[Given]) -> Table:
    """The rows side by side: without those that answer everything right, and as many as may be kept."""
    everybody = [Column(test, tuple(got[t] for _, got in rows)) for t, test in enumerate(tests)]
    tried = [[one is not None for one in column.answers] for column in everybody]
    like = [column.like(one) for column, one in zip(everybody, right, strict=True)]
    wrong = np.array(tried, dtype=bool).reshape(len(tests), len(rows)) & ~np.array(like, dtype=bool).reshape(
        len(tests), len(rows)
    )
    sizes = [sum(one.numbers.nbytes for one in got if one is not None) for _, got in rows]
    kept = np.flatnonzero(wrong.any(axis=0) & (np.cumsum(sizes) <= MOST_BYTES)).tolist()
    telling = [[is_telling(rows[m][1][t], right[t], test) for t, test in enumerate(tests)] for m in kept]
    return Table(
        tuple(rows[place][0] for place in kept),
        tuple(Column(test, tuple(rows[m][1][t] for m in kept)) for t, test in enumerate(tests)),
        wrong.T[kept],
        np.array(telling, dtype=bool).reshape(len(kept), len(tests)),
    )


class Slips:
    """The tables of one exercise for these tests, each made when it is first asked for."""

    def __init__(self, exercise: Exercise, tests: Sequence[Test], right: Right, seed: int = 0) -> None:
        self.exercise, self.seed = exercise, seed
        self.places = [place for place, parts in enumerate(right) if _size(parts) <= MOST_NUMBERS_ASKED]
        self.tests = [tests[place] for place in self.places]
        self.parts = [right[place] for place in self.places]
        self.right = [given_by(_answered(parts), parts) for parts in self.parts]
        self._making = threading.Lock()
        self._single: tuple[Table, Table] | None = None
        self._pairs: dict[int, Table] = {}
        self._beside: list[tuple[list[Any], Table]] = []

    @property
    def nbytes(self) -> int:
        beside = (table for _, table in self._beside)
        return sum(table.nbytes for table in (*(self._single or ()), *self._pairs.values(), *beside))

    def single(self, runner: Runner) -> tuple[Table, Table]:
        """One slip each; and the steps on the way."""
        with self._making:
            if self._single is None:
                self._single = self._make_single(runner)
            return self._single

    def pairs(self, runner: Runner, test: int) -> Table:
        """Two slips each, and a slip beside each mistake that has a file: what they answer to one test."""
        single, _ = self.single(runner)
        with self._making:
            if test not in self._pairs:
                rows = self._run(self._programs(), self._two_at_a_time(single), runner, [test])
                self._pairs[test] = table_of(rows, self.tests[test : test + 1], self.right[test : test + 1])
            return self._pairs[test]

    def beside(self, slip: Slip, runner: Runner) -> Table:
        """This slip together with each other one."""
        single, _ = self.single(runner)
        with self._making:
            if slip.order not in [order for order, _ in self._beside]:
                text = with_hooks(self.exercise.solution, self._used())[0]
                both = [pair for other in single.slips if not other.source and (pair := slip & other)]
                rows = self._run([_source(self.exercise, text)], both, runner)
                self._beside = [*self._beside[1 - MOST_BESIDE :], (slip.order, table_of(rows, self.tests, self.right))]
            return next(table for order, table in self._beside if order == slip.order)

    def again(self, slips: Sequence[Slip], runner: Runner) -> Table:
        """What a few pairs answer to all tests."""
        return table_of(self._run(self._programs(), slips, runner), self.tests, self.right)

    def _make_single(self, runner: Runner) -> tuple[Table, Table]:
        text, places = with_hooks(self.exercise.solution, self._used())
        known = _words(self.exercise)
        tried = [Slip("right", "")]
        tried += slips_in_results(self.exercise)
        tried += slips_in_arguments(self.exercise, self.tests)
        tried += slips_at(places, known)
        tried.sort(key=lambda slip: slip.likely)
        elsewhere = list(others(self.exercise, EXERCISES, 1))
        sources = [
            _source(self.exercise, text),
            *(_source(other, other.solution, defaults_of(self.exercise, other)) for other, _ in elsewhere),
        ]
        tried = [slip for _, slip in elsewhere] + tried
        rows = self._run(sources, tried, runner)
        if not any(slip.name == "right" for slip, _ in rows):
            return _empty(self.tests), _empty(self.tests)
        slips = [row for row in rows if not row[0].is_step and row[0].name != "right"]
        steps = [*self._steps_of_the_lesson(), *(row for row in rows if row[0].is_step)]
        return table_of(slips, self.tests, self.right), table_of(steps, self.tests, self.right)

    def _steps_of_the_lesson(self) -> Rows:
        """What stands on the lesson's page before the result, each with what comes next."""
        exercise = self.exercise
        if exercise.expected != "lesson" or exercise.answer not in ("value", "grad"):
            return []
        found: dict[str, list[Given | None]] = {}
        says: dict[str, str] = {}
        for place, test in enumerate(self.tests):
            case = run.Case.of(TOPICS[exercise.lesson], test.args(self.seed))
            steps = list((case.gradient if exercise.answer == "grad" else case.forward).steps.values())
            for step, after in zip(steps, steps[1:], strict=False):
                if step.name == step.base and not step.given:
                    value = np.asarray(step.value, dtype=np.float64)
                    column = found.setdefault(step.name, [None] * len(self.tests))
                    column[place] = Given((value.shape,), value.ravel())
                    says.setdefault(step.name, f"the {step.label}, a step on the way. {_next(after)}")
        return [(Slip("stops_early", says[name]), tuple(column)) for name, column in found.items()]

    def _programs(self) -> list[Any]:
        """The solution with hooks, and after it each file in mistakes/."""
        texts = [self.exercise.solution, *(wrong.source for wrong in self.exercise.mistakes)]
        return [_source(self.exercise, with_hooks(text, self._used())[0]) for text in texts]

    def _used(self) -> frozenset[str]:
        """Names of arguments that are numbers in some test."""
        given = [item for test in self.tests for item in test.args(self.seed).items()]
        return frozenset(name for name, value in given if type(value) in (int, float))

    def _two_at_a_time(self, single: Table) -> list[Slip]:
        alone = _one_of_each(single)
        both = [pair for i, one in enumerate(alone) for other in alone[i + 1 :] if (pair := one & other)]
        around = [*slips_in_results(self.exercise), *slips_in_arguments(self.exercise, self.tests)]
        for number, wrong in enumerate(self.exercise.mistakes, 1):
            file = Slip(wrong.name, wrong.says, source=number)
            inside = slips_at(with_hooks(wrong.source, self._used())[1], _words(self.exercise))
            more = [one for one in (*around, *inside) if one.likely == 1 and not one.is_step]
            both += [pair for one in more if (pair := file & one)]
        return both

    def _run(
        self, sources: Sequence[Any], slips: Sequence[Slip], runner: Runner, tests: Sequence[int] | None = None
    ) -> Rows:
        """What each slip answers to each test; without those that could not be tried."""
        asked = range(len(self.tests)) if tests is None else tests
        program = f"{_inside()}\nSOURCES = {list(sources)!r}\nKIND = {self.exercise.answer!r}\n"
        orders = [slip.order for slip in slips]
        calls = [Call((test.args(self.seed), orders), {}) for test in (self.tests[place] for place in asked)]
        rans = runner.run(program, "answers", calls, LIMITS) if calls else []
        columns = [self._column(ran, self.parts[t], len(slips)) for ran, t in zip(rans, asked, strict=True)]
        rows = [(slip, tuple(column[m] for column in columns)) for m, slip in enumerate(slips)]
        return [row for row in rows if any(one is not None for one in row[1])]

    def _column(self, ran: Ran, parts: Sequence[AnswerPart], size: int) -> list[Given | None]:
        if ran.outcome != "returned" or not isinstance(ran.value, tuple | list):
            return [None] * size
        told, numbers = json.loads(ran.value[0]), np.asarray(ran.value[1])
        told += [[["gave up"], []]] * (size - len(told))
        return [self._given(end, [_unpacked(one, numbers) for one in values], parts) for end, values in told]

    def _given(self, end: Sequence[str], values: Sequence[Any], parts: Sequence[AnswerPart]) -> Given | None:
        if end[0] == "gave up":
            return None
        if end[0] == "returned" and (held := self._plain(values, parts)) is not None:
            return held
        rans = [Ran("returned", value) for value in values]
        if end[0] == "raised":
            rans.append(Ran("raised", fault=Fault(end[1], end[2], None, "", "")))
        return given_by(in_parts(self._trial(rans), parts), parts)

    def _plain(self, values: Sequence[Any], parts: Sequence[AnswerPart]) -> Given | None:
        """The same, quickly, of an answer that is one array, or several updates with all their entries."""
        if self.exercise.answer != "update":
            is_one = len(parts) == 1 and not parts[0].path and isinstance(values[0], np.ndarray)
            return Given((values[0].shape,), values[0].ravel()) if is_one else None
        try:
            states = [{**state, "param": param} for param, state in values]
            held = [states[part.update - 1][part.name] for part in parts]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
        if not all(isinstance(one, np.ndarray) for one in held):
            return None
        return Given(tuple(one.shape for one in held), np.concatenate([one.ravel() for one in held]))

    def _trial(self, rans: Sequence[Ran]) -> Trial:
        if self.exercise.answer != "update":
            return trial_of(self.exercise, rans[-1])
        trial = Trial(())
        for update, ran in enumerate(rans, 1):
            trial, _ = continued(trial, ran, update, (None, None))
        return trial


def _next(step: Step) -> str:
    return f"What comes next is missing: {step.words}" if step.words else f"The {step.label} is missing."


def _answered(parts: Sequence[AnswerPart]) -> Trial:
    return Trial((Ran("returned"),), tuple(parts))


def _size(parts: Sequence[AnswerPart]) -> int:
    return sum(np.size(part.value) for part in parts)


def _empty(tests: Sequence[Test]) -> Table:
    return table_of([], tests, [Given((), np.zeros(0))] * len(tests))


def _source(exercise: Exercise, text: str, always: Mapping[str, Any] | None = None) -> list[Any]:
    by_place, by_name = exercise.signature.by_place, exercise.signature.by_name
    return [text, exercise.function, list(by_place), list(by_name), dict(always or {})]


def _words(exercise: Exercise) -> frozenset[str]:
    """Names that the learner has read: the parameters', and what the state holds."""
    return frozenset((*exercise.signature.names, *(exercise.buffers or ())))


def _one_of_each(table: Table) -> list[Slip]:
    """Of slips that answer everything alike the likeliest, and of these the likeliest that are tried in pairs."""
    chosen: list[int] = []
    taken = np.zeros(len(table.slips), dtype=bool)
    turn = _turns(table.slips)
    for place in sorted(range(len(table.slips)), key=turn.__getitem__):
        slip = table.slips[place]
        if taken[place] or slip.source or slip.likely > 2:
            continue
        chosen.append(place)
        taken |= np.all([_like(column, column.answers[place]) for column in table.columns], axis=0)
    return [table.slips[place] for place in chosen[:MOST_PAIRED]]


def _like(column: Column, one: Given | None) -> np.ndarray:
    return np.array([other is None for other in column.answers]) if one is None else column.like(one)


def _turns(slips: Sequence[Slip]) -> list[tuple[int, int]]:
    """In which order slips are tried in pairs: at each place of the program one, then arguments, then results."""
    met = Counter[tuple[Any, ...]]()
    turns = []
    for slip in slips:
        at = (*(slip.places or slip.changes or (("result",),))[-1][:1],)
        met[at] += 1
        nth = met[at] if slip.places else 2 if _is_ignored(slip) else 3 + met[at] // 4
        turns.append((slip.likely, nth))
    return turns


def _is_ignored(slip: Slip) -> bool:
    return any(how == "default" or how.startswith(("swapped", "is ", "as ")) for _, how in slip.changes)


def _unpacked(told: Sequence[Any], numbers: np.ndarray) -> Any:
    sort, *rest = told
    if sort == "array":
        shape, at = rest
        return numbers[at : at + int(np.prod(shape))].reshape(shape)
    if sort == "dict":
        return {name: _unpacked(item, numbers) for name, item in rest[0]}
    if sort == "tuple":
        return tuple(_unpacked(item, numbers) for item in rest[0])
    return rest[0]


@cache
def _inside() -> str:
    return Path(__file__).with_name("inside.py").read_text(encoding="utf-8")


_kept: OrderedDict[tuple[str, str, int, tuple[str, ...]], Slips] = OrderedDict()
_keeping = threading.Lock()


def slips_of(exercise: Exercise, tests: Sequence[Test], right: Right, seed: int) -> Slips:
    """The exercise's tables, kept as long as all of them together take no more than they may."""
    key = (exercise.slug, exercise.version, seed, tuple(test.name for test in tests))
    with _keeping:
        if key not in _kept:
            _kept[key] = Slips(exercise, tests, right, seed)
        _kept.move_to_end(key)
        held = sum(one.nbytes for one in _kept.values())
        while held > MOST_BYTES_IN_ALL and len(_kept) > 1:
            held -= _kept.popitem(last=False)[1].nbytes
        return _kept[key]
