"""What opens after a right result, five a day, and progress, driven without a browser."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from lib.catalog import TOPICS
from lib.practice.quiz import calculation_of, quiz_of
from lib.practice.record import Asked, LessonRecord, read, written
from lib.practice.review import Day, Item, written_day
from lib.tensors.write import format_tensor
from lib.ui.browser_storage import LESSON
from lib.ui.lesson_progress import today
from tests.pages.test_every_page import healthy

CE, SLIP = "cross_entropy_loss", "divides_by_samples"
RIGHT = LessonRecord(right=True)
HELD, CHANGED = "browser_storage_records", "browser_storage_changed"


def opened(slug: str, **records: LessonRecord | Day) -> AppTest:
    """A page of somebody whose browser holds these records of lessons."""
    app = AppTest.from_file("../../lib/router.py", default_timeout=30)
    app.session_state["goto"] = slug
    app.session_state[HELD] = {
        LESSON + name: written_day(kept) if isinstance(kept, Day) else written(kept) for name, kept in records.items()
    }
    return healthy(app.run())


def with_five(*items: tuple[str, str, str]) -> AppTest:
    listed = tuple(Item(slug, name, kind) for slug, name, kind in items)  # type: ignore[arg-type]
    return opened("five_a_day", cross_entropy_loss=RIGHT, five_a_day=Day(today(), listed))


def told(app: AppTest) -> str:
    """What is announced."""
    return " ".join(re.findall(r'role="status"[^>]*>([^<]*)<', " ".join(h.proto.body for h in app.get("html"))))


def asked(app: AppTest, slug: str = CE) -> dict[str, Asked]:
    """What the browser is to write about this lesson."""
    text = app.session_state[CHANGED].get(LESSON + slug, "") if CHANGED in app.session_state else ""
    return dict(read(text).asked) if text else {}


def press(app: AppTest, label: str) -> AppTest:
    button = next(b for b in app.main.button if b.label.split("] ")[-1] == label)
    return healthy(button.click().run())


def test_a_newcomer_is_told_how_it_goes():
    app = opened("five_a_day")
    assert "Five small questions a day" in app.main.markdown[0].value and not app.main.button


def test_each_choice_is_answered_and_the_first_one_counts():
    app = with_five((CE, "why", "question"))
    asks = TOPICS[CE].questions["why"]
    for option in (*asks.wrong, asks.right):
        press(app, option.text)
        assert option.says[:30] in told(app).replace("&#x27;", "'")
        assert asked(app) == {"why": Asked(0, today(), 1)}


def test_a_right_answer_counts_as_one():
    app = with_five((CE, "without_numbers", "question"))
    press(app, TOPICS[CE].questions["without_numbers"].right.text)
    press(app, TOPICS[CE].questions["without_numbers"].wrong[0].text)  # looking at the others costs nothing
    assert asked(app) == {"without_numbers": Asked(1, today(), 0)}


def test_a_quiz_is_found_step_and_reason_and_says_before_and_after_that_it_holds_a_slip():
    app = with_five((CE, SLIP, "quiz"))
    quiz = quiz_of(CE, SLIP, today())
    assert quiz is not None
    marked = [m.value for m in app.main.markdown if "one slip" in m.value]
    press(app, f"Step {quiz.slipped.wrong + 1}")
    assert "This is the slip" in told(app) and not asked(app)
    press(app, quiz.mistake.says)
    assert "That is it" in told(app) and asked(app) == {SLIP: Asked(1, today(), 0)}
    assert marked and marked == [m.value for m in app.main.markdown if "one slip" in m.value]


def test_wrong_guesses_are_answered_and_after_two_the_step_is_shown_on_request():
    app = with_five((CE, SLIP, "quiz"))
    quiz = quiz_of(CE, SLIP, today())
    assert quiz is not None
    others = [
        place for place, row in enumerate(quiz.slipped.rows) if place != quiz.slipped.wrong and not row.step.given
    ]
    for place in others[:2]:
        press(app, f"Step {place + 1}")
        assert "Look further" in told(app)
    assert asked(app) == {SLIP: Asked(0, today(), 1)}
    press(app, "Show the step")
    for reason in quiz.reasons:
        press(app, reason.says)
        assert "That slip would" in told(app) or "That is it" in told(app)
    assert asked(app) == {SLIP: Asked(0, today(), 1)}


@pytest.mark.parametrize(
    ("which", "says", "ends"), [("follows", "Right.", (1, 0)), ("values", "Not yet.", (0, 1))], ids=["right", "slip"]
)
def test_a_short_calculation_is_judged_as_on_the_lessons_page(which, says, ends):
    app = with_five((CE, SLIP, "calculation"))
    working = calculation_of(CE, SLIP, today())
    assert working is not None
    for text, verdict in (
        ("", None),
        ("two", "not a number"),
        (format_tensor(getattr(working, which)[working.wrong], digits=6), says),
    ):
        healthy(app.main.text_input[0].set_value(text).run())
        assert verdict is None or verdict in told(app)
    row, failed = ends
    assert asked(app)[SLIP] == Asked(row, today(), failed)


def test_the_five_end_and_are_not_asked_again_that_day():
    app = with_five((CE, "why", "question"), (CE, SLIP, "quiz"))
    press(app, "Next")
    while any(b.label in ("Next", "Finish") for b in app.main.button):
        press(app, next(b.label for b in app.main.button if b.label in ("Next", "Finish")))
    assert "That was today's five" in app.main.markdown[0].value


def lesson_page() -> None:
    import streamlit as st

    from lib.catalog import TOPICS
    from lib.ui.after_right import after_right
    from lib.ui.browser_storage import keep_in_browser
    from lib.ui.lesson_progress import result_right

    slug = st.session_state["slug"]
    if st.session_state["found"]:
        result_right(slug, "[1, 2]", alone=False)
    after_right(TOPICS[slug])
    keep_in_browser()
    keep_in_browser()  # a page and its fragment may both ask


@pytest.mark.parametrize("slug", [CE, "adam", "step_lr", "ctc_loss", "entropy", "lbfgs"])
def test_quiz_and_questions_open_after_the_first_right_result(slug):
    app = AppTest.from_function(lesson_page, default_timeout=30)
    app.session_state["slug"], app.session_state["found"], app.session_state[HELD] = slug, False, {}
    assert not healthy(app.run()).expander
    app.session_state["found"] = True
    assert len(healthy(app.run()).expander) == 2 and not app.button
    for fold in ("whose", "asks"):
        app.session_state[f"practice_{fold}_{slug}"] = True
    healthy(app.run())
    assert {b.label for b in app.button} >= {one.right.text for one in TOPICS[slug].questions.values()}
    before = [m.value for m in app.markdown]
    press(app, "Another one")
    assert [m.value for m in app.markdown] != before


def deeds() -> None:
    import streamlit as st

    from lib.ui.lesson_progress import began, fell_for, result_right, result_wrong, state

    st.session_state["seen"] = [state("adam")]
    for numbers in "abc":
        began("adam")
        result_right("adam", numbers, alone=True)
        fell_for("adam", "wrong_way")
    st.session_state["seen"].append(state("adam"))
    result_wrong("sgd")
    st.session_state["seen"].append(state("sgd"))


def test_what_was_done_before_the_browser_told_is_put_to_what_it_holds():
    app = AppTest.from_function(deeds, default_timeout=30)
    assert healthy(app.run()).session_state["seen"] == ["new", "done", "started"]
    assert CHANGED not in app.session_state
    app.session_state[HELD] = {
        LESSON + "adam": written(LessonRecord(known=1, asked={"why": Asked(2, 5, 0)})),
        LESSON + "sgd": "7",
    }
    assert healthy(app.run()).session_state["seen"] == ["done", "done", "started"]
    kept = read(app.session_state[CHANGED][LESSON + "adam"])
    assert (kept.done, kept.known, kept.row) == (True, 1, 3)
    assert kept.asked == {"why": Asked(2, 5, 0), "wrong_way": Asked(0, today(), 1)}


def test_progress_names_what_is_done_and_begun():
    app = opened("progress", adam=LessonRecord(True, 3, 0, True), sgd=LessonRecord())
    assert "**1** of 55 lessons done, 1 begun" in app.main.markdown[0].value
    assert any("QR" not in c.value and "code" in c.value for c in app.main.caption)
    assert "Nothing yet" in opened("progress").main.markdown[0].value


@pytest.mark.parametrize("text", ["", "7", "{", "[" * 10_000, "\x00", '{"right": 1}'], ids=str)
def test_whatever_the_browser_holds_the_pages_open(text):
    for slug in ("five_a_day", "progress"):
        app = AppTest.from_file("../../lib/router.py", default_timeout=30)
        app.session_state["goto"] = slug
        app.session_state[HELD] = {LESSON + name: text for name in ("adam", "five_a_day", "no_such_lesson")}
        healthy(app.run())
