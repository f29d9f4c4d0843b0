"""What a class keeps: people, courses, submissions, marks; in SQLite or PostgreSQL. Knows tables, and no rules."""

from lib.store.database import DEFAULT, Store, StoreError, open_store, store_as_it_is

__all__ = ["DEFAULT", "Store", "StoreError", "open_store", "store_as_it_is"]
