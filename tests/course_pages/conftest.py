"""The pages of a class: driven without a browser on a small class, or served for real with an identity provider."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from streamlit.testing.v1 import AppTest

from lib.course.sign_in import start_session
from lib.course.who import Who
from lib.store import Store
from lib.ui.course import acting
from lib.ui.course.cookies import SESSION
from lib.ui.course.routes import routes
from tests.course.setting import Class
from tests.databases import Clock, clock, empty, sqlite_store

__all__ = ["clock", "sqlite_store"]
Opens = Callable[..., AppTest]


@pytest.fixture
def class_store(sqlite_store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store, at noon of 1 May 2026 by its clock, which the pages use."""
    empty(sqlite_store)
    made = replace(sqlite_store, clock=clock)
    monkeypatch.setattr(acting, "_opened", [made])
    return made


@pytest.fixture
def small_class(class_store: Store) -> Class:
    """Ada teaches, Tom assists, Li and Bo study; Eve teaches another course, in which Zoe studies."""
    return Class(class_store)


@pytest.fixture
def open_as(class_store: Store, monkeypatch: pytest.MonkeyPatch) -> Opens:
    """Opens a page as somebody: open_as(small_class.ada, "course", course=1); None is a guest.

    Whoever opened a page last is who acts in all that are open.
    """
    held = {"token": ""}
    monkeypatch.setattr(acting, "session_token", lambda: held["token"])

    def opened(who: Who | None, slug: str, **query: int | str) -> AppTest:
        held["token"] = start_session(class_store, who) if who else ""
        app = AppTest.from_file("../../lib/router.py", default_timeout=30)
        app.secrets["hosting"] = "class"
        app.session_state["goto"] = slug
        app.session_state["goto_query"] = {name: str(value) for name, value in query.items()}
        app.run()
        assert not app.exception, [error.message for error in app.exception]
        return app

    return opened


def words(app: AppTest) -> str:
    """All that the page says outside the sidebar, in one text."""
    kinds = (app.main.title, app.main.header, app.main.subheader, app.main.markdown, app.main.caption)
    boxes = (app.main.error, app.main.info, app.main.warning, app.main.success)
    return "\n".join(str(one.value) for kind in (*kinds, *boxes) for one in kind)


HERE = "http://localhost"
SESSIONS = [Middleware(SessionMiddleware, secret_key="s")]  # as Streamlit puts it around its routes, and ours


def ask(method: str, path: str, session: str = "", /, *, origin: str | None = HERE, **fields: str) -> httpx.Response:
    """What a route answers to a browser that holds this session, on a page of this origin."""
    headers = {"origin": origin} if origin else {}
    headers |= {"cookie": f"{SESSION}={session}"} if session else {}

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=routes(), middleware=SESSIONS))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            return await client.request(method, path, headers=headers, data=fields or None)

    return asyncio.run(answer())
