"""Progress over lessons and exercises: what is done and begun, and how to take it along."""

from __future__ import annotations

import streamlit as st

from lib.catalog import GROUPS, TOPICS
from lib.exercises import EXERCISES
from lib.practice.record import LessonRecord
from lib.ui.browser_storage import has_told, keep_in_browser, work_file
from lib.ui.carry_progress import progress_link, take_carried_progress
from lib.ui.course.progress_in_account import progress_in_account
from lib.ui.lesson_progress import find
from lib.ui.page import Page
from lib.ui.text import say
from pages.exercises import state_of

PAGE = Page(
    title="Your progress",
    group="guides",
    order=91,
    names=("学习进度", "progress", "sync", "another device"),
    purpose="What you have done, and how to take it to another device.",
)


def render() -> None:
    """The whole page."""
    st.title(say(PAGE.title), anchor=False)
    take_carried_progress()
    lessons = {slug: record for slug in TOPICS if (record := find(slug)) is not None}
    solved = [slug for slug in EXERCISES if state_of(slug) == "passed"]
    _so_far(lessons, solved)
    progress_in_account()
    if lessons or solved:
        st.header(say("On another device"), anchor=False)
        st.markdown(
            say(
                "Open this link there, or scan the code: that browser keeps the better of both. Your progress stands "
                "behind the # of the address, which is never sent to a server."
            )
        )
        progress_link(lessons, solved)
    st.header(say("As a file"), anchor=False)
    st.markdown(say("Everything this browser keeps: drafts, attempts and progress."))
    work_file()
    keep_in_browser()


def _so_far(lessons: dict[str, LessonRecord], solved: list[str]) -> None:
    """Counts, and under each family's name the lessons that are done or begun."""
    if not lessons and not solved:
        waits = say("Nothing yet: your progress appears here once you have worked in a lesson or an exercise.")
        st.markdown(waits if has_told() else say("Asking this browser what it keeps …"))
        return
    done = sum(record.done for record in lessons.values())
    counts = say(
        "**{done}** of {all} lessons done, {begun} begun · **{solved}** of {exercises} exercises solved",
        done=done,
        all=len(TOPICS),
        begun=len(lessons) - done,
        solved=len(solved),
        exercises=len(EXERCISES),
    )
    st.markdown(counts)
    for group, heading in GROUPS.items():
        slugs = [slug for slug in lessons if TOPICS[slug].group == group]
        if slugs:
            st.caption(f"**{say(heading)}**")
            with st.container(horizontal=True, gap="small", key=f"progress_of_{group.replace(' ', '_')}"):
                for slug in slugs:
                    _link_to(slug, lessons[slug])


def _link_to(slug: str, record: LessonRecord) -> None:
    sign = ":green[✓]" if record.done else "◔"
    state = say("done") if record.done else say("begun")
    label = f"{sign} {say(TOPICS[slug].title)} :gray[{state}]"
    st.page_link(st.session_state["pages"][slug], label=label, width="content")
