"""PostgreSQL through psycopg: a pool, worker threads, LISTEN / NOTIFY."""

import asyncio
import re
import selectors
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Concatenate

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from storage.database import Database, P, T
from storage.migrations import Migration, migrate_postgres
from storage.transaction import Row, StorageUnavailable, Transaction, UnusableValue

_CONNECTIONS = 8
_WAIT_SECONDS = 5.0
"""For a connection; as many as threads, so only when the database is away, which is soon said."""
_TRIES = 5
_CHANNEL = "xiaohaima"
_UNAVAILABLE = "数据库暂时连接不上，请稍后再试。"
_PARAMETER = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")

Connection = psycopg.Connection[dict[str, Any]]


@lru_cache(maxsize=1024)
def _translate(sql: str) -> bytes:
    """`:name` to psycopg's `%(name)s`; the statements are otherwise the same on both databases."""
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")).encode()


class PostgresTransaction(Transaction):
    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def _run(self, sql: str, params: Mapping[str, Any]) -> tuple[list[Row], int]:
        try:
            cursor = self._connection.execute(_translate(sql), params)
        except (psycopg.DataError, UnicodeEncodeError) as error:
            raise UnusableValue from error
        rows = cursor.fetchall() if cursor.description else []
        return rows, cursor.rowcount

    def _run_many(self, sql: str, rows: list[Mapping[str, Any]]) -> None:
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(_translate(sql), rows)
        except (psycopg.DataError, UnicodeEncodeError) as error:
            raise UnusableValue from error


class PostgresDatabase(Database):
    """A pool of connections; each function runs in a worker thread on one of them."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=1,
            max_size=_CONNECTIONS,
            open=False,
            timeout=_WAIT_SECONDS,
            kwargs={"row_factory": dict_row},
        )
        self._threads = ThreadPoolExecutor(_CONNECTIONS, "postgres")
        self._stopped = threading.Event()
        self._waker, self._woken = socket.socketpair()
        self._listening = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="postgres-news", daemon=True)

    @classmethod
    async def open(cls, url: str, migrations: Sequence[Migration]) -> "PostgresDatabase":
        """Connect and bring the tables up to date."""

        def migrate() -> None:
            with psycopg.connect(url, connect_timeout=10) as connection:
                migrate_postgres(connection, migrations)

        try:
            await asyncio.to_thread(migrate)
        except psycopg.Error as error:
            raise StorageUnavailable(f"连接不上 PostgreSQL：{error}") from error
        database = cls(url)
        await asyncio.to_thread(database._pool.open, True, 30.0)
        database._listener.start()
        # What is announced before anyone listens is never heard of.
        await asyncio.to_thread(database._listening.wait, 30.0)
        return database

    async def write(
        self,
        function: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self._submit(lambda tx: function(tx, *args, **kwargs), read_only=False)

    async def read(
        self,
        function: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self._submit(lambda tx: function(tx, *args, **kwargs), read_only=True)

    async def close(self) -> None:
        self._stopped.set()
        self._waker.close()  # ends the listener's wait
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._listener.join)
        await asyncio.to_thread(self._pool.close)
        self._woken.close()

    async def _submit(self, function: Callable[[Transaction], T], *, read_only: bool) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._run, function, read_only)

    def _run(self, function: Callable[[Transaction], T], read_only: bool) -> T:
        """Run it; again when PostgreSQL broke a deadlock at our cost."""
        for attempt in range(1, _TRIES + 1):
            try:
                with self._pool.connection() as connection:
                    return _run_in_transaction(connection, function, read_only)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure) as error:
                if attempt == _TRIES:
                    raise StorageUnavailable(_UNAVAILABLE) from error
            except (psycopg.OperationalError, PoolTimeout) as error:
                raise StorageUnavailable(_UNAVAILABLE) from error
        raise AssertionError("unreachable")

    def _listen(self) -> None:
        """Pass on what any process announced, this one included."""
        while not self._stopped.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {_CHANNEL}".encode())
                    if self._listening.is_set():  # again: something may have been missed
                        self.changes.tell_all()
                    self._listening.set()
                    self._pass_on(connection)
            except psycopg.OperationalError:
                self._stopped.wait(1.0)

    def _pass_on(self, connection: psycopg.Connection) -> None:
        """Tell what comes in over a connection, until the database is closed."""
        with selectors.DefaultSelector() as incoming:
            incoming.register(connection.fileno(), selectors.EVENT_READ)
            incoming.register(self._woken, selectors.EVENT_READ)
            while not self._stopped.is_set():
                incoming.select()
                for notice in connection.notifies(timeout=0):
                    self.changes.tell(notice.payload.split("\n"))


def _run_in_transaction(
    connection: Connection, function: Callable[[Transaction], T], read_only: bool
) -> T:
    with connection.transaction():
        if read_only:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        transaction = PostgresTransaction(connection)
        result = function(transaction)
        if transaction.announced:
            connection.execute(
                "SELECT pg_notify(%s, %s)", (_CHANNEL, "\n".join(transaction.announced))
            )
        return result
