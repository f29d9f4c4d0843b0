"""Gradebook, review, regrade, our faults: what they show, to whom, and what a click does."""

from __future__ import annotations

import pytest

from lib.course import engine
from lib.course.courses import change_course
from lib.course.gradebook import gradebook
from lib.course.marking import ask_for_another_look, overrides, who_asks
from lib.course.regrade import open_regrades
from lib.course.submit import submit
from tests.course.setting import Class, stub
from tests.course_pages.conftest import Opens, words
from tests.databases import Clock

PAGES = {"gradebook": "course", "class_faults": "course", "review": "submission", "regrade": "assignment"}


@pytest.fixture
def handed_in(small_class: Class) -> int:
    """Li's second attempt, of which half is right; Bo's is broken."""
    for who, code in ((small_class.li, "0.25"), (small_class.li, "0.5"), (small_class.bo, "0")):
        number = submit(small_class.store, who, small_class.exercises[0], code).number
        engine.work_until_idle(small_class.store, grade=stub)
    return number - 1


def _query(here: Class, slug: str, number: int) -> dict[str, int]:
    return {PAGES[slug]: {"course": here.course, "submission": number, "assignment": here.assignment}[PAGES[slug]]}


@pytest.mark.parametrize("slug", PAGES)
@pytest.mark.parametrize("name", ["guest", "li", "bo", "zoe", "eve"])
def test_no_page_of_staff_shows_anything_to(
    name: str, slug: str, small_class: Class, handed_in: int, open_as: Opens
) -> None:
    who = None if name == "guest" else getattr(small_class, name)
    said = words(open_as(who, slug, **_query(small_class, slug, handed_in)))
    assert any(one in said for one in ("Sign in", "There is no such", "Only instructors")), said
    assert "Week 1" not in said and "0.5" not in said


@pytest.mark.parametrize("slug", PAGES)
def test_staff_see_every_page(slug: str, small_class: Class, handed_in: int, open_as: Opens) -> None:
    for who in (small_class.tom, small_class.ada):
        said = words(open_as(who, slug, **_query(small_class, slug, handed_in)))
        assert "There is no such" not in said and "The address names" not in said, said


@pytest.mark.parametrize("slug", PAGES)
def test_an_address_without_a_number_says_what_is_expected(slug: str, small_class: Class, open_as: Opens) -> None:
    assert "expected one such as" in words(open_as(small_class.ada, slug))
