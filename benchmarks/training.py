"""How fast the Train page trains: `python -m benchmarks.training` prints two rows for the table of docs/measured.md.

Two hidden layers, 500 points, 200 epochs, watched in Chromium on the same machine: seconds from the click on Start to
the last epoch on the screen, and how many different pictures a second the canvas showed.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.page_speed import chromium, row
from tests.conftest import serve

REPEATS = 3
CANVAS = ".st-key-train_live canvas"
WATCH = """(canvas) => new Promise((done) => {
  const times = [], start = performance.now();
  let last = canvas.getAttribute("aria-label");
  const look = () => {
    const now = canvas.getAttribute("aria-label");
    if (now !== last) { last = now; times.push(performance.now() - start); }
    if (now.startsWith("epoch 200,") || performance.now() - start > 120000) done(times);
    else requestAnimationFrame(look);
  };
  document.querySelector(".st-key-train_start button").click();
  look();
})"""


def watched(page: Page, url: str) -> tuple[float, float]:
    """Seconds until the last epoch, and pictures per second."""
    page.goto(f"{url}/train")
    page.locator(CANVAS).wait_for(timeout=60_000)
    page.wait_for_timeout(2000)
    times = page.locator(CANVAS).evaluate(WATCH)
    return times[-1] / 1000, 1000 * len(times) / times[-1]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        process, server = serve(Path(folder) / "log.txt")
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            watched(page, server.url)  # the first optimizer step of a server imports for a second
            seconds, pictures = zip(*(watched(page, server.url) for _ in range(REPEATS)), strict=True)
        finally:
            process.terminate()
            process.wait(timeout=20)
    row("Training 2 layers on 500 points for 200 epochs, watched in Chromium", f"{statistics.median(seconds):.1f} s")
    row("Pictures while it trains", f"{statistics.median(pictures):.1f} a second")


if __name__ == "__main__":
    main()
