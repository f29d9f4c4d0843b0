"""On a lesson's page: the learner's own NumPy on the numbers typed there, beside PyTorch's result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from lib.exercises import EXERCISES, Exercise
from lib.grading.expected import Likely
from lib.grading.grade import room_for
from lib.grading.judge import cut, why_not_returned
from lib.grading.mistakes import mistakes_on
from lib.grading.trial import AnswerPart
from lib.lesson import run
from lib.lesson.spec import Lesson
from lib.sandbox.job import Busy, Call, Ran
from lib.tensors.compare import Comparison, compare, numbers_of
from lib.ui.browser_storage import draft_place, keep_in_browser
from lib.ui.budget import page_budget
from lib.ui.code_editor import EditorValue, code_editor, written
from lib.ui.exercise_link import exercise_link
from lib.ui.fields import key_of
from lib.ui.sandbox import WHILE_YOU_WAIT, isolation_note, my_turn, need_a_run, why_off
from lib.ui.text import number, plain, say

SLOW = 0.5  # seconds


@dataclass(frozen=True, eq=False)
class Last:
    """The last run: the Ctrl+Enter that asked for it, a hash of the numbers, the code, and what came of it."""

    run: int
    numbers: int
    source: str
    ran: Ran
    mistakes: tuple[Likely, ...] = ()

    @property
    def follows(self) -> bool:
        """Whether it is quick enough to run again by itself when the numbers change."""
        return self.ran.seconds < SLOW


def exercise_for(lesson: Lesson) -> Exercise | None:
    """The exercise that asks for this lesson's value; None if there is none."""
    return next((e for e in EXERCISES.values() if e.lesson == lesson.slug and e.answer == "value"), None)


def own_numpy(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """The editor, and what its code gives on the numbers above. The draft is the same as on the exercise's page."""
    exercise = exercise_for(lesson)
    if exercise is None:
        st.caption(say("There is no exercise for this lesson yet."))
        return
    left, right = st.columns([0.62, 0.38], gap="small")
    value = written(_key(exercise), exercise.starter)
    off = why_off()
    line = None
    with right:
        if off:
            st.info(off)
        else:
            line = _result(lesson, exercise, values, value)
        exercise_link(exercise, say("To the exercise, with all its tests"), icon=":material/arrow_forward:")
    with left:
        code_editor(
            _key(exercise),
            exercise.starter,
            label=say("Your {function}, in Python", function=exercise.function),
            mark_line=line,
            draft=draft_place(exercise.slug),
        )
    keep_in_browser()
    isolation_note()


def _key(exercise: Exercise) -> str:
    """One text per exercise, wherever it is edited."""
    return f"exercise_{exercise.slug}_editor"


def _result(lesson: Lesson, exercise: Exercise, values: Mapping[str, Any], value: EditorValue) -> int | None:
    """The learner's number beside PyTorch's; returns the line of the code that raised, if one did."""
    asked = st.button(say("Run on these numbers"), key=key_of(lesson, "own_run"), help=say("Ctrl+Enter does the same."))
    missing = [name for name in _set(lesson, values) if name not in exercise.signature.names]
    if missing:
        st.caption(say("{function} takes no {names}.", function=exercise.function, names=", ".join(missing)))
        return None
    try:
        last = _last(lesson, exercise, values, value, asked)
    except Busy as busy:
        st.warning(say("{reason} Nothing is lost: try again in a moment.", reason=str(busy)))
        return None
    if last is None:
        st.caption(say("Ctrl+Enter runs your {function} on the numbers above.", function=exercise.function))
        return None
    if last.source != value.text:
        st.caption(say("Your code has changed since it ran."))
    _show(lesson, values, last.ran)
    if last.mistakes:
        texts = "  \n".join(say(mistake.says) for mistake in last.mistakes)
        st.markdown(say("**Likely mistake.** {says}", says=texts))
    return last.ran.fault.line if last.ran.fault and last.source == value.text else None


def _last(
    lesson: Lesson, exercise: Exercise, values: Mapping[str, Any], value: EditorValue, asked: bool
) -> Last | None:
    """The run on these numbers, if there is one: made when asked for, and again by itself where the code is quick."""
    key, numbers = key_of(lesson, "own_last"), _fingerprint(values)
    last: Last | None = st.session_state.get(key)
    pressed = value.run and value.run != (last.run if last else 0)
    if asked or pressed or (last and last.follows and last.numbers != numbers):
        need_a_run()
        ran = run_once(lesson, exercise, value.text, values)
        last = Last(value.run, numbers, value.text, ran, likely(lesson, exercise, values, ran))
        st.session_state[key] = last
    return last if last and last.numbers == numbers else None


def _fingerprint(values: Mapping[str, Any]) -> int:
    return hash(
        tuple(
            (n, v.tobytes(), str(v.dtype), v.shape) if isinstance(v, np.ndarray) else (n, repr(v))
            for n, v in values.items()
        )
    )


def _set(lesson: Lesson, values: Mapping[str, Any]) -> list[str]:
    """The inputs that are given, and the parameters that differ from torch's defaults."""
    defaults = {parameter.name: parameter.default for parameter in lesson.parameters}
    return [name for name, value in values.items() if value is not None and not _is_default(value, defaults.get(name))]


def _is_default(value: Any, default: Any) -> bool:
    return not isinstance(value, np.ndarray) and value == default


def run_once(lesson: Lesson, exercise: Exercise, source: str, values: Mapping[str, Any]) -> Ran:
    """What the learner's function does with these values, in the sandbox; its result may be some times torch's."""
    right = AnswerPart("", run.torch_result(lesson, values, budget=page_budget()).value)
    known = exercise.signature
    by_name = {name: values[name] for name in known.by_name if name in values}
    call = Call(tuple(values[name] for name in known.by_place), by_name)
    return my_turn().run(source, exercise.function, [call], room_for([[right]], WHILE_YOU_WAIT))[0]


def likely(lesson: Lesson, exercise: Exercise, values: Mapping[str, Any], ran: Ran) -> tuple[Likely, ...]:
    """The mistakes that explain what came back on these numbers, tried where it is wrong."""
    if ran.outcome != "returned" or _compared(lesson, values, ran).same:
        return ()
    given = {name: value for name, value in values.items() if name in exercise.signature.names}
    return tuple(mistakes_on(exercise, given, ran, my_turn()))


def _compared(lesson: Lesson, values: Mapping[str, Any], ran: Ran) -> Comparison:
    right = run.torch_result(lesson, values, budget=page_budget()).value
    return compare(ran.value, right, rtol=2e-5 if right.dtype == np.float32 else 1e-6, atol=1e-9)


def _show(lesson: Lesson, values: Mapping[str, Any], ran: Ran) -> None:
    right = run.torch_result(lesson, values, budget=page_budget()).value
    if ran.outcome != "returned":
        st.markdown(f":red[✗] {plain(why_not_returned(ran))}")
        if ran.fault and ran.fault.traceback:
            st.code(ran.fault.traceback, language=None)
    else:
        found = _compared(lesson, values, ran)
        mine, theirs = st.columns(2)
        mine.markdown(f":gray[{say('Yours')}]  \n**{plain(_number(ran.value))}**")
        theirs.markdown(f":gray[PyTorch]  \n**{number(right)}**")
        sign = ":green[✓]" if found.same else ":red[✗]"
        st.markdown(f"{sign} {plain(say(found.says))}")
    for warning in ran.warnings:
        st.caption(say("Warning: {warning}", warning=plain(warning)))
    if ran.output:
        st.code(ran.output, language=None, wrap_lines=True)


def _number(value: Any) -> str:
    array = numbers_of(value)
    return number(array) if array is not None and array.dtype.kind in "biuf" and array.size else repr(cut(value))
