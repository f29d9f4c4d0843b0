"""Moves a class into another database, from SQLite to PostgreSQL as it grows: copied, and compared row by row."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from lib.course.backup import backup, lasting_tables, packed, restore
from lib.course.engine.signs import is_alive, signs
from lib.refusal import Refusal
from lib.store import Store, open_store


@dataclass(frozen=True)
class Moved:
    """How many rows, and where they are now, without the password."""

    rows: int
    where: str


def move(store: Store, address: str) -> Moved:
    """Copies everything into the database at this address, which has to be empty, and compares both. The old one stays
    as it is.

    Raises Refusal while somebody grades, for a database that holds something, and if the copy differs.
    """
    need_quiet(store)
    there = open_store(address)
    try:
        if there.url == store.url:
            raise Refusal("That is the same database; expected another one, and empty.")
        with tempfile.TemporaryDirectory() as folder:  # which only its owner may read
            backup(store, Path(folder) / "class.zip")
            rows = restore(there, Path(folder) / "class.zip").rows
        _need_the_same(store, there)
        return Moved(rows, there.url.render_as_string(hide_password=True))
    finally:
        there.close()


def need_quiet(store: Store) -> None:
    """Raises Refusal while somebody grades by this database: what they still write would be lost."""
    for one in signs(store):
        if is_alive(store, one):
            raise Refusal(
                "{name} grades, last seen {seconds:.0f} s ago. Stop the app and all workers first; of one that was "
                "killed the sign is gone after a minute.",
                name=one.name,
                seconds=(store.now() - one.seen).total_seconds(),
            )


def _need_the_same(one: Store, other: Store) -> None:
    here, there = fingerprints(one), fingerprints(other)
    for table in here:
        if here[table] != there.get(table):
            raise Refusal("The copy of {table} is not the same. Nothing is lost: go on with the old one.", table=table)


def fingerprints(store: Store) -> dict[str, tuple[int, int]]:
    """Of each table how many rows it has, and a number that their contents give, in whatever order they come."""
    found = {}
    with store.engine.connect() as connection:
        for table in lasting_tables(connection):
            rows, mixed = 0, 0
            for row in connection.execute(select(table)).mappings():
                text = json.dumps({name: packed(value) for name, value in row.items()}, sort_keys=True)
                rows, mixed = rows + 1, (mixed + int(hashlib.sha256(text.encode()).hexdigest(), 16)) % 2**256
            found[table.name] = (rows, mixed)
    return found
