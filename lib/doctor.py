"""`python -m lib.doctor`: what is installed, how well learners' code is kept in, and what to do about it.

Ends with 0 if everything is as it should be, with 1 if something is missing or isolation is not full.
"""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lib.sandbox.isolation import Isolation, isolation

REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"
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


def main() -> int:
    listed = packages(REQUIREMENTS.read_text().splitlines())
    known = isolation()
    print(f"Python {platform.python_version()} on {platform.system()} {platform.release()}, {platform.machine()}")
    print("\n".join([*package_lines(listed), *isolation_lines(known)]))
    complete = all(is_as_asked(wanted, there) for _, wanted, there in listed)
    return 0 if complete and known.level == "full" else 1


if __name__ == "__main__":
    sys.exit(main())
