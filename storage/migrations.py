"""One list of migrations for both databases; the package that owns the tables writes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
import sqlite_utils
from sqlite_utils import Migrations

_SET = "xiaohaima"
_POSTGRES_LOCK = 7_210_453_118_604_001  # any number that nobody else locks in this database


@dataclass(frozen=True, slots=True)
class Migration:
    """Statements that run once, in one transaction. Names are for ever: never edit, only add."""

    name: str
    statements: tuple[str, ...]

    def __init__(self, name: str, *statements: str) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "statements", statements)


STORAGE_MIGRATIONS = (
    Migration(
        "storage_001", "CREATE TABLE revision (name TEXT PRIMARY KEY, value BIGINT NOT NULL)"
    ),
)


def migrate_sqlite(db: sqlite_utils.Database, migrations: Sequence[Migration]) -> None:
    """Apply what is pending. Runs inside BEGIN IMMEDIATE: several processes may start at once."""

    def step(migration: Migration) -> Callable[[sqlite_utils.Database], None]:
        def run(db: sqlite_utils.Database) -> None:
            for statement in migration.statements:
                db.execute(statement)

        return run

    registered = Migrations(_SET)
    for migration in migrations:
        registered(name=migration.name)(step(migration))
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        registered.apply(db)
    except BaseException:
        db.conn.execute("ROLLBACK")
        raise
    db.conn.execute("COMMIT")


def migrate_postgres(connection: psycopg.Connection, migrations: Sequence[Migration]) -> None:
    """Apply what is pending, under a lock that other starting processes wait for."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_POSTGRES_LOCK,))
        connection.execute("CREATE TABLE IF NOT EXISTS _migrations (name TEXT PRIMARY KEY)")
        applied = {row[0] for row in connection.execute("SELECT name FROM _migrations").fetchall()}
        for migration in migrations:
            if migration.name in applied:
                continue
            for statement in migration.statements:
                connection.execute(statement.encode())
            connection.execute("INSERT INTO _migrations (name) VALUES (%s)", (migration.name,))
