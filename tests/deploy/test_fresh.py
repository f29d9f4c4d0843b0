"""The app as Community Cloud starts it: a fresh environment, PyTorch for the CPU, an ordinary user without a home."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.public import desk, submit
from benchmarks.sessions import open_socket
from deploy.lock import TORCH_INDEX
from lib.site import renders
from tests.apart import run_apart
from tests.chromium import LAUNCH_ARGUMENTS, find_or_install
from tests.deploy.processes import end, family, free_port, memory, pythons, readable_copy, started, until

pytestmark = [pytest.mark.long, pytest.mark.skipif(sys.platform != "linux", reason="Community Cloud runs Linux")]
ENTRIES = ("app.py", "deploy/cloud/streamlit_app.py")
AIM = 690  # megabytes, with an exercise running
ENDLESS = "def huber_loss(input, target, **_):\n    while True:\n        pass\n"


@dataclass(frozen=True)
class Fresh:
    """An environment that holds what the requirements say, and a copy of the app beside it."""

    python: Path
    app: Path


@pytest.fixture(scope="module")
def fresh() -> Iterator[Fresh]:
    folder = Path(tempfile.mkdtemp(prefix="fresh-"))
    folder.chmod(0o755)
    try:
        app = readable_copy(folder / "app")
        (app / ".streamlit" / "secrets.toml").write_text('hosting = "public"\n')  # as under Settings, Secrets
        (app / ".streamlit" / "secrets.toml").chmod(0o644)
        yield Fresh(installed(app, folder / "venv"), app)
    finally:
        shutil.rmtree(folder)


def installed(app: Path, folder: Path) -> Path:
    """The first Python here for which there is PyTorch for the CPU, in a new environment with the requirements."""
    for base in dict.fromkeys(pythons()):
        subprocess.run([base, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
        python = folder / "bin" / "python"
        if has_torch(python, app):
            pip(python, "-r", str(app / "requirements.txt"))
            print(f"\nFresh environment: {subprocess.check_output([python, '--version'], text=True).strip()} ({base})")
            return python
        print(f"\n{base}: there is no PyTorch for the CPU for it here.")
    pytest.skip("no Python here answers for which PyTorch's build for the CPU can be had")


def has_torch(python: Path, app: Path) -> bool:
    """PyTorch's own index is asked, then the usual one; nothing but the build for the CPU is taken."""
    locked = ["--no-deps", "--require-hashes", "-r", str(app / "torch.lock")]
    for index in (["--retries", "0", "--timeout", "10", "--index-url", TORCH_INDEX], []):
        try:
            pip(python, *locked, *index)
            return True
        except subprocess.CalledProcessError:
            continue
    return False


def pip(python: Path, *options: str) -> None:
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-qq", *options]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_page_opens_and_an_exercise_runs(entry, fresh, tmp_path):
    port, log = free_port(), tmp_path / "log.txt"
    command = [str(fresh.python), "-m", "streamlit", "run", entry, "--server.port", str(port)]
    options = ["--server.address", "127.0.0.1", "--server.headless", "true"]
    start = time.perf_counter()
    process = started([*command, *options], fresh.app, log)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or alive(url), log.read_text())
        assert process.poll() is None, log.read_text()
        print(f"\n{entry}: answers after {time.perf_counter() - start:.1f} s")
        faults = run_apart(faults_of_pages(url))
        assert not faults, faults
        print(f"{entry}: {len(renders()) + 1} pages opened, {memory(process.pid):.0f} MB, all processes together")
        print(f"{entry}: with an exercise running {with_an_exercise(url, process.pid):.0f} MB (aim: {AIM})")
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        end(process)


def alive(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
        return True
    except (urllib.error.URLError, OSError):
        return False


async def faults_of_pages(url: str) -> dict[str, str]:
    """Page → the exception that it shows."""
    found = {}
    for slug in ("", *renders()):
        socket = await open_socket(url)
        asked = BackMsg()
        asked.rerun_script.page_name = slug
        await socket.send(asked.SerializeToString())
        says = ForwardMsg()
        while not says.HasField("script_finished"):
            says.ParseFromString(await asyncio.wait_for(socket.recv(), 60))
            if says.HasField("delta") and says.delta.new_element.HasField("exception"):
                found[slug] = says.delta.new_element.exception.message
        await socket.close()
    return found


def with_an_exercise(url: str, server: int) -> float:
    """Megabytes of all processes at their peak while a submission runs, from the click to its report."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=LAUNCH_ARGUMENTS)
        page = desk(browser, url, ENDLESS)
        before = len(family(server))
        submit(page)
        seen, most, patience = [memory(server)], before, time.monotonic() + 120
        while not page.get_by_text("of 18 points").first.is_visible():
            assert time.monotonic() < patience, page.inner_text("body")[-2000:]
            seen.append(memory(server))
            most = max(most, len(family(server)))
            page.wait_for_timeout(100)
        browser.close()
    assert most > before, "no process of its own ran the submission"
    return max(seen)
