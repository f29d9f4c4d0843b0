"""The app served for real, and a browser at it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.chromium import LAUNCH_ARGUMENTS, find_or_install
from tests.component_scan import scan_packages_once

scan_packages_once()
ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Server:
    """A running app: its address, and the log in which a traceback would stand."""

    url: str
    log: Path

    def assert_healthy(self) -> None:
        text = self.log.read_text()
        assert "Traceback" not in text, text[-4000:]


def serve(log: Path, app: Path = Path("app.py"), *options: str) -> tuple[subprocess.Popen[bytes], Server]:
    """Starts the app as `make app` does, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(app), *options, "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true", "--server.fileWatcherType", "none"]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
    server = Server(f"http://127.0.0.1:{port}", log)
    _wait(server, process)
    return process, server


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(server.url + "/_stcore/health", timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    process.kill()
    raise RuntimeError(f"The app did not start:\n{server.log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    process, running = serve(tmp_path_factory.mktemp("server") / "log.txt")
    yield running
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_or_install(), args=LAUNCH_ARGUMENTS)
        yield chromium
        chromium.close()


SCREEN: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def tab(browser: Browser, server: Server) -> Iterator[Page]:
    """One tab for all tests that need none of their own. A new one would read and compile the app's scripts again,
    which costs the browser as much as the page itself."""
    opened = browser.new_page(viewport=SCREEN, base_url=server.url)
    yield opened
    opened.close()


@pytest.fixture
def page(tab: Page, server: Server) -> Iterator[Page]:
    """A page at 1280×800 in the light theme, in a browser that has kept nothing from the tests before.

    The server's log must hold no traceback at the end.
    """
    tab.goto("about:blank")
    tab.set_viewport_size(SCREEN)
    tab.emulate_media(color_scheme="light")
    forget = {"origin": server.url, "storageTypes": "all"}
    tab.context.new_cdp_session(tab).send("Storage.clearDataForOrigin", forget)
    yield tab
    server.assert_healthy()


@pytest.fixture
def own_page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page in a browser of its own, for tests that change more of it than what it shows."""
    opened = browser.new_page(viewport=SCREEN, base_url=server.url, color_scheme="light")
    yield opened
    opened.close()
    server.assert_healthy()
