"""What instructors do about people, and everyone about themselves, on their pages."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from lib.course.claims import ask_to_join, open_claims
from lib.course.courses import course_of, members, my_courses, set_code
from lib.course.roster import read_roster
from lib.store import Store
from tests.course.setting import Class, person
from tests.course_pages.conftest import Opens, words


def press(app: AppTest, label: str) -> AppTest:
    """Clicks the button with these words; no exception follows."""
    (button,) = [one for one in app.main.button if one.label == label]
    button.click().run()
    assert not app.exception, [error.message for error in app.exception]
    return app


def show(app: AppTest, view: str) -> AppTest:
    app.button_group(key="people_view").set_value(view).run()
    assert not app.exception, [error.message for error in app.exception]
    return app


def test_an_instructor_accepts_a_claim_for_a_row(small_class: Class, open_as: Opens, class_store: Store) -> None:
    max_ = person(class_store, "max")
    ask_to_join(class_store, max_, small_class.course)
    read_roster(class_store, small_class.ada, small_class.course, b"name,email\nMax M,m@example.edu\n")
    app = show(open_as(small_class.ada, "people", course=small_class.course), "claims")
    (claim,) = open_claims(class_store, small_class.ada, small_class.course)
    (box,) = [one for one in app.main.selectbox if one.key == f"claim_row_{claim.id}"]
    box.select("Max M m@example.edu").run()
    press(app, "Accept")
    assert max_.id in [one.person_id for one in members(class_store, small_class.ada, small_class.course)]
    assert "Nobody waits" in words(app)


def test_a_code_is_made_and_taken_back(small_class: Class, open_as: Opens, class_store: Store) -> None:
    set_code(class_store, small_class.ada, small_class.course, on=False)
    app = show(open_as(small_class.ada, "people", course=small_class.course), "code")
    press(app, "Make a code")
    code = course_of(class_store, small_class.ada, small_class.course).code
    assert code and code in words(app)
    press(app, "Take the code back")
    assert not course_of(class_store, small_class.ada, small_class.course).code


def test_an_assistant_sees_rows_and_may_not_change_them(small_class: Class, open_as: Opens) -> None:
    app = open_as(small_class.tom, "people", course=small_class.course)
    assert not app.main.button and "Personal links" not in words(app)


def test_a_student_joins_by_code(small_class: Class, open_as: Opens, class_store: Store) -> None:
    code = set_code(class_store, small_class.eve, small_class.other, on=True)
    app = open_as(small_class.li, "courses")
    app.text_input[0].set_value("wrong")
    assert "There is no course with this code." in words(press(app, "Join"))
    app.text_input[0].set_value(f" {code[:5].lower()} {code[5:]}")
    press(app, "Join")
    assert small_class.other in [one.id for one in my_courses(class_store, small_class.li)]


def test_only_who_may_make_courses_is_offered_to(small_class: Class, open_as: Opens) -> None:
    assert "Make a course" in words(open_as(small_class.ada, "courses"))
    assert "Make a course" not in words(open_as(small_class.li, "courses"))


def test_names_are_words_and_nothing_else(small_class: Class, open_as: Opens, class_store: Store) -> None:
    max_ = person(class_store, "[x](http://evil.example)")
    ask_to_join(class_store, max_, small_class.course)
    app = show(open_as(small_class.ada, "people", course=small_class.course), "claims")
    assert "[X](" not in words(app) and "http://evil" not in words(app)


def test_somebody_signs_out_everywhere(small_class: Class, open_as: Opens) -> None:
    assert "Sign in to see this page." in words(press(open_as(small_class.li, "kept"), "Sign out everywhere"))
