"""What a class adds that is worth stealing is there for real, and submissions reach for it: tests/attacks/class_*."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lib.sandbox.job import Call
from lib.sandbox.pool import Pool
from lib.store import Store
from tests.course.setting import Class
from tests.sandbox.test_attacks import ATTACKS, SHORT, attack_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a class does not start")

BEFORE = 'OF_THE_STUDENT_BEFORE = "canary-of-the-student-before, the whole of it"\n\n\ndef f(x):\n    return x\n'
OURS = {path.stem: path for path in ATTACKS if path.stem.startswith("class_")}


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(1) as started:
        yield started


@pytest.fixture
def treasure(class_store: Store, tmp_path: Path) -> dict[str, str]:
    """Where they are: readable for everyone, as on a machine where nobody took care."""
    Class(class_store)
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('cookie_secret = "x"\ndatabase = "postgresql+psycopg://torch:x@localhost/class"\n')
    exercise = tmp_path / "mine"
    (exercise / "mistakes").mkdir(parents=True)
    for name in ("solution.py", "exercise.toml", "mistakes/adds.py"):
        (exercise / name).write_text("x = 1\n")
    places = {"class_database": str(class_store.url.database), "class_secrets": str(secrets)}
    return {**places, "class_private_exercise": str(exercise)}


@pytest.mark.parametrize("name", OURS)
def test_what_a_class_holds_is_out_of_reach(
    name: str, pool: Pool, treasure: dict[str, str], class_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = [treasure.get(name, np.zeros(1))]
    assert name not in treasure or Path(asked[0]).exists()
    with class_store.reading() as session:
        session.connection()  # the app has it open
        before = pool.run(BEFORE, "f", [Call((np.zeros(1),))], SHORT)[0]
        assert before.outcome == "returned", before.fault
        attack = attack_in(OURS[name])
        ran = pool.run(attack.source, "f", [Call(tuple(asked))], attack.limits)[0]
    assert ran.outcome == "raised" and ran.fault is not None, ran
    assert (ran.fault.type, ran.fault.message) == ("PermissionError", "nothing")
