"""Lessons as part of an assignment: stored as numbers and entries, judged by the server, complete or open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lib.budget import Budget
from lib.catalog import LESSONS, OPTIMIZERS, SCHEDULERS, TOPICS
from lib.course.assignments import (
    assignment_of,
    assignments,
    change_assignment,
    copy_course,
    effect_of_making,
    extend,
    form_of,
    make_assignment,
)
from lib.course.backup import backup, restore
from lib.course.cards import asked_in, open_rows, row_key, sample_in
from lib.course.claims import decide_claim, open_claims
from lib.course.completion import completion
from lib.course.courses import change_course, close_course, set_code, set_role
from lib.course.export import export_marks
from lib.course.gradebook import gradebook
from lib.course.keeping import erase_person, export_person, tidy
from lib.course.lessons import (
    HandedIn,
    LessonPart,
    begun_of,
    checked_lessons,
    hand_in_working,
    lesson_cards,
    my_working,
    save_begun,
    working_of,
)
from lib.course.numbers import texts_of, values_of
from lib.course.roster import make_links, read_roster
from lib.course.sign_in import claim_by_link, open_link, session_of
from lib.course.who import NotThere, Who
from lib.lesson.optimizer import Optimizer
from lib.lesson.run import Case, given_values, lr_by_hand, trace_by_hand
from lib.lesson.run.set_up import set_up
from lib.lesson.working.rows import rows, sample_shape
from lib.refusal import Refusal
from lib.store import Store, open_store
from lib.tensors.write import format_tensor
from tests.course.setting import SETTINGS, Class
from tests.course.test_keeping import everything
from tests.databases import NOON, Clock

Change = Callable[[dict[str, str]], dict[str, str]]
FIRST = (0, 0)  # of the example that a class is given here
EXAMPLES = [
    pytest.param(lesson, example.values, id=f"{slug}-{place}")
    for slug, lesson in LESSONS.items()
    for place, example in enumerate(lesson.examples)
    if not example.rejected
]


@pytest.mark.parametrize(("lesson", "values"), EXAMPLES)
def test_numbers_come_back_from_what_is_kept_of_them(lesson: Any, values: dict[str, Any]) -> None:
    kept = texts_of(lesson, values)
    assert all(isinstance(text, str) for text in kept.values())
    before, after = given_values(lesson, values), given_values(lesson, values_of(lesson, kept))
    for name, value in before.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_allclose(after[name], value, rtol=1e-6, err_msg=name)
        else:
            assert after[name] == value, name


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ({"input": "[1, 2", "target": "[1, 2]"}, "input"),
        ({"input": "[1, 2]", "target": "[1, 2]", "reduction": "median"}, "reduction is 'median'"),
        ({"input": "[1, 2]"}, "target is missing"),
        ({"input": "[1, 2]", "target": "[1, 2]", "x": "1"}, "no field 'x'"),
        ({"input": "9" * 4001, "target": "[1, 2]"}, "too long"),
        ({"input": "[]", "target": "[]"}, "asks nothing"),
    ],
    ids=["unreadable", "no such choice", "missing", "no such field", "long", "nothing to work"],
)
def test_an_assignment_takes_no_numbers_that_cannot_be_worked(store: Store, numbers: dict[str, str], says: str) -> None:
    here = Class(store)
    form = replace(form_of(store, here.ada, here.assignment), lessons=(LessonPart("mse_loss", numbers),))
    with pytest.raises(Refusal, match=says):
        make_assignment(store, SETTINGS, here.ada, here.course, form)


WORKED = [
    pytest.param(slug, example, id=f"{slug}-{place}")
    for slug, lesson in {**OPTIMIZERS, **SCHEDULERS}.items()
    for place, example in enumerate(lesson.examples)
    if not example.rejected
]


def right_on(lesson: Any, cards: dict[str, Any], sample: tuple[int, ...] | None = None) -> dict[str, str]:
    """What is right in every row of every card, of this sample or the first one."""
    found: dict[str, str] = {}
    for card, values in cards.items():
        steps = Case.of(lesson, values).forward.steps
        at = sample_in(steps, sample or (0,) * len(sample_shape(steps)))
        found |= {row_key(card, row.key): format_tensor(row.of(row.step.value), whole=True) for row in rows(steps, at)}
    return found


@pytest.mark.parametrize(("slug", "example"), WORKED)
def test_every_optimizer_and_scheduler_can_be_worked_from_what_is_kept(slug: str, example: Any) -> None:
    lesson, part = TOPICS[slug], LessonPart.of(slug, example.title)
    (which,), cards = [part.numbers[asked_in(lesson)]], lesson_cards(part)
    assert list(cards) == [which]
    for name, value in own_numbers(lesson, example, int(which)).items():
        np.testing.assert_allclose(np.asarray(cards[which][name], float), np.asarray(value, float), rtol=1e-9)
    steps = Case.of(lesson, cards[which]).forward.steps
    first, entries = (0,) * len(sample_shape(steps)), right_on(lesson, cards)
    assert open_rows(lesson, part.numbers, first, entries, "", Budget()) == ()
    last = list(entries)[-1]
    assert last in open_rows(lesson, part.numbers, first, {**entries, last: "777.25"}, "", Budget())


def own_numbers(lesson: Any, example: Any, which: int) -> dict[str, Any]:
    """What the working begins with, from the example itself."""
    if isinstance(lesson, Optimizer):
        ready = set_up(lesson, example.values)
        made = trace_by_hand(lesson, ready.param, ready.grads, ready.values, which)
        return {"param": made[which - 2].param if which > 1 else ready.param}
    values = {name: value for name, value in example.values.items() if name not in ("steps", "metrics")}
    metrics = example.values.get("metrics")
    return {"epoch": which, "lr": lr_by_hand(lesson, values, which + 1, metrics)[max(which - 1, 0)]}


@pytest.mark.parametrize(
    ("slug", "change", "says"),
    [
        ("adam", {"update": "0"}, "update is '0'; expected whole numbers from 1 to"),
        ("adam", {"update": "1, 1001"}, "expected whole numbers from 1"),
        ("adam", {"update": "2.0"}, "expected whole numbers"),
        ("adam", {"update": "²"}, "expected whole numbers"),
        ("adam", {"update": "1,"}, "expected whole numbers"),
        ("adam", {"update": ""}, "expected whole numbers"),
        ("adam", {"update": "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"}, "at most 10"),
        ("adam", {"updates": "1e9"}, "updates is 1000000000"),
        ("adam", {"updates": "2.5"}, "updates is 2.5; expected a whole number"),
        ("adam", {"updates": "nan"}, "expected a whole number"),
        ("adam", {"start": "[1, 2, 3, 4]"}, "start has shape"),
        ("adam", {"lr": "-1"}, "lr"),
        ("adam", {"epoch": "1"}, "no field 'epoch'"),
        ("lbfgs", {"objective": "typed gradients"}, "choose a function"),
        ("step_lr", {"epoch": "30"}, "expected whole numbers from 0 to 29"),
        ("step_lr", {"epoch": "-1"}, "expected whole numbers"),
        ("step_lr", {"steps": "0"}, "steps is 0"),
        ("step_lr", {"lr": "-0.1"}, "lr is -0.1"),
        ("reduce_lr_on_plateau", {"metrics": "[]"}, "metrics is empty"),
    ],
)
def test_no_update_or_epoch_is_asked_that_there_is_not(slug: str, change: dict[str, str], says: str) -> None:
    part = LessonPart.of(slug)
    with pytest.raises(Refusal, match=says):
        checked_lessons([LessonPart(slug, {**part.numbers, **change})])


def with_updates(here: Class, updates: str = "1, 2") -> int:
    """Puts these updates of Adam into the assignment; the lesson's number."""
    part = LessonPart("adam", {**LessonPart.of("adam").numbers, "update": updates})
    form = replace(form_of(here.store, here.ada, here.assignment), lessons=(part,))
    change_assignment(here.store, SETTINGS, here.ada, here.assignment, form)
    return assignment_of(here.store, here.ada, here.assignment).lessons[0].id


def test_several_updates_are_complete_together(store: Store) -> None:
    here = Class(store)
    lesson = with_updates(here)
    (asked,) = assignment_of(store, here.li, here.assignment).lessons
    assert asked.title == "Adam, updates 1, 2"
    right, first = right_on(TOPICS["adam"], lesson_cards(asked)), (0,)
    half = {key: text for key, text in right.items() if key.startswith("1/")}
    told = hand_in_working(store, here.li, lesson, first, half)
    assert told.still_open == tuple(key for key in right if key.startswith("2/")) and len(half) == len(right) / 2
    for strange in ("3/param", "param", "1/1/param"):
        with pytest.raises(Refusal, match="no row"):
            hand_in_working(store, here.li, lesson, first, {**right, strange: "1"})
    with pytest.raises(Refusal, match="handed in already"):
        with_updates(here, "1, 2, 3")
    assert hand_in_working(store, here.li, lesson, first, right).complete


def test_lateness_goes_by_each_student_s_own_times(store: Store, clock: Clock) -> None:
    here = Class(store)
    lesson = here.with_a_lesson()
    extend(store, here.tom, here.assignment, here.bo.id, due=NOON + timedelta(days=8), why="ill")
    assert [one.missing for one in completion(store, here.tom, here.course).students] == [frozenset(), frozenset()]
    clock.forward(days=7, hours=5)
    assert handed_in(here, lesson, here.li).late == 1 and not handed_in(here, lesson, here.bo).late
    bo, li = completion(store, here.tom, here.course).students
    assert (bo.late, li.late) == ({}, {lesson: 1})
    assert [getattr(working_of(store, here.tom, lesson, one.id), "late", None) for one in (here.bo, here.li)] == [0, 1]
    zoe = here.joined("late", set_code(store, here.ada, here.course, on=True))
    assert completion(store, here.tom, here.course).students[1].missing == {lesson} and zoe


def right_entries(lesson_id: int, store: Store, who: Who, assignment: int, sample: tuple[int, ...]) -> dict[str, str]:
    asked = next(one for one in assignment_of(store, who, assignment).lessons if one.id == lesson_id)
    return right_on(TOPICS[asked.slug], lesson_cards(asked), sample)


def handed_in(here: Class, lesson: int, who: Who, change: Change = dict, sample: tuple[int, ...] = FIRST) -> HandedIn:
    entries = change(right_entries(lesson, here.store, who, here.assignment, sample))
    return hand_in_working(here.store, who, lesson, sample, entries)


def test_the_server_judges_the_entries_again_and_keeps_them_with_the_numbers(store: Store) -> None:
    here = Class(store)
    lesson = here.with_a_lesson()
    rows_of = right_entries(lesson, store, here.li, here.assignment, FIRST)
    last = list(rows_of)[-1]
    first = handed_in(here, lesson, here.li, lambda right: {**right, last: "77"})
    assert not first.complete and first.still_open == (last,)
    assert completion(store, here.tom, here.course).students[1].done == {lesson: False}
    done = handed_in(here, lesson, here.li)
    assert done.complete and done.entries == rows_of and done.sample == FIRST
    assert my_working(store, here.li, lesson) == working_of(store, here.tom, lesson, here.li.id) == done
    seen = {one.name: one.done for one in completion(store, here.ada, here.course).students}
    assert seen == {"Bo": {}, "Li": {lesson: True}}
    assert "mse_loss" in str(export_person(store, here.li, here.li.id)["working"])


@pytest.mark.parametrize(
    ("change", "still_open"),
    [
        (lambda right: {key: text for key, text in right.items() if "error" not in key}, "error"),
        (lambda right: {**right, "error": ""}, "error"),
        (lambda right: {**right, "error": "nonsense ("}, "error"),
        (lambda right: {key: "nan" for key in right}, "error"),
    ],
    ids=["left out", "empty", "unreadable", "nan everywhere"],
)
def test_complete_is_when_every_row_is_right(store: Store, change: Change, still_open: str) -> None:
    here = Class(store)
    told = handed_in(here, here.with_a_lesson(), here.li, change)
    assert not told.complete and still_open in told.still_open


def test_what_is_typed_is_kept_until_it_is_handed_in(store: Store, clock: Clock) -> None:
    here = Class(store)
    lesson = here.with_a_lesson()
    for text in ("31337/31337", "31337/31338"):
        save_begun(store, here.li, lesson, FIRST, {"error": text, "square": " "})
    begun = begun_of(store, here.li, lesson)
    assert begun is not None and begun.entries == {"error": "31337/31338"} and begun_of(store, here.bo, lesson) is None
    assert "31337/31338" in str(export_person(store, here.li, here.li.id)["lesson_draft"])
    for entries, says in (({"error": "1" * 4001}, "too long"), ({str(n): "1" for n in range(1001)}, "1001 rows")):
        with pytest.raises(Refusal, match=says):
            save_begun(store, here.li, lesson, FIRST, entries)
    clock.forward(seconds=5)
    handed_in(here, lesson, here.li)
    assert begun_of(store, here.li, lesson) is None
    save_begun(store, here.bo, lesson, FIRST, {"error": "31337/31339"})
    erase_person(store, here.ada, here.li.id, "x")
    clock.forward(days=400)
    assert tidy(store).drafts == 1 and "31337" not in everything(store)


def test_a_complete_working_stays_whatever_comes_after(store: Store, clock: Clock) -> None:
    here = Class(store)
    lesson = here.with_a_lesson()
    done = handed_in(here, lesson, here.li)
    clock.forward(days=1)
    assert handed_in(here, lesson, here.li, lambda right: {"error": "1"}) == done


def test_trials_of_staff_are_nobody_s_completion(store: Store) -> None:
    here = Class(store)
    lesson = here.with_a_lesson()
    assert handed_in(here, lesson, here.tom).trial
    set_role(store, here.ada, here.course, here.tom.id, "student")
    assert [one.done for one in completion(store, here.ada, here.course).students] == [{}, {}, {}]
    here.with_a_lesson("l1_loss")  # a trial holds no lesson fast
    assert [one.slug for one in assignment_of(store, here.ada, here.assignment).lessons] == ["l1_loss"]


@pytest.mark.parametrize(
    ("sample", "entries", "turn", "says"),
    [
        ((0, 2), {"error": "1"}, "", "no sample"),
        ((0, -1), {"error": "1"}, "", "no sample"),
        ((), {"error": "1"}, "", "no sample"),
        ((0, 0, 0), {"error": "1"}, "", "no sample"),
        (FIRST, {"no_row": "1"}, "", "no row 'no_row'"),
        (FIRST, {"error": " "}, "", "nothing to hand in"),
        (FIRST, {}, "", "nothing to hand in"),
        (FIRST, {"error": "1" * 4001}, "", "too long"),
        (FIRST, {"error": "1"}, "3", "no step '3'"),
    ],
    ids=["beyond", "negative", "no index", "three", "strange row", "blank", "nothing", "long", "turn"],
)
def test_what_the_card_does_not_have_is_refused(
    store: Store, sample: tuple[int, ...], entries: dict[str, str], turn: str, says: str
) -> None:
    here = Class(store)
    lesson = here.with_a_lesson()
    with pytest.raises(Refusal, match=says):
        hand_in_working(store, here.li, lesson, sample, entries, turn)
    assert my_working(store, here.li, lesson) is None


def test_nothing_is_taken_before_it_opens_after_it_closes_or_when_the_course_is_over(
    store: Store, clock: Clock
) -> None:
    here = Class(store)
    lesson = here.with_a_lesson()
    clock.forward(days=-1)
    with pytest.raises(NotThere):
        hand_in_working(store, here.li, lesson, FIRST, {"error": "1"})
    clock.forward(days=12)
    with pytest.raises(Refusal, match="This closed"):
        hand_in_working(store, here.li, lesson, FIRST, {"error": "1"})
    clock.forward(days=-5)
    close_course(store, here.ada, here.course)
    with pytest.raises(Refusal, match="This course is closed"):
        hand_in_working(store, here.li, lesson, FIRST, {"error": "1"})


def test_what_was_handed_in_holds_its_lesson_and_numbers_fast(store: Store) -> None:
    here = Class(store)
    handed_in(here, here.with_a_lesson(), here.li)
    form = form_of(store, here.ada, here.assignment)
    other = LessonPart("mse_loss", {**form.lessons[0].numbers, "input": "[3, 3, 3]", "target": "[1, 2, 4]"})
    for lessons in ((), (other,)):
        with pytest.raises(Refusal, match="handed in already"):
            change_assignment(store, SETTINGS, here.ada, here.assignment, replace(form, lessons=lessons))
    assert form_of(store, here.ada, here.assignment) == form


def test_lessons_alone_make_an_assignment_without_points(store: Store) -> None:
    here = Class(store)
    form = replace(form_of(store, here.ada, here.assignment), parts=(), lessons=(LessonPart.of("mse_loss"),))
    said = effect_of_making(store, SETTINGS, here.ada, here.course, form).says
    assert any("no points" in line for line in said) and not any("becomes" in line for line in said)
    alone = make_assignment(store, SETTINGS, here.ada, here.course, form)
    assert [len(one.lessons) for one in assignments(store, here.li, here.course) if one.id == alone] == [1]
    book = gradebook(store, here.ada, here.course)
    assert next(head.of for head in book.heads if head.id == alone) == 0
    assert export_marks(store, here.ada, here.course, "plain").count(b"Week 1") == 3
    with pytest.raises(Refusal, match="0 exercises"):
        make_assignment(store, SETTINGS, here.ada, here.course, replace(form, lessons=()))


def test_lessons_go_along_into_the_next_term_without_workings(store: Store) -> None:
    here = Class(store)
    handed_in(here, here.with_a_lesson(), here.li)
    again = copy_course(store, here.ada, here.course, "Next", weeks=20)
    mine = assignments(store, here.ada, again)[0].lessons
    assert [one.numbers for one in mine] == [one.numbers for one in form_of(store, here.ada, here.assignment).lessons]
    assert my_working(store, here.ada, mine[0].id) is None


def test_what_was_typed_goes_when_it_should_and_who_was_done_stays(store: Store, clock: Clock) -> None:
    here = Class(store)
    lesson = here.with_a_lesson()
    for who in (here.li, here.bo):
        handed_in(here, lesson, who, lambda right: {**right, "error": "31337/31337"})
    assert everything(store).count("31337/31337") == 2
    erase_person(store, here.ada, here.li.id, "x")
    assert everything(store).count("31337/31337") == 1
    clock.forward(days=400)
    assert tidy(store).workings == 1
    assert "31337/31337" not in everything(store) and tidy(store).workings == 0
    assert lesson in completion(store, here.ada, here.course).students[0].done


def test_names_are_hidden_while_grading_is_anonymous(store: Store) -> None:
    here = Class(store)
    here.with_a_lesson()
    change_course(store, here.ada, here.course, anonymous=True)
    assert all(one.name.startswith("Student ") for one in completion(store, here.ada, here.course).students)


def test_every_sample_can_be_worked(store: Store) -> None:
    here = Class(store)
    lesson = here.with_a_lesson("cross_entropy")
    asked = assignment_of(store, here.li, here.assignment).lessons[0]
    shape = sample_shape(Case.of(LESSONS[asked.slug], lesson_cards(asked)[""]).forward.steps)
    last = tuple(size - 1 for size in shape)
    assert handed_in(here, lesson, here.bo, sample=last).complete


@pytest.mark.parametrize(("by_link", "by_name"), [("right", None), ("right", "open"), ("open", "right")])
def test_of_two_workings_of_one_person_the_complete_one_stays(store: Store, by_link: str, by_name: str | None) -> None:
    here = Class(store)
    lesson = here.with_a_lesson()
    read_roster(store, here.ada, here.course, b"name\nReal\n")
    link = make_links(store, here.ada, here.course)[0].token
    linked = session_of(store, open_link(store, link))
    assert linked is not None
    real = here.joined("real", set_code(store, here.ada, here.course, on=True))
    for who, what in ((linked.who, by_link), (real, by_name)):
        if what is not None:
            handed_in(here, lesson, who, dict if what == "right" else lambda right: {"error": "1"})
    claim_by_link(store, real, link)
    (waits,) = open_claims(store, here.ada, here.course)
    decide_claim(store, here.ada, waits.id, waits.row_id, accept=True)
    assert completion(store, here.ada, here.course).students[-1].done == {lesson: True}
    assert working_of(store, here.ada, lesson, linked.who.id) is None


def test_a_backup_holds_lessons_and_workings(store: Store, tmp_path: Path) -> None:
    here = Class(store)
    lesson = here.with_a_lesson()
    done = handed_in(here, lesson, here.li)
    backup(store, tmp_path / "all.zip")
    restored = open_store(f"sqlite:///{tmp_path / 'again.sqlite'}")
    restore(restored, tmp_path / "all.zip")
    assert working_of(restored, here.ada, lesson, here.li.id) == done
    restored.close()
