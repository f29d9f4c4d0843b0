"""From one database into another, back from a backup of the last version, and what stops that."""

from __future__ import annotations

import errno
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from lib.course import backup as backing_up
from lib.course import engine
from lib.course.__main__ import main
from lib.course.backup import backup, restore
from lib.course.engine.signs import Done, sign
from lib.course.engine.take import take_up_what_is_overlooked
from lib.course.gradebook import gradebook
from lib.course.keeping import erase_person
from lib.course.move import fingerprints, move
from lib.course.submit import state_of, submit
from lib.refusal import Refusal
from lib.store import Store, open_store
from tests.course.setting import Class, stub
from tests.course.test_keeping import busy
from tests.course.test_machines import as_one_version_before
from tests.databases import Clock, on_sqlite


@pytest.fixture
def elsewhere(store: Store, tmp_path: Path, postgresql: Callable[[str], str], request: pytest.FixtureRequest) -> str:
    """The address of an empty database of the other kind."""
    if store.is_postgresql:
        return f"sqlite:///{tmp_path / 'there.sqlite'}"
    return postgresql(f"there_{abs(hash(request.node.name))}")


def test_a_class_moves_with_all_that_it_holds_and_goes_on_there(store: Store, clock: Clock, elsewhere: str) -> None:
    here = busy(store)
    here.with_a_lesson()
    erase_person(store, here.ada, here.bo.id, "asked to")
    waits = submit(store, here.li, here.exercises[1], "1").number
    before = fingerprints(store)
    moved = move(store, elsewhere)
    assert moved.rows == sum(rows for rows, _ in before.values()) > 50
    assert fingerprints(store) == before
    there = replace(open_store(elsewhere), clock=clock)
    assert fingerprints(there) == before and list(before)
    assert gradebook(there, here.ada, here.course) == gradebook(store, here.ada, here.course)
    clock.forward(seconds=61)
    assert take_up_what_is_overlooked(there) == 1 if there.is_postgresql else True
    assert engine.work_until_idle(there, grade=stub) == 1 and state_of(there, here.li, waits).state == "graded"
    assert submit(there, here.li, here.exercises[0], "0.75").number > waits
    there.close()


def test_the_command_says_where_everything_is_and_hides_the_password(
    store: Store, elsewhere: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Class(store)
    address = store.url.render_as_string(hide_password=False)
    words = ["--secrets", str(tmp_path / "none.toml"), "--database", address, "move", elsewhere]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "rows are in" in said and "the same as here" in said and "secrets.toml" in said
    assert main(words) == 1 and "holds something already" in capsys.readouterr().err


def test_nothing_moves_while_somebody_grades_nor_into_itself(store: Store, clock: Clock, elsewhere: str) -> None:
    Class(store)
    with pytest.raises(Refusal, match="the same database"):
        move(store, store.url.render_as_string(hide_password=False))
    sign(store, "a worker", 1, Done())
    clock.forward(seconds=30)
    with pytest.raises(Refusal, match=r"a worker grades, last seen 30 s ago\. Stop the app"):
        move(store, elsewhere)
    clock.forward(seconds=31)
    move(store, elsewhere)


def test_who_grades_just_now_is_neither_backed_up_nor_in_the_way(store: Store, tmp_path: Path) -> None:
    sign(store, "a worker", 1, Done())
    assert backup(store, tmp_path / "b.zip") == 0
    assert restore(store, tmp_path / "b.zip").rows == 0


def test_a_copy_that_differs_is_told(store: Store, elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Class(store)

    def careless(there: Store, path: Path) -> object:
        done = restore(there, path)
        with there.writing() as session:
            session.execute(text("UPDATE person SET name = 'Lee' WHERE name = 'Li'"))
        return done

    monkeypatch.setattr("lib.course.move.restore", careless)
    with pytest.raises(Refusal, match="The copy of person is not the same"):
        move(store, elsewhere)


def test_a_backup_of_the_last_version_comes_back_in_this_one(store: Store, tmp_path: Path, clock: Clock) -> None:
    """That is how whoever upgraded without a look goes back, and forward again."""
    old = replace(open_store(f"sqlite:///{tmp_path / 'old.sqlite'}"), clock=clock)
    here = Class(old)
    number = submit(old, here.li, here.exercises[0], "0.5").number
    as_one_version_before(old)
    backup(old, tmp_path / "old.zip")
    old.close()
    restore(store, tmp_path / "old.zip")
    assert state_of(store, here.li, number).state == "waiting"
    assert engine.work_until_idle(store, grade=stub) == 1


def damaged(path: Path, place: float) -> None:
    """Turns some bytes of what is stored, at this part of the way through the file."""
    data = bytearray(path.read_bytes())
    start = int(len(data) * place)
    data[start : start + 40] = bytes(byte ^ 0x55 for byte in data[start : start + 40])
    path.write_bytes(data)


@on_sqlite
@pytest.mark.parametrize("place", [0.05, 0.3, 0.5, 0.7])
def test_a_damaged_backup_changes_nothing(store: Store, place: float, tmp_path: Path) -> None:
    busy(store)
    before = fingerprints(store)
    backup(store, tmp_path / "b.zip")
    damaged(tmp_path / "b.zip", place)
    with pytest.raises(Refusal, match="b.zip"):
        restore(store, tmp_path / "b.zip", replace=True)
    assert fingerprints(store) == before


def test_a_backup_that_lacks_rows_changes_nothing(store: Store, tmp_path: Path) -> None:
    busy(store)
    before = fingerprints(store)
    backup(store, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as whole, zipfile.ZipFile(tmp_path / "less.zip", "w") as less:
        for name in whole.namelist():
            if name != "comment.jsonl":
                less.writestr(name, whole.read(name))
    with pytest.raises(Refusal, match="rows; expected"):
        restore(store, tmp_path / "less.zip", replace=True)
    assert fingerprints(store) == before


def test_a_full_disk_leaves_no_half_backup(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(store: Store, archive: zipfile.ZipFile) -> int:
        archive.writestr("person.jsonl", "{}")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backing_up, "_write", full)
    with pytest.raises(OSError, match="No space left"):
        backup(store, tmp_path / "b.zip")
    assert list(tmp_path.glob("*.zip*")) == []
