"""The queue's tabs, counts and order on both databases."""

import pytest

from handoff import actions
from handoff.conversations import NewMessage, record_message
from handoff.desk.queue import PAGE, Tab, find_next, load_queue
from handoff.staff import Staff
from handoff.tickets import Ticket, get_ticket, list_tickets
from storage import Database, Transaction
from tests.desk_house import ask, hire_all


@pytest.fixture
async def people(database: Database) -> dict[str, Staff]:
    return await database.write(hire_all)


async def questions(database: Database, staff: Staff, tab: Tab, query: str = "") -> list[str]:
    found = await database.read(load_queue, staff, tab, query)
    assert found.total == len(found.rows)
    if not query:
        assert found.counts[tab] == found.total
    return [row.ticket.question for row in found.rows]


def fill(tx: Transaction, people: dict[str, Staff]) -> None:
    """One ticket in every state, and one of another place."""
    mine, other = people["林晓"], people["陈工"]
    ask(tx, "等待")
    actions.claim(tx, ask(tx, "我的"), mine)
    actions.claim(tx, ask(tx, "同事的"), other)
    actions.escalate(tx, actions.claim(tx, ask(tx, "上报"), mine), mine, "没有口径")
    done = ask(tx, "办结")
    actions.reply(tx, done, other, "好了")
    actions.resolve(tx, get_ticket(tx, done.id), other)
    ask(tx, "乳山的", "371083")


async def test_every_ticket_is_in_its_tab(database: Database, people: dict[str, Staff]) -> None:
    await database.write(fill, people)

    async def tabs(name: str) -> dict[str, list[str]]:
        staff = people[name]
        shown: tuple[Tab, ...] = ("open", "mine", "others", "escalated", "done")
        return {tab: await questions(database, staff, tab) for tab in shown}

    assert await tabs("林晓") == {
        "open": ["等待"],
        "mine": ["我的"],
        "others": ["同事的"],
        "escalated": ["上报"],
        "done": ["办结"],
    }
    above = await tabs("市工改办")
    assert above["open"] == ["上报", "等待"]
    assert sorted(above["others"]) == ["同事的", "我的"]
    far = await tabs("乳山管家")
    assert far == {"open": ["乳山的"], "mine": [], "others": [], "escalated": [], "done": []}


async def test_who_waits_longest_for_an_answer_comes_first(
    database: Database, people: dict[str, Staff]
) -> None:
    me = people["林晓"]

    def set_up(tx: Transaction) -> None:
        def due(ticket: Ticket, hours: int) -> Ticket:
            at = tx.now + hours * 3_600_000
            tx.execute("UPDATE ticket SET due_at = :at WHERE id = :id", at=at, id=ticket.id)
            return actions.claim(tx, get_ticket(tx, ticket.id), me)

        due(ask(tx, "明天"), 24)
        due(ask(tx, "超期"), -2)
        answered = due(ask(tx, "已答复"), -9)
        actions.reply(tx, answered, me, "好的")
        again = due(ask(tx, "又问了"), 48)
        actions.reply(tx, again, me, "好的")
        record_message(tx, again.conversation_id, NewMessage("asker", "还有一个问题"))

    await database.write(set_up)
    assert await questions(database, me, "mine") == ["超期", "明天", "又问了", "已答复"]
    found = await database.read(load_queue, me, "mine")
    assert [row.asker_waits for row in found.rows] == [False, False, True, False]
    assert found.overdue == 1
    assert (await database.read(load_queue, people["乳山管家"], "mine")).overdue == 0


async def test_from_a_ticket_one_goes_on_to_the_most_urgent(
    database: Database, people: dict[str, Staff]
) -> None:
    def set_up(tx: Transaction) -> tuple[Ticket, Ticket]:
        late, first, mine = ask(tx, "不急"), ask(tx, "最急"), ask(tx, "我的")
        tx.execute("UPDATE ticket SET due_at = 1 WHERE id = :id", id=first.id)
        actions.claim(tx, mine, people["林晓"])
        return late, first

    later, first = await database.write(set_up)
    assert await database.read(find_next, people["林晓"], later) == first.number
    assert await database.read(find_next, people["林晓"], first) == later.number
    assert await database.read(find_next, people["乳山管家"], first) is None


async def test_a_search_looks_into_the_conversation_and_takes_signs_as_they_are(
    database: Database, people: dict[str, Staff]
) -> None:
    me = people["林晓"]

    def set_up(tx: Transaction) -> None:
        ticket = ask(tx, "费用问题")
        record_message(tx, ticket.conversation_id, NewMessage("asker", "退 50% 还是100_元!"))
        ask(tx, "别的问题")

    await database.write(set_up)
    for query in ("50%", "100_元", "元!", "费用"):
        assert await questions(database, me, "open", query) == ["费用问题"]
    for query in ("5%0", "1_0", "'; DROP TABLE ticket; --"):
        assert await questions(database, me, "open", query) == []


async def test_a_search_tells_nobody_the_numbers_that_are_hidden_from_them(
    database: Database, people: dict[str, Staff]
) -> None:
    def set_up(tx: Transaction) -> str:
        ticket = ask(tx, "电话13812345678，费用问题")
        record_message(tx, ticket.conversation_id, NewMessage("asker", "另一个13912345678"))
        return ticket.number

    number = await database.write(set_up)
    leader = people["赵主任"]
    for query in ("81234", "391234"):
        assert len(await questions(database, people["林晓"], "open", query)) == 1
        assert await questions(database, leader, "open", query) == []
        assert await database.read(list_tickets, leader, (), query) == []
    for query in ("费用", number):
        assert len(await questions(database, leader, "open", query)) == 1
        assert len(await database.read(list_tickets, leader, (), query)) == 1


async def test_a_long_queue_comes_in_pages(database: Database, people: dict[str, Staff]) -> None:
    def set_up(tx: Transaction) -> None:
        for number in range(PAGE + 3):
            ask(tx, f"问题 {number}")

    await database.write(set_up)
    first = await database.read(load_queue, people["林晓"], "open")
    second = await database.read(load_queue, people["林晓"], "open", "", 2)
    assert (len(first.rows), len(second.rows), first.pages) == (PAGE, 3, 2)
    shown = {row.ticket.id for row in (*first.rows, *second.rows)}
    assert len(shown) == PAGE + 3
