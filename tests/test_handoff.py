"""Tickets through the real domain, on both databases."""

import asyncio
import sys
from zoneinfo import ZoneInfo

import pytest

from handoff import actions
from handoff.accounts import disable_staff
from handoff.conversations import (
    NewMessage,
    access_conversation,
    load_messages,
    open_conversation,
    record_message,
)
from handoff.errors import Conflict, Forbidden, Invalid, NotFound
from handoff.staff import Role, Staff, add_staff, set_duty
from handoff.tickets import Ticket, access_ticket, get_ticket, list_tickets, load_log
from storage import Database, Row, Transaction
from tests.claim_race import race
from tests.conftest import StoreAddress

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = 3_600_000


def hire(tx: Transaction, name: str, role: Role = "manager", region: str = "350404") -> Staff:
    return add_staff(tx, name, role, region, "unused")


def ask_people(
    tx: Transaction, question: str = "三元区代办收费吗", region: str | None = "350404"
) -> Ticket:
    conversation, _ = open_conversation(tx)
    return actions.open_ticket(
        tx,
        conversation.id,
        region=region,
        question=question,
        reason="unknown",
        due_at=tx.now + HOUR,
        zone=SHANGHAI,
    )


def notices(tx: Transaction) -> list[Row]:
    return tx.all("SELECT staff_id, kind FROM notice ORDER BY created_at, id")


async def test_of_a_hundred_managers_one_gets_the_ticket(database: Database) -> None:
    names = [f"管家{number}" for number in range(100)]
    for name in names:
        await database.write(hire, name)
    ticket = await database.write(ask_people)

    winners = await race(database, ticket.id, names)

    assert len(winners) == 1
    assert (await database.read(get_ticket, ticket.id)).assignee_name == winners[0]
    log = await database.read(load_log, ticket.id)
    assert [row["action"] for row in log] == ["opened", "claimed"]


async def test_of_managers_in_four_processes_one_gets_the_ticket(
    database: Database, address: StoreAddress
) -> None:
    for number in range(100):
        await database.write(hire, f"管家{number}")
    ticket = await database.write(ask_people)

    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.claim_race",
            address.url or str(address.path),
            ticket.id,
            str(first),
            "25",
            stdout=asyncio.subprocess.PIPE,
        )
        for first in range(0, 100, 25)
    ]
    outputs = [(await process.communicate())[0].decode() for process in processes]

    assert all(process.returncode == 0 for process in processes)
    winners = [name for output in outputs for name in output.split()]
    assert len(winners) == 1
    assert (await database.read(get_ticket, ticket.id)).assignee_name == winners[0]


async def test_a_ticket_from_question_to_rating(database: Database) -> None:
    manager = await database.write(hire, "林工")
    ticket = await database.write(ask_people)
    assert ticket.status == "open"

    await database.write(actions.note, ticket, manager, "查一下方案第二条")
    await database.write(actions.reply, ticket, manager, "不收费。")
    ticket = await database.read(get_ticket, ticket.id)
    assert (ticket.status, ticket.assignee) == ("claimed", manager.id)

    ticket = await database.write(actions.resolve, ticket, manager)
    seen = await database.read(load_messages, ticket.conversation_id)
    assert [message.author for message in seen] == ["manager", "system"]
    assert seen[-1].reply is not None
    assert [option["text"] for option in seen[-1].reply["options"]][:2] == ["非常满意", "满意"]

    ticket = await database.write(actions.rate, ticket, 5, "很快")
    assert (ticket.status, ticket.rating) == ("closed", 5)


async def test_an_answer_that_comes_twice_arrives_once(database: Database) -> None:
    manager = await database.write(hire, "林工")
    colleague = await database.write(hire, "陈工")
    ticket = await database.write(ask_people)

    said = await asyncio.gather(
        *(database.write(actions.reply, ticket, manager, "不收费。", "a") for _ in range(3))
    )
    await database.write(actions.note, ticket, colleague, "已核对。", "a")  # an id of their own
    resolved = await database.write(
        actions.resolve, await database.read(get_ticket, ticket.id), manager
    )
    late = await database.write(actions.reply, resolved, manager, "不收费。", "a")

    assert {message.id for message in (*said, late)} == {late.id}
    seen = await database.read(load_messages, ticket.conversation_id, private=True)
    assert [message.text for message in seen][:2] == ["不收费。", "已核对。"]
    log = await database.read(load_log, ticket.id)
    actions_taken = sorted(row["action"] for row in log)
    assert actions_taken == ["claimed", "noted", "opened", "replied", "resolved"]


async def test_a_poor_rating_leaves_the_ticket_to_be_mended(database: Database) -> None:
    manager = await database.write(hire, "林工")
    ticket = await database.write(ask_people)
    await database.write(actions.reply, ticket, manager, "不知道。")
    ticket = await database.write(
        actions.resolve, await database.read(get_ticket, ticket.id), manager
    )
    ticket = await database.write(actions.rate, ticket, 1)
    assert (ticket.status, ticket.rating) == ("resolved", 1)


async def test_what_may_not_be_done_is_refused(database: Database) -> None:
    manager = await database.write(hire, "林工")
    other = await database.write(hire, "陈工")
    leader = await database.write(hire, "周主任", "leader")
    ticket = await database.write(ask_people)

    with pytest.raises(Forbidden, match="项目管家"):
        await database.write(actions.claim, ticket, leader)
    ticket = await database.write(actions.claim, ticket, manager)
    with pytest.raises(Conflict, match="林工"):
        await database.write(actions.reply, ticket, other, "我来答")
    with pytest.raises(Invalid, match="先答复"):
        await database.write(actions.resolve, ticket, manager)
    with pytest.raises(Invalid, match="空"):
        await database.write(actions.reply, ticket, manager, "  ")
    with pytest.raises(Invalid, match="原因"):
        await database.write(actions.escalate, ticket, manager, " ")
    with pytest.raises(Conflict, match="办结后"):
        await database.write(actions.rate, ticket, 5)
    assert await database.read(load_messages, ticket.conversation_id) == []


async def test_transfer_escalation_and_reopening_tell_the_right_people(database: Database) -> None:
    manager = await database.write(hire, "林工")
    other = await database.write(hire, "陈工")
    office = await database.write(hire, "市工改办", "reform_office", "350400")
    far = await database.write(hire, "乳山管家", "manager", "371083")
    ticket = await database.write(ask_people)
    assert {row["staff_id"] for row in await database.read(notices)} == {
        manager.id,
        other.id,
        office.id,
    }

    ticket = await database.write(actions.claim, ticket, manager)
    with pytest.raises(Invalid, match="地区"):
        await database.write(actions.transfer, ticket, manager, far.name)
    ticket = await database.write(actions.transfer, ticket, manager, "陈工")
    assert ticket.assignee == other.id

    ticket = await database.write(actions.escalate, ticket, other, "区里定不了")
    assert (ticket.status, ticket.assignee) == ("escalated", None)
    with pytest.raises(Forbidden, match="工改办"):
        await database.write(actions.claim, ticket, manager)
    ticket = await database.write(actions.claim, ticket, office)
    await database.write(actions.reply, ticket, office, "按全省口径办。")
    ticket = await database.write(
        actions.resolve, await database.read(get_ticket, ticket.id), office
    )
    ticket = await database.write(actions.reopen, ticket, None, "还是不行")
    assert (ticket.status, ticket.assignee, ticket.reopened) == ("claimed", office.id, 1)
    kinds = [row["kind"] for row in await database.read(notices)]
    assert kinds.count("transferred") == 1
    assert kinds.count("escalated") == 1
    assert kinds.count("reopened") == 1


async def test_nobody_sees_another_places_ticket(database: Database) -> None:
    own = await database.write(hire, "林工")
    province = await database.write(hire, "省工改办", "reform_office", "350000")
    far = await database.write(hire, "乳山管家", "manager", "371083")
    ticket = await database.write(ask_people)

    assert [each.id for each in await database.read(list_tickets, own)] == [ticket.id]
    assert [each.id for each in await database.read(list_tickets, province)] == [ticket.id]
    assert await database.read(list_tickets, far) == []
    with pytest.raises(NotFound):
        await database.read(access_ticket, far, ticket.number)


async def test_a_place_that_nobody_serves_goes_up_and_an_unknown_one_to_everybody(
    database: Database,
) -> None:
    office = await database.write(hire, "市工改办", "reform_office", "350400")
    far = await database.write(hire, "乳山管家", "manager", "371083")
    above = await database.write(ask_people)
    assert above.routed_to == "350400"
    assert await database.read(list_tickets, far) == []
    unknown = await database.write(ask_people, "收费吗", None)
    for staff in (office, far):
        seen = await database.read(list_tickets, staff)
        assert unknown.id in [ticket.id for ticket in seen]


async def test_a_place_that_only_the_whole_country_serves_is_not_shown_elsewhere(
    database: Database,
) -> None:
    far = await database.write(hire, "乳山管家", "manager", "371083")
    everybodys = await database.write(ask_people)
    assert [each.id for each in await database.read(list_tickets, far)] == [everybodys.id]

    office = await database.write(hire, "工改办", "reform_office", "100000")
    ticket = await database.write(ask_people, "三元区违建举报找谁")
    assert ticket.id not in [each.id for each in await database.read(list_tickets, far)]
    assert ticket.id in [each.id for each in await database.read(list_tickets, office)]
    told = [row["staff_id"] for row in await database.read(notices)]
    assert sorted(told) == sorted([far.id, office.id])
    claimed = await database.write(actions.claim, ticket, office)
    assert claimed.assignee == office.id


async def test_off_duty_is_not_told_and_a_closed_account_gives_its_tickets_back(
    database: Database,
) -> None:
    manager = await database.write(hire, "林工")
    resting = await database.write(hire, "陈工")
    await database.write(set_duty, resting, False)
    ticket = await database.write(ask_people)
    assert [row["staff_id"] for row in await database.read(notices)] == [manager.id]

    await database.write(actions.claim, ticket, manager)
    await database.write(set_duty, resting, True)
    await database.write(disable_staff, "林工")
    ticket = await database.read(get_ticket, ticket.id)
    assert (ticket.status, ticket.assignee) == ("open", None)
    told = [row for row in await database.read(notices) if row["staff_id"] == resting.id]
    assert [row["kind"] for row in told] == ["reopened"]
    steps = await database.read(load_log, ticket.id)
    assert [(row["action"], row["staff_name"]) for row in steps][-1] == ("given_back", "林工")


async def test_what_waits_goes_elsewhere_when_the_last_of_a_region_leaves(
    database: Database,
) -> None:
    first, last = [await database.write(hire, name) for name in ("林工", "陈工")]
    far = await database.write(hire, "乳山管家", "manager", "371083")
    ticket = await database.write(ask_people)
    held = await database.write(ask_people, "三元区代办几天")
    await database.write(actions.claim, held, last)
    await database.write(disable_staff, first.name)
    assert await database.read(list_tickets, far) == []  # a colleague is still there

    await database.write(disable_staff, last.name)
    seen = {each.id for each in await database.read(list_tickets, far)}
    assert seen == {ticket.id, held.id}
    told = [row for row in await database.read(notices) if row["staff_id"] == far.id]
    assert [row["kind"] for row in told] == ["reopened", "reopened"]
    await database.write(actions.claim, await database.read(get_ticket, ticket.id), far)


async def test_who_took_no_tickets_leaves_them_where_they_are(database: Database) -> None:
    await database.write(hire, "市管家", "manager", "350400")
    curator = await database.write(hire, "周编", "curator", "350400")
    ticket = await database.write(ask_people)
    await database.write(hire, "新来的")
    told = await database.read(notices)
    await database.write(disable_staff, curator.name)
    assert (await database.read(get_ticket, ticket.id)).routed_to == "350400"
    assert await database.read(notices) == told


async def test_a_message_that_comes_twice_stands_once(database: Database) -> None:
    conversation, token = await database.write(open_conversation)
    message = NewMessage("asker", "收费吗", client_id="7")
    first, *others = await asyncio.gather(
        *(database.write(record_message, conversation.id, message) for _ in range(5))
    )
    assert [first, *others].count(None) == 4
    stored = await database.read(load_messages, conversation.id)
    assert [each.text for each in stored] == ["收费吗"]
    assert (await database.read(access_conversation, conversation.id, token)).id == conversation.id
    with pytest.raises(NotFound):
        await database.read(access_conversation, conversation.id, "another token")


async def test_an_internal_note_is_not_shown_to_the_asker(database: Database) -> None:
    manager = await database.write(hire, "林工")
    ticket = await database.write(ask_people)
    await database.write(actions.note, ticket, manager, "只给同事看")
    assert await database.read(load_messages, ticket.conversation_id) == []
    inside = await database.read(load_messages, ticket.conversation_id, private=True)
    assert [message.text for message in inside] == ["只给同事看"]
