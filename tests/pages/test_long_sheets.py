"""A sheet that is too long for the address: the browser keeps it, or it is said what a reload would lose."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.ui.browser_storage import KEY, SHEET
from tests.pages.test_every_page import field, healthy, open_page

CE = "cross_entropy_loss"
LONG = "2.3133" + " + 0.1 - 0.1" * 400


def captions(app: AppTest) -> str:
    return " ".join(one.value for one in app.caption)


@pytest.mark.parametrize(
    ("trouble", "says"), [("", "This browser keeps it"), ("off", "a reload would lose it"), ("full", "would lose it")]
)
def test_what_becomes_of_it_is_said(trouble, says):
    app = open_page(CE)
    app.session_state[f"{KEY}_trouble"] = trouble
    healthy(field(app, CE, "forward_log_sum_exp").set_value(LONG).run())
    assert says in captions(app) and field(app, CE, "forward_log_sum_exp").value == LONG
    assert not field(app, CE, "forward_log_sum_exp").proto.query_param_key
    healthy(field(app, CE, "forward_log_sum_exp").set_value("2.3133").run())
    assert "too long" not in captions(app) and field(app, CE, "forward_log_sum_exp").proto.query_param_key


@pytest.mark.parametrize(
    "stored",
    ["", "{", "[]", '{"sheet": 1}', '{"sheet": ["forward", "", [0]], "texts": 3}', "[" * 9_000, '{"texts": {}}'],
)
def test_whatever_the_browser_holds_opens_an_empty_sheet(stored):
    app = open_page(CE)
    app.session_state[f"{KEY}_records"] = {f"{SHEET}{CE}": stored}
    healthy(app.run())
    assert field(app, CE, "forward_log_sum_exp").value == ""
