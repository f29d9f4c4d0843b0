"""One exercise: what to write, the editor, what the tests say, and help that is asked for."""

from __future__ import annotations

import ast
import difflib
import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from lib.catalog import TOPICS
from lib.exercises import EXERCISES, Exercise
from lib.exercises.spec import PATHS
from lib.grading.grade import Grade, grade
from lib.sandbox.job import Busy
from lib.ui.browser_storage import draft_place, keep_in_browser
from lib.ui.code_editor import code_editor, write, written
from lib.ui.heading import before_and_after
from lib.ui.page import slug_of_page
from lib.ui.record import Attempt, Record, RecordError, keep, record_of, with_attempt
from lib.ui.report import error_line, show_report
from lib.ui.sandbox import isolation_note, my_turn, why_off
from lib.ui.text import say

# The task stays in sight while the report scrolls, and a long formula scrolls by itself.
CSS = """
<style>
.st-key-exercise_statement .katex-display { overflow-x: auto; overflow-y: hidden; padding: 0.1rem 0; }
.st-key-exercise_statement .katex-display > .katex { font-size: 1.05em; }
@media (min-width: 641px) {
  .stColumn:has(> .stVerticalBlock > * > .st-key-exercise_statement) {
    position: sticky; top: 4rem; align-self: flex-start; max-height: calc(100vh - 5rem); overflow-y: auto;
  }
}
</style>
"""


@dataclass(frozen=True, eq=False)
class Shown:
    """The report on the screen, and the text that it is about."""

    grade: Grade
    source: str


def render(exercise: Exercise) -> None:
    """The whole page."""
    st.html(CSS)
    _heading(exercise)
    left, right = st.columns([0.4, 0.6], gap="medium")
    with right:
        _work(exercise)
    record, trouble = _record(exercise)
    with right:
        _solution(exercise, record)
        _attempts(exercise, record)
    with left, st.container(key="exercise_statement"):
        st.markdown(statement(exercise))
        if trouble:
            st.caption(f":orange[{trouble}]")
        _help(exercise, record)
    keep_in_browser()
    isolation_note()
    before_and_after([slug_of_page(each) for each in EXERCISES.values()], slug_of_page(exercise))


def level_dots(exercise: Exercise) -> str:
    return "●" * exercise.level + "○" * (5 - exercise.level)


def _key(exercise: Exercise, name: str) -> str:
    return f"exercise_{exercise.slug}_{name}"


def _heading(exercise: Exercise) -> None:
    pages = st.session_state["pages"]
    st.title(say(exercise.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key=_key(exercise, "what")):
        stretch = [e.slug for e in EXERCISES.values() if e.path == exercise.path]
        what = say(
            ":gray[{path}, {place} of {all} · level {level} of 5] {dots}",
            path=say(PATHS.get(exercise.path, exercise.path)),
            place=stretch.index(exercise.slug) + 1,
            all=len(stretch),
            level=exercise.level,
            dots=level_dots(exercise),
        )
        st.markdown(what, width="content")
        if exercise.lesson and exercise.lesson in pages:
            lesson = say("Lesson: {title}", title=TOPICS[exercise.lesson].title)
            st.page_link(pages[exercise.lesson], label=lesson, icon=":material/menu_book:", width="content")
        st.page_link(pages["exercises"], label=say("All exercises"), icon=":material/list:", width="content")


def _record(exercise: Exercise) -> tuple[Record, str]:
    """The record, and a sentence if what the browser kept cannot be read."""
    try:
        return record_of(exercise.slug), ""
    except RecordError:
        return Record(), say("What your browser kept about this exercise cannot be read, so it starts afresh.")


def _work(exercise: Exercise) -> None:
    """The editor, the buttons under it, and the report; a report that is asked for is made on the way."""
    place, buttons, below = st.container(), st.container(horizontal=True, gap="small"), st.container()
    value = written(_key(exercise, "editor"), exercise.starter)
    off = why_off()
    with buttons:
        _buttons(exercise, off)
    with below:
        if off:
            st.info(off)
        elif wish := _wish(exercise, value.run):
            _answer(exercise, wish, value.text, value.run)
    shown: Shown | None = st.session_state.get(_key(exercise, "report"))
    fresh = shown is not None and shown.source == value.text
    with place:
        code_editor(
            _key(exercise, "editor"),
            exercise.starter,
            label=say("Your {function}, in Python", function=exercise.function),
            mark_line=error_line(shown.grade) if shown and fresh else None,
            draft=draft_place(exercise.slug),
        )
    with below:
        _report(exercise, shown, fresh)


def _buttons(exercise: Exercise, off: str) -> None:
    for name, label, about in (
        ("run", say("Run visible tests"), say("Ctrl+Enter does the same.")),
        ("submit", say("Submit"), say("All tests, hidden ones too. Your attempt is kept in this browser.")),
    ):
        st.button(
            label,
            key=_key(exercise, name),
            help=about,
            disabled=bool(off),
            on_click=_ask,
            args=(exercise, name),
        )
    st.button(
        say("Start again"),
        key=_key(exercise, "reset"),
        type="tertiary",
        help=say("Puts the first lines back. Ctrl+Z in the editor undoes it."),
        on_click=write,
        args=(_key(exercise, "editor"), exercise.starter),
    )


def _ask(exercise: Exercise, what: str) -> None:
    st.session_state[_key(exercise, "asked")] = what


def _wish(exercise: Exercise, run: int) -> str:
    """ "run" or "submit", whichever was asked for and not answered yet, such as one that a new run cut short."""
    asked = st.session_state.get(_key(exercise, "asked"), "")
    return asked or ("run" if run and run != st.session_state.get(_key(exercise, "answered")) else "")


def _answer(exercise: Exercise, wish: str, source: str, run: int) -> None:
    """Grades the text; a submission becomes an attempt."""
    try:
        with st.spinner(say("Running the tests …")):
            result = grade(exercise, source, only_visible=wish == "run", runner=my_turn())
            st.session_state[_key(exercise, "report")] = Shown(result, source)
            if wish == "submit" and result.counted:
                _keep_attempt(exercise, result, source)
    except Busy as busy:
        st.warning(say("{reason} Nothing is lost: try again in a moment.", reason=str(busy)))
    st.session_state[_key(exercise, "asked")] = ""
    st.session_state[_key(exercise, "answered")] = run


def _keep_attempt(exercise: Exercise, result: Grade, source: str) -> None:
    attempt = Attempt(time.time(), source, result.score, result.max_score, exercise.version)
    keep(exercise.slug, with_attempt(_record(exercise)[0], attempt))


def _report(exercise: Exercise, shown: Shown | None, fresh: bool) -> None:
    if shown is None:
        visible, points = len(exercise.visible), f"{exercise.max_score:g}"
        words = say("{visible} tests are visible, {hidden} are hidden; {points} points in all.")
        st.caption(words.format(visible=visible, hidden=len(exercise.tests) - visible, points=points))
        return
    if not fresh:
        st.caption(say("Your code has changed since these tests ran."))
    if shown.grade.passed:
        _passed(exercise, shown.grade)
    show_report(exercise, shown.grade)


def _passed(exercise: Exercise, result: Grade) -> None:
    """What to do next."""
    if len(result.tests) < len(exercise.tests):
        st.success(say("Every visible test passes. Submit to try the hidden ones."))
        return
    st.success(say("Solved. Compare yours with the solution below."))
    every = list(EXERCISES.values())
    for after in every[every.index(exercise) + 1 :][:1]:
        st.page_link(
            st.session_state["pages"][slug_of_page(after)],
            label=say("Next: {title}", title=after.title),
            icon=":material/arrow_forward:",
            width="content",
        )


def statement(exercise: Exercise) -> str:
    """The statement. A formula between $$ gets lines of its own, as Markdown wants it, and breaks at a \\qquad."""
    return re.sub(r"\$\$(.+?)\$\$", _formula, say(exercise.statement), flags=re.DOTALL)


def _formula(found: re.Match[str]) -> str:
    parts: list[str] = []
    for piece in re.split(r"\s*\\qquad\s*", found[1].strip()):
        if parts and parts[-1].count(r"\begin") > parts[-1].count(r"\end"):  # half an environment is no formula
            parts[-1] += rf" \qquad {piece}"
        else:
            parts.append(piece)
    return "".join(f"\n$$\n{part}\n$$\n" for part in parts)


def _help(exercise: Exercise, record: Record) -> None:
    """Hints one at a time, which then stay, and the solution; each when it is asked for."""
    for place, hint in enumerate(exercise.hints[: record.hints], 1):
        st.markdown(say("**Hint {place}.** {hint}", place=place, hint=say(hint)))
    with st.container(horizontal=True, gap="small"):
        if record.hints < len(exercise.hints):
            label = say("Hint {next} of {all}", next=record.hints + 1, all=len(exercise.hints))
            _ask_for_help(exercise, label, "hint", replace(record, hints=record.hints + 1))
        if not (record.passed or record.shown):
            about = say("It is remembered that you looked before passing.")
            _ask_for_help(exercise, say("Show me the solution"), "show", replace(record, shown=True), about)


def _solution(exercise: Exercise, record: Record) -> None:
    """The solution: folded after passing, open where it was asked for before."""
    if record.passed or record.shown:
        with st.expander(say("A solution"), expanded=not record.passed):
            words, code = explained(exercise.solution)
            st.markdown(say(words))
            st.code(code, language="python", wrap_lines=True)


def _ask_for_help(exercise: Exercise, label: str, name: str, after: Record, about: str | None = None) -> None:
    """A button that is remembered in the record."""
    st.button(label, key=_key(exercise, name), help=about, on_click=keep, args=(exercise.slug, after))


def explained(source: str) -> tuple[str, str]:
    """What the docstring at the top says, and the code below it, without what only the checks of the exercise use."""
    tree = ast.parse(source)
    lines = source.splitlines()
    for node in reversed(tree.body):
        if isinstance(node, ast.FunctionDef) and node.name == "branches":
            del lines[node.lineno - 1 : node.end_lineno]
    words = ast.get_docstring(tree) or ""
    return words, "\n".join(lines[tree.body[0].end_lineno if words else 0 :]).strip()


def _attempts(exercise: Exercise, record: Record) -> None:
    """Every submission kept: when, how many points, what changed since the one before."""
    if not record.attempts:
        return
    kept = list(enumerate(record.attempts))
    label = say("Attempts: {count}, the best {best}", count=len(kept), best=_points(max(record.attempts, key=_share)))
    folded = st.expander(label, key=_key(exercise, "attempts"), on_change="rerun")
    if not folded.open:
        return
    with folded:
        place = st.selectbox(
            say("Attempt"),
            range(len(kept)),
            index=len(kept) - 1,
            format_func=lambda i: f"{_when(record.attempts[i].at)} · {_points(record.attempts[i])}",
            key=_key(exercise, f"attempt_{len(kept)}"),
            label_visibility="collapsed",
        )
        before = record.attempts[place - 1].source if place else exercise.starter
        st.caption(say("Changed since the attempt before:") if place else say("Changed since the first lines:"))
        st.code(changes(before, record.attempts[place].source) or say("nothing"), language="diff", wrap_lines=True)
        st.button(
            say("Put it back into the editor"),
            key=_key(exercise, "put_back"),
            on_click=write,
            args=(_key(exercise, "editor"), record.attempts[place].source),
        )


def _points(attempt: Attempt) -> str:
    return say("{score} of {most}", score=f"{attempt.score:g}", most=f"{attempt.max_score:g}")


def _share(attempt: Attempt) -> float:
    return attempt.score / attempt.max_score if attempt.max_score else 0.0


def _when(at: float) -> str:
    """The time where the learner is."""
    try:
        zone: tzinfo = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC
    local = datetime.fromtimestamp(at, zone)
    return f"{local.day} {local:%B, %H:%M}"


def changes(before: str, after: str) -> str:
    """The lines that went and the lines that came, with two lines around; dots where lines are left out."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]
    return "\n".join("…" if line.startswith("@@") else line for line in lines).removeprefix("…\n")
