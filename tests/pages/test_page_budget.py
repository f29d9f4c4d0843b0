"""One budget for each run of a page, which ends where Streamlit ends the run."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def asks_twice() -> None:
    import streamlit as st

    from lib.ui.budget import page_budget

    budgets = st.session_state.setdefault("budgets", [])
    budgets.append((page_budget(), page_budget()))
    st.button("again")


def is_left() -> None:
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from lib.ui.budget import page_budget, said_in_words

    reached = st.session_state.setdefault("reached", [])  # a list: writing to the session would ask Streamlit as well
    context = get_script_run_ctx()
    assert context is not None and context.script_requests is not None
    page_budget().ask()
    reached.append("asked")
    context.script_requests.request_stop()  # what Streamlit does when the browser goes
    with said_in_words():
        page_budget().ask()
    reached.append("after")


def asks_for_much() -> None:
    import streamlit as st

    from lib.budget import Cost
    from lib.ui.budget import page_budget, said_in_words

    with said_in_words():
        page_budget().need(Cost(1e12))
    st.caption("the rest of the page")


def test_a_run_has_one_budget_and_the_next_run_another():
    app = AppTest.from_function(asks_twice).run()
    app.button[0].click().run()
    (first, same), (second, _) = app.session_state["budgets"]
    assert first is same
    assert second is not first


def test_whoever_has_left_is_computed_for_no_more():
    app = AppTest.from_function(is_left).run()
    assert app.session_state["reached"] == ["asked"]
    assert not app.error and not app.exception


def test_what_is_too_much_is_said_in_its_place():
    app = AppTest.from_function(asks_for_much).run()
    assert "1,000,000,000,000 numbers" in app.error[0].value
    assert app.caption[0].value == "the rest of the page"
    assert not app.exception
