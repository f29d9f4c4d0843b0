"""How fast the pages are and how much memory they take: `python -m benchmarks.page_speed` prints the table for it.

Server times are what the page's script takes on a rerun after one number changed (median), without a browser; the rest
is measured at a served app, in Chromium or in sessions that speak Streamlit's protocol. `page_ratios.py` prints a
second table: what a page costs beside the least that a page can be, measured in turns.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from benchmarks.sessions import change_at_once, changed_text
from lib.catalog import LESSONS
from pages.lesson import VIEWS
from tests.chromium import LAUNCH_ARGUMENTS, find_or_install
from tests.conftest import Server, serve

ROUTER = str(Path(__file__).parents[1] / "lib" / "router.py")
REPEATS = 9
SESSIONS = 30
FIRST_SCREEN = "pitfalls"  # the view that computes nothing

ENTER_AND_WAIT = """async (field) => {
  const cell = () => document.querySelector('[class*=_torch] strong')?.innerText;
  const before = cell();
  const start = performance.now();
  field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true}));
  while (cell() === before && performance.now() - start < 20000) await new Promise(r => setTimeout(r, 2));
  return performance.now() - start;
}"""


@contextmanager
def script_times() -> Iterator[list[float]]:
    """Collects how long each run of the page's script takes, without what surrounds it."""
    run, times = script_runner.exec_func_with_error_handling, []

    def timed(*arguments: Any) -> Any:
        start = time.perf_counter()
        result = run(*arguments)
        times.append(time.perf_counter() - start)
        return result

    script_runner.exec_func_with_error_handling = timed
    yield times
    script_runner.exec_func_with_error_handling = run


def rerun_time(slug: str, view: str) -> float:
    """Median seconds of a rerun after one number of the first input changed."""
    app = AppTest.from_file(ROUTER, default_timeout=60)
    app.session_state["goto"] = slug
    app.session_state[f"{slug}_view"] = view
    app.run()
    name = LESSONS[slug].tensors[0].name
    with script_times() as times:
        for turn in range(1, REPEATS + 2):
            app.text_input(key=f"{slug}_{name}").set_value(changed_text(slug, turn))
            app.run()
    return statistics.median(times[1:])


def report_reruns() -> None:
    """One row per view: the slowest lesson and the middle one."""
    for view in [FIRST_SCREEN, *(v for v in VIEWS if v != FIRST_SCREEN)]:
        times = {slug: 1000 * rerun_time(slug, view) for slug in LESSONS}
        slowest = max(times, key=lambda slug: times[slug])
        what = "First screen" if view == FIRST_SCREEN else f"First screen and {VIEWS[view].label}"
        middle = statistics.median(times.values())
        row(f"{what}, rerun after a number changed", f"{middle:.0f} ms; slowest {times[slowest]:.0f} ms ({slowest})")


def row(what: str, value: str) -> None:
    print(f"| {what} | {value} |", flush=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=LAUNCH_ARGUMENTS)
        yield browser
        browser.close()


def open_lesson(browser: Browser, server: Server, slug: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server.url}/{slug}")
    page.locator("[class*=_torch] strong").first.wait_for(timeout=60_000)
    return page


def enter_to_number(page: Page, slug: str) -> float:
    """Median milliseconds from Enter to PyTorch's changed number on the screen."""
    times = []
    for turn in range(1, REPEATS + 3):
        page.wait_for_timeout(400)
        field = page.locator(f".st-key-{slug}_input input")
        field.fill(changed_text(slug, turn))
        times.append(field.evaluate(ENTER_AND_WAIT))
    return statistics.median(times[2:])


def memory_of(process: subprocess.Popen[bytes]) -> float:
    """Resident megabytes of the served app (Linux)."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def report_served(folder: Path) -> None:
    """Start, keystroke to number, memory, and many sessions at once."""
    slug = "cross_entropy_loss"
    with chromium() as browser:
        start = time.perf_counter()
        process, server = serve(folder / "log.txt")
        try:
            page = open_lesson(browser, server, slug)
            row("Start of the installed app to the first usable page", f"{time.perf_counter() - start:.1f} s")
            row("Enter to changed number, in Chromium", f"{enter_to_number(page, slug):.0f} ms")
            for other in LESSONS:
                open_lesson(browser, server, other).close()
            row("Memory after every lesson was opened", f"{memory_of(process):.0f} MB")
            for view in (FIRST_SCREEN, "picture"):
                with ThreadPoolExecutor(1) as pool:  # Playwright has a loop of its own in this thread
                    seconds = pool.submit(asyncio.run, change_at_once(server.url, slug, view, SESSIONS)).result()
                what = "first screen" if view == FIRST_SCREEN else f"with {VIEWS[view].label} open"
                row(f"{SESSIONS} sessions changing a number at once, {what}", f"{seconds:.2f} s")
        finally:
            process.terminate()
            process.wait(timeout=20)


def main() -> None:
    """`ratios` behind the command prints only what a page costs beside the least that a page can be."""
    from benchmarks import page_ratios  # it measures with what stands here

    if "ratios" in sys.argv:
        return page_ratios.main()
    logging.disable(logging.CRITICAL)
    gc.collect()
    gc.freeze()  # as app.py does
    print("| what | time |\n| --- | --- |")
    report_reruns()
    with tempfile.TemporaryDirectory() as folder:
        report_served(Path(folder))
    print()
    page_ratios.main()


if __name__ == "__main__":
    main()
