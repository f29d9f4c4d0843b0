"""The pages of the exercises: list, filter, editor, report, hints, solution, attempts. Driven without a browser."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.exercises import EXERCISES
from lib.grading import trial
from lib.grading.grade import grade
from lib.plots.difference import difference
from lib.refusal import Refusal
from lib.sandbox.isolation import Isolation
from lib.sandbox.job import Busy, Limits
from lib.ui import browser_storage, record, sandbox
from lib.ui.aligned import aligned, differing
from lib.ui.browser_storage import RECORD
from lib.ui.lesson_link import lesson_query
from lib.ui.record import Attempt, Record, RecordError
from lib.ui.report import call_text, error_line
from lib.ui.text import plain, say_error
from pages.exercise import changes, explained, statement
from tests.pages.test_every_page import healthy, open_page

HUBER = "huber_loss"
HALF_LEFT_OUT = """
import numpy as np

def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    with np.errstate(over="ignore"):
        each = np.where(size < delta, size**2, delta * (size - 0.5 * delta))
    return {"none": each, "sum": each.sum(), "mean": each.mean()}[reduction]
"""
# What is in the editor, and what the page has to say about it.
SUBMISSIONS = {
    "a known mistake": (HALF_LEFT_OUT, "You left out the ½"),
    "a wrong shape": (
        "def huber_loss(input, target, *, delta=1.0, reduction='mean'):\n    return [[1.0]]",
        "wrong shape",
    ),
    "rows of different lengths": (
        "def huber_loss(input, target, **_):\n    return [[1, 2], [3]]",
        "rows differ in length",
    ),
    "a large array": ("import numpy as np\ndef huber_loss(input, target, **_):\n    return np.zeros(10**6)", "65,536"),
    "more than is kept": (
        "import numpy as np\ndef huber_loss(input, target, **_):\n    return np.zeros(8000)",
        "begins with",
    ),
    "an error": ("def huber_loss(input, target, *, delta=1.0, reduction='mean'):\n    return inptu", "inptu"),
    "no such function": ("def hubber_loss(input, target):\n    return 0", "hubber"),
    "not Python": ("def huber_loss(:\n    return 0", "line 1"),
    "nothing": ("", "no function huber"),
    "no result": ("def huber_loss(input, target, **_):\n    pass", "nothing (None); expected floats"),
    "a shout in Markdown": ("def huber_loss(input, target, **_):\n    raise ValueError('# $x$ [a](b)')", "ValueError"),
}


def with_code(slug: str, source: str, button: str) -> AppTest:
    """The exercise's page after a click on "run" or "submit" with this text in the editor."""
    app = open_page("exercise", name=slug)
    app.session_state[f"exercise_{slug}_editor_text"] = source
    return healthy(app.button(key=f"exercise_{slug}_{button}").click().run(timeout=60))


def mistake(slug: str, name: str) -> str:
    """A typical wrong answer of an exercise."""
    return next(wrong.source for wrong in EXERCISES[slug].mistakes if wrong.name == name)


def words(app: AppTest) -> str:
    """All that the page says, expanders' headings included."""
    said = [*app.markdown, *app.error, *app.caption, *app.code, *app.success, *app.info]
    return "\n".join([*(element.value for element in said), *(folded.label for folded in app.expander)])


@pytest.mark.parametrize("slug", EXERCISES)
def test_every_exercise_opens_with_its_starter(slug):
    app = open_page("exercise", name=slug)
    assert app.title[0].value == EXERCISES[slug].title
    assert f"{len(EXERCISES[slug].visible)} tests are visible" in words(app)


@pytest.mark.parametrize("slug", EXERCISES)
def test_every_solution_solves_its_exercise_on_the_page(slug):
    app = with_code(slug, EXERCISES[slug].solution, "submit")
    assert any("Solved" in success.value for success in app.success), words(app)


@pytest.mark.parametrize(("source", "says"), SUBMISSIONS.values(), ids=SUBMISSIONS)
@pytest.mark.parametrize("button", ["run", "submit"])
def test_the_page_says_what_is_wrong(source, says, button):
    assert says in words(with_code(HUBER, source, button)).replace("\\", "")


def test_the_first_failing_test_is_open_and_the_others_are_folded():
    app = with_code(HUBER, HALF_LEFT_OUT, "run")
    tests = [folded for folded in app.expander if ":red[✗]" in folded.label or ":green[✓]" in folded.label]
    assert [folded.proto.expanded for folded in tests] == [True] + [False] * (len(EXERCISES[HUBER].visible) - 1)


def test_a_run_leaves_hidden_tests_out_and_a_submission_tells_their_names_only():
    assert "a random batch" not in words(with_code(HUBER, HALF_LEFT_OUT, "run"))
    app = with_code(HUBER, HALF_LEFT_OUT, "submit")
    line = next(m.value for m in app.markdown if "a random batch" in m.value)
    assert "wrong value" in line and "off by" not in line


def test_the_line_marked_is_that_of_the_test_that_stands_open():
    passing = "def huber_loss(input, target, *, delta=1.0, reduction='mean'):\n    return {}[reduction]\n"
    wrong_first = passing.replace("{}", "{'mean': 7.0}")
    lines = [error_line(grade(EXERCISES[HUBER], source, only_visible=True)) for source in (passing, wrong_first)]
    assert lines == [2, None]


def test_a_test_that_was_stopped_shows_no_hint_about_its_numbers():
    assert "Hint:" in words(with_code(HUBER, HALF_LEFT_OUT, "run"))
    assert "Hint:" not in words(with_code(HUBER, "def huber_loss(input, target, **_):\n    quit()", "run"))


def test_an_update_leads_to_the_lesson_at_the_update_that_parts():
    app = with_code("sgd_momentum_step", mistake("sgd_momentum_step", "keeps_the_first_buffer"), "run")
    link = next(link for link in links(app) if "by hand" in link.label)
    assert "update 2" in link.label and "sgd_at=2" in link.query_string


def test_a_lesson_that_cannot_take_the_numbers_is_not_said_to_show_them():
    app = with_code("momentum_loop", EXERCISES["momentum_loop"].mistakes[0].source, "run")
    labels = [link.label for link in links(app)]
    assert labels.count("Lesson: SGD") == 2 and not [label for label in labels if "by hand" in label]


def test_a_report_about_older_code_says_so():
    app = with_code(HUBER, HALF_LEFT_OUT, "run")
    app.session_state[f"exercise_{HUBER}_editor_text"] = EXERCISES[HUBER].solution
    assert "Your code has changed" in words(healthy(app.run()))


def test_hints_come_one_at_a_time_and_stay():
    app = open_page("exercise", name=HUBER)
    for count, hint in enumerate(EXERCISES[HUBER].hints, 1):
        assert hint not in words(app)
        healthy(app.button(key=f"exercise_{HUBER}_hint").click().run())
        assert hint in words(app) and f"**Hint {count}.**" in words(app)
    assert not [b for b in app.button if b.key == f"exercise_{HUBER}_hint"]


def test_the_solution_is_shown_when_asked_for_and_that_is_remembered():
    app = open_page("exercise", name=HUBER)
    assert "np.where computes both parts" not in words(app)
    healthy(app.button(key=f"exercise_{HUBER}_show").click().run())
    assert "np.where computes both parts" in words(app)
    app.session_state["goto"] = "exercises"
    assert any("◐" in link.label for link in links(healthy(app.run())))


def test_attempts_are_listed_with_what_changed_and_can_be_put_back():
    app = with_code(HUBER, HALF_LEFT_OUT, "submit")
    app.session_state[f"exercise_{HUBER}_editor_text"] = EXERCISES[HUBER].solution
    healthy(app.button(key=f"exercise_{HUBER}_submit").click().run())
    app.session_state[f"exercise_{HUBER}_attempts"] = True
    kept = record.read_record(app.session_state["browser_storage_early"]["torch_by_hand/record/huber_loss"])
    assert [attempt.source for attempt in kept.attempts] == [HALF_LEFT_OUT, EXERCISES[HUBER].solution]
    assert kept.passed


def test_start_again_puts_the_first_lines_back():
    app = with_code(HUBER, HALF_LEFT_OUT, "run")
    healthy(app.button(key=f"exercise_{HUBER}_reset").click().run())
    assert app.session_state[f"exercise_{HUBER}_editor_text"] == EXERCISES[HUBER].starter


def links(app: AppTest) -> list:
    return [element.proto for element in app.get("page_link")]


def test_the_list_names_every_exercise_and_filters_them():
    app = open_page("exercises")
    titles = {exercise.title for exercise in EXERCISES.values()}
    assert {title for title in titles if any(title in link.label for link in links(app))} == titles
    healthy(app.selectbox(key="exercises_topic").set_value("foundations").run())
    shown = " ".join(link.label for link in links(app) if "○" in link.label)
    assert "Softmax" in shown and "Huber loss" not in shown
    healthy(app.text_input(key="exercises_search").set_value("stability sum").run())
    assert [link.label for link in links(app) if "●" in link.label] == [":gray[○] Log-sum-exp :gray[●●○○○]"]
    healthy(app.selectbox(key="exercises_state").set_value("passed").run())
    assert "No exercise fits" in app.info[0].value


def test_only_the_stretch_to_go_on_with_stands_open_until_something_is_filtered():
    app = open_page("exercises")
    assert [folded.proto.expanded for folded in stretches(app)] == [True] + [False] * (len(stretches(app)) - 1)
    healthy(app.selectbox(key="exercises_level").set_value("2").run())
    assert all(folded.proto.expanded for folded in stretches(app))


def test_the_next_on_the_path_is_named_beside_what_was_begun():
    app = open_page("exercises")
    app.session_state["browser_storage_early"] = {RECORD + HUBER: record.written_record(Record(hints=1))}
    labels = [link.label for link in links(healthy(app.run()))]
    first = next(iter(EXERCISES.values()))
    assert {f"Next on the path: **{first.title}**", "Go on with **Huber loss**"} <= set(labels)


def stretches(app: AppTest) -> list:
    return [folded for folded in app.expander if ":gray[0 of " in folded.label]


def test_garbage_in_the_browsers_storage_is_answered_in_words():
    app = open_page("exercise", name=HUBER)
    app.session_state["browser_storage_early"] = {"torch_by_hand/record/huber_loss": '{"attempts": 7}'}
    assert "cannot be read" in words(healthy(app.run()))
    app.session_state["goto"] = "exercises"
    healthy(app.run())


GARBAGE = (
    "",
    "null",
    "7",
    "[]",
    "{}",
    '{"attempts": 7}',
    '{"attempts": [{}], "hints": 0}',
    '{"attempts": [], "hints": "3", "shown": true, "passed": true}',
    '{"attempts": [], "hints": 3, "shown": 1, "passed": true}',
    "[" * 100_000,
    "\x00",
    '{"a',
    '{"attempts": [], "hints": 1e400, "shown": true, "passed": true}',
    *(
        '{{"attempts": [{{"at": {}, "source": "{}", "score": {}, "max_score": 1, "version": ""}}], '
        '"hints": 0, "shown": true, "passed": true}}'.format(*odd)
        for odd in (
            ("1" + "0" * 400, "", "1"),
            ("1e400", "", "1"),
            ("NaN", "", "1"),
            ("-1e9", "", "1"),
            ("999999999999", "", "1"),
            ("0", "", "1" + "0" * 5000),
            ("0", "\\ud800", "1"),
        )
    ),
)


@pytest.mark.parametrize("text", GARBAGE, ids=lambda text: repr(text[:20]))
def test_what_is_no_record_is_refused(text):
    with pytest.raises(RecordError):
        record.read_record(text)


def test_a_record_survives_being_written():
    kept = Record((Attempt(1.5, "x = '½'\n", 3.0, 4.0, "abc"),), hints=2, shown=True, passed=False)
    assert record.read_record(record.written_record(kept)) == kept


def test_a_record_stays_small_and_keeps_the_newest():
    kept = Record()
    for number in range(40):
        kept = record.with_attempt(kept, Attempt(number, f"{number}\n" + "x" * 50_000, 1.0, 2.0, "abc"))
    text = record.written_record(kept)
    assert len(text) < record.MOST_CHARACTERS
    assert record.read_record(text).attempts[-1].at == 39
    assert len(kept.attempts) == record.MOST_ATTEMPTS


def test_handing_in_the_same_again_is_one_attempt():
    twice = Record()
    for at in (1.0, 2.0):
        twice = record.with_attempt(twice, Attempt(at, "same", 1.0, 2.0, "abc"))
    assert [attempt.at for attempt in twice.attempts] == [2.0]


def test_few_records_are_sent_at_a_time(monkeypatch):
    state: dict = {}
    monkeypatch.setattr(browser_storage.st, "session_state", state)
    for slug in ("a", "b", "c", "d", "a"):
        browser_storage.store(slug, slug)
    assert list(state["browser_storage_changed"]) == [browser_storage.RECORD + slug for slug in "cda"]
    assert browser_storage.stored("b") == "b"


NAN, INF = float("nan"), float("inf")
DIFFERING = {
    "equal": ([1.0, 2.0], [1.0, 2.0], [False, False]),
    "within": ([1.0000001], [1.0], [False]),
    "off": ([1.0, 2.1], [1.0, 2.0], [False, True]),
    "nan fits nan": ([NAN, 1.0], [NAN, NAN], [False, True]),
    "inf by sign": ([INF, -INF], [INF, INF], [False, True]),
    "integers": ([1, 3], [1, 2], [False, True]),
    "booleans": ([True, False], [True, True], [False, True]),
}


@pytest.mark.parametrize(("got", "expected", "marks"), DIFFERING.values(), ids=DIFFERING)
def test_what_differs_is_marked(got, expected, marks):
    got, expected = np.array(got), np.array(expected)
    off = differing(got, expected, 1e-6, 1e-9)
    assert off.tolist() == marks
    assert aligned(got, expected, off).count("<mark>") == sum(marks)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (2, 2, 2), (0,), (2, 0)], ids=str)
def test_arrays_of_every_shape_can_be_aligned(shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(float)
    assert aligned(array, array, np.zeros(shape, bool)).count("<td>") == 2 * array.size


def test_a_small_difference_is_not_rounded_away():
    got, expected = np.array([1.0000001]), np.array([1.0])
    assert "1.0000001" in aligned(got, expected, np.array([True]))


def test_expected_and_got_of_a_slice_stand_in_one_box():
    array = np.zeros((2, 2, 2))
    boxes = aligned(array, array, np.zeros(array.shape, bool)).split("<div>")[1:]
    assert [box.count("<table>") for box in boxes] == [2, 2]


# What came instead of zeros, and what the picture shows of it: numbers, or a sentence.
PICTURES = {
    "a line": (np.where(np.arange(100) == 7, 0.5, 0.0), lambda y: y[7] == 0.5 and y[8] == 0.0),
    "a gap": (np.where(np.arange(100) == 7, np.nan, 1.0), lambda y: y[7] is None and y[8] == 1.0),
    "a map": (np.where(np.arange(100) == 7, 0.5, 0.0).reshape(10, 10), lambda z: z[0][7] == 0.5),
    "nothing finite": (np.full(100, np.nan), None),
}


@pytest.mark.parametrize(("got", "shows"), PICTURES.values(), ids=PICTURES)
def test_of_a_large_array_the_difference_is_drawn(got, shows):
    drawn = difference(got, np.zeros(got.shape)).data
    assert shows(drawn[0].y if got.ndim < 2 else drawn[0].z) if shows else not drawn


def test_a_formula_stands_on_lines_of_its_own():
    text = statement(EXERCISES[HUBER])
    assert text.count("\n$$\n") == 4 and r"\qquad" not in text


def test_a_formula_in_an_environment_stays_whole():
    formula = r"$$\begin{aligned} a &= 1 \qquad b \\ c &= 2 \end{aligned}$$"
    text = statement(replace(EXERCISES[HUBER], statement=formula))
    assert text.count("\n$$\n") == 2 and r"\qquad" in text


def test_the_solutions_words_stand_apart_from_its_code():
    said, code = explained(EXERCISES[HUBER].solution)
    assert said.startswith("Huber loss") and code.startswith("import numpy")
    assert "np.where computes" not in code and "branches" not in code and code.endswith("each.mean()")


CALLS = {
    "as it is typed": (
        {"input": np.array([1.0, 2.5]), "delta": 2.0},
        "f(\n    input=np.array([1.0, 2.5]),\n    delta=2.0,\n)",
    ),
    "a dtype": ({"x": np.array([1], np.float32)}, "f(\n    x=np.array([1.0], np.float32),\n)"),
    "large": ({"x": np.zeros((20, 12))}, "f(\n    x=…,  # (20, 12) float64\n)"),
    "words": ({"reduction": "mean", "weight": None}, "f(\n    reduction='mean',\n    weight=None,\n)"),
}


@pytest.mark.parametrize(("args", "text"), CALLS.values(), ids=CALLS)
def test_a_call_is_shown_as_it_could_be_typed(args, text):
    assert call_text(replace(EXERCISES[HUBER], function="f"), args) == text


TWO = np.array([[1.0, 2.0], [0.5, 0.0]])
UPDATES = {
    "one rate": (
        {"param": TWO[0], "grads": TWO, "lr": 0.5},
        "for grad in grads:\n    param, state = f(param, grad, state, lr=0.5)",
    ),
    "a rate per update": (
        {"param": TWO[0], "grads": TWO, "lr": np.array([0.5, 0.1]), "nesterov": True},
        "rates = np.array([0.5, 0.1])\nfor grad, lr in zip(grads, rates):\n"
        "    param, state = f(param, grad, state, lr=lr, nesterov=True)",
    ),
}


@pytest.mark.parametrize(("args", "text"), UPDATES.values(), ids=UPDATES)
def test_updates_are_shown_as_a_loop_that_runs(args, text):
    exercise = replace(EXERCISES["sgd_momentum_step"], function="f")
    shown = call_text(exercise, args)
    assert shown.endswith(text)
    handed: list[dict] = []

    def f(param, grad, state, **rest):
        handed.append({"grad": grad} | rest)
        return param, state

    exec(shown, {"np": np, "f": f})
    assert [given["lr"] for given in handed] == np.broadcast_to(args["lr"], 2).tolist()
    assert [given["grad"].tolist() for given in handed] == TWO.tolist()


LINKS = {
    "a value": (
        "huber_loss",
        "value",
        {"input": np.array([1.5]), "delta": 3.0},
        {"input": "[1.5]", "delta": "3.0", "dtype": "float64"},
    ),
    "a gradient": ("huber_loss", "grad", {"input": np.array([1.5])}, {"input": "[1.5]", "view": "gradient"}),
    "an update": (
        "sgd",
        "update",
        {"param": TWO[0], "grads": TWO, "lr": 0.5},
        {"start": "[1, 2]", "grads": "[[1, 2], [0.5, 0]]", "updates": "2", "lr": "0.5"},
    ),
    "a learning rate that drops": (
        "sgd",
        "update",
        {"param": TWO[0], "grads": TWO, "lr": np.array([0.5, 0.1])},
        {"lr": "0.5", "drop_at": "2", "drop_to": "0.1"},
    ),
    "single precision": ("huber_loss", "value", {"input": np.array([1.5], np.float32)}, {"dtype": "float32"}),
}  # what a test is given -> what the lesson opens on


@pytest.mark.parametrize(("lesson", "answer", "args", "fields"), LINKS.values(), ids=LINKS)
def test_the_lesson_opens_on_the_tests_numbers(lesson, answer, args, fields):
    query = lesson_query(replace(EXERCISES[HUBER], lesson=lesson, answer=answer), args)
    assert query is not None
    assert {name: query.get(f"{lesson}_{name}") for name in fields} == fields


UNLINKED = {
    "three learning rates": (
        "sgd",
        "update",
        {"param": TWO[0], "grads": np.vstack([TWO, TWO[:1]]), "lr": np.array([0.5, 0.2, 0.1])},
    ),
    "too long for a URL": ("huber_loss", "value", {"input": np.full(2000, 0.123)}),
    "an argument that the lesson has not": ("huber_loss", "value", {"axis": 1}),
}


@pytest.mark.parametrize(("lesson", "answer", "args"), UNLINKED.values(), ids=UNLINKED)
def test_numbers_that_the_lesson_cannot_take_are_left_out_of_the_link(lesson, answer, args):
    assert lesson_query(replace(EXERCISES[HUBER], lesson=lesson, answer=answer), args) is None


def test_changes_show_what_went_and_what_came():
    assert changes("a\nb\n", "a\nc\n") == " a\n-b\n+c"
    assert changes("a\n", "a\n") == ""


def test_markdown_of_strangers_shows_as_it_is():
    assert plain("a*b* $x$ [l](u) <i>\n\n- b") == r"a\*b\* \$x\$ \[l\](u) \<i\> - b"
    assert plain("- a") == r"\- a" and plain("1. a") == r"1\. a"
    assert plain("https://a.b www.a.b a@b.c") == "https:\u2060//a.b www\u2060.a.b a@\u2060b.c"


def test_what_an_error_of_ours_tells_of_shows_as_it_is_and_its_sentence_as_written():
    told = Refusal("`delta` is {delta!r}; expected {most:,}", delta="[x](y)", most=1000)
    assert say_error(told) == r"`delta` is '\[x\](y)'; expected 1,000"
    assert say_error(ValueError("![x](y)")) == r"!\[x\](y)"


def test_what_a_browser_tells_may_be_anything(monkeypatch):
    monkeypatch.setattr(browser_storage.st, "session_state", {})
    long: list[object] = [{"records": {"a": 7, "b": "x" * 10**6}, "drafts": [[]]}, {"records": 7, "drafts": 7}]
    for told in (7, [], {}, *long):
        browser_storage._take({"content": told})
        assert not browser_storage._records() and not browser_storage.has_draft("huber_loss")


def test_own_records_are_json():
    assert json.loads(record.written_record(Record())) == {"attempts": [], "hints": 0, "shown": False, "passed": False}


def on_a_lesson(source: str, weight: object = None) -> AppTest:
    """ "Your own NumPy" on the Huber lesson's numbers, after a click on Run."""

    def page() -> None:
        import numpy as np
        import streamlit as st

        from lib.catalog import LESSONS
        from lib.ui.own_numpy import own_numpy
        from pages import home

        st.session_state["pages"] = {"exercise": st.Page(home.render, url_path="x")}
        st.navigation(list(st.session_state["pages"].values()))
        own_numpy(
            LESSONS["huber_loss"], {"input": np.array(st.session_state["numbers"]), "target": np.array([0.0, 0.0])}
        )

    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["exercise_huber_loss_editor_text"] = source
    app.session_state["numbers"] = [0.5, 3.0]
    healthy(app.run())
    return healthy(app.button(key="huber_loss_own_run").click().run())


def test_own_numpy_stands_beside_pytorchs_number_and_follows_the_numbers():
    app = on_a_lesson(EXERCISES[HUBER].solution)
    assert words(app).count("**1.3125**") == 2 and "exactly as expected" in words(app)
    app.session_state["numbers"] = [0.5, 1.0]
    assert words(healthy(app.run())).count("**0.3125**") == 2


def test_own_numpy_says_what_is_wrong():
    app = on_a_lesson(HALF_LEFT_OUT)
    assert "off by 0.0625" in words(app)
    assert "ZeroDivisionError" in words(on_a_lesson("def huber_loss(input, target, **_):\n    1 / 0"))


ODD_OF_ONES_OWN = {
    "rows of different lengths": ("[[1, 2], [3]]", "rows differ in length"),
    "a large array": ("np.zeros(10**6)", "allowed are 65,536"),
    "long text": ("'x' * 60_000", "(cut)"),
}


@pytest.mark.parametrize(("gives", "says"), ODD_OF_ONES_OWN.values(), ids=ODD_OF_ONES_OWN)
def test_own_numpy_takes_any_result(gives, says):
    told = words(on_a_lesson(f"import numpy as np\ndef huber_loss(input, target, **_):\n    return {gives}"))
    assert says in told.replace("\\", "") and len(told) < 3000


def test_who_waits_reads_their_place_in_line():
    def page() -> None:
        import streamlit as st

        from lib.ui.sandbox import my_turn

        turn = my_turn()
        for place in st.session_state["places"]:
            turn.patience.tell(place)

    app = AppTest.from_function(page)
    app.session_state["places"] = [4, 3]
    assert [caption.value for caption in healthy(app.run()).caption] == ["Waiting: 3rd in line"]
    app.session_state["places"] = [3, 0]
    assert not healthy(app.run()).caption


class FullHouse:
    """A pool in which nobody's turn comes."""

    def run(self, *args: object) -> None:
        raise Busy("So many submissions came before yours.")


def test_a_full_house_is_said_kindly(monkeypatch):
    monkeypatch.setattr("lib.ui.sandbox.shared_pool", FullHouse)
    monkeypatch.setattr("lib.grading.expected._kept", OrderedDict())
    app = with_code(HUBER, HALF_LEFT_OUT, "run")
    said = "So many submissions came before yours. Nothing is lost: try again in a moment."
    assert [warning.value for warning in app.warning] == [said]
    assert [warning.value for warning in on_a_lesson(HALF_LEFT_OUT).warning] == [said]


def test_slow_code_of_ones_own_does_not_run_again_by_itself():
    slow = "import time\ndef huber_loss(input, target, **_):\n    time.sleep(0.6)\n    return 1.0"
    app = on_a_lesson(slow)
    app.session_state["numbers"] = [0.5, 1.0]
    assert "Ctrl+Enter runs" in words(healthy(app.run()))


LEVELS = {
    "full, in public": ("full", "public", True),
    "partial, on one's own machine": ("partial", "local", True),
    "partial, in public": ("partial", "public", False),
    "none, in class": ("none", "class", False),
}


@pytest.mark.parametrize(("level", "hosting", "runs"), LEVELS.values(), ids=LEVELS)
def test_code_of_strangers_runs_only_where_it_is_kept_in(monkeypatch, level, hosting, runs):
    monkeypatch.setattr("lib.ui.sandbox.isolation", lambda: Isolation(level))
    monkeypatch.setattr("lib.ui.sandbox.hosting", lambda: hosting)
    app = open_page("exercise", name=HUBER)
    assert app.button(key=f"exercise_{HUBER}_run").disabled != runs
    assert ("Exercises are off" in words(app)) != runs
    assert f"Isolation: **{level}**" in words(app)


def test_an_unknown_setting_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(sandbox.st, "secrets", Secrets({"hosting": "nowhere"}))
    with pytest.raises(ValueError, match="hosting is 'nowhere'"):
        sandbox.why_off()


class Secrets(dict):
    def load_if_toml_exists(self) -> bool:
        return True


ENDLESS = "def huber_loss(input, target, **_):\n    print('here')\n    while True: pass\n"


def test_the_editor_gives_up_at_the_first_test_that_takes_too_long(monkeypatch):
    monkeypatch.setattr("lib.ui.exercise_work.WHILE_YOU_WAIT", replace(sandbox.WHILE_YOU_WAIT, cpu_seconds=0.2))
    app = with_code(HUBER, ENDLESS, "run")
    headings = [folded.label for folded in app.expander if "took too long" in folded.label or "not run" in folded.label]
    assert [("took too long" in one, "not run" in one) for one in headings[:2]] == [(True, False), (False, True)]
    assert len(headings) == len(EXERCISES[HUBER].visible)
    assert "here" in " ".join(block.value for block in app.code) + words(app)


def test_a_class_grades_within_the_limits_of_the_exercise():
    within = replace(EXERCISES[HUBER], limits={"cpu_seconds": 1.5, "wall_seconds": 30.0})
    usual = trial.limits_of(within, Limits())
    assert (usual.cpu_seconds, usual.wall_seconds, usual.one_ends_all) == (1.5, Limits().wall_seconds, False)
    assert trial.limits_of(within, sandbox.WHILE_YOU_WAIT).cpu_seconds == 1.5
    assert trial.limits_of(EXERCISES[HUBER], sandbox.WHILE_YOU_WAIT).cpu_seconds == 2.0


def test_isolation_that_could_be_no_better_is_said_once(monkeypatch):
    def said(app: AppTest) -> int:
        return words(app).count("Isolation: **")

    for level, later in (("full", 0), ("partial", 1)):
        monkeypatch.setattr("lib.ui.sandbox.isolation", lambda level=level: Isolation(level))
        app = open_page("exercise", name=HUBER)
        assert said(app) == said(healthy(app.run())) == 1
        app.session_state["goto"], app.session_state["goto_query"] = "exercise", {"name": "softmax"}
        assert said(healthy(app.run())) == later, level
