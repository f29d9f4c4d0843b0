"""Who is done with which lesson of an assignment: completion, beside the marks and in no total."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from lib.ui.course.acting import store
from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.completion import Completion, Standing
    from lib.course.courses import MyCourse
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
        frame = _frame(found)
        st.dataframe(frame, hide_index=True, height=min(MOST_HIGH, ROW * (len(frame) + 1) + 3))
        st.caption(
            say(
                "✓ every row is right · open: handed in, not all rows right · late: after the due date · "
                "missing: due by now, and nothing handed in"
            )
        )


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
