"""Who is done with which lesson of an assignment: completion, beside the marks and in no total."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.acting import acting, store
from lib.ui.course.lesson_work import late_in_words, words_of_row
from lib.ui.course.times import when
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.completion import Completion, Standing
    from lib.course.courses import MyCourse
    from lib.course.lessons import AskedLesson
    from lib.course.who import Who

ROW, MOST_HIGH = 35, 420  # pixels


def lessons_done(who: Who, course: MyCourse, assignment_id: int | None = None) -> None:
    """The table, folded, of the whole course or of one assignment; nothing where it has no lessons."""
    from lib.course.completion import completion

    found = completion(store(), who, course.id, assignment_id)
    if not found.lessons:
        return
    all_done = sum(all(one.done.get(each.id) for _, each in found.lessons) for one in found.students)
    label = say("Lessons: {done} of {all} students are done", done=all_done, all=len(found.students))
    with st.expander(label, key=f"lessons_done_{assignment_id or 'all'}"):
        st.fragment(_table)(found, f"lessons_table_{assignment_id or 'all'}", course.zone)


def _table(found: Completion, key: str, zone: str) -> None:
    """The table, and under it the working whose cell is chosen."""
    with said_in_words():
        frame = _frame(found)
        event = st.dataframe(
            frame,
            hide_index=True,
            height=min(MOST_HIGH, ROW * (len(frame) + 1) + 3),
            on_select="rerun",
            selection_mode="single-cell",
            key=key,
            alt=say("Lessons: a line for each student, a column for each lesson"),
        )
        st.caption(
            say(
                "✓ every row is right · open: handed in, not all rows right · late: after the due date · "
                "missing: due by now, and nothing handed in. Click a cell to see what was handed in."
            )
        )
        for row, column in event["selection"]["cells"]:
            place = list(frame.columns).index(column) - 1 if column in frame.columns else -1
            if place >= 0 and 0 <= row < len(found.students):
                _working(found.students[row], found.lessons[place][1], zone)


def _working(student: Standing, lesson: AskedLesson, zone: str) -> None:
    """What a student handed in, row by row, and which rows are right."""
    from lib.course.cards import card_number
    from lib.course.lessons import working_of

    handed_in = working_of(store(), acting(), lesson.id, student.person_id)
    about = f"**{plain(student.name)} · {plain(lesson.title)}** "
    if handed_in is None:
        st.markdown(about + say("nothing handed in"))
        return
    st.markdown(about + say("handed in {at}", at=when(handed_in.at, zone)) + late_in_words(handed_in.late))
    if not handed_in.entries:
        st.caption(say("What was typed is deleted, as the course promised."))
        return
    rows = [
        (
            words_of_row(lesson.slug, key),
            handed_in.entries.get(key, ""),
            "✓" if key not in handed_in.still_open else say("open"),
        )
        for key in sorted({**handed_in.entries, **dict.fromkeys(handed_in.still_open)}, key=card_number)
    ]
    st.dataframe(pd.DataFrame(rows, columns=[say("Row"), say("Typed"), say("Judged")]), hide_index=True)


def _frame(found: Completion) -> pd.DataFrame:
    several = len({title for title, _ in found.lessons}) > 1
    names = {each.id: f"{title}: {each.title}" if several else each.title for title, each in found.lessons}
    rows = [[one.name, *(_cell(one, number) for number in names)] for one in found.students]
    return pd.DataFrame(rows, columns=[say("Student"), *_apart(list(names.values()))])


def _cell(standing: Standing, lesson: int) -> str:
    if lesson not in standing.done:
        return say("missing") if lesson in standing.missing else ""
    sign = "✓" if standing.done[lesson] else say("open")
    return f"{sign} {say('late')}" if standing.late.get(lesson) else sign


def _apart(titles: list[str]) -> list[str]:
    """A table has no two columns of one name: two assignments may have one title."""
    return [title if titles.count(title) == 1 else f"{title} ({place})" for place, title in enumerate(titles, 1)]
