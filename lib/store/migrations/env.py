"""What Alembic runs: the migrations, on the connection and in the transaction that `lib.store.upgrade` holds."""

from alembic import context

from lib.store.base import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
context.run_migrations()
