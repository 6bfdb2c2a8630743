"""Late tickets on both databases, by a clock that the tests set."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.promises import keep_promises
from bot.schema import MIGRATIONS
from handoff import actions
from handoff.clock import Calendar
from handoff.conversations import open_conversation
from handoff.reminders import find_late, tell_late
from handoff.staff import Role, Staff, add_staff, set_duty
from handoff.tickets import Ticket, get_ticket, load_log
from storage import Database, Transaction, open_database
from tests.conftest import StoreAddress
from tests.web_office import open_office

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar({}, SHANGHAI)
PEOPLE: tuple[tuple[str, Role, str], ...] = (
    ("林晓", "manager", "350404"),
    ("陈工", "manager", "350404"),
    ("乳山管家", "manager", "371083"),
    ("市工改办", "reform_office", "350400"),
    ("赵主任", "leader", "350404"),
    ("孙主任", "leader", "371083"),
)


def at(day: int, hour: int, minute: int = 0) -> int:
    """A moment of November 2026; the 20th is a Friday."""
    return int(datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).timestamp() * 1000)


def hire(tx: Transaction) -> dict[str, Staff]:
    return {name: add_staff(tx, name, role, region, "unused") for name, role, region in PEOPLE}


def ask(tx: Transaction, moment: int) -> Ticket:
    """A question that came at this moment; answered is promised within four working hours."""
    tx.now = moment
    conversation, _ = open_conversation(tx)
    return actions.open_ticket(
        tx,
        conversation.id,
        region="350404",
        question="厂房改造能退图审费吗",
        reason="unknown",
        due_at=CALENDAR.due_at(moment, 240),
        zone=SHANGHAI,
    )


def told(tx: Transaction, *kinds: str) -> list[tuple[str, str]]:
    rows = tx.all(
        "SELECT name, kind FROM notice JOIN staff ON staff.id = staff_id ORDER BY kind, name"
    )
    return [(row["name"], row["kind"]) for row in rows if row["kind"] in kinds]


def look(tx: Transaction, moment: int) -> int:
    tx.now = moment
    return tell_late(tx, CALENDAR, 60)


def act(tx: Transaction, moment: int, verb: Callable[..., Any], ticket: Ticket, *rest: Any) -> None:
    tx.now = moment
    verb(tx, get_ticket(tx, ticket.id), *rest)


async def test_who_waits_is_remembered_in_working_time(database: Database) -> None:
    people = await database.write(hire)
    ticket = await database.write(ask, at(20, 17))  # half an hour before the weekend
    await database.write(set_duty, people["陈工"], False)

    looked = [(20, 17, 29), (20, 20), (22, 10), (23, 8, 59), (23, 9), (23, 9, 1), (23, 12)]
    found = [await database.write(look, at(*moment)) for moment in looked]

    assert found == [0, 0, 0, 0, 1, 0, 0]
    reminded = await database.read(told, "reminded", "overdue")
    assert reminded == [("市工改办", "reminded"), ("林晓", "reminded")]
    log = await database.read(load_log, ticket.id)
    assert [row["action"] for row in log] == ["opened", "reminded"]


async def test_a_broken_promise_is_told_above(database: Database) -> None:
    people = await database.write(hire)
    ticket = await database.write(ask, at(23, 9))
    await database.write(act, at(23, 9, 5), actions.claim, ticket, people["林晓"])
    assert ticket.due_at == at(23, 14, 30)

    found = [
        await database.write(look, moment)
        for moment in (at(23, 10), at(23, 14, 30), at(23, 14, 30) + 1, at(24, 9))
    ]

    assert found == [1, 0, 1, 0]
    assert await database.read(told, "reminded", "overdue") == [
        ("市工改办", "overdue"),
        ("林晓", "overdue"),
        ("赵主任", "overdue"),
        ("林晓", "reminded"),
    ]
    texts = await database.read(lambda tx: tx.all("SELECT text FROM notice WHERE kind='overdue'"))
    assert "已超过承诺时限（11月23日 14:30），由林晓受理，还没有答复" in texts[0]["text"]


@pytest.mark.parametrize("done", ["reply", "resolve"])
async def test_who_has_an_answer_is_not_reminded_of(database: Database, done: str) -> None:
    people = await database.write(hire)
    ticket = await database.write(ask, at(23, 9))
    await database.write(act, at(23, 9, 5), actions.reply, ticket, people["林晓"], "可以。")
    if done == "resolve":
        await database.write(act, at(23, 9, 6), actions.resolve, ticket, people["林晓"])

    assert await database.write(look, at(25, 9)) == 0


async def test_what_was_handed_up_is_asked_of_those_above(database: Database) -> None:
    people = await database.write(hire)
    ticket = await database.write(ask, at(23, 9))
    await database.write(act, at(23, 9, 5), actions.escalate, ticket, people["林晓"], "没有口径")

    await database.write(look, at(23, 10))

    assert await database.read(told, "reminded") == [("市工改办", "reminded")]


async def test_of_several_processes_one_reminds(database: Database, address: StoreAddress) -> None:
    await database.write(hire)
    for minute in range(5):
        await database.write(ask, at(23, 9, minute))
    others = [await open_database(address.url, Path(address.path), MIGRATIONS) for _ in range(3)]

    for moment in (at(23, 10, 30), at(24, 9)):
        await asyncio.gather(*(each.write(look, moment) for each in (database, *others)))

    for each in others:
        await each.close()
    notices = await database.read(told, "reminded", "overdue")
    counts = {notice: notices.count(notice) for notice in notices}
    assert counts == dict.fromkeys(
        [
            *((name, "reminded") for name in ("林晓", "陈工", "市工改办")),
            *((name, "overdue") for name in ("林晓", "陈工", "市工改办", "赵主任")),
        ],
        5,
    )


async def test_the_server_looks_by_itself(tmp_path: Path) -> None:
    async with open_office(tmp_path) as services:
        ticket = await services.database.write(ask, at(20, 9) - 365 * 24 * 3600 * 1000)
        calendar, minutes = services.calendar, services.settings.remind_after
        with services.database.changes.subscribe(f"ticket:{ticket.id}") as news:
            looking = asyncio.create_task(keep_promises(services))
            assert await news.wait(timeout=10)
            looking.cancel()

        assert await services.database.read(find_late, calendar, minutes) == []
        log = await services.database.read(load_log, ticket.id)
        assert [row["action"] for row in log] == ["opened", "overdue"]
