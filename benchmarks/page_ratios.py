"""How much slower a lesson is than the least that a Streamlit page can be: `python -m benchmarks.page_speed ratios`.

A page with one field and one number (`floor.py`) is served beside the app, and both are asked in turns in one browser:
machines differ by a factor of two from day to day, and ratios within one run do not.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.page_speed import FIRST_SCREEN, chromium, row
from benchmarks.sessions import changed_text
from lib.catalog import LESSONS
from tests.conftest import Server, serve

HERE = Path(__file__).parent
SLUG = "cross_entropy_loss"
ROUNDS = 15
STARTS = 3
PAGES = 20  # visited before a page is opened again
REST = 250  # milliseconds between two entries
PATIENCE = 60_000  # milliseconds
TORCHS_NUMBER = "[class*=_torch] strong"
ENTRY = "[class*=_working_card] [data-testid=stTextInput] input"

# Presses Enter in the field, and waits until the text of `shown` is another.
ENTER = """([field, shown]) => new Promise((done) => {
  const text = () => document.querySelector(shown)?.textContent;
  const before = text();
  const start = performance.now();
  const look = () => {
    if (text() !== before || performance.now() - start > 20000) {
      watcher.disconnect();
      done(performance.now() - start);
    }
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document.body, {subtree: true, childList: true, characterData: true});
  const enter = {key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true};
  document.querySelector(field).dispatchEvent(new KeyboardEvent('keydown', enter));
})"""


@dataclass
class Asked:
    """One way to use a page: the field that is typed into, and where something changes."""

    page: Page
    field: str
    shown: str
    texts: Iterator[str]

    def milliseconds(self) -> float:
        self.page.wait_for_timeout(REST)
        self.page.locator(self.field).first.fill(next(self.texts))
        return float(self.page.evaluate(ENTER, [self.field, self.shown]))


def opened(browser: Browser, url: str, shown: str = TORCHS_NUMBER) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(url)
    page.locator(shown).first.wait_for(timeout=PATIENCE)
    return page


def changed(slug: str) -> Iterator[str]:
    """The first input with another digit each time."""
    turn = 0
    while True:
        turn += 1
        yield changed_text(slug, turn)


def numbers() -> Iterator[str]:
    number = 1  # the field begins with it
    while True:
        number += 1
        yield f"{number}, 2"


def entries() -> Iterator[str]:
    """Wrong and unreadable in turns, so that the verdict changes and nothing else."""
    while True:
        yield from ("77", "x")


def asked_of(browser: Browser, floor: Server, app: Server) -> dict[str, Asked]:
    field = f".st-key-{SLUG}_{LESSONS[SLUG].tensors[0].name} input"
    card = "[class*=_working_card]"

    def lesson(view: str) -> Page:
        return opened(browser, f"{app.url}/{SLUG}?{SLUG}_view={view}")

    return {
        "floor": Asked(opened(browser, floor.url, "strong"), "input", "strong", numbers()),
        "Enter to changed number, a static view": Asked(lesson(FIRST_SCREEN), field, TORCHS_NUMBER, changed(SLUG)),
        "Enter to changed number, a picture": Asked(lesson("picture"), field, TORCHS_NUMBER, changed(SLUG)),
        "Entry in the working to its verdict": Asked(lesson("picture"), ENTRY, card, entries()),
        "Rerun in a new tab": Asked(lesson(FIRST_SCREEN), field, TORCHS_NUMBER, changed(SLUG)),
        f"Rerun after {PAGES} pages": Asked(after_pages(browser, app), field, TORCHS_NUMBER, changed(SLUG)),
    }


def after_pages(browser: Browser, app: Server) -> Page:
    """The lesson, in a tab that has seen others by the links at their feet, each with a number changed."""
    order = list(LESSONS)
    place = order.index(SLUG)
    first = order[place - PAGES] if place >= PAGES else order[place + PAGES]
    page = opened(browser, f"{app.url}/{first}")
    for _ in range(PAGES):
        slug = page.url.rpartition("/")[2].partition("?")[0]
        field = page.locator(f".st-key-{slug}_{LESSONS[slug].tensors[0].name} input").first
        field.fill(changed_text(slug, 1))
        field.press("Enter")
        page.wait_for_timeout(400)
        links = page.locator(f".st-key-{slug}_neighbours a")
        (links.last if place >= PAGES else links.first).click()
        page.wait_for_function("left => location.pathname !== left", arg=f"/{slug}")
        page.locator(TORCHS_NUMBER).first.wait_for()
        page.wait_for_timeout(400)
    page.locator("text=Pitfalls").first.click()
    return page


def medians(asked: Mapping[str, Asked]) -> dict[str, float]:
    """Milliseconds by name, each asked once a round; the first two rounds warm up."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(ROUNDS + 2):
        for name, one in asked.items():
            one.page.bring_to_front()
            times[name].append(one.milliseconds())
    return {name: statistics.median(each[2:]) for name, each in times.items()}


@contextmanager
def served(log: Path, app: Path) -> Iterator[Server]:
    process, server = serve(log, app)
    try:
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def start_seconds(browser: Browser, log: Path, app: Path, path: str, shown: str) -> float:
    """From the start of the server to the first page that can be used."""
    start = time.perf_counter()
    with served(log, app) as server:
        opened(browser, f"{server.url}/{path}", shown).close()
        return time.perf_counter() - start


def report_starts(browser: Browser, log: Path) -> None:
    bare, ours = [], []
    for _ in range(STARTS):
        bare.append(start_seconds(browser, log, HERE / "floor_with_torch.py", "", "strong"))
        ours.append(start_seconds(browser, log, Path("app.py"), SLUG, TORCHS_NUMBER))
    ratio = statistics.median(ours) / statistics.median(bare)
    row("First usable page after start, beside a bare app with torch", f"{ratio:.2f} ×")


def main() -> None:
    print("| what | beside the floor |\n| --- | --- |")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(chromium())
        report_starts(browser, folder / "start.txt")
        floor = stack.enter_context(served(folder / "floor.txt", HERE / "floor.py"))
        app = stack.enter_context(served(folder / "app.txt", Path("app.py")))
        found = medians(asked_of(browser, floor, app))
    bare, new, after = found.pop("floor"), found.pop("Rerun in a new tab"), found.pop(f"Rerun after {PAGES} pages")
    for name, milliseconds in found.items():
        row(name, f"{milliseconds / bare:.2f} ×")
    row(f"Rerun after {PAGES} pages visited, beside one in a new tab", f"{after / new:.2f} ×")
    row("The floor: a page with one field and one number", f"{bare:.0f} ms")
