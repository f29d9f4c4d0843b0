"""What somebody did in exercises and lessons, where they took it from their browser into their account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lib.store.base import Table


class Progress(Table):
    """One exercise, or lesson: the record as the browser keeps it, in JSON."""

    __tablename__ = "progress"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    record: Mapped[str]
    at: Mapped[datetime]
