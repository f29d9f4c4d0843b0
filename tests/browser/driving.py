"""How the browser tests drive the app: visit, type, wait until it rests, and let axe look at it."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from lib.catalog import TOPICS

expect.set_options(timeout=20_000)  # two cores may be busy with other tests
PATIENCE = 30_000  # milliseconds for what may take long on such a machine
REST = 150  # milliseconds without a run, after which none is about to start

# Whether the script has not run for a while. What is counted belongs to one wait, which is numbered.
RESTS = """([wait, rest]) => {
  const state = document.querySelector('[data-testid=stApp]')?.dataset.testScriptState;
  if (window.restOf !== wait || state !== 'notRunning') {
    window.restOf = wait;
    window.restsSince = performance.now();
    return false;
  }
  return performance.now() - window.restsSince > rest;
}"""
STILL = "() => document.getAnimations().every(a => a.effect?.getComputedTiming().endTime === Infinity)"
FITS = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return main.clientWidth <= window.innerWidth && main.scrollWidth - main.clientWidth <= 1;
}"""
# What Streamlit's own markup causes, and no app can change.
STREAMLITS_OWN: dict[str, dict[str, bool]] = {}
_waits = count()


def settled(page: Page) -> Page:
    """Waits until the script has run."""
    page.wait_for_function(RESTS, arg=[next(_waits), REST], polling=25, timeout=PATIENCE)
    return page


def visit(page: Page, path: str = "", way: str = "together") -> Page:
    """Opens a page; a lesson in this way of working it, unless the path names one."""
    slug, _, query = path.partition("?")
    if way and slug in TOPICS and f"{slug}_way=" not in query:
        path = f"{slug}?{'&'.join(filter(None, (query, f'{slug}_way={way}')))}"
    page.goto("/" + path)
    page.wait_for_selector("h1", timeout=PATIENCE)
    return settled(page)


def field(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key} input")


def type_into(page: Page, key: str, text: str) -> None:
    field(page, key).fill(text)
    field(page, key).press("Enter")
    expect(page).to_have_url(re.compile(re.escape(key) + "="))


def torch_number(page: Page) -> Locator:
    return page.locator("[class*=_torch] strong").first


def fits_sideways(page: Page) -> None:
    """Nothing scrolls sideways, once figures have taken the width that there is."""
    page.wait_for_function(FITS, timeout=PATIENCE)


def faults(page: Page) -> list[Any]:
    """What axe finds, moderate and worse, when nothing moves any more: half-faded texts have no contrast."""
    settled(page)
    page.wait_for_function(STILL, timeout=PATIENCE)
    found = Axe().run(page, options={"resultTypes": ["violations"], "rules": STREAMLITS_OWN})
    felt = [v for v in found.response["violations"] if v["impact"] in ("moderate", "serious", "critical")]
    return [(v["id"], [(n["html"][:200], n.get("failureSummary")) for n in v["nodes"]]) for v in felt]
