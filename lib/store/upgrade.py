"""Brings a database to the newest form, one migration after another, and no two programs at a time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from lib.store import lessons, people, progress, trail, work, workers  # noqa: F401  so that every table is known

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_041_776  # any number, the same for all who bring a database up to date


class NewerDatabase(Exception):
    """The database has a revision that this program does not know; the message is that revision."""


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


@cache
def revisions() -> tuple[str, ...]:
    """All that this program knows, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def revision_of(connection: Connection) -> str:
    """The revision of this database; empty for a new one."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(connection: Connection, to: str = "head") -> None:
    """Within the caller's transaction, which has SQLite's lock for writing; PostgreSQL's lock is taken here.

    Raises NewerDatabase.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    there = revision_of(connection)
    if there and there not in revisions():
        raise NewerDatabase(there)
    if there != revisions()[0]:
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, to)
