"""`python -m lib.doctor`: what is installed, how well learners' code is kept in, what may be used, and what to do.

Where a class is hosted also its database, who grades, and what waits. Ends with 0 if everything is as it should be,
with 1 if something has to be done: so a monitor can run it.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tomllib
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lib.refusal import Refusal
from lib.sandbox.isolation import Isolation, isolation
from lib.sandbox.job import Limits
from lib.tensors.file import MOST_NUMBERS

ROOT = Path(__file__).parents[1]
REQUIREMENTS, OF_A_CLASS = ROOT / "requirements.txt", ROOT / "requirements-class.txt"
SECRETS = ROOT / ".streamlit" / "secrets.toml"
CGROUPS = Path("/sys/fs/cgroup")
ENOUGH = 1_000_000_000  # bytes: the app with PyTorch and one page takes 420 MB
LEAST_FREE = 500_000_000  # bytes of memory, and of the disk, below which something will soon fail
NO_LIMIT = 2**60  # what a kernel says that sets none
MEANING = {
    "full": "a submission can compute, and nothing else",
    "partial": "stops accidents, not attacks",
    "none": "a time limit only",
}
ADVICE = {
    "full": "Nothing to do.",
    "partial": "Fine for yourself. For a class, serve the app from Linux (x86_64 or aarch64, kernel 5.3 or newer); in "
    'a container the default seccomp profile is enough. To go on regardless, set accept_isolation = "partial".',
    "none": "Run only code that you trust, or use WSL or a Linux container.",
}


def packages(lines: list[str]) -> list[tuple[str, str, str]]:
    """Each required package: name, version asked for, version found (empty if there is none)."""
    pinned = [line.split("#")[0].strip().partition("==") for line in lines]
    return [(name, wanted, found(name.partition("[")[0])) for name, _, wanted in pinned if wanted]


def found(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def is_as_asked(wanted: str, there: str) -> bool:
    """Whether the version is the pinned one; a build's suffix such as +cpu does not matter."""
    return there.partition("+")[0] == wanted


def package_lines(listed: list[tuple[str, str, str]], file: str = "requirements.txt") -> list[str]:
    lines = []
    for name, wanted, there in listed:
        note = "" if is_as_asked(wanted, there) else f"  expected {wanted}: pip install -r {file}"
        lines.append(f"  {name:<12} {there or 'missing':<12}{note}")
    return lines


def isolation_lines(known: Isolation) -> list[str]:
    """The level, why it is no better, what is in place, and what to do."""
    lines = [f"Isolation of learners' code: {known.level} ({MEANING[known.level]})"]
    lines += [f"  not here: {reason}" for reason in known.reasons]
    lines += [f"  in place: {', '.join(known.also)}"] if known.also else []
    return [*lines, f"  {ADVICE[known.level]}"]


def memory_limits(own: Path = Path("/proc/self/cgroup"), cgroups: Path = CGROUPS) -> dict[str, int]:
    """Bytes that this process may take, by who says so: the container (cgroup) or the shell (ulimit)."""
    found = {"cgroup": _cgroup_limit(own, cgroups), "ulimit -v": _address_space()}
    return {name: size for name, size in found.items() if size < NO_LIMIT}


def _cgroup_limit(own: Path, cgroups: Path) -> int:
    """The lowest limit between our group and the root, of either version of cgroups."""
    lowest = NO_LIMIT
    for line in own.read_text().splitlines() if own.exists() else ():
        _, controllers, place = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        top = cgroups / controllers if controllers else cgroups
        group = top / place.strip("/")
        for folder in (group, *group.parents):
            if folder == top.parent:
                break
            for name in ("memory.max", "memory.limit_in_bytes"):
                text = (folder / name).read_text().strip() if (folder / name).is_file() else "max"
                lowest = min(lowest, int(text)) if text.isdecimal() else lowest
    return lowest


def _address_space() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return NO_LIMIT
    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    return NO_LIMIT if soft == resource.RLIM_INFINITY else soft


def memory_lines(limits: Mapping[str, int]) -> list[str]:
    """What the app may take before it is ended, and what to do about it."""
    if not limits:
        return [
            "Memory: no limit. In public, set one (a container's --memory), so that the app cannot take the machine."
        ]
    by, size = min(limits.items(), key=lambda item: item[1])
    advice = "" if size >= ENOUGH else f"  The app with PyTorch takes 420 MB; {ENOUGH / 1e6:,.0f} MB are comfortable."
    return [f"Memory: {size / 1e6:,.0f} MB at most ({by})", *([advice] if advice else [])]


def cap_lines() -> list[str]:
    """What one visitor can ask for at a time."""
    limits, config = Limits(), tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    return [
        "Caps in force:",
        f"  a file       {config['server']['maxUploadSize']} MB, {MOST_NUMBERS:,} numbers",
        f"  a submission {limits.cpu_seconds:g} s of the processor and {limits.memory_mib} MiB for each test, "
        f"{limits.job_seconds:g} s in all; {limits.source_bytes // 1024} KiB of code",
    ]


def free_memory(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Bytes that programs on this machine can still take; None where that is not said."""
    for line in meminfo.read_text().splitlines() if meminfo.is_file() else ():
        name, _, size = line.partition(":")
        if name == "MemAvailable":
            return int(size.split()[0]) * 1024
    return None


def room_lines(memory: int | None, disk: int, where: Path) -> tuple[list[str], bool]:
    """Memory and disk that are left, and whether that is enough."""
    lines = [] if memory is None else [f"Memory left: {memory / 1e6:,.0f} MB"]
    if memory is not None and memory < LEAST_FREE:
        lines.append("  ! Close what else runs here, or grade with fewer workers at a time: each takes 50 MB.")
    lines.append(f"Disk left: {disk / 1e6:,.0f} MB at {where}")
    if disk < LEAST_FREE:
        lines.append("  ! Make room: old backups and logs first. A full disk takes no submission any more.")
    return lines, (memory is None or memory >= LEAST_FREE) and disk >= LEAST_FREE


def read_secrets(path: Path) -> dict[str, Any]:
    """What the operator set; nothing where there is no file. Raises Refusal."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Refusal("{path} cannot be read: {why}.", path=path.name, why=error) from error


def class_lines(secrets: Mapping[str, Any]) -> tuple[list[str], bool]:
    """How the class fares: its packages, its database, who grades, what waits; and whether all is well."""
    listed = packages(OF_A_CLASS.read_text().splitlines())
    lines = ["A class is hosted here:", *package_lines(listed, OF_A_CLASS.name)]
    try:
        from lib.course.health import health, lines_of
        from lib.course.settings import read_settings
        from lib.store import store_as_it_is
    except ImportError:  # which of them is missing stands above
        return lines, False
    try:
        store = store_as_it_is(read_settings(secrets).database)
    except Refusal as refusal:
        return [*lines, f"  ! {refusal} `python -m lib.course init` makes the database."], False
    try:
        more, well = lines_of(health(store))
    finally:
        store.close()
    shown = store.url.render_as_string(hide_password=True)
    return [*lines, f"Database: {shown}", *more], well and all(
        is_as_asked(wanted, there) for _, wanted, there in listed
    )


def place_of_data(secrets: Mapping[str, Any]) -> Path:
    """The folder whose disk fills up: that of SQLite's file, or else the program's own."""
    kind, _, file = str(secrets.get("database", "")).partition("///")
    folder = Path(file).parent if kind == "sqlite" and file else ROOT / "data"
    return folder if folder.is_dir() else ROOT


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lib.doctor", description=(__doc__ or "").partition("\n")[2])
    parser.add_argument("--secrets", type=Path, default=SECRETS, metavar="FILE", help="settings; else secrets.toml")
    options = parser.parse_args(arguments)
    listed = packages(REQUIREMENTS.read_text().splitlines())
    known = isolation()
    print(f"Python {platform.python_version()} on {platform.system()} {platform.release()}, {platform.machine()}")
    lines = [*package_lines(listed), *isolation_lines(known), *memory_lines(memory_limits()), *cap_lines()]
    try:
        secrets, well = read_secrets(options.secrets), True
    except Refusal as refusal:
        secrets, well = {}, False
        lines.append(f"! {refusal}")
    where = place_of_data(secrets)
    room, enough = room_lines(free_memory(), shutil.disk_usage(where).free, where)
    lines += room
    if secrets.get("hosting") == "class":
        more, fares_well = class_lines(secrets)
        lines, well = [*lines, *more], well and fares_well
    print("\n".join(lines))
    complete = all(is_as_asked(wanted, there) for _, wanted, there in listed)
    return 0 if complete and known.level == "full" and enough and well else 1


if __name__ == "__main__":
    sys.exit(main())
