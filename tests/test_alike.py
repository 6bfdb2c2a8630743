"""Tickets that ask the same are shown together and answered at once, on both databases."""

import pytest

from faq.entries import get_entry
from handoff import actions, alike
from handoff.alike import find_alike, reply_to_all
from handoff.candidates import draft_from, propose
from handoff.conversations import load_messages
from handoff.desk.context import Desk
from handoff.desk.queue import load_queue
from handoff.errors import Conflict, Invalid, NotFound
from handoff.staff import Staff
from handoff.tickets import Ticket, get_ticket, load_log
from storage import Database
from tests.desk_house import ask, browse, hire_all, make_app, make_desk, sign_in

SAME = ("竣备要啥材料", "竣备要啥材料？", "请问竣备要不要啥材料")
ANSWER = "竣工验收备案要交备案表。"


@pytest.fixture
async def people(database: Database) -> dict[str, Staff]:
    return await database.write(hire_all)


@pytest.fixture
async def tickets(database: Database, people: dict[str, Staff]) -> list[Ticket]:
    return [await database.write(ask, text) for text in SAME]


async def said(database: Database, ticket: Ticket) -> list[str]:
    messages = await database.read(load_messages, ticket.conversation_id)
    return [each.text for each in messages if each.author == "manager"]


async def test_what_asks_the_same_is_counted_in_the_queue(
    database: Database, people: dict[str, Staff], tickets: list[Ticket]
) -> None:
    for other in ("竣备不要啥材料", "竣备要啥3材料", "消防验收找谁", "要啥"):
        await database.write(ask, other)
    elsewhere = await database.write(ask, SAME[0], "371083")
    queue = await database.read(load_queue, people["林晓"], "open")
    counts = {row.ticket.question: row.alike for row in queue.rows}
    assert [counts[text] for text in SAME] == [2, 2, 2]
    assert sum(counts.values()) == 6
    found = await database.read(find_alike, tickets[0], people["周编"])
    assert elsewhere.id not in {each.id for each in found}
    await database.write(actions.claim, tickets[1], people["陈工"])
    found = await database.read(find_alike, tickets[0], people["林晓"])
    assert [each.id for each in found] == [tickets[2].id]


async def test_what_waits_elsewhere_takes_no_room(
    database: Database, people: dict[str, Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alike, "_COMPARED", 3)
    for region in ("371083", "350404"):
        for text in SAME:
            await database.write(ask, text, region)
    queue = await database.read(load_queue, people["林晓"], "open")
    assert [row.alike for row in queue.rows] == [2, 2, 2]


async def test_one_answer_goes_to_each_asker(
    database: Database, people: dict[str, Staff], tickets: list[Ticket]
) -> None:
    first, others = tickets[0], [each.number for each in tickets[1:]]
    for _ in range(2):  # the form comes twice
        await database.write(reply_to_all, first, people["林晓"], ANSWER, others, "k1")
    for ticket in tickets:
        assert await said(database, ticket) == [ANSWER]
        now = await database.read(get_ticket, ticket.id)
        assert (now.status, now.assignee_name) == ("claimed", "林晓")
        assert await database.read(find_alike, now, people["林晓"]) == []
    log = await database.read(load_log, tickets[1].id)
    with_it = [row for row in log if row["action"] == "answered_with"]
    assert [(row["staff_name"], row["detail"]) for row in with_it] == [
        ("林晓", {"ticket": first.number})
    ]
    log = await database.read(load_log, first.id)
    assert [row["detail"] for row in log if row["action"] == "answered_also"] == [
        {"tickets": others}
    ]


async def test_all_are_answered_or_none(
    database: Database, people: dict[str, Staff], tickets: list[Ticket]
) -> None:
    first, mate, other = tickets[0], people["林晓"], await database.write(ask, "消防验收找谁")
    far = await database.write(ask, SAME[0], "371083")
    await database.write(actions.claim, tickets[2], people["陈工"])
    for number, refusal in (
        (other.number, Invalid),
        (far.number, NotFound),
        (tickets[2].number, Conflict),
        (first.number, Invalid),
    ):
        numbers = [tickets[1].number, number]
        with pytest.raises(refusal):
            await database.write(reply_to_all, first, mate, ANSWER, numbers)
    for ticket in (*tickets, other, far):
        assert await said(database, ticket) == []


async def test_they_become_one_candidate_with_all_wordings(
    database: Database, people: dict[str, Staff], tickets: list[Ticket]
) -> None:
    others = [each.number for each in tickets[1:]]
    await database.write(reply_to_all, tickets[0], people["林晓"], ANSWER, others)
    last = await database.read(get_ticket, tickets[2].id)
    question, similar, answer = await database.read(draft_from, last)
    assert (question, similar, answer) == (SAME[2], [SAME[0]], ANSWER)  # a mark alone is no wording
    entry = await database.write(
        propose, last, people["林晓"], question, similar, answer, lambda code: code
    )
    for ticket in tickets:
        log = await database.read(load_log, ticket.id)
        assert [row["detail"]["entry"] for row in log if row["action"] == "proposed"] == [entry.id]
    content = (await database.read(get_entry, entry.id)).content
    assert content.similar_questions == (SAME[0],)


async def test_whoever_answers_looks_and_ticks(
    database: Database, people: dict[str, Staff], tickets: list[Ticket]
) -> None:
    desk: Desk = await make_desk(database)
    async with browse(make_app(desk)) as client:
        await sign_in(client, "林晓")
        assert "另有 2 个同样的问题" in (await client.get("/desk/")).text
        address = f"/desk/tickets/{tickets[0].number}"
        page = (await client.get(address)).text
        assert "另有 2 个工单问法相同" in page
        boxes = page[page.index('id="alike"') : page.index("</details>", page.index('id="alike"'))]
        assert "checked" not in boxes
        form = {"action": "say", "private": "", "text": ANSWER, "key": "k", "also": []}
        await database.write(actions.claim, tickets[2], people["陈工"])
        both = [each.number for each in tickets[1:]]
        refused = await client.post(address, data={**form, "also": both})
        assert refused.status_code == 409
        assert f"工单 {tickets[2].number} 已由陈工受理" in refused.text
        assert ANSWER in refused.text
        assert f'value="{tickets[1].number}" checked' in refused.text
        assert (await client.post(address, data={**form, "also": both[:1]})).is_redirect
        log = (await client.get(address)).text
        assert f'一并答复问法相同的工单<span class="muted">（工单 {tickets[1].number}）' in log
    assert [await said(database, each) for each in tickets] == [[ANSWER], [ANSWER], []]
