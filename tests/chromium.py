"""Find the browser that the browser tests drive, or get one.

`python -m tests.chromium` prints its path, or says in one sentence why there is none. Looked for in this order: the
environment variable CHROME; Chromium, Chrome or Edge as the system has it; the Chromium that Playwright keeps. If there
is none, one is installed: from the system's packages when root on Debian, else by Playwright.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")
MAC = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WINDOWS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
FONTS = "fonts-noto-cjk"  # Chinese names in screenshots; the tests pass without it

# Quiet: no calls home, no first-run pages. Root has no sandbox to use, and containers have a small /dev/shm.
LAUNCH_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
]


class NoBrowser(RuntimeError):
    """There is no browser and none could be had; the message says what to do."""


def find_or_install() -> str:
    """Path of a Chromium-like browser that starts; installs one if there is none, else raises NoBrowser."""
    if chosen := os.environ.get("CHROME"):
        if path := shutil.which(chosen):
            return path
        raise NoBrowser(f"CHROME is set to {chosen!r}, but there is no such program.")
    installers = [install_with_playwright]
    if is_root_on_debian():
        installers.insert(0, install_with_apt)
    if path := find():
        return path
    for install in installers:
        install()
        if path := find():
            return path
    raise NoBrowser("The browser tests found no Chromium, Chrome or Edge and could not install one; set CHROME to one.")


def find() -> str | None:
    """Path of the first browser on this machine that starts, or None."""
    return next((str(path) for path in candidates() if starts(path)), None)


def candidates() -> Iterator[Path]:
    """Browsers that exist: the system's, then Playwright's own."""
    yield from (Path(found) for command in COMMANDS if (found := shutil.which(command)))
    folders: list[Path] = []
    names: tuple[str, ...] = ()
    if sys.platform == "darwin":
        folders, names = [Path("/Applications"), Path.home() / "Applications"], MAC
    elif sys.platform == "win32":
        variables = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        folders, names = [Path(os.environ[name]) for name in variables if name in os.environ], WINDOWS
    yield from (path for folder in folders for name in names if (path := folder / name).is_file())
    if (path := playwright_path()).is_file():
        yield path


def playwright_path() -> Path:
    """Where Playwright keeps its Chromium, downloaded or not."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def starts(path: Path) -> bool:
    """Whether the browser runs at all: a package can be a stub (Ubuntu's is, where snap is missing)."""
    if sys.platform == "win32":
        return True  # there --version opens a window
    return run([str(path), "--version"], seconds=30)


def is_root_on_debian() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_with_apt() -> None:
    print("No browser found; installing Debian's Chromium.", file=sys.stderr)
    run(["apt-get", "update", "-qq"], seconds=120)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    run([*install, "chromium"], seconds=300)
    run([*install, FONTS], seconds=120)


def install_with_playwright() -> None:
    print("No browser found; asking Playwright for its Chromium.", file=sys.stderr)
    run([sys.executable, "-m", "playwright", "install", "chromium"], seconds=300)


def run(command: list[str], seconds: float) -> bool:
    """Run a command in silence; whether it ended well and in time."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        ended = subprocess.run(
            command, env=environment, timeout=seconds, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        return ended.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    try:
        print("Browser:", find_or_install())
    except NoBrowser as error:
        sys.exit(str(error))
