"""A lesson as a student and staff meet it in an assignment: assigned in the form, worked, handed in, seen as done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.catalog import LESSONS, TOPICS
from lib.course.assignments import assignment_of, assignments, change_assignment, form_of, make_assignment
from lib.course.completion import completion
from lib.course.lessons import LessonPart, begun_of, hand_in_working, lesson_cards, my_working
from lib.course.who import Who
from lib.ui.course.short_links import short_path
from lib.ui.fields import key_of
from lib.ui.working import entry_key
from tests.course.setting import SETTINGS, Class
from tests.course.test_lessons import right_entries, right_on, with_updates
from tests.course_pages.conftest import Opens, ask, words
from tests.course_pages.test_desk import click, run
from tests.databases import Clock

MSE, FIRST = LESSONS["mse_loss"], (0, 0)


def opened(open_as: Opens, here: Class, who: Who, lesson: int) -> AppTest:
    return open_as(who, "assignment", assignment=here.assignment, exercise=f"lesson_{lesson}")


def typed(app: AppTest, lesson: int, who: Who, entries: dict[str, str]) -> AppTest:
    for row, text in entries.items():
        app.text_input(key=entry_key(MSE, f"assigned_{lesson}_{who.id}", row)).set_value(text)
    return run(app)


def test_a_lesson_is_worked_on_the_assignments_page_and_handed_in(small_class: Class, open_as: Opens) -> None:
    here, who = small_class, small_class.li
    lesson = here.with_a_lesson()
    right = right_entries(lesson, here.store, who, here.assignment, FIRST)
    button = key_of(MSE, f"hand_in_{lesson}")
    app = opened(open_as, here, who, lesson)
    assert "input = [[1.5, 4], [2.5, -1]]" in app.main.code[0].value and app.button(key=button).disabled
    typed(app, lesson, who, {**right, "error": "5"})
    assert "Still open: error" in words(click(app, button))
    typed(app, lesson, who, right)
    said = words(click(app, button))
    assert "Complete. Handed in Fri 1 May, 14:00" in said and "Still open" not in said
    told = my_working(here.store, who, lesson)
    assert told is not None and told.complete and told.entries == right
    rows = [app.text_input(key=entry_key(MSE, f"assigned_{lesson}_{who.id}", row)) for row in right]
    assert not any(row.proto.query_param_key for row in rows)  # entries stand in no address
    assert "Lessons: :green[✓ complete] MSE loss" in said


def test_what_was_handed_in_stands_there_again_on_another_machine(small_class: Class, open_as: Opens) -> None:
    here, who = small_class, small_class.li
    lesson = here.with_a_lesson()
    hand_in_working(here.store, who, lesson, (1, 0), {"error": "-2"})
    app = opened(open_as, here, who, lesson)
    assert app.text_input(key=entry_key(MSE, f"assigned_{lesson}_{who.id}", "error")).value == "-2"
    assert app.session_state[key_of(MSE, "sample_forward")] == "1,0"


def test_updates_are_worked_one_card_after_another_and_handed_in_together(small_class: Class, open_as: Opens) -> None:
    here, who, adam = small_class, small_class.li, TOPICS["adam"]
    lesson = with_updates(here)
    (asked,) = assignment_of(here.store, who, here.assignment).lessons
    right = right_on(adam, lesson_cards(asked))
    app = opened(open_as, here, who, lesson)
    assert "It minimises Long valley" in words(app) and "Adam, updates 1, 2" in words(app)
    for card in ("1", "2"):
        app.session_state[key_of(adam, f"card_{lesson}")] = card
        run(app)
        for key, text in right.items():
            if key.startswith(f"{card}/"):
                app.text_input(key=entry_key(adam, f"assigned_{lesson}_{who.id}_{card}", key[2:])).set_value(text)
        run(app)
    assert "Complete. Handed in" in words(click(app, key_of(adam, f"hand_in_{lesson}")))
    again = opened(open_as, here, who, lesson)
    again.session_state[key_of(adam, f"card_{lesson}")] = "2"
    key = entry_key(adam, f"assigned_{lesson}_{who.id}_2", "param")
    assert run(again).text_input(key=key).value == right["2/param"]


def test_who_looks_as_a_student_finds_an_empty_card_and_hands_nothing_in(small_class: Class, open_as: Opens) -> None:
    here, who = small_class, small_class.tom
    lesson = here.with_a_lesson()
    hand_in_working(here.store, who, lesson, FIRST, {"error": "-2"})
    app = open_as(who, "assignment", assignment=here.assignment, exercise=f"lesson_{lesson}", as_student=1)
    entry = entry_key(MSE, f"assigned_{lesson}_{who.id}_look", "error")
    app.text_input(key=entry).set_value("-2.5")
    assert app.button(key=key_of(MSE, f"hand_in_{lesson}")).disabled and "Nothing handed in yet" in words(run(app))


def test_an_epoch_of_a_schedule_is_worked(small_class: Class, open_as: Opens) -> None:
    here, who, lesson_of = small_class, small_class.li, TOPICS["step_lr"]
    lesson = here.with_a_lesson("step_lr")
    (asked,) = assignment_of(here.store, who, here.assignment).lessons
    (epoch,) = cards = lesson_cards(asked)
    app = opened(open_as, here, who, lesson)
    assert f"learning rate before it: {cards[epoch]['lr']:.6g}" in words(app) and f"Epoch {epoch}" in words(app)
    for key, text in right_on(lesson_of, cards).items():
        row = key.partition("/")[2]
        app.text_input(key=entry_key(lesson_of, f"assigned_{lesson}_{who.id}_{epoch}", row)).set_value(text)
    app = click(run(app), key_of(lesson_of, f"hand_in_{lesson}"))
    assert "Complete. Handed in" in words(app)


def test_a_short_link_leads_to_the_lesson_itself(small_class: Class, open_as: Opens) -> None:
    here = small_class
    lesson = here.with_a_lesson()
    answer = ask("GET", short_path(here.assignment, lesson))
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/assignment?assignment={here.assignment}&exercise=lesson_{lesson}"
    app = open_as(here.tom, "assignment", assignment=here.assignment)
    app.selectbox(key="projector_leads_to").set_value(lesson)
    assert f"/a/{here.assignment}/{lesson}" in words(run(app)).replace("\\", "")


def test_what_is_typed_stands_there_on_another_machine_and_opening_a_card_keeps_nothing(
    small_class: Class, open_as: Opens
) -> None:
    here, who = small_class, small_class.li
    lesson = here.with_a_lesson()
    app = opened(open_as, here, who, lesson)
    assert begun_of(here.store, who, lesson) is None
    typed(app, lesson, who, {"error": "-2"})
    assert begun_of(here.store, who, lesson) is not None and my_working(here.store, who, lesson) is None
    again = opened(open_as, here, who, lesson)
    assert again.text_input(key=entry_key(MSE, f"assigned_{lesson}_{who.id}", "error")).value == "-2"


def test_nothing_can_be_handed_in_after_it_closed(small_class: Class, open_as: Opens, clock: Clock) -> None:
    here = small_class
    lesson = here.with_a_lesson()
    clock.forward(days=11)
    app = opened(open_as, here, here.li, lesson)
    typed(app, lesson, here.li, {"error": "-2"})
    assert app.button(key=key_of(MSE, f"hand_in_{lesson}")).disabled and "This closed on" in words(app)


@pytest.mark.parametrize("page", ["assignment", "gradebook"])
def test_staff_see_who_is_done(small_class: Class, open_as: Opens, page: str) -> None:
    here = small_class
    lesson = here.with_a_lesson()
    right = right_entries(lesson, here.store, here.li, here.assignment, FIRST)
    hand_in_working(here.store, here.li, lesson, FIRST, right)
    app = open_as(here.tom, page, **{page: here.assignment} if page == "assignment" else {"course": here.course})
    assert "Lessons: 1 of 2 students are done" in [one.label for one in app.main.expander]
    table = next(one.value for one in app.main.dataframe if MSE.title in list(one.value.columns))
    assert [tuple(row) for row in table.to_numpy()] == [("Bo", ""), ("Li", "✓")]


def test_lessons_alone_make_a_page(small_class: Class, open_as: Opens) -> None:
    here = small_class
    form = replace(form_of(here.store, here.ada, here.assignment), parts=(), lessons=(LessonPart.of("mse_loss"),))
    alone = make_assignment(here.store, SETTINGS, here.ada, here.course, form)
    app = open_as(here.li, "assignment", assignment=alone)
    assert "Work these numbers by hand" in words(app) and not any(
        b.label.startswith("Exercise") for b in app.main.selectbox
    )
    assert "0 of 1 lesson complete" in words(open_as(here.li, "course", course=here.course))


def test_the_gradebook_of_lessons_alone_says_where_they_stand(class_store: Any, open_as: Opens) -> None:
    here = Class(class_store)
    form = replace(form_of(here.store, here.ada, here.assignment), parts=(), lessons=(LessonPart.of("mse_loss"),))
    change_assignment(here.store, SETTINGS, here.ada, here.assignment, form)
    app = open_as(here.tom, "gradebook", course=here.course)
    assert "hold lessons alone" in words(app) and "no assignment" not in words(app)


def test_the_form_assigns_a_lesson_on_an_example_or_own_numbers(small_class: Class, open_as: Opens) -> None:
    here = small_class
    app = open_as(here.ada, "assignment_form", course=here.course)
    key = f"form_new_{here.course}"
    app.text_input(key=f"{key}_title").set_value("By hand")
    app.multiselect(key=f"{key}_lessons").set_value(["mse_loss"])
    run(app)
    app.selectbox(key=f"{key}_lesson_mse_loss_example").set_value("")
    run(app)
    app.text_input(key=f"{key}_lesson_mse_loss_input").set_value("[[1, 2")
    assert f"{key}_save" not in {one.key for one in run(app).button}
    app.text_input(key=f"{key}_lesson_mse_loss_input").set_value("[[1, 2], [3, 4]]")
    assert "it gives no points" in words(run(app))
    click(app, f"{key}_save")
    made = next(one for one in assignments(here.store, here.ada, here.course) if one.title == "By hand")
    assert [one.numbers["input"] for one in made.lessons] == ["[[1, 2], [3, 4]]"]
    assert completion(here.store, here.ada, here.course, made.id).lessons[0][1].slug == "mse_loss"


def test_the_form_asks_which_updates_are_worked(small_class: Class, open_as: Opens) -> None:
    here = small_class
    app = open_as(here.ada, "assignment_form", course=here.course)
    key = f"form_new_{here.course}"
    app.text_input(key=f"{key}_title").set_value("Adam by hand")
    app.multiselect(key=f"{key}_lessons").set_value(["adam"])
    run(app)
    field = next(one for one in app.main.text_input if one.label == "Updates to work")
    assert field.value == "2"
    field.set_value("1, 99999")
    assert "expected whole numbers from 1 to" in words(run(app)) and not any(
        one.key == f"{key}_save" for one in app.button
    )
    next(one for one in app.main.text_input if one.label == "Updates to work").set_value("1, 2")
    click(run(app), f"{key}_save")
    made = next(one for one in assignments(here.store, here.ada, here.course) if one.title == "Adam by hand")
    assert [one.numbers["update"] for one in made.lessons] == ["1, 2"]
    again = open_as(here.ada, "assignment_form", assignment=made.id)
    assert next(one for one in again.main.text_input if one.label == "Updates to work").value == "1, 2"
    assert not any(str(one.key).endswith("_save") for one in again.button)  # nothing is changed by looking
