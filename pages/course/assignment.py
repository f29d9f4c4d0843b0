"""One assignment as its students meet it: what is asked, until when, the editor, and what was handed in so far."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.choices import choice_box
from lib.ui.course.acting import asked, link, store
from lib.ui.course.assigned import attempts_in_words, how_it_counts, mark_in_words, times
from lib.ui.course.files import no_upload, upload
from lib.ui.course.handing_in import Desk, work
from lib.ui.course.lesson_work import LessonDesk, lessons_so_far, work_lesson
from lib.ui.course.lessons_done import lessons_done
from lib.ui.course.progress import attempt_list, live_state
from lib.ui.course.projector import projector
from lib.ui.course.standing import need_acting
from lib.ui.course.stored_report import lesson_of, receipt, report, words_of_people
from lib.ui.course.times import when
from lib.ui.exercise_work import CSS, statement
from lib.ui.page import Page
from lib.ui.sandbox import isolation_note
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.assignments import Asked, Shown
    from lib.course.courses import MyCourse
    from lib.course.lessons import AskedLesson, HandedIn
    from lib.course.seen import MyMark
    from lib.course.who import Who

PAGE = Page(title="Assignment", group="", order=0, names=("作业",), purpose="What to hand in, and until when.")


def render() -> None:
    """The whole page."""
    from lib.course.assignments import assignment_of
    from lib.course.courses import course_of

    st.html(CSS)
    who = need_acting()
    with said_in_words():
        shown = assignment_of(store(), who, asked("assignment") or 0)
        course = course_of(store(), who, shown.course_id)
        looks = course.role != "student" and asked("as_student") is not None
        if looks:
            _looking(shown, course)
            course = replace(course, role="student")
        _heading(shown, course)
        if course.role != "student":
            lessons_done(who, course, shown.id)
        workings = {one.id: None if looks else _working(who, one) for one in shown.lessons}
        if shown.lessons:
            lessons_so_far(shown.lessons, workings)
        desks = {str(one.id): _desk(who, one, shown, course, looks) for one in shown.exercises}
        marks = {} if looks else _marks(who, course)
        chosen = _chosen(shown, marks)
        if (lesson := next((one for one in shown.lessons if chosen == _name(one)), None)) is not None:
            closed = _closed(shown, course)
            work_lesson(LessonDesk(who, lesson, course.zone, closed, looks), workings[lesson.id])
            return
        desk = desks[chosen]
        _exercise(desk, shown, course, list(desks.values()), marks.get(desk.asked.id))
        isolation_note()


def _looking(shown: Shown, course: MyCourse) -> None:
    """Above what a student sees: that this is one, from when on, and the way back."""
    opens = shown.window.opens
    seen = say("from {at} on", at=when(opens, course.zone)) if opens > store().now() else say("now")
    said = say(
        "This is what a student who has done nothing yet sees {seen}. Nothing that you do here is kept.", seen=seen
    )
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium", key="only_looks"):
        st.markdown(f":material/visibility: {said}", width="content")
        link(say("Back to your own page"), "assignment", icon=":material/arrow_back:", assignment=shown.id)


def _working(who: Who, lesson: AskedLesson) -> HandedIn | None:
    from lib.course.lessons import my_working

    return my_working(store(), who, lesson.id)


def _heading(shown: Shown, course: MyCourse) -> None:
    st.title(plain(shown.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        link(plain(course.title), "course", icon=":material/school:", course=course.id)
        if course.role != "student":
            link(say("Gradebook"), "gradebook", icon=":material/table:", course=course.id)
            label = say("Change it") if course.role == "instructor" else say("Times of students")
            link(label, "assignment_form", icon=":material/edit:", assignment=shown.id)
    times(shown, course.zone, max(store().now(), shown.window.opens) if course.role == "student" else store().now())
    if course.role != "student":
        _as_staff(shown)
    if shown.exercises:
        how_it_counts(shown, course.zone)


def _as_staff(shown: Shown) -> None:
    opens = shown.window.opens > store().now()
    words = say("Students do not see it yet. ") if opens else ""
    st.info(words + say("This is your students' page. What you hand in is a trial, outside the gradebook."))
    link(
        say("See it exactly as a student does"),
        "assignment",
        icon=":material/visibility:",
        assignment=shown.id,
        as_student=1,
    )
    projector(shown.id, shown.lessons)


def _desk(who: Who, one: Asked, shown: Shown, course: MyCourse, only_looks: bool) -> Desk:
    from lib.course.exercises import exercise_at

    exercise = exercise_at(store(), one.slug, one.version)
    return Desk(who, one, exercise, course.zone, _closed(shown, course), only_looks)


def _closed(shown: Shown, course: MyCourse) -> str:
    """Why nothing is taken; empty where it is."""
    if course.closed is not None:
        return say("This course is closed.")
    if course.role == "student" and store().now() >= shown.window.closes:
        return say("This closed on {at}.", at=when(shown.window.closes, course.zone))
    return ""


def _marks(who: Who, course: MyCourse) -> dict[int, MyMark]:
    from lib.course.seen import my_marks

    return my_marks(store(), who, course.id)[0]


def _chosen(shown: Shown, marks: dict[int, MyMark]) -> str:
    """The exercise or lesson that is open, by its number; drawn only where there are several."""
    labels = {str(one.id): _label(place, one, marks.get(one.id)) for place, one in enumerate(shown.exercises, 1)}
    for place, one in enumerate(shown.lessons, len(labels) + 1):
        labels[_name(one)] = f"{place}. " + say("Lesson: {title}", title=one.title)
    if len(labels) == 1:
        return next(iter(labels))
    return choice_box(say("Exercise or lesson") if shown.lessons else say("Exercise"), labels, "exercise")


def _name(lesson: AskedLesson) -> str:
    return f"lesson_{lesson.id}"


def _label(place: int, one: Asked, mark: MyMark | None) -> str:
    points = say("{points:.4g} points", points=one.points)
    done = say(" · handed in") if mark is not None and mark.attempts else ""
    got = say(" · {points:.4g} of them", points=mark.points) if mark is not None and mark.points is not None else done
    return f"{place}. {one.title} · {points}{got}"


def _exercise(desk: Desk, shown: Shown, course: MyCourse, desks: list[Desk], mark: MyMark | None) -> None:
    left, right = st.columns([0.4, 0.6], gap="medium")
    with right:
        work(desk)
        _handed_in(desk, shown, course, mark)
        with st.expander(say("Hand in a file"), key=f"class_upload_{shown.id}_open"):
            if desk.only_looks:
                no_upload("class_upload_look")
            else:
                upload(desks, f"class_upload_{desk.who.id}_{shown.id}")
    with left, st.container(key="exercise_statement"):
        st.header(plain(desk.asked.title), anchor=False)
        lesson_of(desk.exercise)
        st.markdown(statement(desk.exercise))
        with st.container(gap="xsmall"):
            for place, hint in enumerate(desk.exercise.hints, 1):
                with st.expander(say("Hint {place} of {all}", place=place, all=len(desk.exercise.hints))):
                    st.markdown(say(hint))


def _handed_in(desk: Desk, shown: Shown, course: MyCourse, mark: MyMark | None) -> None:
    """The last submission with its receipt and report, and the ones before."""
    from lib.course.seen import my_attempts, submission_of
    from lib.course.submit import attempts_left

    left = shown.terms.attempts if desk.only_looks else attempts_left(store(), desk.who, desk.asked.id)
    told = (desk.closed or attempts_in_words(left, shown.terms.attempts), _tests(desk), mark_in_words(mark))
    st.markdown(" ".join(filter(None, told)))
    attempts = [] if desk.only_looks else my_attempts(store(), desk.who, desk.asked.id)
    if not attempts:
        return
    with st.container(border=True, key=f"{desk.key}_last"):
        st.markdown(say("## What you handed in last"))
        as_student = course.role != "student" and not st.toggle(say("All that staff see"), key=f"{desk.key}_all")
        seen = submission_of(store(), desk.who, attempts[0].number, as_student=as_student)
        receipt(seen, course.zone)
        if seen.state in ("graded", "our fault"):
            report(seen, desk.exercise)
            words_of_people(seen, course.zone)
        else:
            live_state(seen.number)
        link(say("Open it, or ask for another look"), "submission", submission=seen.number)
    attempt_list(attempts, course.zone, desk.key)


def _tests(desk: Desk) -> str:
    visible, every = len(desk.exercise.visible), len(desk.exercise.tests)
    return say("{visible} tests are visible, {hidden} are hidden.", visible=visible, hidden=every - visible)
