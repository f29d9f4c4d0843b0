"""`python -m lib.doctor`: what is installed, how well learners' code is kept in, what may be used, and what to do.

Ends with 0 if everything is as it should be, with 1 if something is missing or isolation is not full.
"""

from __future__ import annotations

import platform
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lib.sandbox.isolation import Isolation, isolation
from lib.sandbox.job import Limits
from lib.tensors.file import MOST_NUMBERS

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
CGROUPS = Path("/sys/fs/cgroup")
ENOUGH = 1_000_000_000  # bytes: the app with PyTorch and one page takes 420 MB
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
    return [(name, wanted, found(name)) for name, _, wanted in pinned if wanted]


def found(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def is_as_asked(wanted: str, there: str) -> bool:
    """Whether the version is the pinned one; a build's suffix such as +cpu does not matter."""
    return there.partition("+")[0] == wanted


def package_lines(listed: list[tuple[str, str, str]]) -> list[str]:
    lines = []
    for name, wanted, there in listed:
        note = "" if is_as_asked(wanted, there) else f"  expected {wanted}: pip install -r requirements.txt"
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


def main() -> int:
    listed = packages(REQUIREMENTS.read_text().splitlines())
    known = isolation()
    print(f"Python {platform.python_version()} on {platform.system()} {platform.release()}, {platform.machine()}")
    lines = [*package_lines(listed), *isolation_lines(known), *memory_lines(memory_limits()), *cap_lines()]
    print("\n".join(lines))
    complete = all(is_as_asked(wanted, there) for _, wanted, there in listed)
    return 0 if complete and known.level == "full" else 1


if __name__ == "__main__":
    sys.exit(main())
