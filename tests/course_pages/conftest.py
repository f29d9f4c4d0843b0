"""The pages of a class: driven without a browser on a small class, or served for real with an identity provider."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from streamlit.testing.v1 import AppTest

from lib.course.demo.provider import claims_of
from lib.course.settings import Settings, settings_from
from lib.course.sign_in import sign_in, start_session
from lib.course.who import Who
from lib.store import Store, open_store
from lib.ui.course import acting
from lib.ui.course.cookies import SESSION
from lib.ui.course.routes import routes
from tests.browser.driving import PATIENCE, settled
from tests.conftest import ROOT, SCREEN, Server, serve
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
        held["token"] = start_session(acting.store(), who) if who else ""
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

    with ThreadPoolExecutor(1) as apart:  # a browser's driver may have a loop of its own in this thread
        return apart.submit(asyncio.run, answer()).result()


@dataclass(frozen=True)
class ClassServer:
    """A class served for real: Ada and Eve may make courses; the provider signs in whoever is named."""

    server: Server
    issuer: str
    store: Store
    settings: Settings

    def person(self, name: str) -> Who:
        """Signs somebody in beside the browser, as the provider would."""
        return sign_in(self.store, self.settings, {"iss": self.issuer, "sub": name, **claims_of(name)})


NAMES = ("ada", "eve", "tom", "li.wei", "bo", "zoe")


@pytest.fixture(scope="session")
def class_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClassServer]:
    """The app, its database and an identity provider: one of each for all browser tests."""
    folder = tmp_path_factory.mktemp("class")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    file = folder / "secrets.toml"
    file.write_text(
        f"""
hosting = "class"
database = "sqlite:///{folder}/class.sqlite"
issuers = ["{issuer}"]
instructors = [{{ issuer = "{issuer}", subject = "ada" }}, {{ issuer = "{issuer}", subject = "eve" }}]
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{"s" * 40}"
client_id = "class"
client_secret = "class"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
"""
    )
    provider = subprocess.Popen([sys.executable, "-m", "lib.course.demo.provider", str(port), *NAMES], cwd=ROOT)
    process, server = serve(folder / "log.txt", Path("app.py"), "--secrets.files", str(file))
    settings = settings_from(file)
    store = open_store(settings.database)
    yield ClassServer(server, issuer, store, settings)
    store.close()
    for ended in (process, provider):
        ended.terminate()
        ended.wait(timeout=20)


@pytest.fixture
def class_page(browser: Browser, class_server: ClassServer) -> Iterator[Page]:
    """A browser of its own at the class, signed in as nobody. The server's log must hold no traceback at the end."""
    context = browser.new_context(viewport=SCREEN, base_url=class_server.server.url, color_scheme="light")
    yield context.new_page()
    context.close()
    class_server.server.assert_healthy()


def sign_in_as(page: Page, name: str) -> None:
    """On a page that asks for it: through the provider, and back to that page."""
    page.get_by_test_id("stMain").get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_selector("h1", timeout=PATIENCE)
    settled(page)
