"""Everything in one file, and back: from either database into either. Who was erased since stays erased."""

from __future__ import annotations

import base64
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, insert, inspect, select, text

from lib.course.keeping import erase_again, removals
from lib.refusal import Refusal
from lib.store import Store
from lib.store.upgrade import NewerDatabase, revision_of, upgrade

FORM = 1
AT_A_TIME = 500
OF_THE_MOMENT = ("worker",)  # who grades just now: neither backed up, nor anything that a restore would overwrite
TAKE_YOUR_TIME = "SET LOCAL idle_in_transaction_session_timeout = 0"  # a large table is written for minutes
REMOVALS = "erased.jsonl"  # beside the backups: who was erased, by number and hash


@dataclass(frozen=True)
class Restored:
    """How many rows came back, and how many persons were erased again."""

    rows: int
    erased_again: int


def backup(store: Store, path: Path) -> int:
    """Writes everything into a new zip that only its owner may read; how many rows.

    It holds personal data. Beside it the list of erased persons is kept, which a restore needs. Raises Refusal if the
    file is there already.
    """
    if path.exists():
        raise Refusal("{path} is there already; expected a new file.", path=path)
    part = path.with_name(f"{path.name}.part")
    try:
        rows = _write_into(store, part)
        _keep_removals(store, path.parent / REMOVALS)
        part.replace(path)
    except BaseException:  # such as a full disk: half a backup is none, and takes room
        part.unlink(missing_ok=True)
        raise
    return rows


def _write_into(store: Store, part: Path) -> int:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            rows = _write(store, archive)
        file.flush()
        os.fsync(file.fileno())
    return rows


def _write(store: Store, archive: zipfile.ZipFile) -> int:
    count = 0
    with store.engine.connect() as connection:
        if store.is_postgresql:  # one state of all tables
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            connection.execute(text(TAKE_YOUR_TIME))
        for table in lasting_tables(connection):
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as out:
                for row in connection.execute(select(table)).mappings():
                    out.write(json.dumps({name: packed(value) for name, value in row.items()}).encode() + b"\n")
                    count += 1
        about = {"form": FORM, "revision": revision_of(connection), "made": store.now().isoformat(), "rows": count}
        archive.writestr("about.json", json.dumps(about))
    return count


def _tables(connection: Connection) -> list[Table]:
    """Ours, as this database has them, those that others refer to first."""
    found = MetaData()
    names = [name for name in inspect(connection).get_table_names() if not _is_foreign(name)]
    found.reflect(connection, only=names)
    return found.sorted_tables


def lasting_tables(connection: Connection) -> list[Table]:
    """Ours that are worth keeping, those that others refer to first."""
    return [table for table in _tables(connection) if table.name not in OF_THE_MOMENT]


def _is_foreign(name: str) -> bool:
    return name.startswith("procrastinate_") or name == "alembic_version"


def packed(value: Any) -> Any:
    """A value of a row as JSON takes it, the same from either database."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return {"moment": moment.astimezone(UTC).isoformat()}
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value


def _unpacked(value: Any, is_postgresql: bool) -> Any:
    if isinstance(value, Mapping) and "moment" in value:
        moment = datetime.fromisoformat(value["moment"])
        return moment if is_postgresql else moment.replace(tzinfo=None)
    return base64.b64decode(value["bytes"]) if isinstance(value, Mapping) else value


def _keep_removals(store: Store, path: Path) -> None:
    """Adds to the list who is not in it. It is never made shorter."""
    known = set(_read_removals(path))
    with store.reading() as session:
        new = [one for one in removals(session) if one not in known]
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps([number, key, at.isoformat()]) + "\n" for number, key, at in new)


def _read_removals(path: Path) -> list[tuple[int, str, datetime]]:
    if not path.exists():
        return []
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [(number, key, datetime.fromisoformat(at)) for number, key, at in lines]


def restore(store: Store, path: Path, *, replace: bool = False) -> Restored:
    """Fills the database from a backup, brings it up to date, and erases again who was erased since.

    That is told by the database that is replaced, and by the list beside the backup. Raises Refusal if the database
    holds something and `replace` is not said, or for what is no backup of ours.
    """
    with _opened(path) as archive:
        about = _about(archive, path)
        with store.reading() as session:
            erased = [*_read_removals(path.parent / REMOVALS), *removals(session)]
        try:
            rows = _fill(store, archive, about, replace)
        except (zipfile.BadZipFile, zlib.error, json.JSONDecodeError, EOFError) as error:
            raise Refusal("{path} is damaged, and nothing was changed: {why}.", path=path, why=error) from error
    with store.writing() as session:
        return Restored(rows, erase_again(session, store, erased))


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise Refusal("{path} is no backup: {why}.", path=path, why=error) from error


def _about(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        about = json.loads(archive.read("about.json"))
    except (KeyError, ValueError) as error:
        raise Refusal("{path} is no backup of this program.", path=path) from error
    if about.get("form") != FORM:
        raise Refusal("{path} has the form {came}; expected {form}.", path=path, came=about.get("form"), form=FORM)
    return about


def _fill(store: Store, archive: zipfile.ZipFile, about: Mapping[str, Any], replace: bool) -> int:
    """All in one transaction: what goes wrong leaves the database as it was."""
    with store.engine.execution_options(writes=True).connect() as connection, connection.begin():
        there = [table for table in lasting_tables(connection) if connection.execute(select(table).limit(1)).first()]
        if there and not replace:
            raise Refusal("The database holds something already ({name}); say --replace.", name=there[0].name)
        if store.is_postgresql:
            connection.execute(text(TAKE_YOUR_TIME))
        _make_empty(connection, store.is_postgresql)
        try:
            upgrade(connection, about["revision"])
        except NewerDatabase as error:
            raise Refusal("The backup is of a newer version of this program.") from error
        count = 0
        for table in _tables(connection):
            for rows in _batches(archive, table.name, store.is_postgresql):
                connection.execute(insert(table), rows)
                count += len(rows)
            if store.is_postgresql and "id" in table.c:
                _count_on(connection, table)
        if count != about["rows"]:
            raise Refusal("The backup holds {came} rows; expected {rows}.", came=count, rows=about["rows"])
        upgrade(connection)
        return count


OURS_IN_POSTGRESQL = (  # in this order; whatever else is in the schema stays
    """SELECT format('DROP TABLE %I CASCADE', tablename) FROM pg_tables WHERE schemaname = current_schema()
       AND (tablename LIKE 'procrastinate\\_%' OR tablename = ANY(:ours))""",
    """SELECT 'DROP FUNCTION ' || oid::regprocedure || ' CASCADE' FROM pg_proc
       WHERE pronamespace = current_schema()::regnamespace
       AND (proname LIKE 'procrastinate\\_%' OR proname = 'audit_is_not_changed')""",
    """SELECT format('DROP TYPE %I CASCADE', typname) FROM pg_type LEFT JOIN pg_class ON pg_class.oid = typrelid
       WHERE typnamespace = current_schema()::regnamespace AND typname LIKE 'procrastinate\\_%'
       AND (typtype = 'e' OR relkind = 'c')""",
)


def _make_empty(connection: Connection, is_postgresql: bool) -> None:
    if is_postgresql:
        ours = [*(table.name for table in _tables(connection)), "alembic_version"]
        for asked in OURS_IN_POSTGRESQL:
            for (command,) in connection.execute(text(asked), {"ours": ours}).all():
                connection.exec_driver_sql(command)
        return
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    found = MetaData()
    found.reflect(connection)
    for table in reversed(found.sorted_tables):
        connection.exec_driver_sql(f'DROP TABLE "{table.name}"')


def _batches(archive: zipfile.ZipFile, name: str, is_postgresql: bool) -> Iterator[list[dict[str, Any]]]:
    if f"{name}.jsonl" not in archive.namelist():
        return
    batch: list[dict[str, Any]] = []
    with archive.open(f"{name}.jsonl") as lines:
        for line in lines:
            batch.append({key: _unpacked(value, is_postgresql) for key, value in json.loads(line).items()})
            if len(batch) == AT_A_TIME:
                yield batch
                batch = []
    if batch:
        yield batch


def _count_on(connection: Connection, table: Table) -> None:
    """The next number is one more than the largest there is."""
    sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
    connection.execute(text(f"SELECT setval({sequence}, coalesce(max(id), 0) + 1, false) FROM {table.name}"))
