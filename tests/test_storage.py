"""What the domain may rely on, on both databases."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.schema import MIGRATIONS
from storage import Database, Migration, StorageUnavailable, Transaction, open_database
from tests.conftest import StoreAddress


def create(tx: Transaction) -> None:
    tx.execute("CREATE TABLE note (id TEXT PRIMARY KEY, body TEXT NOT NULL)")


def write_note(tx: Transaction, id: str, body: str) -> str:
    tx.insert("note", id=id, body=body)
    return id


def count_notes(tx: Transaction) -> int:
    return int(tx.value("SELECT count(*) FROM note"))


@pytest.fixture
async def notes(database: Database) -> Database:
    await database.write(create)
    return database


async def test_what_a_function_wrote_is_there_afterwards(notes: Database) -> None:
    assert await notes.write(write_note, "a", "三元区：收费吗") == "a"
    row = await notes.read(Transaction.one, "SELECT body FROM note WHERE id = :id", id="a")
    assert row == {"body": "三元区：收费吗"}


async def test_a_function_that_raises_leaves_nothing(notes: Database) -> None:
    def fail(tx: Transaction) -> None:
        write_note(tx, "lost", "")
        raise LookupError("no")

    with pytest.raises(LookupError):
        await notes.write(fail)
    assert await notes.read(count_notes) == 0


async def test_a_failure_takes_none_of_its_group_with_it(notes: Database) -> None:
    def fail(tx: Transaction) -> None:
        write_note(tx, "lost", "")
        raise LookupError("no")

    results = await asyncio.gather(
        *(notes.write(write_note, f"n{i}", "") for i in range(20)),
        notes.write(fail),
        *(notes.write(write_note, f"m{i}", "") for i in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, LookupError) for result in results) == 1
    assert await notes.read(count_notes) == 40


async def test_a_reader_cannot_write(notes: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read|暂时"):
        await notes.read(write_note, "a", "")
    assert await notes.read(count_notes) == 0


async def test_a_percent_sign_and_a_colon_are_only_text(notes: Database) -> None:
    await notes.write(write_note, "a", "100% :ok")
    found = await notes.read(
        Transaction.value,
        "SELECT count(*) FROM note WHERE body LIKE :end AND body LIKE '1%'",
        end="%:ok",
    )
    assert found == 1


async def test_revisions_count_up_without_gaps(notes: Database) -> None:
    def bump(tx: Transaction) -> int:
        return tx.next_revision("library")

    revisions = await asyncio.gather(*(notes.write(bump) for _ in range(30)))
    assert sorted(revisions) == list(range(1, 31))


async def test_announcements_reach_this_and_another_opening(
    notes: Database, address: StoreAddress
) -> None:
    def announce(tx: Transaction, topic: str) -> None:
        write_note(tx, topic, "")
        tx.announce(topic)

    other = await open_database(address.url, address.path, MIGRATIONS)
    with notes.changes.subscribe("here") as here, other.changes.subscribe("here") as there:
        await notes.write(announce, "elsewhere")
        await notes.write(announce, "here")
        assert await here.wait(5)
        assert await there.wait(5)
        assert not await here.wait(0.01)
    await other.close()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_a_full_disk_is_said_to_be_one_and_what_is_small_goes_on(notes: Database) -> None:
    pages = await notes.write(Transaction.value, "PRAGMA page_count")
    await notes.write(Transaction.value, f"PRAGMA max_page_count = {pages + 10}")
    with pytest.raises(StorageUnavailable, match="磁盘空间"):
        await notes.write(write_note, "large", "宽" * 100_000)
    await notes.write(write_note, "small", "")
    assert await notes.read(count_notes) == 1


@pytest.mark.parametrize("address", ["postgres"], indirect=True)
async def test_announcements_reach_us_after_the_connection_was_lost(
    database: Database, address: StoreAddress
) -> None:
    with database.changes.subscribe("faq") as news:
        await database.write(
            Transaction.one,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        assert await news.wait(10)  # what was missed meanwhile is looked for
        await database.write(Transaction.announce, "faq")
        assert await news.wait(10)


async def test_nothing_is_announced_by_a_transaction_that_failed(notes: Database) -> None:
    def fail(tx: Transaction) -> None:
        tx.announce("here")
        raise LookupError("no")

    with notes.changes.subscribe("here") as here:
        with pytest.raises(LookupError):
            await notes.write(fail)
        assert not await here.wait(0.05)


async def test_several_processes_may_start_and_migrate_at_once(address: StoreAddress) -> None:
    added = (*MIGRATIONS, Migration("extra_001", "CREATE TABLE extra (id TEXT PRIMARY KEY)"))

    def start() -> None:
        async def open_and_close() -> None:
            await (await open_database(address.url, address.path, added)).close()

        asyncio.run(open_and_close())

    with ThreadPoolExecutor(6) as pool:
        for started in [pool.submit(start) for _ in range(6)]:
            await asyncio.wrap_future(started)


async def test_a_database_that_cannot_be_opened_is_said_so(address: StoreAddress) -> None:
    if address.url:
        with pytest.raises(StorageUnavailable, match="连接不上"):
            await open_database("postgresql://nobody@127.0.0.1:1/none", address.path, MIGRATIONS)
    else:
        address.path.write_bytes(b"this is no database file at all, only some text" * 40)
        with pytest.raises(StorageUnavailable, match="打不开"):
            await open_database("", address.path, MIGRATIONS)
