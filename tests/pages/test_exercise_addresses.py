"""One page shows all exercises. Its address names the one that is open, and every old address leads there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from lib.exercises import EXERCISES
from lib.site import renders
from lib.ui.exercise_address import redirects
from tests.pages.test_every_page import healthy, open_page


def redirected(path: str) -> str:
    """Where the server sends whoever asks for this path; empty where it does not."""
    asked, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": asked, "query_string": query.encode(), "headers": []}
    scope["server"] = ("here", 80)
    for route in redirects():
        matched, more = route.matches(scope)
        if matched.value == 2:
            answer: Response = route.endpoint(Request({**scope, **more}))
            return answer.headers["location"]
    return ""


@pytest.mark.parametrize("slug", EXERCISES)
def test_every_old_address_leads_to_its_exercise(slug):
    assert redirected(f"/exercise_{slug}") == f"exercise?name={slug}"


AROUND = {
    "what else the address held": ("/exercise_softmax?a=1&a=2", {"name": ["softmax"], "a": ["1", "2"]}),
    "a name in the old address": ("/exercise_softmax?name=mse_loss", {"name": ["softmax"]}),
    "a name that would be two": ("/exercise_a&name=b", {"name": ["a&name=b"]}),
    "a line in a header": ("/exercise_a\r\nX: 1", {"name": ["a\r\nX: 1"]}),
}


@pytest.mark.parametrize(("path", "query"), AROUND.values(), ids=AROUND)
def test_a_redirect_names_nothing_else(path, query):
    place = redirected(path)
    assert parse_qs(urlsplit(place).query) == query and place.startswith("exercise?") and "\n" not in place


@pytest.mark.parametrize("path", ["/exercise", "/exercises", "/exercise_", "/exercise_a/b", "/huber_loss", "/"])
def test_other_addresses_are_left_alone(path):
    assert not redirected(path)


def test_the_routes_are_those_of_a_server():
    assert Starlette(routes=redirects()).routes
    assert "redirects()" in Path("app.py").read_text()


def test_exercises_are_one_page_and_the_browser_names_the_one_that_is_open():
    assert len([slug for slug in renders() if slug.startswith("exercise")]) == 2  # this page, and the list
    app = open_page("exercise", name="huber_loss")
    assert app.title[0].value == EXERCISES["huber_loss"].title


@pytest.mark.parametrize("query", [{}, {"name": ""}, {"name": "none"}, {"name": "../huber_loss"}, {"name": "x" * 5000}])
def test_a_name_of_no_exercise_is_answered(query):
    assert open_page("exercise", **query).title[0].value == "Which exercise?"


def test_a_plain_script_has_the_old_pages_for_it_has_no_routes():
    app = AppTest.from_file("../../app.py", default_timeout=30)
    app.session_state["goto"] = "exercise_huber_loss"
    assert healthy(app.run()).title[0].value == EXERCISES["huber_loss"].title
    assert {f"exercise_{slug}" for slug in EXERCISES} <= set(app.session_state["pages"])


def page_asked() -> None:
    """What the router adds to the pages for whoever comes with this address."""
    import streamlit as st

    from lib.site import old_page_asked, pages_of_session

    pages_of_session()
    st.title(" ".join(page.url_path for page in old_page_asked()))


ASKED = {
    "an old address": ("https://a.app/exercise_huber_loss?x=1", "exercise_huber_loss"),
    "below a path": ("https://a.app/~/+/exercise_huber_loss", "exercise_huber_loss"),
    "of no exercise": ("https://a.app/exercise_none", ""),
    "another page": ("https://a.app/huber_loss", ""),
    "none": ("", ""),
}


@pytest.mark.parametrize(("address", "slug"), ASKED.values(), ids=ASKED)
def test_a_host_that_asks_no_route_for_an_old_address_gets_its_page(monkeypatch, address, slug):
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.url", property(lambda self: address))
    assert healthy(AppTest.from_function(page_asked).run()).title[0].value == slug
