"""How a value stands in the database: moments in UTC, words that every database takes, data as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Integer, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}  # so that a migration can name what it changes


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. Raises ValueError for one that does not say its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; expected one that says it")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def storable(text: str) -> str:
    """The text without what a database refuses: NUL and halves of characters become other signs."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


class Words(TypeDecorator[str]):
    """Text that people wrote: whatever is in it, it can be stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Json(TypeDecorator[Any]):
    """Lists, tables, texts and numbers, written in ASCII, so that nothing in a text can be refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Whole(TypeDecorator[int]):
    """A whole number that both databases take. Another one, as in an address somebody typed, is that of nothing."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        return value if value is None or abs(value) < 2**31 else -1


class Table(DeclarativeBase):
    """Every table of the store."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        datetime: Moment,
        int: Whole,
        str: Words,
        bytes: LargeBinary,
        dict[str, Any]: Json,
        list[Any]: Json,
    }
