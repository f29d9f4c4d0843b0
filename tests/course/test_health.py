"""What whoever runs a class is told: who grades, what waits, what to do; and what a monitor hears."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from lib import doctor
from lib.course import engine
from lib.course.engine.signs import Done, sign, sign_off, signs
from lib.course.health import Health, health, lines_of, readiness
from lib.course.submit import submit
from lib.refusal import Refusal
from lib.sandbox.isolation import Isolation
from lib.store import Store, open_store, store_as_it_is
from lib.store.upgrade import revisions
from lib.ui import monitors
from lib.ui.monitors import monitor_routes
from tests.apart import run_apart
from tests.course.setting import Class, stub
from tests.databases import Clock

QUICK = engine.Pace(lease=5, look=0.02, sign=0.05)


def test_a_worker_is_there_while_it_says_so_and_gone_after_a_minute(store: Store, clock: Clock) -> None:
    assert readiness(store) == {"database": "ok", "workers": "none seen"}
    sign(store, "one", 2, Done())
    clock.forward(seconds=59)
    assert readiness(store)["workers"] == "ok" and [one.places for one in health(store).alive] == [2]
    clock.forward(seconds=2)
    assert readiness(store)["workers"] == "none seen" and [one.name for one in health(store).gone] == ["one"]
    clock.forward(days=1)
    sign(store, "two", 1, Done())
    assert [one.name for one in signs(store)] == ["two"]
    sign_off(store, "two")
    assert signs(store) == []


def test_what_grades_signs_and_counts_and_says_goodbye(store: Store) -> None:
    store = replace(store, clock=lambda: datetime.now(UTC))
    running = engine.start(store, 2, grade=stub, pace=QUICK)
    try:
        until = time.monotonic() + 10
        while not signs(store) and time.monotonic() < until:
            time.sleep(0.01)
        (one,) = signs(store)
        assert (one.places, one.revision, one.name) == (2, revisions()[0], running.holder)
    finally:
        running.stop()
    assert signs(store) == []


def test_what_was_graded_is_counted_with_its_seconds(store: Store, clock: Clock) -> None:
    here = Class(store)
    for code in ("1", "0.5"):
        submit(store, here.li, here.exercises[0], code)
    clock.forward(seconds=10)
    counts = engine.Engine(store, stub)
    assert counts.grade_one() and counts.grade_one() and not counts.grade_one()
    assert (counts.has_done.graded, counts.has_done.faults, counts.has_done.to_mark_seconds) == (2, 0, 20.0)

    def broken(exercise: object, code: str) -> Any:
        raise KeyError("the disk")

    submit(store, here.bo, here.exercises[0], "1")
    counts.grade = broken
    assert counts.grade_one() and (counts.has_done.graded, counts.has_done.faults) == (2, 1)


def waits_long(here: Class, clock: Clock) -> None:
    submit(here.store, here.li, here.exercises[0], "1")
    clock.forward(seconds=301)
    sign(here.store, "one", 1, Done())


def of_another_version(here: Class, clock: Clock) -> None:
    sign(here.store, "old one", 1, Done())
    with here.store.writing() as session:
        session.execute(text("UPDATE worker SET revision = '0001'"))


def our_fault(here: Class, clock: Clock) -> None:
    submit(here.store, here.li, here.exercises[0], "1")
    with here.store.writing() as session:
        session.execute(text("UPDATE submission SET state = 'our fault'"))
    sign(here.store, "one", 1, Done())


TROUBLES: dict[str, tuple[Callable[[Class, Clock], None], str]] = {
    "nobody grades": (lambda here, clock: None, "Start `python -m lib.course worker"),
    "a long queue": (waits_long, "Start more workers"),
    "an old worker": (of_another_version, "old one. Update and restart"),
    "our fault": (our_fault, "1 submissions could not be graded"),
}


@pytest.mark.parametrize(("trouble", "says"), TROUBLES.values(), ids=TROUBLES)
def test_each_trouble_is_told_with_what_to_do(
    store: Store, clock: Clock, trouble: Callable[[Class, Clock], None], says: str
) -> None:
    here = Class(store)
    trouble(here, clock)
    lines, well = lines_of(replace(health(store), clock_ahead=0.0))
    assert not well and [line for line in lines if says in line and line.startswith("  !")], lines
    assert "li@example.edu" not in "\n".join(lines)


def test_all_is_well_where_somebody_grades(store: Store) -> None:
    sign(store, "one", 2, Done())
    lines, well = lines_of(replace(health(store), clock_ahead=0.0))  # the test's clock is another one
    assert well and any("1 (together 2 at a time)" in line for line in lines)


def test_clocks_that_differ_are_told(postgresql_store: Store) -> None:
    store = replace(postgresql_store, clock=Clock())
    assert abs(health(store).clock_ahead) > 60
    assert any("Set both by NTP" in line for line in lines_of(health(store))[0])


def behind(url: str) -> None:
    store = open_store(url)
    with store.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    store.close()


def ahead(url: str) -> None:
    store = open_store(url)
    with store.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()


def no_tables(url: str) -> None:
    Path(url.removeprefix("sqlite:///")).write_bytes(b"")


def no_database(url: str) -> None:
    Path(url.removeprefix("sqlite:///")).write_text("Dear diary, this is no database. " * 50)


STATES: dict[str, tuple[Callable[[str], object], str]] = {
    "behind": (behind, "of an older version (0005"),
    "ahead": (ahead, "of a newer version (9999"),
    "empty": (no_tables, "none yet. `python -m lib.course init`"),
    "none": (lambda url: None, "is not there yet"),
    "something else": (no_database, "file is not a database"),
    "up to date": (lambda url: open_store(url).close(), "Nobody grades"),
}


@pytest.mark.parametrize(("made", "says"), STATES.values(), ids=STATES)
def test_doctor_says_the_state_of_the_database_and_changes_nothing(
    made: Callable[[str], object], says: str, tmp_path: Path
) -> None:
    file = tmp_path / "class.sqlite"
    made(f"sqlite:///{file}")
    before = file.read_bytes() if file.exists() else None
    lines, well = doctor.class_lines({"hosting": "class", "database": f"sqlite:///{file}"})
    assert not well and says in "\n".join(lines)
    assert (file.read_bytes() if file.exists() else None) == before


def test_doctor_ends_with_1_where_a_class_cannot_be_graded_and_0_where_it_can(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "isolation", lambda: Isolation("full"))
    monkeypatch.setattr(doctor, "free_memory", lambda: None)
    secrets, url = tmp_path / "secrets.toml", f"sqlite:///{tmp_path / 'class.sqlite'}"
    secrets.write_text(f'hosting = "class"\ndatabase = "{url}"\n')
    store = open_store(url)
    assert doctor.main(["--secrets", str(secrets)]) == 1 and "Nobody grades" in capsys.readouterr().out
    sign(store, "one", 2, Done())
    store.close()
    ends = doctor.main(["--secrets", str(secrets)])
    assert ends == 0, capsys.readouterr().out
    assert "queue: 0 waiting" in capsys.readouterr().out


def test_doctor_says_when_room_gets_short(tmp_path: Path) -> None:
    for memory, disk, says in ((1e8, 1e11, "fewer workers"), (1e11, 1e8, "Make room")):
        lines, enough = doctor.room_lines(int(memory), int(disk), tmp_path)
        assert not enough and says in "\n".join(lines)
    assert doctor.room_lines(None, int(1e11), tmp_path)[1]


def test_doctor_needs_no_settings_and_says_what_it_cannot_read(tmp_path: Path) -> None:
    assert doctor.read_secrets(tmp_path / "none.toml") == {}
    (tmp_path / "bad.toml").write_text("hosting = ")
    with pytest.raises(Refusal, match="bad.toml cannot be read"):
        doctor.read_secrets(tmp_path / "bad.toml")


def asked(look: monitors.Look, *paths: str, later: str = "/healthz") -> list[httpx.Response]:
    """What the routes answer, asked all at once, and one a moment later."""

    async def answers() -> list[httpx.Response]:
        transport = httpx.ASGITransport(Starlette(routes=monitor_routes(look)))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return [*await asyncio.gather(*(client.get(path) for path in paths)), await client.get(later)]

    return run_apart(answers())


READY: dict[str, tuple[Mapping[str, str], int]] = {
    "self-study": ({}, 200),
    "all is there": ({"database": "ok", "workers": "ok"}, 200),
    "nobody grades": ({"database": "ok", "workers": "none seen"}, 503),
    "no database": ({"database": "no answer", "workers": "unknown"}, 503),
}


@pytest.mark.parametrize(("parts", "status"), READY.values(), ids=READY)
def test_a_monitor_hears_whether_all_that_is_needed_is_there(parts: Mapping[str, str], status: int) -> None:
    ready, alive = asked(lambda: parts, "/readyz")
    assert (alive.status_code, ready.status_code) == (200, status)
    assert ready.json() == {"ready": status == 200, **parts} and ready.headers["cache-control"] == "no-store"


def test_however_often_it_is_asked_the_database_is_looked_at_once() -> None:
    looks = []

    def look() -> Mapping[str, str]:
        looks.append(1)
        time.sleep(0.05)
        return {"database": "ok"}

    assert {answer.status_code for answer in asked(look, *["/readyz"] * 200)} == {200} and len(looks) == 1


def test_a_database_that_hangs_is_no_answer_and_holds_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitors, "PATIENCE", 0.05)
    monkeypatch.setattr(monitors, "LOOK_AGAIN", 0.0)
    looks = []

    def look() -> Mapping[str, str]:
        looks.append(1)
        time.sleep(0.4)
        return {"database": "ok"}

    answers = asked(look, *["/readyz"] * 20, "/healthz", later="/readyz")
    assert [one.status_code for one in answers] == [503] * 20 + [200, 503] and len(looks) == 1
    assert answers[0].json()["database"] == "no answer"


def test_a_database_that_is_away_is_not_ready() -> None:
    store = store_as_it_is("postgresql+psycopg://me:secret@127.0.0.1:1/x")
    assert readiness(store)["database"] == "no answer"
    found = health(store)
    assert found.trouble and "secret" not in found.trouble and not lines_of(found)[1]
    assert found == Health(found.trouble)
    assert json.dumps(readiness(store)) == '{"database": "no answer", "workers": "unknown"}'
