"""Opens the database and brings it up to date. Every trouble is one sentence."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from lib.refusal import Refusal
from lib.store.upgrade import NewerDatabase, upgrade

DEFAULT = f"sqlite:///{Path(__file__).resolve().parents[2] / 'data' / 'class.sqlite'}"
BUSY_SECONDS = 20  # how long one waits for another to finish writing
_opening = threading.Lock()


class StoreError(Refusal):
    """The database cannot be used: which one, and why."""


@dataclass(frozen=True)
class Store:
    """An open database. `clock` says what time it is, in UTC: the server's time is the only one that counts."""

    engine: Engine
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @property
    def url(self) -> URL:
        return self.engine.url

    def now(self) -> datetime:
        return self.clock()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session for one action: all of it is stored at the end, or nothing if an exception passes."""
        with Session(self.engine.execution_options(writes=True), expire_on_commit=False) as session:
            with session.begin():
                yield session

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str = DEFAULT) -> Store:
    """The store at this address, made or brought up to date under a lock. Raises StoreError."""
    engine = _engine(_checked(url))
    shown = engine.url.render_as_string(hide_password=True)
    try:
        _prepare(engine)
        with engine.execution_options(writes=True).connect() as connection, connection.begin():
            _need_writable(connection)
            upgrade(connection)
    except NewerDatabase as error:
        engine.dispose()
        raise StoreError(
            "The database {shown} was made by a newer version of this program (its revision {there} is not known "
            "here). Update the program, or use another database.",
            shown=shown,
            there=str(error),
        ) from error
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        raise StoreError("The database {shown} cannot be used: {why}.", shown=shown, why=line_of(error)) from error
    except StoreError:
        engine.dispose()
        raise
    return Store(engine)


def store_as_it_is(url: str = DEFAULT) -> Store:
    """The store at this address, to look at: nothing is made, changed or brought up to date. Raises StoreError."""
    address = _checked(url)
    file = address.database or ""
    if address.drivername == "sqlite" and not file.startswith("file:") and not Path(file).is_file():
        shown = address.render_as_string(hide_password=True)
        raise StoreError("The database {shown} is not there yet.", shown=shown)
    return Store(_engine(address))


def _checked(url: str) -> URL:
    try:
        address = make_url(url)
        address.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError("The database's address cannot be read; expected {expected}.", expected=_EXPECTED) from None
    if address.drivername not in ("sqlite", "postgresql+psycopg"):
        raise StoreError(
            "The database's address begins with {came}; expected {expected}.",
            came=address.drivername,
            expected=_EXPECTED,
        )
    if address.drivername == "sqlite" and address.database in (None, "", ":memory:"):
        raise StoreError("The database would be kept in memory only; expected {expected}.", expected=_EXPECTED)
    return address


_EXPECTED = "sqlite:///a/file or postgresql+psycopg://user:password@host/name"


def _engine(url: URL) -> Engine:
    if url.drivername != "sqlite":
        made = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            connect_args={"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10},
            hide_parameters=True,  # what people handed in stands in no exception, and so in no log
        )
        event.listen(made, "connect", _let_go_in_time)
        return made
    connect = {"timeout": BUSY_SECONDS}
    engine = create_engine(url, connect_args=connect, pool_size=20, max_overflow=40, hide_parameters=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, record: Any) -> None:
    """Of each connection to SQLite. What was answered with a receipt survives a power cut: hence synchronous."""
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _let_go_in_time(connection: Any, record: Any) -> None:
    """Of each connection to PostgreSQL: what a machine that was cut off had locked is free again after a minute. By
    itself the database would find out after two hours."""
    for name, value in (("idle_in_transaction_session_timeout", "60s"), ("tcp_keepalives_idle", "30")):
        connection.execute(f"SET {name} = '{value}'")
    connection.commit()


def _begin(connection: Connection) -> None:
    """Whoever will write takes the lock at once: one that has read before cannot wait for it."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare(engine: Engine) -> None:
    """Makes SQLite's folder, and switches to the log in which readers and one writer do not wait for each other."""
    if engine.dialect.name != "sqlite":
        return
    _make_folder(engine.url)
    with _opening, engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            _switch_to_wal(raw)


def _make_folder(url: URL) -> None:
    if url.database and not url.database.startswith("file:"):
        Path(url.database).resolve().parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def _switch_to_wal(raw: Any) -> None:
    """SQLite does not wait for this lock by itself. A read-only file cannot be switched, which is told later."""
    import sqlite3
    import time

    for left in reversed(range(100)):
        try:
            raw.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_READONLY:
                return
            if not left or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(BUSY_SECONDS / 100)


def _need_writable(connection: Connection) -> None:
    shown = connection.engine.url.render_as_string(hide_password=True)
    if connection.dialect.name == "postgresql":
        if connection.scalar(text("SELECT current_setting('transaction_read_only')")) == "on":
            raise StoreError("The database {shown} cannot be used: it is read-only.", shown=shown)
        return
    connection.exec_driver_sql("PRAGMA user_version = 1")  # refused where nothing may be written


def line_of(error: Exception) -> str:
    """What the driver said, in one line."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    line = " ".join(said.split()).rstrip(".")
    if isinstance(error, OperationalError) and "readonly" in line:
        return "it is read-only"
    return line[:300]
