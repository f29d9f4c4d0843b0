"""Procrastinate's tables, as of 3.10, which hand the jobs to workers; on PostgreSQL only."""

from __future__ import annotations

from typing import Any

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        raw: Any = connection.connection.driver_connection
        raw.execute(SchemaManager.get_schema())
