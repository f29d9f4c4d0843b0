"""Home where a class is hosted: the teacher's door leads to the courses, and the sidebar has the class on top."""

from __future__ import annotations

from tests.course.setting import Class
from tests.course_pages.conftest import Opens


def test_the_teachers_door_leads_to_the_courses(small_class: Class, open_as: Opens) -> None:
    app = open_as(small_class.ada, "")
    assert not app.exception
    links = {one.proto.label: one.proto.page for one in app.main.get("page_link")}
    assert links["My courses"] == "courses" and "How to host a class" not in links
    assert app.sidebar.expander[0].label.startswith("Class :gray[")
