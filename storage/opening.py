"""Which of the two databases it is."""

from collections.abc import Sequence
from pathlib import Path

from storage.database import Database
from storage.migrations import STORAGE_MIGRATIONS, Migration
from storage.postgres import PostgresDatabase
from storage.sqlite import SqliteDatabase


async def open_database(url: str, path: Path, migrations: Sequence[Migration]) -> Database:
    """Open, create and migrate the database: `url` when given, else the SQLite file `path`.

    Raises StorageUnavailable when it cannot be opened.
    """
    every = (*STORAGE_MIGRATIONS, *migrations)
    if url:
        return await PostgresDatabase.open(url, every)
    return await SqliteDatabase.open(path, every)
