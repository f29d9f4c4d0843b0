"""Progress kept in the browser goes into the account by one click, and into another browser by a click there."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.course.keeping import erase_person, export_person
from lib.course.progress import MOST_CHARACTERS, keep_progress, progress_of
from lib.course.who import Who
from lib.practice import record as lesson
from lib.practice.record import Asked, LessonRecord
from lib.refusal import Refusal
from lib.ui.browser_storage import LESSON, RECORD
from lib.ui.course.progress_in_account import together
from lib.ui.record import Attempt, Record, read_record, written_record
from tests.course.setting import Class
from tests.course.test_keeping import everything
from tests.course_pages.conftest import Opens
from tests.course_pages.test_desk import run

FIRST, SECOND = Attempt(1.0, "one", 1, 2, "v"), Attempt(2.0, "two", 2, 2, "v")
TRIED, PASSED = Record((FIRST,), hints=2), Record((SECOND,), hints=1, passed=True)
BOTH = Record((FIRST, SECOND), hints=2, passed=True)


def in_browser(
    open_as: Opens, who: Who | None, records: dict[str, str], lessons: dict[str, str] | None = None
) -> AppTest:
    app = open_as(who, "exercises")
    held = {RECORD + slug: text for slug, text in records.items()}
    app.session_state["browser_storage_records"] = held | {LESSON + s: text for s, text in (lessons or {}).items()}
    return run(app)


def offers(app: AppTest) -> list[Any]:
    return [one for one in app.button if one.label == "Put both together"]


def test_one_click_takes_progress_along_to_another_browser(small_class: Class, open_as: Opens) -> None:
    here = small_class
    app = in_browser(open_as, here.li, {"softmax": written_record(TRIED), "mse_loss": "{strange"})
    offers(app)[0].click()
    assert offers(run(app)) == []
    assert {slug: read_record(one) for slug, one in progress_of(here.store, here.li).items()} == {"softmax": TRIED}
    other = in_browser(open_as, here.li, {"softmax": written_record(PASSED)})
    offers(other)[0].click()
    assert offers(run(other)) == []
    written = other.session_state["browser_storage_changed"]
    assert read_record(written[f"{RECORD}softmax"]) == BOTH
    assert read_record(progress_of(here.store, here.li)["softmax"]) == BOTH


@pytest.mark.parametrize("who", ["bo", None])
def test_others_are_offered_nothing_of_it(small_class: Class, open_as: Opens, who: str | None) -> None:
    here = small_class
    keep_progress(here.store, here.li, {"softmax": written_record(TRIED)})
    assert offers(in_browser(open_as, getattr(here, who) if who else None, {})) == []


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [(TRIED, PASSED, BOTH), (PASSED, TRIED, BOTH), (TRIED, TRIED, TRIED), (Record(), PASSED, PASSED)],
    ids=["later", "earlier", "same", "empty"],
)
def test_what_was_reached_in_either_is_reached(one: Record, other: Record, both: Record) -> None:
    assert together(one, other) == both


def test_nobody_else_gets_it_and_it_goes_with_the_person(small_class: Class) -> None:
    here = small_class
    keep_progress(here.store, here.li, {"softmax": "31337"})
    assert "31337" in str(export_person(here.store, here.li, here.li.id))
    assert "31337" not in str(export_person(here.store, here.ada, here.li.id))
    erase_person(here.store, here.ada, here.li.id, "x")
    assert "31337" not in everything(here.store)


@pytest.mark.parametrize(
    ("slug", "text", "says"),
    [("softmax", "x" * (MOST_CHARACTERS + 1), "2,000,001 characters"), ("nothing", "{}", "no exercise 'nothing'")],
    ids=["too much", "strange"],
)
def test_the_account_keeps_no_more_than_it_should(small_class: Class, slug: str, text: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        keep_progress(small_class.store, small_class.li, {slug: text})
    assert progress_of(small_class.store, small_class.li) == {}


DONE, SEEN = LessonRecord(done=True), LessonRecord(right=True, asked={"why": Asked(1, 20_000, 0)})


def test_lessons_go_along(small_class: Class, open_as: Opens) -> None:
    here = small_class
    app = in_browser(open_as, here.li, {}, {"mse_loss": lesson.written(DONE), "adam": "{strange"})
    offers(app)[0].click()
    assert offers(run(app)) == []
    assert progress_of(here.store, here.li) == {"lesson/mse_loss": lesson.written(DONE)}
    other = in_browser(open_as, here.li, {}, {"mse_loss": lesson.written(SEEN)})
    offers(other)[0].click()
    assert offers(run(other)) == []
    both = lesson.together(DONE, SEEN)
    assert lesson.read(other.session_state["browser_storage_changed"][f"{LESSON}mse_loss"]) == both
    assert lesson.read(progress_of(here.store, here.li)["lesson/mse_loss"]) == both
