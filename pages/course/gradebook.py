"""The gradebook: marks, how the class did and what it gets wrong, who wrote alike, and marks as files."""

from __future__ import annotations

from lib.ui.budget import said_in_words
from lib.ui.choices import View, choose_view
from lib.ui.course.class_figures import class_view
from lib.ui.course.lessons_done import lessons_done
from lib.ui.course.marks_out import marks_out
from lib.ui.course.marks_view import marks_view
from lib.ui.course.similar import similar_view
from lib.ui.course.staff_page import course_of_page, course_title
from lib.ui.course.standing import need_acting
from lib.ui.page import Page

PAGE = Page(
    title="Gradebook",
    group="",
    order=0,
    names=("成绩册",),
    purpose="Marks of a class, how it did, and what it gets wrong.",
)
VIEWS = {
    "marks": View("Marks", marks_view),
    "class": View("How the class did", class_view),
    "alike": View("Alike", similar_view),
    "out": View("Marks as files", marks_out),
}


def render() -> None:
    """The whole page."""
    who = need_acting()
    with said_in_words():
        course = course_of_page(who, PAGE.title)
        course_title(PAGE.title, course)
        lessons_done(who, course)
        VIEWS[choose_view(VIEWS, "gradebook_view")].draw(who, course)
