"""Home and the sidebar, without a browser: newcomer, begun, all done, a class hosted, storage off or spoilt."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.catalog import TOPICS
from lib.exercises import EXERCISES
from lib.guides.first_steps import LOSS, SHARE, SUM
from lib.practice.path import IN_ORDER
from lib.practice.record import LessonRecord, written
from lib.site import renders
from lib.ui.browser_storage import KEY, LESSON, RECORD
from lib.ui.marks import TO_READ
from lib.ui.record import Record, written_record
from lib.ui.sidebar import FAMILIES, browser_title

SOLVED = written_record(Record(passed=True))
DONE, BEGUN = written(LessonRecord(right=True, done=True)), written(LessonRecord(right=True))
OPENED = written(LessonRecord())


def home(records: dict[str, str] | None = None, **session: object) -> AppTest:
    """The home page in a browser that has told that it keeps these records; None: it has not told yet."""
    app = AppTest.from_file("../../lib/router.py", default_timeout=30)
    if records is not None:
        app.session_state[f"{KEY}_records"] = dict(records)
        app.session_state[f"{KEY}_drafts"] = frozenset()
    for name, value in session.items():
        app.session_state[name] = value
    return healthy(app.run())


def healthy(app: AppTest) -> AppTest:
    assert not app.exception, [e.message for e in app.exception]
    return app


def html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def links(app: AppTest) -> list[tuple[str, str]]:
    """Label and address of each link in the main area."""
    return [(one.proto.label, one.proto.page) for one in app.main.get("page_link")]


def ways_on(app: AppTest) -> list[tuple[str, str]]:
    return [link for link in links(app) if link[0].startswith(("Start", "Continue"))]


ALL_LESSONS = {LESSON + slug: DONE for slug in (*TOPICS, *TO_READ)}
ALL_EXERCISES = {RECORD + slug: SOLVED for slug in EXERCISES}
# What the browser keeps → the one way on, and where it leads.
STATES = {
    "not told yet": (None, "Start: Loss, cost, objective", "loss_cost_objective"),
    "newcomer": ({}, "Start: Loss, cost, objective", "loss_cost_objective"),
    "one begun": ({LESSON + "entropy": BEGUN}, "Continue: Entropy", "entropy"),
    "one opened": ({LESSON + "entropy": OPENED}, "Continue: Entropy", "entropy"),
    "one done": ({LESSON + "loss_cost_objective": BEGUN}, "Continue: Self-information", "self_information"),
    "an exercise solved": ({RECORD + "softmax": SOLVED}, "Continue: Loss, cost, objective", "loss_cost_objective"),
    "all lessons done": (ALL_LESSONS, "Continue: Exercises", "exercises"),
    "all done": ({**ALL_LESSONS, **ALL_EXERCISES}, "Continue: Exercises", "exercises"),
    "spoilt": ({LESSON + "entropy": "{", RECORD + "softmax": "[" * 9999}, "Start: Loss, cost, objective", ""),
}


@pytest.mark.parametrize(("records", "label", "slug"), STATES.values(), ids=STATES)
def test_there_is_one_way_on(records, label, slug):
    found = ways_on(home(records))
    assert [one for one, _ in found] == [label]
    assert found[0][1].endswith(slug)


BEGINNING = {
    "newcomer": ({}, True),
    "opened a lesson": ({LESSON + "entropy": OPENED}, True),
    "solved an exercise": ({RECORD + "softmax": SOLVED}, True),
    "found a result": ({LESSON + "entropy": BEGUN}, False),
}


@pytest.mark.parametrize(("records", "is_new"), BEGINNING.values(), ids=BEGINNING)
def test_who_has_no_result_yet_tries_three_steps_and_others_have_five_a_day(records, is_new):
    app = home(records)
    assert any(field.key == f"first_{SUM}" for field in app.text_input) is is_new
    assert ("How it goes" in html(app)) is is_new
    assert ("Five a day" in html(app)) is not is_new


def test_the_path_says_what_is_done_begun_and_next():
    app = home({LESSON + "entropy": DONE, LESSON + "mse_loss": BEGUN})
    text = html(app)
    assert "<b>1 of 20</b> done" in text
    style = next(part for part in text.split("<style>") if part.startswith(".st-key-stages"))
    rules = {word: [rule for rule in style.split("}") if f"'({word})'" in rule] for word in ("done", "started, next")}
    assert '[href="entropy"]' in rules["done"][0] and '[href="mse_loss"]' not in rules["done"][0]
    assert '[href="mse_loss"]' in rules["started, next"][0]


def test_every_page_of_the_path_stands_once_on_home():
    pages = [page for _, page in links(home({}))]
    assert all(pages.count(slug) == 1 + (slug == IN_ORDER[0]) + (slug == "exercises") for slug in IN_ORDER)


def test_steps_are_judged_slips_named_and_torchs_number_is_shown_when_right():
    app = home({})
    app.text_input(key=f"first_{SUM}").set_value("10.107")
    app.text_input(key=f"first_{SHARE}").set_value("0.7311")
    healthy(app.run())
    assert any("second class's share" in one.value for one in app.markdown)
    assert '<b translate="no" aria-live="polite">?</b>' in html(app)
    app.text_input(key=f"first_{SHARE}").set_value("2.718/10.107")
    app.text_input(key=f"first_{LOSS}").set_value("1.3133")
    healthy(app.run())
    assert sum("✓ right" in one.value for one in app.markdown) == 3
    assert ">1.3133</b>" in html(app)


def test_torchs_number_is_shown_when_asked():
    app = healthy(home({}).button(key="first_show").click().run())
    assert ">1.3133</b>" in html(app)


@pytest.mark.parametrize("typed", ["", "[", "1e999", "💥", "<b>x</b>", "10,107", "nan", "9" * 400, "e**e**e**e"])
def test_anything_may_be_typed_in_a_step(typed):
    app = home({})
    for step in (SUM, SHARE, LOSS):
        app.text_input(key=f"first_{step}").set_value(typed)
    healthy(app.run())


def test_storage_that_is_off_is_said_and_the_page_works():
    app = home(None, **{f"{KEY}_trouble": "off"})
    assert any("does not keep anything" in one.value for one in app.caption)
    assert ways_on(app)


def test_a_number_that_differs_is_explained_in_a_dialog():
    app = healthy(home({}).button(key="differs").click().run())
    code = "F.cross_entropy(torch.tensor([[1., 2.], [3., 1.]]), torch.tensor([0, 1]))"
    app.text_area(key="differs_code").set_value(code)
    app.text_input(key="differs_number").set_value("3.4402")
    healthy(app.run())
    text = " ".join(one.value for one in app.markdown)
    assert "1.7201" in text and "This is the sum" in text


def test_the_teachers_door_leads_to_the_docs_where_no_class_is_hosted():
    assert ("How to host a class", "teach") in links(home({}))
    app = AppTest.from_file("../../lib/router.py", default_timeout=30)
    app.session_state["goto"] = "teach"
    healthy(app.run())
    text = " ".join(one.value for one in app.markdown)
    assert "From nothing to Monday" in text and "](grading.md" not in text


def test_the_sidebar_counts_families_and_marks_the_open_one():
    app = home({LESSON + "huber_loss": DONE}, goto="mse_loss")
    labels = [one.label for one in app.sidebar.expander]
    assert "Losses :gray[21]" in labels and "Optimizers :gray[15]" in labels
    assert [title.partition(" :")[0] for title in labels] == [
        title for family, (title, _) in FAMILIES.items() if family not in ("class", "exercises")
    ]
    pages = [one.proto.page for one in app.sidebar.get("page_link")]
    assert "mse_loss" in pages and "adam" not in pages
    assert '[href="huber_loss"], [href$="/huber_loss"])::after { content: \'(done)\'; }' in html(app)


def test_each_page_has_a_browser_title_of_its_own():
    titles = [
        browser_title("", "Torch by Hand"),
        *(browser_title(slug, title) for slug, (title, _) in renders().items()),
        *(browser_title(f"exercise_{slug}", exercise.title) for slug, exercise in EXERCISES.items()),
    ]
    assert len(set(titles)) == len(titles)
    assert browser_title("mse_loss", "MSE loss") == "MSE loss · Torch by Hand"


@pytest.mark.parametrize("line", ["cross_entropy_loss", "exercise_softmax", "clinic"])
def test_a_line_of_the_search_box_opens_its_page(line):
    app = home({})
    healthy(app.selectbox(key="search").set_value(line).run())
    slug, _, name = line.partition("_softmax") if line.startswith("exercise") else (line, "", "")
    assert app.session_state["here"] == slug
    assert app.query_params.get("name", "") == ("softmax" if slug == "exercise" else "")


def test_search_by_another_name_opens_the_page():
    app = home({})
    options = app.selectbox(key="search").options
    place = next(i for i, says in enumerate(options) if "标签平滑" in says)
    healthy(app.selectbox(key="search").select_index(place).run())
    assert app.title[0].value == "Cross-entropy loss"
