"""Runs an exercise's tests on a submission in the sandbox, and sorts what comes back into parts to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np

from lib.exercises import Exercise, Test
from lib.sandbox.job import Call, LeftOut, Limits, Program, Ran


class Runner(Protocol):
    """What runs learners' code, such as the pool of warm workers: one Ran for each call."""

    def run(self, source: str | Program, function: str, calls: Sequence[Call], limits: Limits) -> list[Ran]: ...


@dataclass(frozen=True)
class Place:
    """Where a part stands in the answer: under a key of a dict, or at a place of a tuple; `name` is for people."""

    sort: Literal["tuple", "dict"]
    key: Any
    name: str


@dataclass(frozen=True, eq=False)
class AnswerPart:
    """One array of an answer, or whatever came in its place.

    A value or a gradient is a single part without a name, several gradients are a part each. The answer to an update
    has one part for each entry of the state and one for `param`; `update` counts the updates from 1. Of an answer that
    is a tuple or a dict, `path` is the way to this part of it.
    """

    name: str
    value: Any
    update: int = 0
    path: tuple[Place, ...] = ()

    @property
    def key(self) -> tuple[Any, ...]:
        """By which the parts of two answers are laid side by side."""
        return (self.update, self.name, *((place.sort, place.key) for place in self.path))

    @property
    def label(self) -> str:
        """In a sentence: "exp_avg after update 2"; nothing where the answer is one array."""
        return f"{self.name} after update {self.update}" if self.update else self.name


@dataclass(frozen=True, eq=False)
class Trial:
    """What a submission did in one test: how each call ended, and the answer's parts up to where it stopped.

    `misfit` says what is wrong with the form of the answer (a tuple was expected, the state is no dict). `changed`
    names the inputs that were written to; `seconds` is by the clock.
    """

    ran: tuple[Ran, ...]
    parts: tuple[AnswerPart, ...] = ()
    misfit: str = ""

    @property
    def last(self) -> Ran:
        return self.ran[-1]

    @property
    def changed(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for ran in self.ran for name in ran.changed))

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for ran in self.ran for text in ran.warnings))

    @property
    def output(self) -> str:
        return "".join(ran.output for ran in self.ran)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The statements of the file that did not run, whichever test was the first to tell."""
        return tuple({one.line: one for ran in self.ran for one in ran.left_out}.values())

    @property
    def seconds(self) -> float:
        return sum(ran.seconds for ran in self.ran)

    def without_answers(self) -> Trial:
        """What is worth keeping after the judgement: the answers themselves may be large."""
        return Trial(tuple(replace(ran, value=None) for ran in self.ran), (), self.misfit)

    def sealed(self) -> Trial:
        """What may be known of a hidden test: how it ended, and how long it took."""
        return Trial((Ran(self.last.outcome, seconds=self.seconds),))


def answered(parts: Iterable[AnswerPart]) -> Trial:
    """The trial of somebody who answers with these parts."""
    return Trial((Ran("returned"),), tuple(parts))


def limits_of(exercise: Exercise, most: Limits) -> Limits:
    """The exercise's limits, none of them above the operator's."""
    wished = exercise.limits or {}
    return replace(most, **{name: min(type(getattr(most, name))(v), getattr(most, name)) for name, v in wished.items()})


def run_tests(
    exercise: Exercise,
    tests: Sequence[Test],
    source: str | Program,
    runner: Runner,
    *,
    function: str = "",
    seed: int = 0,
    most: Limits | None = None,
    updates: int | None = None,
) -> list[Trial]:
    """A trial for each test. `function` is the name to call if the file has another than the exercise asks for.

    Visible tests run first: what they print is shown, and must not hold what a hidden one was given. `updates` is how
    many updates are asked for at most, of tests that have more.
    """
    ordered = sorted(tests, key=lambda test: test.hidden)
    name, limits = function or exercise.function, limits_of(exercise, most or Limits())

    program = source

    def run(calls: Sequence[Call]) -> list[Ran]:
        nonlocal program
        rans = runner.run(program, name, calls, limits) if calls else []
        program = _known_from(program, rans)
        return [_by_name(exercise, ran) for ran in rans]

    arguments = [test.args(seed) for test in ordered]
    if exercise.answer == "update":
        trials = _updates(exercise, arguments, run, updates)
    else:
        trials = [trial_of(exercise, ran) for ran in run([_call(exercise, given) for given in arguments])]
    by_test = dict(zip(map(id, ordered), trials, strict=True))
    return [by_test[id(test)] for test in tests]


def _known_from(program: str | Program, rans: Sequence[Ran]) -> str | Program:
    """The program as it runs the next time: what ended a process, or took too long, is not tried again."""
    if not rans or not (rans[0].only_needed or any(one.ended_process for one in rans[0].left_out)):
        return program
    without = tuple(one for one in rans[0].left_out if one.ended_process)
    return Program(program if isinstance(program, str) else program.text, rans[0].only_needed, without)


def _by_name(exercise: Exercise, ran: Ran) -> Ran:
    """The inputs that were written to by their names: those handed over by place come back as numbers."""
    names = {str(place): name for place, name in enumerate(exercise.signature.by_place)}
    return replace(ran, changed=tuple(names.get(name, name) for name in ran.changed)) if ran.changed else ran


def _call(exercise: Exercise, given: Mapping[str, Any]) -> Call:
    """Parameters without default go by place, the others by name, so that a learner may rename the former."""
    by_place = exercise.signature.by_place
    by_name = {name: value for name, value in given.items() if name not in by_place}
    return Call(tuple(given[name] for name in by_place), by_name)


def trial_of(exercise: Exercise, ran: Ran) -> Trial:
    if ran.outcome != "returned":
        return Trial((ran,))
    if len(exercise.wrt) < 2:
        return Trial((ran,), (AnswerPart("", ran.value),))
    wanted = f"a tuple of {len(exercise.wrt)} gradients: {', '.join(exercise.wrt)}"
    if not isinstance(ran.value, tuple | list) or len(ran.value) != len(exercise.wrt):
        return Trial((ran,), misfit=f"{described(ran.value)} came back; expected {wanted}.")
    return Trial((ran,), tuple(AnswerPart(name, value) for name, value in zip(exercise.wrt, ran.value, strict=True)))


def _updates(
    exercise: Exercise,
    arguments: Sequence[Mapping[str, Any]],
    run: Callable[[Sequence[Call]], list[Ran]],
    most: int | None,
) -> list[Trial]:
    """All tests take their first update together, then their second …: each is handed what it returned before."""
    trials = [Trial(()) for _ in arguments]
    now: list[tuple[Any, Any]] = [(given["param"], {}) for given in arguments]
    for update in range(max(len(given["grads"]) for given in arguments))[:most]:
        going = [i for i, given in enumerate(arguments) if update < len(given["grads"]) and _goes_on(trials[i])]
        calls = [_call(exercise, at_update(arguments[i], update, *now[i])) for i in going]
        for i, ran in zip(going, run(calls), strict=True):
            trials[i], now[i] = continued(trials[i], ran, update + 1, now[i])
    return trials


def _goes_on(trial: Trial) -> bool:
    return not trial.misfit and (not trial.ran or trial.last.outcome == "returned")


def at_update(given: Mapping[str, Any], update: int, param: Any, state: Any) -> dict[str, Any]:
    """The arguments of one update; a learning rate per update may be given as a list."""
    rest = {name: value for name, value in given.items() if name not in ("param", "grads")}
    if np.ndim(rest.get("lr", 0.0)):
        rest["lr"] = float(rest["lr"][update])
    return {"param": param, "grad": given["grads"][update], "state": state, **rest}


def continued(trial: Trial, ran: Ran, update: int, before: tuple[Any, Any]) -> tuple[Trial, tuple[Any, Any]]:
    done = (*trial.ran, ran)
    if ran.outcome != "returned":
        return Trial(done, trial.parts), before
    value = ran.value
    if not isinstance(value, tuple | list) or len(value) != 2 or not isinstance(value[1], Mapping):
        says = f"{described(value)} came back from update {update}; expected (param, state), the state a dict."
        return Trial(done, trial.parts, says), before
    return Trial(done, (*trial.parts, *update_parts(value[0], value[1], update))), (value[0], value[1])


def update_parts(param: Any, state: Mapping[str, Any], update: int) -> list[AnswerPart]:
    """The entries of the state in their order, then the parameter: what goes wrong first comes first."""
    entries = [AnswerPart(_readable(name), value, update) for name, value in state.items() if value is not None]
    return [*entries, AnswerPart("param", param, update)]


def _readable(name: Any) -> str:
    """A key of the state as text: a learner's may be a number, or half a character."""
    return str(name).encode("utf-8", "replace").decode()


def described(value: Any) -> str:
    """What came back, in words: None, a tuple of 2, an array of shape (3,)."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, Mapping):
        return f"a dict with {', '.join(map(_readable, value)) or 'nothing in it'}"[:80]
    return f"{type(value).__name__} {value!r}"[:80]
