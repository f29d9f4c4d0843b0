"""What was typed waits while other pages are open: it comes back, and neither the session nor a rerun grows by it."""

from __future__ import annotations

import pytest
from streamlit.runtime.state import SessionState
from streamlit.testing.v1 import AppTest

from lib.catalog import LESSONS, OPTIMIZERS, SCHEDULERS
from lib.site import keeping_values
from lib.ui.page_values import KEPT, page_of
from tests.pages.test_addresses import address
from tests.pages.test_every_page import field, healthy, open_page

OTHERS = [*list(LESSONS)[6:12], *list(OPTIMIZERS)[:2], *list(SCHEDULERS)[:2]]
KEYS = {
    "huber_loss_input": "huber_loss",
    "cross_entropy_p": "cross_entropy",
    "cross_entropy_loss_input": "cross_entropy_loss",
    "exercise_huber_loss_editor_text": "exercise_huber_loss",
    "hide_torch": "",
    "pages": "",
    "huber_loss": "",  # a page's own name is no key of it
    "": "",
}


@pytest.mark.parametrize(("key", "page"), KEYS.items(), ids=KEYS)
def test_a_key_belongs_to_the_longest_name_it_begins_with(key, page):
    assert page_of(key, keeping_values()) == page


def go(app: AppTest, slug: str, **query: str) -> AppTest:
    app.session_state["goto"], app.session_state["goto_query"] = slug, query
    return healthy(app.run())


def held(app: AppTest) -> dict[str, object]:
    """All that Streamlit goes through whenever it draws a field."""
    return {key: value for key, value in app.session_state.items() if not key.startswith("family_")}


def test_what_a_session_holds_does_not_grow_with_the_pages_visited(monkeypatch):
    app = open_page("mse_loss")
    healthy(field(app, "mse_loss", "input").set_value("[1, 2]").run())
    alone = len(held(app))
    for slug in OTHERS:
        go(app, slug)
        healthy(app.run())
    go(app, "mse_loss")
    healthy(app.run())
    assert len(held(app)) <= alone + 2  # the dictionary of what waits, and what stood here last

    read = SessionState.__getitem__
    counts: list[int] = []

    def counted(state: SessionState, key: str) -> object:
        counts.append(1)
        return read(state, key)

    monkeypatch.setattr(SessionState, "__getitem__", counted)
    healthy(field(app, "mse_loss", "input").set_value("[1, 3]").run())
    after, new = len(counts), open_page("mse_loss")
    healthy(field(new, "mse_loss", "input").set_value("[1, 2]").run())
    counts.clear()
    healthy(field(new, "mse_loss", "input").set_value("[1, 3]").run())
    assert after <= 1.2 * len(counts), "a rerun reads more of the session after ten pages"


def test_what_was_typed_comes_back_with_its_address():
    app = open_page("mse_loss")
    healthy(field(app, "mse_loss", "input").set_value("[[1, 2], [7, 8]]").run())
    healthy(app.selectbox(key="mse_loss_reduction").set_value("sum").run())
    go(app, "l1_loss")
    assert "mse_loss_input" not in held(app) and "mse_loss" in app.session_state[KEPT]
    go(app, "mse_loss")
    assert field(app, "mse_loss", "input").value == "[[1, 2], [7, 8]]"
    assert app.selectbox(key="mse_loss_reduction").value == "sum"
    assert {"mse_loss_input", "mse_loss_reduction"} <= set(address(app))
    assert "mse_loss" not in app.session_state[KEPT]


def test_what_a_link_says_goes_before_what_was_typed():
    app = open_page("mse_loss")
    healthy(field(app, "mse_loss", "input").set_value("[[1, 2], [7, 8]]").run())
    go(app, "l1_loss")
    go(app, "mse_loss", mse_loss_input="[[0, 0], [1, 1]]")
    assert field(app, "mse_loss", "input").value == "[[0, 0], [1, 1]]"


def test_the_text_of_an_editor_is_the_same_on_the_lesson_and_the_exercise():
    app = open_page("exercise", name="huber_loss")
    app.session_state["exercise_huber_loss_editor_text"] = "mine = 1"
    for page, query, shown in (
        ("exercise", {"name": "softmax"}, False),
        ("huber_loss", {}, True),
        ("mse_loss", {}, False),
        ("exercise", {"name": "huber_loss"}, True),
    ):
        go(app, page, **query)
        assert (held(app).get("exercise_huber_loss_editor_text") == "mine = 1") == shown, page
