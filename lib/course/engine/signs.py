"""Signs of life of those who grade: who was seen in the last minute, and what they have done."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, select

from lib.store import Store
from lib.store.upgrade import revisions
from lib.store.workers import Worker

SEEN_WITHIN = timedelta(minutes=1)  # whoever was not is taken for gone
KEPT = timedelta(days=1)


@dataclass
class Done:
    """What a program has graded since it began. Safe to call from any thread."""

    graded: int = 0
    faults: int = 0
    grading_seconds: float = 0.0
    to_mark_seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, seconds: float, to_mark: float | None) -> None:
        """One more that took so many seconds; `to_mark` since it was handed in, None after our fault."""
        with self._lock:
            if to_mark is None:
                self.faults += 1
                return
            self.graded += 1
            self.grading_seconds += seconds
            self.to_mark_seconds += to_mark

    def numbers(self) -> dict[str, float]:
        with self._lock:
            return {name: value for name, value in vars(self).items() if not name.startswith("_")}


def sign(store: Store, name: str, places: int, done: Done) -> None:
    """Says that this program grades, and what it has done; takes away who was not seen for a day."""
    now = store.now()
    with store.writing() as session:
        row = session.get(Worker, name)
        if row is None:
            session.execute(delete(Worker).where(Worker.seen < now - KEPT))
            row = Worker(name=name, places=places, revision=revisions()[0], began=now, seen=now)
            session.add(row)
        row.seen = now
        for number, value in done.numbers().items():
            setattr(row, number, value)


def sign_off(store: Store, name: str) -> None:
    """Says that this program has stopped as it should."""
    with store.writing() as session:
        session.execute(delete(Worker).where(Worker.name == name))


def signs(store: Store) -> list[Worker]:
    """Everyone who grades or did within a day without saying goodbye, the latest sign first."""
    with store.reading() as session:
        return list(session.scalars(select(Worker).order_by(Worker.seen.desc(), Worker.name)))


def is_alive(store: Store, worker: Worker) -> bool:
    return worker.seen > store.now() - SEEN_WITHIN
