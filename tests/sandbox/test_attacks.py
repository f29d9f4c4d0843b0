"""Learners' code that means harm, or does it without meaning to: every file in `tests/attacks/` is one attempt.

Its first lines say what it tries and what must come of it (`# expect:` lists the outcomes that are right, `# says:`
what the error has to mention, `# limits:` other limits than the short ones used here). After each: no canary is
touched, nothing is left behind, and the next submission is graded right. A new file there needs no new test.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from lib.sandbox.isolation import examine
from lib.sandbox.job import Call, LeftOut, Limits, Outcome, Program
from lib.sandbox.pool import Pool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere isolation is partial, and says so")

ROOT = Path(__file__).parents[2]
ATTACKS = sorted((ROOT / "tests" / "attacks").glob("*.py"))
WHILE_LOADING = [path for path in ATTACKS if re.search("at_import|pause|left_out", path.stem)]
NOTHING = LeftOut(10**6, 10**6, "out of time")  # once something is known to be left out, each statement is asked for
SHORT = Limits(cpu_seconds=0.4, wall_seconds=0.8, memory_mib=128, job_seconds=30.0, piece_seconds=0.4)
SECRET = "canary" + "-secret-4711"  # in two parts, so that this file's own text is no leak
CANARY = Path("/tmp/by-hand-canary")
TRACES = ("/tmp/by-hand-escaped*", "/tmp/by-hand-was-here", "/dev/shm/*")
ORDINARY_USER = 12345


@dataclass(frozen=True)
class Attack:
    """What a file says of itself in its first lines."""

    source: str
    tries: str
    expect: tuple[str, ...]
    says: str
    limits: Limits


def attack_in(path: Path) -> Attack:
    source = path.read_bytes().decode("utf-8", "surrogateescape")
    said = dict(re.findall(r"^\ufeff?# (tries|expect|says|limits): (.*)$", source[:1000], re.MULTILINE))
    changed: dict[str, Any] = {
        name: type(getattr(SHORT, name))(float(value))
        for name, _, value in (part.partition("=") for part in said.get("limits", "").split(",") if part)
    }
    expect = tuple(said["expect"].split("|"))
    return Attack(source, said["tries"], expect, said.get("says", ""), replace(SHORT, **changed))


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    os.environ["BY_HAND_SECRET"] = SECRET
    if not CANARY.exists():  # it stays: tests run in several processes, and as several users
        CANARY.write_text(SECRET)
        CANARY.chmod(0o644)  # every user may read it: what keeps it is the sandbox
    with Pool(1) as started:
        yield started
    del os.environ["BY_HAND_SECRET"]


def traces() -> set[Path]:
    return {path for pattern in TRACES for path in Path("/").glob(pattern.lstrip("/"))}


def children(pid: int) -> list[int]:
    """The processes that a process has started and that are still there, zombies included."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in tasks for child in path.read_text().split()]


def graded_right(pool: Pool) -> bool:
    """Whether an ordinary submission still gives what it should."""
    source = "import numpy as np\n\n\ndef f(x):\n    return np.exp(x).sum(), x + 1\n"
    ran = pool.run(source, "f", [Call((np.zeros(3),))])[0]
    return ran.outcome == "returned" and float(ran.value[0]) == 3.0 and ran.value[1].tolist() == [1.0, 1.0, 1.0]


def assert_contained(pool: Pool, attack: Attack, carefully: bool = False) -> None:
    before = traces(), pool.pids(), len(os.listdir("/proc/self/fd"))
    program = Program(attack.source, only_needed=False, without=(NOTHING,)) if carefully else attack.source
    first, second = pool.run(program, "f", [Call((np.arange(4.0),)), Call((np.arange(2.0),))], attack.limits)
    assert first.outcome in attack.expect, f"{attack.tries}: {first}"
    if attack.says:
        assert first.fault and re.search(attack.says, f"{first.fault.type} {first.fault.message}"), first.fault
    for ran in (first, second):
        assert ran.outcome != "our fault", ran.fault
        assert SECRET not in repr(ran)
        assert f'File "{ROOT}' not in ran.output, "a traceback of ours tells where the server keeps its files"
        assert len(repr(ran.fault)) < 50_000
        assert len(ran.output.encode()) <= 3 * attack.limits.output_kept
    assert CANARY.read_text() == SECRET and stat.S_IMODE(CANARY.stat().st_mode) == 0o644
    assert graded_right(pool)
    assert (traces(), pool.pids(), len(os.listdir("/proc/self/fd"))) == before, "something was left behind"
    assert len(children(pool.pids()[0])) == 1, "expected nothing but the child that waits for the next job"


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_attack_is_contained(pool: Pool, path: Path) -> None:
    assert_contained(pool, attack_in(path))


@pytest.mark.parametrize("path", WHILE_LOADING, ids=lambda path: path.stem)
def test_attack_is_contained_where_the_file_is_loaded_with_care(pool: Pool, path: Path) -> None:
    assert_contained(pool, attack_in(path), carefully=True)


def test_every_attack_says_what_it_tries() -> None:
    assert len(ATTACKS) >= 80
    outcomes = set(get_args(Outcome)) - {"our fault"}
    for path in ATTACKS:
        attack = attack_in(path)
        assert attack.tries and set(attack.expect) <= outcomes, path.name


def test_self_test_finds_full_isolation(pool: Pool) -> None:
    known = examine(pool)
    assert known.level == "full", known.reasons


def interpreter_for_everyone(folder: Path) -> str:
    """A Python that an ordinary user may start: ours, or the system's with our packages in reach."""
    if all(os.stat(parent).st_mode & stat.S_IXOTH for parent in Path(sys.executable).resolve().parents):
        return sys.executable
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if not Path(system).exists():
        pytest.skip(f"no Python {system} that an ordinary user may start")
    subprocess.run([system, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    packages = Path(np.__file__).parents[1]
    next((folder / "venv" / "lib").glob("python*/site-packages")).joinpath("ours.pth").write_text(f"{packages}\n")
    return str(folder / "venv" / "bin" / "python")


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="the tests above ran as an ordinary user")
def test_attacks_as_an_ordinary_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("ordinary")
    for parent in (folder, *folder.parents[:-1]):
        parent.chmod(parent.stat().st_mode | 0o055)
    command = [interpreter_for_everyone(folder), "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += ["-n", "0", "tests/sandbox/test_attacks.py", f"--basetemp=/tmp/by-hand-ordinary-{os.getpid()}"]
    environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/tmp"}
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, user=ORDINARY_USER, group=ORDINARY_USER, extra_groups=[],
        capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
