"""The database is made, brought up to date, or refused in one sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError

from lib.store import Store, StoreError, open_store
from lib.store.base import Table
from lib.store.people import Enrolment, Person
from lib.store.trail import Audit
from tests.databases import NOON


def test_the_migrations_make_the_tables_that_the_program_uses(store: Store) -> None:
    ours = {"include_name": lambda name, kind, parents: kind != "table" or name in Table.metadata.tables}
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={**ours, "compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_many_programs_may_open_a_new_database_at_once(tmp_path: Path, postgresql: Callable[[str], str]) -> None:
    for url in (f"sqlite:///{tmp_path / 'deep' / 'er' / 'new.sqlite'}", postgresql("at_once")):
        with ThreadPoolExecutor(6) as threads:
            for store in threads.map(open_store, [url] * 6):
                with store.reading() as session:
                    assert session.scalars(select(Person)).all() == []
                store.close()


def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'a.sqlite'}")
    asked = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
    with store.engine.connect() as connection:
        assert [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked] == ["wal", 1, 2, 20_000]
    store.close()


def newer(path: Path) -> str:
    store = open_store(f"sqlite:///{path}")
    with store.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    return f"sqlite:///{path}"


def read_only(path: Path) -> str:
    open_store(f"sqlite:///{path}").close()
    return f"sqlite:///file:{path}?mode=ro&uri=true"


def no_database(path: Path) -> str:
    path.write_text("Dear diary, this is no database, and it is long enough to be sure of it. " * 20)
    return f"sqlite:///{path}"


REFUSED = {
    "newer than the program": (newer, "newer version of this program (its revision 9999"),
    "read-only": (read_only, "read-only"),
    "not a database": (no_database, "file is not a database"),
    "a folder that cannot be made": (lambda path: "sqlite:////proc/no/such/file.sqlite", "cannot be used"),
    "nobody answers": (lambda path: "postgresql+psycopg://me:secret@127.0.0.1:1/x", "cannot be used"),
    "another database": (lambda path: "mysql://root@localhost/x", "expected sqlite:///a/file or postgresql+psycopg"),
    "another driver": (lambda path: "postgresql://me:secret@localhost/x", "begins with postgresql; expected"),
    "no address": (lambda path: "my database", "cannot be read; expected"),
    "in memory": (lambda path: "sqlite://", "in memory only"),
}


@pytest.mark.parametrize(("url", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_said_in_one_sentence(url: Callable[[Path], str], says: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(url(tmp_path / "x.sqlite"))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value) and "secret" not in str(refused.value)


def test_a_read_only_postgresql_is_said_too(postgresql: Callable[[str], str]) -> None:
    url = postgresql("read_only")
    open_store(url).close()
    with pytest.raises(StoreError, match="it is read-only"):
        open_store(f"{url}&options=-cdefault_transaction_read_only%3Don")


def test_a_database_that_does_not_exist_is_said_too(postgresql: Callable[[str], str]) -> None:
    with pytest.raises(StoreError, match='database "nowhere" does not exist'):
        open_store(postgresql("somewhere").replace("somewhere", "nowhere"))


def test_moments_come_back_in_utc_and_need_a_zone(store: Store) -> None:
    with store.writing() as session:
        session.add(Person(name="Li Wei", made=datetime(2026, 5, 1, 14, tzinfo=timezone(timedelta(hours=2)))))
    with store.reading() as session:
        made = session.scalars(select(Person.made)).one()
    assert (made, made.tzinfo) == (NOON, UTC)
    with pytest.raises(StatementError, match="no time zone"), store.writing() as session:
        session.add(Person(made=datetime(2026, 5, 1)))


def test_whatever_a_person_types_can_be_stored(store: Store) -> None:
    with store.writing() as session:
        session.add(Person(name="a\0b\ud800c 李", made=NOON))
        session.add(Audit(at=NOON, what="x", after={"n": "a\0\ud800"}))
    with store.reading() as session:
        assert session.scalars(select(Person.name)).one() == "a\ufffdb?c 李"
        assert session.scalars(select(Audit.after)).one() == {"n": "a\0\ud800"}


def test_all_of_an_action_is_stored_or_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as session:
        session.add(Person(name="half", made=NOON))
        session.flush()
        _ = 1 / 0
    with store.reading() as session:
        assert session.scalars(select(Person)).all() == []


def test_a_role_needs_its_course_and_person(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as session:
        session.add(Enrolment(course_id=1, person_id=1, role="student", made=NOON))


CHANGES = {
    "deleted": "DELETE FROM audit",
    "another what": "UPDATE audit SET what = 'nothing'",
    "another who": "UPDATE audit SET who = 2, why = ''",
    "another after": "UPDATE audit SET after = '{}', why = ''",
    "other words": "UPDATE audit SET why = 'for fun'",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_audit_is_never_changed(store: Store, change: str) -> None:
    with store.writing() as session:
        session.add(Audit(at=NOON, who=1, what="override", why="Li Wei was ill"))
    with pytest.raises((DatabaseError, sqlite3.Error), match="the audit is not changed"), store.writing() as session:
        session.execute(text(change))
    with store.writing() as session:
        session.execute(text("UPDATE audit SET why = ''"))
    with store.reading() as session:
        kept = session.scalars(select(Audit)).one()
    assert (kept.who, kept.what, kept.why) == (1, "override", "")
