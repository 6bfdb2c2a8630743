"""How processes that share one SQLite file hear of each other's announcements.

PostgreSQL has NOTIFY. SQLite has `PRAGMA data_version`, which changes when another connection has
committed and costs some microseconds to ask; the topics stand in a small table of their own.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from storage.changes import Changes

_POLL_SECONDS = 0.05
_KEEP_MS = 60_000
_CREATE = (
    "CREATE TABLE IF NOT EXISTS _announcement ("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL,"
    " origin TEXT NOT NULL, at INTEGER NOT NULL)"
)


class SqliteNews:
    """Writes what this process announces, and tells it what others announced."""

    def __init__(self, path: Path, changes: Changes) -> None:
        self._path = path
        self._changes = changes
        self._origin = f"{os.getpid()}-{id(self):x}"
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="sqlite-news", daemon=True)
        self._swept = 0
        # Read here, not in the thread: what is announced from now on must be heard of.
        with sqlite3.connect(path) as connection:
            connection.execute(_CREATE)
            newest = connection.execute("SELECT coalesce(max(seq), 0) FROM _announcement")
            self._seen = int(newest.fetchone()[0])
        connection.close()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def record(self, connection: sqlite3.Connection, topics: Sequence[str]) -> None:
        """Part of the group's transaction; now and then it sweeps out what is old."""
        if not topics:
            return
        now = int(time.time() * 1000)
        connection.executemany(
            "INSERT INTO _announcement (topic, origin, at) VALUES (?, ?, ?)",
            [(topic, self._origin, now) for topic in dict.fromkeys(topics)],
        )
        if now - self._swept > _KEEP_MS:
            connection.execute("DELETE FROM _announcement WHERE at < ?", (now - _KEEP_MS,))
            self._swept = now

    def _follow(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        version = -1
        while not self._stopped.wait(_POLL_SECONDS):
            try:
                current = connection.execute("PRAGMA data_version").fetchone()[0]
                if current == version:
                    continue
                version = current
                rows = connection.execute(
                    "SELECT seq, topic, origin FROM _announcement WHERE seq > ?", (self._seen,)
                ).fetchall()
            except sqlite3.OperationalError:  # busy with a checkpoint: ask again
                continue
            if rows:
                self._seen = rows[-1][0]
                self._changes.tell([topic for _, topic, origin in rows if origin != self._origin])
        connection.close()
