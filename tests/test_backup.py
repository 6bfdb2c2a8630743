"""Backup and restore, as an operator runs them."""

from pathlib import Path

import pytest

from bot.backup import BackupError, back_up, restore
from bot.schema import MIGRATIONS
from bot.settings import Settings
from handoff.staff import add_staff, list_staff
from storage import open_database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


async def hire(settings: Settings, name: str) -> None:
    database = await open_database("", settings.database_path, MIGRATIONS)
    await database.write(add_staff, name, "manager", "350404", "unused")
    await database.close()


async def names(settings: Settings) -> list[str]:
    database = await open_database("", settings.database_path, MIGRATIONS)
    people = await database.read(list_staff)
    await database.close()
    return [each.name for each in people]


async def test_what_came_after_the_backup_is_gone_and_kept_aside(
    settings: Settings, tmp_path: Path
) -> None:
    await hire(settings, "林晓")
    copy = tmp_path / "copy.db"
    back_up(settings, copy)
    await hire(settings, "陈工")
    kept = restore(settings, copy)
    assert await names(settings) == ["林晓"]
    assert kept is not None
    assert kept.exists()


async def test_a_backup_is_made_but_not_restored_while_the_database_is_open(
    settings: Settings, tmp_path: Path
) -> None:
    database = await open_database("", settings.database_path, MIGRATIONS)
    await database.write(add_staff, "林晓", "manager", "350404", "unused")
    copy = tmp_path / "copy.db"
    back_up(settings, copy)
    with pytest.raises(BackupError, match="正在使用"):
        restore(settings, copy)
    await database.close()
    restore(settings, copy)
    assert await names(settings) == ["林晓"]


@pytest.mark.parametrize("name", ["xiaohaima.db", "xiaohaima.db-wal", "../data/xiaohaima.db", "."])
async def test_a_backup_never_replaces_the_database(settings: Settings, name: str) -> None:
    await hire(settings, "林晓")
    before = settings.database_path.stat().st_ino
    with pytest.raises(BackupError):
        back_up(settings, settings.data_dir / name)
    assert settings.database_path.stat().st_ino == before


async def test_what_is_no_backup_is_refused_and_nothing_changes(
    settings: Settings, tmp_path: Path
) -> None:
    await hire(settings, "林晓")
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"\x00\xff" * 5000)
    for other in (garbage, tmp_path / "nothing.db", settings.database_path):
        with pytest.raises(BackupError):
            restore(settings, other)
    assert await names(settings) == ["林晓"]
