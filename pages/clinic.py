"""The loss clinic: what a stuck, NaN, infinite or negative loss means, and its causes tested one by one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from lib.catalog import LOSSES
from lib.guides.clinic import LOOP, Cause, causes_for
from lib.guides.finding import FOCAL, WEIGHTED
from lib.guides.stuck import Finding, Setting, findings, twice_floor
from lib.refusal import Refusal
from lib.tensors.read import parse
from lib.ui.bound import BOUND
from lib.ui.choices import answer_row, choice_box, standing
from lib.ui.open_lesson import open_lesson
from lib.ui.page import Page
from lib.ui.page_title import page_title
from lib.ui.paste_code import paste_code
from lib.ui.problem import show_problem
from lib.ui.text import say

PAGE = Page(
    title="Loss clinic",
    group="guides",
    order=1,
    names=("损失诊断", "loss is stuck", "loss is nan", "loss is inf", "negative loss", "0.693"),
    purpose="What a stuck, NaN, infinite or negative loss means, and how to find its cause.",
)
ANY = "any"
FOUND, NOT_IT = "found", "not_it"
ANSWERS = {FOUND: "found it", NOT_IT: "not it"}  # what the lines of a cause print
MARKS = {FOUND: ":material/check_circle:", NOT_IT: ":material/remove:", None: ":material/help:"}
ABOUT_CLASSES = ("guess", "shares", "twice", "stuck")  # signs that a count of classes may explain
CLASS_COUNTS = (2, 3, 5, 10, 100, 1000)


def render() -> None:
    """The whole page."""
    page_title(PAGE)
    st.markdown(
        say(
            "Type the number from your training log, or paste a column of it. "
            "Then test its causes one by one, with lines for your own loop."
        )
    )
    with st.container(border=True, key="clinic_input_card"):
        text, setting = _fields()
    if setting is None or not text.strip():
        _numbers_to_know()
        return
    try:
        found = findings(text, setting)
    except ValueError as error:
        show_problem(error)
        return
    left, right = st.columns([0.42, 0.58], gap="medium")
    with left:
        _what_it_says(found)
        if any(finding.sign in ABOUT_CLASSES for finding in found):
            _numbers_to_know()
    with right:
        causes = causes_for(found, setting.loss)
        if causes:
            _causes(causes)


def _fields() -> tuple[str, Setting | None]:
    """The loss as typed, and what else is known; None where a field cannot be read."""
    number, which, classes, shares, answers = st.columns([0.18, 0.26, 0.14, 0.24, 0.18], gap="small")
    with number:
        help_text = say("One number, or several: a column of a log, printed tensors.")
        text = st.text_input(say("My loss is"), value="0.693", key="clinic_loss", help=help_text, **BOUND)
    with which:
        names = {slug: lesson.torch_name for slug, lesson in LOSSES.items()}
        loss = choice_box(say("Which loss"), {ANY: say("any loss"), **names, **_others()}, "clinic_which")
    with classes:
        class_count = _optional("clinic_classes", say("Classes"), "10", _count)
    with shares:
        known = _optional("clinic_shares", say("Class shares or counts"), "[0.9, 0.1]", shares_in)
    with answers:
        answer_count = _optional("clinic_answers", say("Answers in a batch"), "32", _count)
    margin, variance, error, code = st.columns([0.18, 0.4, 0.24, 0.18], gap="small", vertical_alignment="bottom")
    with margin:
        margin_size = _optional("clinic_margin", say("Margin"), "0.2", _size)
    with variance:
        spread = _optional("clinic_variance", say("Targets' variance, or the targets"), "1.5 or [1, 2, 4]", variance_in)
    with error:
        standard_error = _optional("clinic_error", say("Standard error of the loss"), "0.005", _size)
    with code:
        paste_code("clinic")
    slug = "" if loss == ANY else loss
    if "unreadable" in (class_count, known, answer_count, margin_size, spread, standard_error):
        return text, None
    counted = class_count or (len(known) if known else None)
    return text, Setting(slug, counted, known or (), answer_count, margin_size, spread, standard_error)


def _others() -> dict[str, str]:
    """Losses that many networks have and PyTorch does not, or not under a name of their own."""
    return {FOCAL: say("a focal loss"), WEIGHTED: say("cross-entropy with class weights")}


def _optional(key: str, label: str, example: str, read: Callable[[str], Any]) -> Any:
    """A field that may stay empty: what `read` makes of it, None if empty, "unreadable" with a sentence under it."""
    text = st.text_input(label, placeholder=example, key=key, **BOUND)
    if not text.strip():
        return None
    try:
        return read(text)
    except ValueError as error:
        show_problem(error)
        return "unreadable"


def _count(text: str) -> int:
    """A whole number from 1. ValueError in plain words."""
    number = parse(text, np.float64)
    if number.ndim or not 1 <= number <= 1e9 or number != int(number):
        raise Refusal("“{typed}” is no count; expected a whole number such as 10", typed=text.strip()[:20])
    return int(number)


def _size(text: str) -> float:
    """A number, 0 or more. ValueError in plain words."""
    number = parse(text, np.float64)
    if number.ndim or not np.isfinite(number) or number < 0:
        raise Refusal("“{typed}” cannot be used; expected one number, 0 or more", typed=text.strip()[:20])
    return float(number)


def variance_in(text: str) -> float:
    """The variance of the targets, or the targets themselves, whose variance (over N) is taken."""
    typed = parse(text, np.float64)
    if typed.ndim == 0:
        return _size(text)
    if typed.size < 2 or not np.isfinite(typed).all():
        raise Refusal("expected the variance, or at least two targets, such as [1, 2, 4]")
    scale = float(np.abs(typed).max()) or 1.0  # squares of numbers near the largest float must not overflow
    return float(np.var(typed / scale)) * scale * scale


def shares_in(text: str) -> tuple[float, ...]:
    """Each class's share of the samples, from shares or counts. ValueError in plain words."""
    typed = parse(text, np.float64)
    if typed.ndim != 1 or typed.size < 2:
        raise Refusal("expected a list with one share or count per class, such as [0.9, 0.1] or [900, 100]")
    if not np.isfinite(typed).all() or (typed < 0).any() or not typed.any():
        raise Refusal("a share is a number, 0 or more, and one at least is above 0")
    relative = typed / typed.max()  # counts near the largest float must not overflow in their sum
    return tuple((relative / relative.sum()).tolist())


def _what_it_says(found: list[Finding]) -> None:
    st.header(say("What the number says"), anchor=False)
    for finding in found:
        with st.container(border=True, gap="xsmall"):
            st.markdown(say("{says}", says=finding.says))
            open_lesson(finding.slug, finding.example, finding.values)


def _numbers_to_know() -> None:
    """What knowing nothing costs, and the least that two softmaxes can reach."""
    rows = [f"| {c} | {math.log(c):.4f} | {twice_floor(c):.4f} |" for c in CLASS_COUNTS]
    head = f"| {say('classes C')} | {say('knows nothing: ln C')} | {say('softmax twice, at best')} |\n|--:|--:|--:|\n"
    st.markdown(f"**{say('Numbers to know')}**\n\n{head}" + "\n".join(rows))


def _key(cause: Cause) -> str:
    return f"clinic_is_{cause.slug}"


def _ticked(cause: Cause) -> str | None:
    """What the learner said about the cause, before its widget runs."""
    said = standing(_key(cause))
    return said if said in ANSWERS else None


def _causes(causes: tuple[Cause, ...]) -> None:
    """The list; the first cause that is not tested yet stands open."""
    ticks = {cause.slug: _ticked(cause) for cause in causes}
    tested = sum(tick is not None for tick in ticks.values())
    heading, clear = st.columns([0.78, 0.22], vertical_alignment="center")
    heading.header(say("Test its causes: {n} of {all} done", n=tested, all=len(causes)), anchor=False)
    if tested:
        clear.button(say("Start again"), type="tertiary", on_click=_start_again, args=(causes,))
    found = [cause for cause in causes if ticks[cause.slug] == FOUND]
    for cause in found:
        _answer(cause)
    following = next((cause for cause in causes if ticks[cause.slug] is None), None) if not found else None
    if tested == len(causes) and not found:
        _nothing_left()
    with st.expander(say("The loop that these lines are for"), icon=":material/code:"):
        st.code(LOOP, language="python")
        st.caption(say("Rename model, x, y, output, loss, loss_fn and optimizer to your own names."))
    for place, cause in enumerate(causes, 1):
        _cause(place, cause, ticks[cause.slug], is_open=cause is following)


def _start_again(causes: tuple[Cause, ...]) -> None:
    for cause in causes:
        st.session_state[_key(cause)] = None


def _cause(place: int, cause: Cause, tick: str | None, is_open: bool) -> None:
    label = f"{place}. {say(cause.title)}" + (f" – {say(ANSWERS[tick])}" if tick else "")
    with st.expander(label, expanded=is_open, icon=MARKS[tick], key=f"clinic_cause_{cause.slug}_{tick}_{is_open}"):
        st.markdown(say(cause.why))
        st.caption(say("Paste this {place}:", place=cause.place))
        st.code(cause.code, language="python", wrap_lines=True)
        answers = {name: say(answer) for name, answer in ANSWERS.items()}
        answer_row(say("What it printed"), answers, _key(cause))


def _answer(cause: Cause) -> None:
    with st.container(border=True, gap="xsmall", key=f"clinic_note_{cause.slug}"):
        st.markdown(f":green[**{say('Found: {title}', title=say(cause.title))}**]")
        st.markdown(say(cause.mend))
        open_lesson(cause.lesson, cause.example, cause.values)


def _nothing_left() -> None:
    with st.container(border=True, key="clinic_note_nothing"):
        st.markdown(
            say(
                "None of these. Make the case smaller: one batch, one layer, no scheduler, no augmentation. "
                "Type that batch into the lesson of your loss and compare every step with your own numbers."
            )
        )
