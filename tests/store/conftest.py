from tests.databases import clock, empty_sqlite, postgresql, postgresql_store, store

__all__ = ["clock", "empty_sqlite", "postgresql", "postgresql_store", "store"]
