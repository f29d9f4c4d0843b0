"""What one honest visitor feels of hostile ones: `python -m benchmarks.public` prints the table of docs/measured.md.

One app is served; an honest visitor changes a number again and again: alone, then beside 30 visitors who keep opening
links that ask for much. An honest submission is timed beside 12 that sleep, and beside 1,000 sockets that never speak.
The hostile links are opened by a process of its own, on the same machine.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import websockets
from playwright.sync_api import Browser, Page, expect

from benchmarks.page_speed import chromium, memory_of, row
from benchmarks.sessions import Session, changed_text, open_socket, visit
from tests.apart import run_apart
from tests.browser.driving import settled
from tests.conftest import serve
from tests.pages.test_costly_links import LINKS
from tests.pages.test_editor import PAGE, editor, put

SLUG = "cross_entropy_loss"
HOSTILE, SLEEPERS, SOCKETS = 30, 12, 1000
SECONDS = 20.0  # that the honest visitor is watched for
PAUSE = 0.3  # seconds between two changes of a number
HONEST = "import numpy as np\n\n\ndef huber_loss(input, target, *, delta=1.0, reduction='mean'):\n    return input\n"
SLEEPING = "import time\n\n\ndef huber_loss(input, target, *, delta=1.0, reduction='mean'):\n    time.sleep(100)\n"
REST = 60.0  # seconds after which memory is looked at again


async def honest(url: str, seconds: float) -> list[float]:
    """Seconds of each rerun after one number changed, over some time."""
    session = await visit(url, SLUG, "pitfalls")
    times, start = [], time.monotonic()
    for turn in itertools.count(1):
        if time.monotonic() - start > seconds:
            break
        times.append(await session.run(changed_text(SLUG, turn)))
        await asyncio.sleep(PAUSE)
    await session.socket.close()
    return times


async def hostile(url: str) -> None:
    """Visitors who open one costly link after another, until this process is ended."""
    links = itertools.cycle(LINKS.values())
    await asyncio.gather(*(opens_links(url, links) for _ in range(HOSTILE)))


async def opens_links(url: str, links: Iterator[tuple[str, dict[str, str], str]]) -> None:
    while True:
        slug, query, _ = next(links)
        session = Session(await open_socket(url), slug, urlencode(query))
        await session.run()
        await session.socket.close()


async def hold_sockets(url: str, ready: threading.Event, over: threading.Event) -> None:
    """Connections that are opened and never speak."""
    held = await asyncio.gather(*(open_socket(url) for _ in range(SOCKETS)))
    ready.set()
    while not over.is_set():
        await asyncio.sleep(0.1)
    await asyncio.gather(*(socket.close() for socket in held))


@contextmanager
def silent_sockets(url: str) -> Iterator[None]:
    ready, over = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(hold_sockets(url, ready, over)))
    thread.start()
    ready.wait(60)
    yield
    over.set()
    thread.join()


@contextmanager
def hostile_links(url: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.public", "hostile", url], stderr=subprocess.DEVNULL)
    time.sleep(5)
    yield
    process.terminate()
    process.wait()


@contextmanager
def watched_memory(process: subprocess.Popen[bytes]) -> Iterator[list[float]]:
    """Megabytes of the server, looked at ten times a second."""
    seen, over = [memory_of(process)], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            seen.append(memory_of(process))

    thread = threading.Thread(target=watch)
    thread.start()
    yield seen
    over.set()
    thread.join()


def desk(browser: Browser, url: str, code: str) -> Page:
    """An exercise opened by a visitor of its own, with this code in the editor."""
    page = browser.new_context(base_url=url).new_page()
    page.goto(f"{url}/{PAGE}")
    expect(editor(page)).to_be_visible(timeout=60_000)
    settled(page)
    put(page, code)
    return page


def submit(page: Page) -> None:
    page.get_by_role("button", name="Submit", exact=True).click()


def submission_time(page: Page) -> float:
    """Seconds from the click to the report."""
    start = time.perf_counter()
    submit(page)
    expect(page.get_by_text("of 18 points")).to_be_visible(timeout=120_000)
    return time.perf_counter() - start


def in_milliseconds(times: list[float]) -> str:
    return f"{1000 * statistics.median(times):.0f} ms; slowest {1000 * max(times):.0f} ms"


def report(process: subprocess.Popen[bytes], url: str) -> None:
    run_apart(honest(url, 3))
    row("An honest visitor's rerun, alone", in_milliseconds(run_apart(honest(url, SECONDS))))
    before = memory_of(process)
    with watched_memory(process) as seen:
        with hostile_links(url):
            row(
                f"The same beside {HOSTILE} visitors with hostile links",
                in_milliseconds(run_apart(honest(url, SECONDS))),
            )
    time.sleep(REST)
    after = memory_of(process)
    row("Memory of the server before, at the peak, a minute later", f"{before:.0f}, {max(seen):.0f}, {after:.0f} MB")
    with chromium() as browser:
        row("An honest submission, alone", f"{submission_time(desk(browser, url, HONEST)):.1f} s")
        waiting = desk(browser, url, HONEST)
        for sleeper in [desk(browser, url, SLEEPING) for _ in range(SLEEPERS)]:
            submit(sleeper)
        time.sleep(1)
        row(f"The same beside {SLEEPERS} that sleep", f"{submission_time(waiting):.1f} s")
    with chromium() as browser:
        page = desk(browser, url, HONEST)
        time.sleep(20)  # the sleepers' turns end
        with silent_sockets(url):
            row(f"The same beside {SOCKETS:,} sockets that never speak", f"{submission_time(page):.1f} s")


def main() -> None:
    print("| what | measured |\n| --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        process, server = serve(Path(folder) / "log.txt")
        try:
            report(process, server.url)
            server.assert_healthy()
        finally:
            process.terminate()
            process.wait(timeout=20)


if __name__ == "__main__":
    if sys.argv[1:2] == ["hostile"]:
        try:
            asyncio.run(hostile(sys.argv[2]))
        except (OSError, websockets.ConnectionClosed):  # the server has ended
            sys.exit(0)
    else:
        main()
