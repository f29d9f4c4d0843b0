"""How a class fares, for whoever runs it: the database, who grades, what waits. Only looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from lib.course.engine.signs import is_alive, signs
from lib.store import Store
from lib.store.database import line_of
from lib.store.upgrade import revision_of, revisions
from lib.store.work import Submission
from lib.store.workers import Worker

Migrated = Literal["new", "older", "current", "newer"]
LONG_WAIT = 300.0  # seconds after which somebody should look why nothing is graded
CLOCKS_APART = 5.0  # seconds: a machine's own clock says when something was handed in, and who is alive


@dataclass(frozen=True)
class Queue:
    """How many submissions stand where; `oldest` is how many seconds the first one waits that could be graded."""

    waiting: int = 0
    running: int = 0
    faults: int = 0
    oldest: float = 0.0


@dataclass(frozen=True)
class Health:
    """`trouble` says why the database does not answer. `revision` is that of its tables; without `migrated` current
    nothing else is looked at. `clock_ahead`: seconds by which this machine's clock is ahead of the database's."""

    trouble: str = ""
    revision: str = ""
    migrated: Migrated = "new"
    alive: tuple[Worker, ...] = ()
    gone: tuple[Worker, ...] = ()
    queue: Queue = Queue()
    clock_ahead: float = 0.0
    bytes: int = 0


def health(store: Store) -> Health:
    """How the class in this database fares."""
    try:
        return _looked_at(store)
    except SQLAlchemyError as error:
        return Health(line_of(error))


def _looked_at(store: Store) -> Health:
    revision, migrated = migration(store)
    if migrated != "current":
        return Health("", revision, migrated)
    workers = signs(store)
    return Health(
        revision=revision,
        migrated=migrated,
        alive=tuple(one for one in workers if is_alive(store, one)),
        gone=tuple(one for one in workers if not is_alive(store, one)),
        queue=queue(store),
        clock_ahead=_clock_ahead(store),
        bytes=_bytes(store),
    )


def migration(store: Store) -> tuple[str, Migrated]:
    """The revision of the database's tables, and how that stands to what this program knows."""
    with store.engine.connect() as connection:
        there = revision_of(connection)
    if not there:
        return there, "new"
    if there not in revisions():
        return there, "newer"
    return there, "current" if there == revisions()[0] else "older"


def queue(store: Store) -> Queue:
    """What waits, in two queries over an index."""
    now = store.now()
    with store.reading() as session:
        counted = session.execute(select(Submission.state, func.count()).group_by(Submission.state))
        count: dict[str, int] = {state: number for state, number in counted}
        waits = Submission.state.in_(("stored", "waiting"))
        first = session.scalar(select(func.min(Submission.not_before)).where(waits))
    waiting = count.get("stored", 0) + count.get("waiting", 0)
    oldest = max(0.0, (now - first).total_seconds()) if first else 0.0
    return Queue(waiting, count.get("running", 0), count.get("our fault", 0), oldest)


def _clock_ahead(store: Store) -> float:
    if not store.is_postgresql:
        return 0.0
    with store.engine.connect() as connection:
        there: datetime = connection.scalar(text("SELECT clock_timestamp()"))
    return (store.now() - there.astimezone(UTC)).total_seconds()


def _bytes(store: Store) -> int:
    """How large the database is."""
    pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with store.engine.connect() as connection:
        asked = "SELECT pg_database_size(current_database())" if store.is_postgresql else pages
        return int(connection.scalar(text(asked)) or 0)


def readiness(store: Store) -> dict[str, str]:
    """What a monitor asks: for each part "ok", or what is wrong with it in two words that give nothing away."""
    try:
        if migration(store)[1] != "current":
            return {"database": "other version", "workers": "unknown"}
        some = any(is_alive(store, one) for one in signs(store))
    except SQLAlchemyError:
        return {"database": "no answer", "workers": "unknown"}
    return {"database": "ok", "workers": "ok" if some else "none seen"}


def lines_of(found: Health) -> tuple[list[str], bool]:
    """What to say to whoever runs it, with what to do about each trouble; and whether all is well."""
    if found.trouble:
        return [f"  no answer: {found.trouble}", "  Start it, or mend `database` in secrets.toml."], False
    if found.migrated != "current":
        return [f"  tables: {_MIGRATED[found.migrated].format(there=found.revision, here=revisions()[0])}"], False
    lines = [f"  tables: up to date ({found.revision}); {found.bytes / 1e6:,.1f} MB"]
    troubles = [one for one in (_of_clock(found), _of_workers(found), _of_queue(found.queue)) if one]
    lines += _about_workers(found) + _about_queue(found.queue)
    return [*lines, *(f"  ! {one}" for one in troubles)], not troubles


_MIGRATED: dict[str, str] = {
    "new": "none yet. `python -m lib.course init` makes them; the app does so when it starts.",
    "older": "of an older version ({there}; this program has {here}). Back up, then `python -m lib.course init`.",
    "newer": "of a newer version ({there} is not known here). Update the program on this machine.",
}


def _about_workers(found: Health) -> list[str]:
    places = sum(one.places for one in found.alive)
    lines = [f"  workers seen in the last minute: {len(found.alive)} (together {places} at a time)"]
    for one in (*found.alive, *found.gone):
        lines.append(f"    {one.name}  last seen {one.seen:%Y-%m-%d %H:%M:%S} UTC, {one.graded} graded")
    return lines


def _about_queue(queue: Queue) -> list[str]:
    oldest = f", the first for {queue.oldest:,.0f} s" if queue.waiting else ""
    return [f"  queue: {queue.waiting} waiting{oldest}; {queue.running} being graded; our fault: {queue.faults}"]


def _of_clock(found: Health) -> str:
    if abs(found.clock_ahead) <= CLOCKS_APART:
        return ""
    return (
        f"This machine's clock and the database's are {abs(found.clock_ahead):,.0f} s apart: deadlines would move. "
        "Set both by NTP."
    )


def _of_workers(found: Health) -> str:
    if not found.alive:
        return (
            "Nobody grades: what is handed in is stored and waits. Start `python -m lib.course worker --workers 2`, "
            "or set workers = 1 in secrets.toml and start the app."
        )
    others = [one.name for one in found.alive if one.revision != found.revision]
    return f"Of another version than the database: {', '.join(others)}. Update and restart them." if others else ""


def _of_queue(queue: Queue) -> str:
    if queue.oldest > LONG_WAIT:
        return (
            f"The first in line waits for {queue.oldest:,.0f} s. Start more workers; with PostgreSQL on as many "
            "machines as wanted."
        )
    if queue.faults:
        return (
            f"{queue.faults} submissions could not be graded and wait for staff, who see why beside each and can have "
            "it tried again."
        )
    return ""
