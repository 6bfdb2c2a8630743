"""Backup and restore of the embedded database; live, by SQLite's own backup."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from bot.settings import Settings


class BackupError(Exception):
    """It cannot be done; the message says why and what to do."""


def back_up(settings: Settings, target: Path) -> int:
    """Copy the database while it may be in use; the size in bytes. Never leaves half a file."""
    _check_embedded(settings, "pg_dump")
    source = settings.database_path
    if not source.exists():
        raise BackupError(f"还没有数据：{source} 不存在。")
    if target.is_dir():
        raise BackupError(f"{target} 是文件夹，请写出备份文件的名字。")
    if target.resolve() in _files_of(source):
        # A running server would go on writing into the file that had been replaced.
        raise BackupError("备份不能写到正在使用的数据库上，请换一个文件名。")
    unfinished = target.with_name(target.name + ".part")
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(unfinished)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        check_backup(unfinished)
        unfinished.replace(target)
    except sqlite3.Error as error:
        raise BackupError(f"备份没有完成：{error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def restore(settings: Settings, backup: Path) -> Path | None:
    """Put a backup in place of the data; where the data from before were put, if there were any."""
    _check_embedded(settings, "pg_restore")
    check_backup(backup)
    target = settings.database_path
    if backup.resolve() == target.resolve():
        raise BackupError("这就是现在的数据库，不需要恢复。")
    _check_unused(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    arrived = target.with_name(target.name + ".part")
    arrived.write_bytes(backup.read_bytes())
    kept = None
    if target.exists():
        kept = target.with_name(f"{target.stem}-before-{time.strftime('%Y%m%d-%H%M%S')}.db")
        target.replace(kept)
    for extra in ("-wal", "-shm"):
        target.with_name(target.name + extra).unlink(missing_ok=True)
    arrived.replace(target)
    return kept


def check_backup(path: Path) -> None:
    """Raise BackupError unless the file is a whole database of ours."""
    if not path.is_file():
        raise BackupError(f"没有这个文件：{path}")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            ours = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name IN ('message', 'entry', 'ticket')"
            ).fetchone()[0]
    except sqlite3.Error as error:
        raise BackupError(f"{path} 不是小海马的备份，或已损坏。") from error
    if not sound or ours != 3:
        raise BackupError(f"{path} 不是小海马的备份，或已损坏。")


def _check_embedded(settings: Settings, tool: str) -> None:
    if settings.database_url.get_secret_value():
        raise BackupError(f"数据在 PostgreSQL 里，请用 {tool}。")


def _files_of(database: Path) -> set[Path]:
    """The database with the files that SQLite keeps beside it."""
    return {
        database.with_name(database.name + extra).resolve()
        for extra in ("", "-wal", "-shm", ".part")
    }


def _check_unused(path: Path) -> None:
    """Raise BackupError while a server has the database open."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
            if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise BackupError("数据库正在使用，请先停止服务再恢复。")
    except sqlite3.OperationalError as error:
        raise BackupError("数据库正在使用，请先停止服务再恢复。") from error
    except sqlite3.DatabaseError:
        return  # what is damaged is what one restores over
