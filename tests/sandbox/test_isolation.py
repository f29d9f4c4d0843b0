"""How well code is kept in: the filter, the level, who may run code, and what the doctor says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lib import doctor
from lib.sandbox.inside import seccomp
from lib.sandbox.isolation import ATTEMPTS, Hosting, Level, judged, may_run
from lib.sandbox.job import Fault, Ran


@pytest.mark.parametrize("machine", seccomp.AUDIT_ARCH)
def test_filter_is_an_allow_list(machine: str) -> None:
    """Every jump stays inside, and the last word is no."""
    steps = np.frombuffer(seccomp.program(machine), "u2,u1,u1,u4")
    for place, (code, then, otherwise, _) in enumerate(steps.tolist()):
        if code & 0x07 == 0x05:
            assert place + 1 + max(then, otherwise) < len(steps)
    assert steps[-1].tolist() == (0x06, 0, 0, 0x00050001)


DECISIONS: list[tuple[Level, Hosting, Level, bool, bool]] = [  # level, hosting, accepted; runs, says something
    ("full", "public", "full", True, False),
    ("partial", "local", "full", True, True),
    ("none", "local", "full", True, True),
    ("partial", "public", "full", False, True),
    ("partial", "class", "full", False, True),
    ("partial", "class", "partial", True, True),
    ("none", "class", "partial", False, True),
    ("none", "public", "none", False, True),
]


@pytest.mark.parametrize(("level", "hosting", "accepted", "runs", "says"), DECISIONS)
def test_who_may_run_code(level: Level, hosting: Hosting, accepted: Level, runs: bool, says: bool) -> None:
    allowed, sentence = may_run(level, hosting, accepted)
    assert (allowed, bool(sentence)) == (runs, says)


def test_one_attempt_that_succeeds_is_enough_for_partial() -> None:
    rans = [run_of(attempt.ends, attempt.error) for attempt in ATTEMPTS]
    assert judged({"system-call filter": ""}, rans, "linux").level == "full"
    assert judged({"system-call filter": "the kernel has none"}, rans, "linux").level == "partial"
    assert judged({"system-call filter": ""}, [Ran("returned"), *rans[1:]], "linux").level == "partial"
    assert judged({"system-call filter": ""}, [run_of("raised", "ImportError"), *rans[1:]], "linux").level == "partial"
    assert judged({}, rans, "win32").level == "none"


def run_of(outcome: Any, error: str) -> Ran:
    return Ran(outcome, fault=Fault(error, "", None, "", "") if error else None)


def test_doctor_names_what_is_missing() -> None:
    listed = doctor.packages(["# a comment", "numpy==0.1  # why", "no-such-package==1.0"])
    assert [name for name, *_ in listed] == ["numpy", "no-such-package"]
    lines = doctor.package_lines(listed)
    assert "expected 0.1" in lines[0] and "missing" in lines[1]


def test_doctor_says_what_to_do() -> None:
    lines = doctor.isolation_lines(
        judged({"system-call filter": "not written for riscv64"}, [Ran("returned")] * 8, "linux")
    )
    assert "partial" in lines[0] and "riscv64" in lines[1] and "accept_isolation" in lines[-1]


def limits(tmp_path: Path, groups: str, **files: str) -> dict[str, int]:
    """The limits that doctor finds, with `groups` in /proc/self/cgroup and `files` (/ as __) in /sys/fs/cgroup."""
    (tmp_path / "own").write_text(groups)
    for name, text in files.items():
        file = (
            tmp_path
            / "cgroup"
            / name.replace("__", "/").replace("_max", ".max").replace("_in_bytes", ".limit_in_bytes")
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return doctor.memory_limits(tmp_path / "own", tmp_path / "cgroup")


@pytest.mark.parametrize(
    ("groups", "files", "found"),
    [
        pytest.param("0::/\n", {"memory_max": "512000000\n"}, 512_000_000, id="a container"),
        pytest.param("0::/a/b\n", {"a__memory_max": "700", "a__b__memory_max": "max"}, 700, id="a group above"),
        pytest.param("0::/a\n", {"memory_max": "600", "a__memory_max": "700"}, 600, id="the lower one"),
        pytest.param("4:memory:/a\n3:cpu:/b\n", {"memory__a__memory_in_bytes": "900"}, 900, id="version 1"),
        pytest.param("0::/\n", {"memory_max": "max\n"}, None, id="no limit"),
        pytest.param("4:memory:/\n", {"memory__memory_in_bytes": "9223372036854771712"}, None, id="none in version 1"),
    ],
)
def test_doctor_finds_the_limit_on_memory(tmp_path, groups, files, found) -> None:
    assert limits(tmp_path, groups, **files).get("cgroup") == found


def test_doctor_says_the_lowest_limit_and_the_caps() -> None:
    assert doctor.memory_lines({"cgroup": 512_000_000, "ulimit -v": 3_000_000_000})[0].endswith(
        "512 MB at most (cgroup)"
    )
    assert "420 MB" in doctor.memory_lines({"cgroup": 512_000_000})[1]
    assert "no limit" in doctor.memory_lines({})[0]
    assert any("16 MB, 1,000,000 numbers" in line for line in doctor.cap_lines())
