"""What was graded or handed out on the command line comes into the course: looked at first, then taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course import acting as here
from lib.ui.course.class_figures import choose_assignment
from lib.ui.text import plain, say
from lib.ui.uploads import keep_upload, let_go

if TYPE_CHECKING:
    from lib.course.bring_in import BringPreview
    from lib.course.courses import MyCourse
    from lib.course.who import Who

MARKS, HOMEWORK = "marks_in_file", "homework_in_file"  # in the session: what was uploaded
MOST_PROBLEMS = 20


def marks_in(who: Who, course: MyCourse) -> None:
    """Two files that may come in, each under its heading."""
    with st.expander(say("Marks that `batch` gave"), key="marks_in_open"), said_in_words():
        _marks(who, course)
    with st.expander(say("A homework that was handed out"), key="homework_in_open"), said_in_words():
        _homework(who, course)


def _marks(who: Who, course: MyCourse) -> None:
    from lib.course.assignments import assignments
    from lib.course.bring_in import bring_marks, preview_marks

    shown = assignments(here.store(), who, course.id)
    if not shown:
        st.markdown(say("There is no assignment yet."))
        return
    st.markdown(
        say(
            "Its marks.csv, by the names of the exercises. The points stand here as points by hand, scaled to what an "
            "exercise is worth; what lateness takes off is not taken off again."
        )
    )
    number = choose_assignment(shown, "in_assignment")
    data = _uploaded(say("marks.csv"), ["csv"], MARKS)
    if data is None:
        return
    preview = preview_marks(here.store(), who, number, data)
    _preview(preview)
    if not preview.marks:
        return
    why = st.text_input(say("Reason"), value=say("Graded on the command line"), max_chars=5000)
    if st.button(say("Take these marks"), type="primary"):
        done = bring_marks(here.store(), who, number, data, why)
        st.session_state.pop(MARKS)
        st.toast(say("Taken: {count} marks.", count=len(done.marks)))
        st.rerun()


def _preview(preview: BringPreview) -> None:
    st.markdown(say("**{count} marks change**, {same} stay.", count=len(preview.marks), same=preview.same))
    if preview.marks:
        st.dataframe(
            pd.DataFrame(
                {
                    say("Student"): [one.name for one in preview.marks],
                    say("Exercise"): [one.exercise for one in preview.marks],
                    say("Before"): [one.before for one in preview.marks],
                    say("After"): [one.after for one in preview.marks],
                }
            ),
            hide_index=True,
            column_config={say(name): st.column_config.NumberColumn(format="%.2f") for name in ("Before", "After")},
            alt=say("Which marks change from what to what"),
        )
    for problem in preview.problems[:MOST_PROBLEMS]:
        st.caption(plain(problem))
    if len(preview.problems) > MOST_PROBLEMS:
        st.caption(say("And {more} more lines like these.", more=len(preview.problems) - MOST_PROBLEMS))


def _homework(who: Who, course: MyCourse) -> None:
    from lib.course.bring_in import assign_homework, homework_in

    st.markdown(
        say(
            "The program or notebook that `handout` made says which homework it is. It becomes an assignment that "
            "opens in a week: change its times before."
        )
    )
    data = _uploaded(say("Handout"), ["py", "ipynb"], HOMEWORK)
    if data is None:
        return
    found = homework_in(here.store(), here.settings(), who, course.id, data)
    st.markdown(say("Homework **{id}**: {slugs}.", id=plain(found.id), slugs=plain(", ".join(found.slugs))))
    if found.changed:
        names = plain(", ".join(found.changed))
        st.warning(say("Changed since it was handed out: {names}. The assignment takes them as they are.", names=names))
    if st.button(say("Make the assignment"), type="primary"):
        number = assign_homework(here.store(), here.settings(), who, course.id, data)
        st.session_state.pop(HOMEWORK)
        here.go("assignment_form", assignment=number)


def _uploaded(label: str, kinds: list[str], key: str) -> bytes | None:
    """The file that was chosen last."""
    file = st.file_uploader(label, type=kinds, key=f"{key}_field")
    if file is not None:
        keep_upload(key, file.getvalue())
        let_go(file)
    data: bytes | None = st.session_state.get(key)
    return data
