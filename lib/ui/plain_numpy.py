"""The lesson's function in plain NumPy: covered until the learner has solved its exercise, or asks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from lib.exercises import EXERCISES
from lib.exercises.spec import Answer, Exercise
from lib.lesson.code.plain import Form, Function, explained, form_of, plain_source
from lib.lesson.optimizer import Optimizer
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Topic
from lib.ui.exercise_link import exercise_link
from lib.ui.fields import key_of
from lib.ui.record import Record, RecordError, keep, record_of
from lib.ui.text import say


@dataclass(frozen=True)
class Plain:
    """The code, what its docstring explains, and the exercise that asks to write it, if there is one."""

    words: str
    code: str
    exercise: Exercise | None = None

    @property
    def function(self) -> Function | None:
        """What a notebook calls, where it is known how."""
        if self.exercise is None:
            return None
        takes = self.exercise.signature
        return Function(self.exercise.function, self.code, takes.by_place, takes.by_name, _forms(self.exercise))


def _forms(exercise: Exercise) -> dict[str, set[Form]]:
    """The forms of arrays that the visible tests hand over."""
    forms: dict[str, set[Form]] = {}
    for test in exercise.visible:
        for name, value in test.args().items():
            if isinstance(value, np.ndarray):
                forms.setdefault(name, set()).add(form_of(value))
    return forms


def plain_of(lesson: Topic) -> Plain:
    """The solution of the lesson's own exercise, or the function that stands beside the lesson."""
    exercise = own_exercise(lesson)
    words, code = explained(exercise.solution if exercise else plain_source(lesson))
    return Plain(words, code, exercise)


def own_exercise(lesson: Topic) -> Exercise | None:
    """The exercise that asks for what the lesson computes: of its name, or else the first of its kind on the path."""
    about = [e for e in EXERCISES.values() if e.lesson == lesson.slug and e.path != "debugging"]
    kind: Answer = "update" if isinstance(lesson, Optimizer) else "lr" if isinstance(lesson, Scheduler) else "value"
    about.sort(key=lambda e: (e.slug != lesson.slug, e.answer != kind, e.order))
    return about[0] if about else None


def numpy_function(lesson: Topic) -> bool:
    """Draws it, or what uncovers it; whether it is uncovered."""
    plain = plain_of(lesson)
    if not _uncovered(lesson, plain):
        _cover(lesson, plain)
        return False
    st.code(plain.code, language="python", height=420)
    st.caption(say(plain.words))
    return True


def _uncovered(lesson: Topic, plain: Plain) -> bool:
    record = _record(plain)
    seen = record is not None and (record.passed or record.shown)
    return seen or bool(st.session_state.get(_asked_key(lesson)))


def _cover(lesson: Topic, plain: Plain) -> None:
    if plain.exercise is None:
        st.markdown(say("The whole calculation as one short function, if you want to see it."))
    else:
        st.markdown(say("Covered until you have written it yourself, or ask for it."))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if plain.exercise is not None:
            exercise_link(plain.exercise, say("Write it in NumPy"))
        key = key_of(lesson, "show_numpy")
        about = say("It is remembered that you looked before passing.") if plain.exercise else None
        st.button(say("Show me the function"), key, help=about, on_click=_ask, args=(lesson, plain))


def _ask(lesson: Topic, plain: Plain) -> None:
    """For a callback: what is asked for here counts as the exercise's solution seen."""
    st.session_state[_asked_key(lesson)] = True
    if plain.exercise is not None and (record := _record(plain)) is not None:
        keep(plain.exercise.slug, replace(record, shown=True))


def _record(plain: Plain) -> Record | None:
    """What the browser keeps of the exercise; None where it cannot be read, and is left as it is."""
    try:
        return record_of(plain.exercise.slug) if plain.exercise else Record()
    except RecordError:
        return None


def _asked_key(lesson: Topic) -> str:
    return key_of(lesson, "numpy_asked")
