"""SQLite: one writer thread with group commit, a few readers, WAL, `synchronous=FULL`."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Concatenate

import sqlite_utils

from storage.database import Database, P, T
from storage.migrations import Migration, migrate_sqlite
from storage.sqlite_news import SqliteNews
from storage.transaction import Row, StorageUnavailable, Transaction, UnusableValue

_BUSY_SECONDS = 30.0
# A group takes on jobs for so long, or for so many times as long as the last commit took.
_SHORTEST_GROUP, _LONGEST_GROUP = 0.02, 0.2  # seconds
_COMMITS = 4
_READERS = 3
_UNAVAILABLE = "数据库暂时无法读写，请稍后再试；若持续出现，请检查磁盘空间和数据目录的权限。"


class SqliteTransaction(Transaction):
    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    def _run(self, sql: str, params: Mapping[str, Any]) -> tuple[list[Row], int]:
        try:
            cursor = self._connection.execute(sql, params)
        except (OverflowError, UnicodeEncodeError) as error:
            raise UnusableValue from error
        if cursor.description is None:
            return [], cursor.rowcount
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        return rows, len(rows)

    def _run_many(self, sql: str, rows: list[Mapping[str, Any]]) -> None:
        try:
            self._connection.executemany(sql, rows)
        except (OverflowError, UnicodeEncodeError) as error:
            raise UnusableValue from error


@dataclass(slots=True)
class _Job:
    """A function that waits for the writer, and who waits for its result."""

    function: Callable[[Transaction], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        if self.future.done():  # whoever asked has gone away; the work is committed all the same
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


def connect(path: Path, *, query_only: bool = False) -> sqlite_utils.Database:
    """A connection with our settings; we say BEGIN and COMMIT ourselves."""
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_SECONDS,
        cached_statements=512,
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    if query_only:
        connection.execute("PRAGMA query_only=ON")
    return sqlite_utils.Database(connection)


class SqliteDatabase(Database):
    """One file. Several processes may have it open; each has one writer."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(_READERS, "sqlite-reader")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._news = SqliteNews(path, self.changes)
        self._commit_seconds = 0.0
        self._writer = threading.Thread(target=self._write_jobs, name="sqlite-writer", daemon=True)

    @classmethod
    async def open(cls, path: Path, migrations: Sequence[Migration]) -> "SqliteDatabase":
        """Open the file, creating it with its folder, and bring its tables up to date."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with connect(path).conn as connection:
                migrate_sqlite(sqlite_utils.Database(connection), migrations)
            connection.close()
            database = cls(path)
        except (OSError, sqlite3.Error) as error:
            raise StorageUnavailable(f"打不开数据库 {path}：{error}") from error
        database._writer.start()
        database._news.start()
        return database

    async def write(
        self,
        function: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(lambda tx: function(tx, *args, **kwargs), loop, future))
        return await future

    async def read(
        self,
        function: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        loop = asyncio.get_running_loop()
        call = partial(self._read, lambda tx: function(tx, *args, **kwargs))
        return await loop.run_in_executor(self._readers, call)

    async def close(self) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._readers.shutdown)
        self._news.stop()
        for connection in self._connections:
            connection.close()

    def _read(self, function: Callable[[Transaction], T]) -> T:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self._path, query_only=True).conn
            self._local.connection = connection
            self._connections.append(connection)
        try:
            connection.execute("BEGIN")
            try:
                return function(SqliteTransaction(connection))
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise StorageUnavailable(_UNAVAILABLE) from error

    def _write_jobs(self) -> None:
        connection = connect(self._path).conn
        while (job := self._jobs.get()) is not None:
            group = self._run_group(connection, job)
            for loop in {each.loop for each in group}:
                _settle(loop, [each for each in group if each.loop is loop])
        connection.close()

    def _run_group(self, connection: sqlite3.Connection, first: _Job) -> list[_Job]:
        """Run the first job and whatever waits behind it, and commit them together.

        Nobody goes on before the commit: a job may have read what an earlier one of the same group
        wrote. When the commit fails, all of the group fail. A group ends while others still wait,
        so that its askers read their replies, and send more, during the next one.
        """
        group = [first]
        announced: list[str] = []
        wanted = max(_SHORTEST_GROUP, _COMMITS * self._commit_seconds)
        until = time.monotonic() + min(wanted, _LONGEST_GROUP)
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in group:  # grows while we go through it
                announced += _run_in_savepoint(connection, job)
                if time.monotonic() < until:
                    self._take_waiting(group)
            self._news.record(connection, announced)
            begin = time.monotonic()
            connection.execute("COMMIT")
            self._commit_seconds = time.monotonic() - begin
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            failure = StorageUnavailable(_UNAVAILABLE)
            failure.__cause__ = error
            for job in group:
                job.error = job.error or failure
        else:
            self.changes.tell(announced)
        return group

    def _take_waiting(self, group: list[_Job]) -> None:
        """Adds the next job that waits to the group, if there is one."""
        try:
            job = self._jobs.get_nowait()
        except queue.Empty:
            return
        if job is None:  # close() was called: finish this group, then see it again
            self._jobs.put(None)
        else:
            group.append(job)


def _run_in_savepoint(connection: sqlite3.Connection, job: _Job) -> list[str]:
    """Run one job so that its failure undoes its own writes only; the topics that it announced."""
    transaction = SqliteTransaction(connection)
    connection.execute("SAVEPOINT job")
    try:
        job.result = job.function(transaction)
    except BaseException as error:
        job.error = _in_words(error)
        connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
        return []
    connection.execute("RELEASE job")
    return transaction.announced


def _in_words(error: BaseException) -> BaseException:
    """What a full or failing disk raises in the middle of a function is no fault of the function;
    a statement that is wrong is."""
    if isinstance(error, sqlite3.OperationalError) and (
        error.sqlite_errorcode != sqlite3.SQLITE_ERROR
    ):
        failure = StorageUnavailable(_UNAVAILABLE)
        failure.__cause__ = error
        return failure
    return error


def _settle(loop: asyncio.AbstractEventLoop, jobs: list[_Job]) -> None:
    def settle_all() -> None:
        for job in jobs:
            job.settle()

    if not loop.is_closed():
        loop.call_soon_threadsafe(settle_all)
