"""Processes as a host starts them: as an ordinary user, without a home; what they take, all together."""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NOBODY = 65534
NOWHERE = "/proc/no-home"  # nobody can make it, not even root by mistake
NO_HOME = {"HOME": NOWHERE, "LANG": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin"}


def ordinary() -> dict[str, Any]:
    """What makes Popen start an ordinary user's process, where we may choose."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": ()} if os.geteuid() == 0 else {}


def readable_copy(folder: Path, only: Collection[str] = ()) -> Path:
    """The app as it is in the repository, owned by us, where every user can read it and none can write.

    `only` names files and folders; nothing else is copied then.
    """
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().splitlines():
        wanted = any(name == one or name.startswith(f"{one}/") for one in only) if only else name[:6] != "tests/"
        if wanted and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    subprocess.run(["chmod", "-R", "a+rX,go-w", str(folder)], check=True)
    return folder


def free_port() -> int:
    """A free port below those that the system hands out by itself, so that nobody else gets it meanwhile."""
    while True:
        with socket.socket() as free:
            try:
                free.bind(("127.0.0.1", random.randrange(20_000, 32_000)))
                return int(free.getsockname()[1])
            except OSError:
                continue


def pythons() -> Iterator[str]:
    """Those that answer, 3.12 first: Community Cloud's own. A name alone may be a stand-in that only complains."""
    for name in ("python3.12", "python3.13", "python3.11", "python3"):
        for folder in dict.fromkeys(("/usr/local/bin", "/usr/bin", *os.environ["PATH"].split(os.pathsep))):
            if answers(found := f"{folder}/{name}"):
                yield found
    if answers(sys.executable):
        yield sys.executable


def answers(python: str) -> bool:
    try:
        asked = subprocess.run([python, "--version"], capture_output=True, text=True, cwd="/", **ordinary())
    except OSError:
        return False
    version = re.match(r"Python 3\.(\d+)", asked.stdout)
    return asked.returncode == 0 and version is not None and int(version[1]) >= 11


def family(first: int) -> list[int]:
    """A process and all that came of it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it ended meanwhile
    known = [first]
    for one in known:
        known += [child for child, parent in parents.items() if parent == one]
    return known


def memory(first: int) -> float:
    """Megabytes of a process and all that came of it; what they share counts once."""
    total = 0
    for number in family(first):
        try:
            rows = Path(f"/proc/{number}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(size) for size in re.findall(r"^Pss:\s+(\d+)", rows, re.MULTILINE))
    return total / 1024


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def started(command: list[str], folder: Path, log: Path, environment: Mapping[str, str] = NO_HOME) -> Any:
    """A process of an ordinary user, whose words stand in `log`."""
    with log.open("ab") as file:
        return subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdout=file, stderr=subprocess.STDOUT, **ordinary()
        )


def until(ready: Any, what: str, seconds: float = 90.0) -> None:
    """Waits until `ready()` is true."""
    end_of_patience = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end_of_patience, f"after {seconds:g} s: {what}"
        time.sleep(0.2)
