"""What a first visit with a plot takes: `python -m benchmarks.static_files`, Streamlit's files as they are and packed.

Chromium opens a lesson's picture with an empty cache: on this machine, and on a line of 10 Mbit/s with 40 ms of delay.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.page_speed import chromium, row
from tests.conftest import serve

SLUG = "cross_entropy_loss"
ROUNDS = 3
UNPACKED = """
import streamlit as st
from lib import static_files
static_files.prepare = lambda: None
from app import PARTS, ROUTER
app = st.App(ROUTER, **PARTS)
"""
LINES = {"this machine": None, "10 Mbit/s, 40 ms": {"latency": 40, "throughput": 10e6 / 8}}


def first_visit(browser: Browser, url: str, line: dict[str, float] | None) -> tuple[float, float, float]:
    """Seconds to the picture, megabytes in all, megabytes under /static."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    if line:
        speed = {"downloadThroughput": line["throughput"], "uploadThroughput": line["throughput"]}
        devtools.send("Network.emulateNetworkConditions", {"offline": False, "latency": line["latency"], **speed})
    addresses: dict[str, str] = {}
    sizes: dict[str, float] = {}
    devtools.on("Network.responseReceived", lambda it: addresses.update({it["requestId"]: it["response"]["url"]}))
    devtools.on("Network.loadingFinished", lambda it: sizes.update({it["requestId"]: it["encodedDataLength"] / 1e6}))

    start = time.perf_counter()
    page.goto(f"{url}/{SLUG}?{SLUG}_view=picture", timeout=120_000)
    page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=120_000)
    seconds = time.perf_counter() - start
    context.close()
    static = sum(size for request, size in sizes.items() if "/static/" in addresses.get(request, ""))
    return seconds, sum(sizes.values()), static


def report(browser: Browser, folder: Path, what: str, app: Path) -> None:
    process, server = serve(folder / f"{what}.txt", app)
    try:
        first_visit(browser, server.url, None)
        time.sleep(5)  # the server warms up and packs
        for name, line in LINES.items():
            seen = [first_visit(browser, server.url, line) for _ in range(ROUNDS)]
            _, total, static = seen[-1]
            seconds = statistics.median(one[0] for one in seen)
            row(f"First visit with a plot, {what}, {name}", f"{total:.1f} MB ({static:.1f} files), {seconds:.1f} s")
    finally:
        process.terminate()
        process.wait(timeout=20)


def main() -> None:
    print("| what | measured |\n| --- | --- |")
    with tempfile.TemporaryDirectory() as made, chromium() as browser:
        folder = Path(made)
        (folder / "unpacked.py").write_text(UNPACKED)
        report(browser, folder, "files as they are", folder / "unpacked.py")
        report(browser, folder, "files packed", Path("app.py"))


if __name__ == "__main__":
    main()
