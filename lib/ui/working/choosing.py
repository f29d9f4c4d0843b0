"""Which sample (or element) and which turn of a loop is worked. Samples that are solved carry a tick."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st

from lib.lesson.run import Case
from lib.lesson.spec import Lesson, Step, Topic
from lib.lesson.working import Part
from lib.lesson.working.rows import sample_shape, turns
from lib.ui.budget import page_budget
from lib.ui.choices import choice_box, choice_row, settle, standing
from lib.ui.fields import key_of
from lib.ui.text import say
from lib.ui.working.sheets import Sample

MOST_SAMPLES = 200
MOST_IN_A_ROW = 6  # more are offered in a box that unfolds


def sample_now(lesson: Topic, steps: Mapping[str, Step], part: Part) -> Sample:
    """The sample that is worked, known before the switch is drawn: its ticks wait for what the entries are worth."""
    samples = samples_of(steps)
    if len(samples) <= 1:
        return (0,) * len(sample_shape(steps))
    key = _key(lesson, part)
    settle(key, [_id(sample) for sample in samples], _id(samples[0]))
    return _sample(st.session_state[key])


def choose_sample(lesson: Topic, steps: Mapping[str, Step], part: Part, solved: Callable[[Sample], bool]) -> None:
    """The switch; nothing to choose where there is one sample."""
    samples = samples_of(steps)
    if len(samples) <= 1:
        return
    what = _what(lesson, steps)
    names = {_id(sample): f"{_id(sample)}{' ✓' if solved(sample) else ''}" for sample in samples}
    key = _key(lesson, part)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"{key}_tools", width="content"):
        st.markdown(f"**{what}**", width="content")
        if len(samples) <= MOST_IN_A_ROW:
            choice_row(say("{what} to work", what=what), names, key, label_visibility="collapsed")
        else:
            choice_box(say("{what} to work", what=what), names, key, label_visibility="collapsed", width=110)


def samples_of(steps: Mapping[str, Step]) -> list[Sample]:
    """The samples that can be chosen, in order."""
    return [index for _, index in zip(range(MOST_SAMPLES), np.ndindex(sample_shape(steps)), strict=False)]


def chosen_sample(lesson: Topic, values: Mapping[str, Any]) -> Sample:
    """The sample that the working above is about; the first one until another is chosen."""
    shape = sample_shape(Case.of(lesson, values, budget=page_budget()).forward.steps)
    index = _sample(str(standing(key_of(lesson, "sample_forward"), "")))
    inside = len(index) == len(shape) and all(i < size for i, size in zip(index, shape, strict=True))
    return index if inside else (0,) * len(shape)


def go_to_sample(lesson: Topic, part: Part, sample: Sample) -> None:
    """For a callback: the sample that is worked next."""
    st.session_state[_key(lesson, part)] = _id(sample)


def sample_name(lesson: Topic, steps: Mapping[str, Step], sample: Sample) -> str:
    """Sample 0, or element [1, 2]."""
    index = ", ".join(map(str, sample))
    return f"{_what(lesson, steps).lower()} {index if len(sample) == 1 else f'[{index}]'}"


def turn_now(lesson: Topic, steps: Mapping[str, Step], part: Part) -> str | None:
    """The turn of a long loop that is worked, the first at first; None where the loop is short."""
    options = turns(steps)
    if not options:
        return None
    settle(_turn_key(lesson, part), options, options[0])
    return str(st.session_state[_turn_key(lesson, part)])


def choose_turn(lesson: Topic, steps: Mapping[str, Step], part: Part) -> None:
    """The box to choose it; nothing to choose where the loop is short."""
    if options := turns(steps):
        labels = {turn: say("step {turn}", turn=turn) for turn in options}
        looks = {"label_visibility": "collapsed", "width": 110}
        choice_box(say("Turn of the loop to work"), labels, _turn_key(lesson, part), default=options[0], **looks)


def _turn_key(lesson: Topic, part: Part) -> str:
    return key_of(lesson, f"turn_{part}")


def _what(lesson: Topic, steps: Mapping[str, Step]) -> str:
    """A batch has samples; a parameter, or a tensor without a batch, has elements."""
    of_batch = len(sample_shape(steps)) == 1 and isinstance(lesson, Lesson)
    return say("Sample") if of_batch else say("Element")


def _key(lesson: Topic, part: Part) -> str:
    return key_of(lesson, f"sample_{part}")


def _id(sample: Sample) -> str:
    return ",".join(map(str, sample))


def _sample(text: str) -> Sample:
    return tuple(int(i) for i in text.split(",") if i.isascii() and i.isdigit())
