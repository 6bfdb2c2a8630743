"""The inbox: kept once, handled once, in order, and nothing poisonous holds up the others."""

import time

import pytest
import time_machine

from bot import inbox
from bot.inbox import TRIES, Update
from storage import Database, Transaction


def update(position: int, chat: int = 7) -> Update:
    return Update(f"telegram-42-{position}", chat, position, {"update_id": position})


def done(tx: Transaction) -> str:
    return "done"


def fails(tx: Transaction) -> None:
    tx.insert("revision", name="half-done", value=1)
    raise RuntimeError("poison")


async def waiting(database: Database) -> list[int]:
    return list(await database.read(inbox.load_waiting_chats))


async def test_a_repeated_update_is_handled_once(database: Database) -> None:
    await database.write(inbox.receive, [update(1), update(2)])
    await database.write(inbox.receive, [update(2), update(1)])
    first = await database.read(inbox.find_next, 7)
    assert first == update(1)
    assert await database.write(inbox.handle_once, first, done) == "done"
    assert await database.write(inbox.handle_once, first, done) is None
    second = await database.read(inbox.find_next, 7)
    assert second == update(2)
    await database.write(inbox.handle_once, second, done)
    await database.write(inbox.receive, [update(1), update(2)])
    assert await waiting(database) == []


async def test_batches_keep_their_order_even_when_ids_start_anew(database: Database) -> None:
    await database.write(inbox.receive, [update(900)])
    with time_machine.travel(time.time() + 7 * 24 * 3600):  # when Telegram may begin anew
        await database.write(inbox.receive, [update(3)])
        assert await database.read(inbox.find_next, 7) == update(900)


async def test_a_failure_undoes_its_work_and_waits(database: Database) -> None:
    await database.write(inbox.receive, [update(1), update(2), update(3, chat=8)])
    with pytest.raises(RuntimeError, match="poison"):
        await database.write(inbox.handle_once, update(1), fails)
    assert not await database.write(inbox.put_back, update(1), "poison")
    assert await database.read(lambda tx: tx.value("SELECT count(*) FROM revision")) == 0
    assert await database.read(inbox.find_next, 7) is None  # its own chat waits, in order
    assert await database.read(inbox.find_next, 8) == update(3, chat=8)


async def test_what_fails_again_and_again_is_set_aside_with_its_error(database: Database) -> None:
    await database.write(inbox.receive, [update(1), update(2)])
    for attempts in range(TRIES):
        poison = Update("telegram-42-1", 7, 1, {}, attempts)
        aside = await database.write(inbox.put_back, poison, f"try {attempts}")
        assert aside == (attempts == TRIES - 1)
    assert await database.read(inbox.find_next, 7) == update(2)
    assert await database.read(inbox.count_set_aside) == 1
    kept = await database.read(lambda tx: tx.one("SELECT body, error FROM inbox WHERE error <> ''"))
    assert kept == {"body": '{"update_id": 1}', "error": f"try {TRIES - 1}"}


async def test_old_ids_are_forgotten_and_what_was_said_is_not_kept_twice(
    database: Database,
) -> None:
    await database.write(inbox.receive, [update(1), update(2)])
    await database.write(inbox.handle_once, update(1), done)
    of_done = "SELECT body FROM inbox WHERE done_at IS NOT NULL"
    assert await database.read(lambda tx: tx.value(of_done)) == "{}"
    await database.write(
        lambda tx: tx.execute("UPDATE inbox SET done_at = 0 WHERE done_at IS NOT NULL")
    )
    await database.write(inbox.forget_old)
    assert await database.read(lambda tx: tx.value("SELECT count(*) FROM inbox")) == 1
