"""The one way to the database: SQLite through sqlite-utils, PostgreSQL through psycopg.

Everything that reads or changes state is a plain function with a `Transaction` as its first
parameter; surfaces call `await database.write(function, …)` or `await database.read(…)`.
"""

from storage.changes import Changes, Subscription
from storage.database import Database
from storage.migrations import Migration
from storage.opening import open_database
from storage.transaction import (
    Row,
    StorageUnavailable,
    Transaction,
    UnusableValue,
    holding,
    new_id,
)

__all__ = [
    "Changes",
    "Database",
    "Migration",
    "Row",
    "StorageUnavailable",
    "Subscription",
    "Transaction",
    "UnusableValue",
    "holding",
    "new_id",
    "open_database",
]
