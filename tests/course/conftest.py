from tests.databases import clock, postgresql, postgresql_store, sqlite_store, store

__all__ = ["clock", "postgresql", "postgresql_store", "sqlite_store", "store"]
