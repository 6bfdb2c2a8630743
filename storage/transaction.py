"""What a function of the domain sees of the database."""

import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

Row = dict[str, Any]
"""One row, by column name. Flags are 0/1, moments epoch milliseconds, JSON is text."""


class StorageUnavailable(Exception):
    """The database cannot be reached or cannot write now; nothing of the transaction is kept."""


class UnusableValue(Exception):
    """A value that the database cannot hold or compare: half a character, a number beyond all."""

    def __init__(self, message: str = "内容里有无法识别的字符或过大的数字，请改正后再试。") -> None:
        super().__init__(message)


def new_id() -> str:
    """A random text id, safe in addresses; 80 bits, so that collisions need not be handled."""
    return secrets.token_hex(10)


def holding(text: str) -> str:
    """The pattern of all texts that hold this one; its statement says `LIKE :name ESCAPE '!'`."""
    plain = text.strip().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{plain}%"


@lru_cache(maxsize=256)
def _insert_statement(table: str, columns: tuple[str, ...]) -> str:
    values = ", ".join(f":{column}" for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"


class Transaction(ABC):
    """An open transaction on either database; statements use named parameters (`:name`).

    A colon stands in a statement only before a parameter's name, never inside a literal.
    It commits when the function that got it returns and is rolled back when that function raises.
    """

    def __init__(self) -> None:
        self.now = int(time.time() * 1000)
        """The moment of this transaction, epoch milliseconds; the same for all it writes."""
        self.announced: list[str] = []

    @abstractmethod
    def _run(self, sql: str, params: Mapping[str, Any]) -> tuple[list[Row], int]:
        """Run one statement; its rows and the number of rows it touched."""

    @abstractmethod
    def _run_many(self, sql: str, rows: list[Mapping[str, Any]]) -> None:
        """Run one statement for each row of parameters."""

    def all(self, sql: str, **params: Any) -> list[Row]:
        """All rows of a query."""
        return self._run(sql, params)[0]

    def one(self, sql: str, **params: Any) -> Row | None:
        """The first row of a query, or None."""
        rows = self._run(sql, params)[0]
        return rows[0] if rows else None

    def value(self, sql: str, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, **params)
        return next(iter(row.values())) if row else None

    def execute(self, sql: str, **params: Any) -> int:
        """Run a statement; the number of rows it changed."""
        return self._run(sql, params)[1]

    def insert(self, table: str, **values: Any) -> None:
        """Insert one row."""
        self._run(_insert_statement(table, tuple(values)), values)

    def insert_many(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows that all have the columns of the first."""
        batch = list(rows)
        if batch:
            self._run_many(_insert_statement(table, tuple(batch[0])), batch)

    def next_revision(self, name: str) -> int:
        """Count up the revision of something that processes keep in memory, and announce it.

        The counter's row stays locked until the commit, so revisions become visible in order:
        whoever has seen revision n has seen everything before n.
        """
        revision = self.value(
            "INSERT INTO revision (name, value) VALUES (:name, 1)"
            " ON CONFLICT (name) DO UPDATE SET value = revision.value + 1 RETURNING value",
            name=name,
        )
        self.announce(name)
        return int(revision)

    def hold(self, name: str) -> None:
        """Wait for whoever else holds or counts up this revision, and hold it until the commit.

        Before a check of what others may be changing right now: what it reads then stands.
        """
        self.execute(
            "INSERT INTO revision (name, value) VALUES (:name, 0)"
            " ON CONFLICT (name) DO UPDATE SET value = revision.value",
            name=name,
        )

    def revision(self, name: str) -> int:
        """Where that count stands; 0 before the first."""
        return int(self.value("SELECT value FROM revision WHERE name = :name", name=name) or 0)

    def announce(self, topic: str) -> None:
        """Wake the subscribers of a topic, in every process, once this transaction is committed."""
        if topic not in self.announced:
            self.announced.append(topic)
