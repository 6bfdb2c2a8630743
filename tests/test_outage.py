"""A database that goes away in the middle and comes back."""

import asyncio
from contextlib import suppress

import psycopg
import pytest

from bot.schema import MIGRATIONS
from faq.live_library import LiveLibrary
from faq.publishing import retract_entry
from storage import Database, StorageUnavailable, Transaction, open_database
from tests.conftest import StoreAddress, database_url
from tests.dialog import LIBRARY, start_dialog


def cut_off(url: str) -> None:
    """What a restart of PostgreSQL does to everyone who is connected."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def shut(url: str) -> None:
    """No connection goes through any more."""
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(database_url(url, "postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false".encode())
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )


@pytest.mark.parametrize("address", ["postgres"], indirect=True)
async def test_that_the_database_is_away_is_said_soon(
    database: Database, address: StoreAddress
) -> None:
    shut(address.url)
    async with asyncio.timeout(20):
        for _ in range(2):
            with pytest.raises(StorageUnavailable):
                await database.read(Transaction.value, "SELECT 1 AS alive")


async def wait_until_gone(database: Database, live: LiveLibrary, passage: str) -> None:
    with database.changes.subscribe("library") as news:
        async with asyncio.timeout(20):
            while live.get(passage) is not None:
                await news.wait(0.1)


@pytest.mark.parametrize("address", ["postgres"], indirect=True)
async def test_what_is_taken_back_after_an_outage_is_answered_no_more(
    database: Database, address: StoreAddress
) -> None:
    live = (await start_dialog(database, LIBRARY[:1])).live
    passage = live.passages()[0].id
    following = asyncio.create_task(live.follow())
    cut_off(address.url)
    other = await open_database(address.url, address.path, MIGRATIONS)
    await other.write(retract_entry, passage.removeprefix("entry:"), "周编", "写错了")
    await other.close()
    await wait_until_gone(database, live, passage)
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
