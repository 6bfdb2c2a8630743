"""Fixtures of the desk's page tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.schema import MIGRATIONS
from handoff.desk.context import Desk
from storage import open_database
from tests.desk_house import browse, hire_all, make_app, make_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk with its people, on SQLite: what differs between the databases is tested elsewhere."""
    database = await open_database("", tmp_path / "desk.db", MIGRATIONS)
    await database.write(hire_all)
    yield await make_desk(database)
    await database.close()


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at that desk; nobody is signed in."""
    async with browse(make_app(desk)) as opened:
        yield opened
