"""Who grades: each program that does leaves a sign of life, and what it has done since it began."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from lib.store.base import Table


class Worker(Table):
    """A program that grades. The row goes when it is stopped, or a day after its last sign."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(primary_key=True)  # machine, process id, and a few letters of chance
    places: Mapped[int]  # submissions that it grades at a time
    revision: Mapped[str]  # of the tables that it knows
    began: Mapped[datetime]
    seen: Mapped[datetime]
    graded: Mapped[int] = mapped_column(default=0)
    faults: Mapped[int] = mapped_column(default=0)  # ours
    grading_seconds: Mapped[float] = mapped_column(default=0.0)  # of all that it graded
    to_mark_seconds: Mapped[float] = mapped_column(default=0.0)  # from handing in to the mark, of these
