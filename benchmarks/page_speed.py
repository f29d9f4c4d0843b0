"""How fast the pages are and how much memory they take: `python -m benchmarks.page_speed` prints README's table.

Server times are medians over reruns after one number changed, without a browser; the rest is measured at a served app.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.testing.v1 import AppTest

from lib.catalog import LESSONS
from pages.lesson import VIEWS
from tests.browser import LAUNCH_ARGUMENTS, find_or_install
from tests.conftest import Server, serve

ROUTER = str(Path(__file__).parents[1] / "lib" / "router.py")
REPEATS = 7
BROWSERS = 30
CLOSED = "no view"


def milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def rerun_times(slug: str, view: str) -> list[float]:
    """Seconds per rerun after one number of the first input changed."""
    app = AppTest.from_file(ROUTER, default_timeout=60)
    app.session_state["goto"] = slug
    app.session_state[f"{slug}_view"] = view
    app.run()
    first = app.text_input(key=f"{slug}_{LESSONS[slug].tensors[0].name}")
    text = first.value
    times = []
    for turn in range(REPEATS + 1):
        digit = next(i for i, c in enumerate(text) if c.isdigit())
        first.set_value(text[:digit] + str((int(text[digit]) + turn) % 10) + text[digit + 1 :])
        start = time.perf_counter()
        app.run()
        times.append(time.perf_counter() - start)
        first = app.text_input(key=f"{slug}_{LESSONS[slug].tensors[0].name}")
    return times[1:]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=LAUNCH_ARGUMENTS)
        yield browser
        browser.close()


def wait_for_result(page: Page) -> str:
    cell = page.locator("[class*=_torch] strong").first
    cell.wait_for(timeout=60_000)
    return cell.inner_text()


CHANGE_AND_WAIT = """async ([key, text]) => {
  const field = document.querySelector(`.st-key-${key} input`);
  const cell = () => document.querySelector('[class*=_torch] strong')?.innerText;
  const before = cell();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
  field.dispatchEvent(new Event('input', {bubbles: true}));
  const start = performance.now();
  field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true}));
  while (cell() === before && performance.now() - start < 20000) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


def enter_to_number(page: Page, slug: str = "cross_entropy_loss") -> float:
    """Median milliseconds from Enter to PyTorch's changed number on the screen."""
    times = []
    for turn in range(REPEATS + 2):
        page.wait_for_timeout(300)
        times.append(page.evaluate(CHANGE_AND_WAIT, [f"{slug}_input", f"[[1, 2], [1, 3], [{turn + 2}.5, 3]]"]))
    return statistics.median(times[2:])


def memory_of(process: subprocess.Popen[bytes]) -> float:
    """Resident megabytes of the served app (Linux)."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


SESSIONS = """
import asyncio, sys, time
from benchmarks.sessions import change_at_once
print(asyncio.run(change_at_once(sys.argv[1], int(sys.argv[2]))))
"""


def thirty_at_once(server: Server) -> float:
    """Seconds until all of 30 browser sessions, each changing a number at the same moment, show the new one."""
    with ThreadPoolExecutor(1):
        done = subprocess.run(
            [sys.executable, "-c", SESSIONS, server.url, str(BROWSERS)], capture_output=True, text=True, check=True
        )
    return float(done.stdout)


def first_page(log: Path) -> tuple[subprocess.Popen[bytes], Server, float]:
    start = time.perf_counter()
    process, server = serve(log)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(server.url + "/cross_entropy_loss")
        wait_for_result(page)
        return process, server, time.perf_counter() - start


def report_reruns() -> None:
    print("| view | slowest lesson | its median | median of all lessons |\n|---|---|---|---|")
    for view in [CLOSED, *VIEWS]:
        medians = {slug: statistics.median(rerun_times(slug, view)) for slug in LESSONS}
        slowest = max(medians, key=lambda slug: medians[slug])
        middle = statistics.median(medians.values())
        print(f"| {view} | {slowest} | {milliseconds(medians[slowest])} | {milliseconds(middle)} |", flush=True)


def main() -> None:
    report_reruns()
    with tempfile.TemporaryDirectory() as folder:
        process, server, seconds = first_page(Path(folder) / "log.txt")
        try:
            print(f"\nStart to first usable page: {seconds:.1f} s (the browser's own start included)")
            with chromium() as browser:
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.goto(server.url + "/cross_entropy_loss")
                wait_for_result(page)
                page.wait_for_timeout(1500)
                print(f"Enter to changed number: {enter_to_number(page):.0f} ms")
                for slug in LESSONS:
                    page.goto(f"{server.url}/{slug}")
                    wait_for_result(page)
                print(f"Memory after every lesson was opened: {memory_of(process):.0f} MB")
            print(f"{BROWSERS} sessions changing a number at once: {thirty_at_once(server):.2f} s")
        finally:
            process.terminate()
            process.wait(timeout=20)


if __name__ == "__main__":
    main()
