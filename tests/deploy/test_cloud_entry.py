"""The entry file for Community Cloud serves what app.py serves, however it is started."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.web.server.app_discovery import discover_asgi_app

from lib.catalog import LESSONS

ENTRY = Path(__file__).parents[2] / "deploy" / "cloud" / "streamlit_app.py"


def test_streamlit_run_finds_the_app_in_it():
    assert discover_asgi_app(ENTRY).import_string == "streamlit_app:app"


def test_a_host_that_runs_it_as_a_plain_script_gets_the_same_pages():
    app = AppTest.from_file(str(ENTRY), default_timeout=30)
    app.session_state["goto"] = "mse_loss"
    app.run()
    assert not app.exception and app.title[0].value == LESSONS["mse_loss"].title
    assert app.run().title[0].value == LESSONS["mse_loss"].title  # and at every further run


def test_nothing_stands_beside_it_that_streamlit_would_take_for_pages():
    assert not (ENTRY.parent / "pages").exists()
