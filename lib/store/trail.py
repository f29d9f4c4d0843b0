"""What is never changed: who did what, and who was erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from lib.store.base import Table


class Audit(Table):
    """Who did what to what and to whom. The database refuses to change or delete a row; only `why` can be emptied.

    `before` and `after` hold numbers, ids and settings, and no names: so an erased person's pseudonym may stay.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[int | None]  # a person; None: the program or its operator
    course_id: Mapped[int | None] = mapped_column(index=True)
    what: Mapped[str]
    about: Mapped[int | None]  # the id of the thing that `what` is about
    person_id: Mapped[int | None] = mapped_column(index=True)  # whom it concerns
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    why: Mapped[str] = mapped_column(default="", server_default=text("''"))


class Removal(Table):
    """A person who was erased: a restored backup erases them again. `key` is a hash of issuer and subject."""

    __tablename__ = "removal"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    key: Mapped[str]
    at: Mapped[datetime]
