"""Who comes in, who stays out, and what the door says."""

from __future__ import annotations

from tests.course.setting import Class
from tests.course_pages.conftest import Opens, words


def test_a_guest_is_shown_the_way_in(small_class: Class, open_as: Opens) -> None:
    assert "Sign in to see this page." in words(open_as(None, "courses"))


def test_a_member_sees_their_courses_and_nobody_elses(small_class: Class, open_as: Opens) -> None:
    app = open_as(small_class.li, "courses")
    links = [str(one.label) for one in app.main.get("page_link")]  # type: ignore[union-attr]
    assert any("Deep learning" in label for label in links) and not any("Another one" in label for label in links)
