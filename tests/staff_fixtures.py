"""The fixture of the tests of the staff's calls."""

from collections.abc import AsyncIterator

import pytest

from storage import Database
from tests.desk_house import browse, hire_all, make_app, make_desk
from tests.staff_office import Office, open_sessions


@pytest.fixture
async def staffed(database: Database) -> AsyncIterator[Office]:
    """A desk with people who are signed in, on SQLite and then on PostgreSQL."""
    people = await database.write(hire_all)
    tokens = await database.write(open_sessions, people)
    desk = await make_desk(database)
    async with browse(make_app(desk)) as client:
        yield Office(desk, client, people, tokens)
