"""Parts of every page on which an exercise is worked: its statement, the editor, a run of the tests, what changed.

`key` begins the names under which a page keeps its editor, what was asked for, and the last report.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

import streamlit as st

from lib.exercises import Exercise
from lib.grading.grade import Grade, grade
from lib.sandbox.job import Busy
from lib.ui.code_editor import EditorValue, code_editor, write, written
from lib.ui.report import error_line
from lib.ui.sandbox import WHILE_YOU_WAIT, my_turn, need_a_run
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


def typed(key: str, start: str) -> EditorValue:
    """What stands in the page's editor, before it is drawn in this run."""
    return written(f"{key}_editor", start)


def editor(key: str, exercise: Exercise, start: str, draft: str) -> None:
    """The editor; the line at which the first failing test stopped stands out, while the report is about this text.

    `draft` is the place in the browser where the text is kept while it differs from `start`.
    """
    shown = last_report(key)
    code_editor(
        f"{key}_editor",
        start,
        label=say("Your {function}, in Python", function=exercise.function),
        mark_line=error_line(shown.grade) if shown and is_fresh(key, shown, start) else None,
        draft=draft,
    )


def put(key: str, text: str) -> None:
    """Puts a text into the page's editor; for callbacks."""
    write(f"{key}_editor", text)


def start_again(key: str, exercise: Exercise) -> None:
    """The button that puts the starter back."""
    st.button(
        say("Start again"),
        key=f"{key}_reset",
        type="tertiary",
        help=say("Puts the first lines back. Ctrl+Z in the editor undoes it."),
        on_click=put,
        args=(key, exercise.starter),
    )


def ask(key: str, what: str) -> None:
    """Remembers what a button asks for until it is answered: a new run may cut the answer short. For callbacks."""
    st.session_state[f"{key}_asked"] = what


def wish(key: str, run: int) -> str:
    """What was asked for and is not answered yet; "run" for a Ctrl+Enter."""
    asked: str = st.session_state.get(f"{key}_asked", "")
    return asked or ("run" if run and run != st.session_state.get(f"{key}_answered") else "")


def answered(key: str, run: int) -> None:
    st.session_state[f"{key}_asked"] = ""
    st.session_state[f"{key}_answered"] = run


def try_tests(key: str, exercise: Exercise, source: str, *, only_visible: bool) -> Grade | None:
    """Runs the tests here and now and keeps the report; None if there was no room, which is said."""
    try:
        need_a_run()
        with st.spinner(say("Running the tests …")):
            result = grade(
                exercise, source, only_visible=only_visible, as_typed=True, runner=my_turn(), most=WHILE_YOU_WAIT
            )
    except Busy as busy:
        st.warning(say("{reason} Nothing is lost: try again in a moment.", reason=str(busy)))
        return None
    st.session_state[f"{key}_report"] = Shown(result, source)
    return result


def last_report(key: str) -> Shown | None:
    shown: Shown | None = st.session_state.get(f"{key}_report")
    return shown


def forget_report(key: str) -> None:
    st.session_state.pop(f"{key}_report", None)


def is_fresh(key: str, shown: Shown, start: str) -> bool:
    """Whether the report is about what stands in the editor."""
    return shown.source == typed(key, start).text


def changes(before: str, after: str) -> str:
    """The lines that went and the lines that came, with two lines around; dots where lines are left out."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]
    return "\n".join("…" if line.startswith("@@") else line for line in lines).removeprefix("…\n")
