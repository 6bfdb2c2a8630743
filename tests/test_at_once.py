"""What people do at the same moment, on both databases: one is first, the others see it."""

import asyncio

from pydantic import SecretStr

from bot.assistant import Exchange, Incoming
from bot.services import open_services
from bot.settings import Settings
from faq.entries import Content, Entry, Source, list_entries
from faq.errors import EntryConflict
from faq.publishing import add_entry, publish_entry
from handoff.clock import load_calendar
from handoff.staff import add_staff
from handoff.tickets import find_live_ticket
from knowledge.documents import import_document, list_documents, read_document
from knowledge.errors import DocumentConflict
from knowledge.validity import revoke_document
from storage import Database, Transaction
from tests.conftest import StoreAddress
from tests.dialog import SHANGHAI, start_dialog
from tests.policy_files import DOCUMENTS, GAZETTEER


async def test_questions_that_nobody_can_answer_become_one_ticket(database: Database) -> None:
    dialog = await start_dialog(database)
    await database.write(add_staff, "林晓", "manager", "350404", "-")
    texts = ("月球上有没有氧气", "火星的审批要多久", "木星归谁管")

    def say(tx: Transaction, text: str) -> Exchange:
        return dialog.assistant.respond(tx, dialog.id, Incoming(text))

    said = await asyncio.gather(*(database.write(say, text) for text in texts))
    assert await database.read(Transaction.value, "SELECT count(*) FROM ticket") == 1
    ticket = await database.read(find_live_ticket, dialog.id)
    assert ticket is not None
    shown = {each.reply.ticket["number"] for each in said if each.reply and each.reply.ticket}
    assert shown == {ticket.number}
    told = await database.read(Transaction.all, "SELECT text FROM notice")
    assert all(any(text in each["text"] for each in told) for text in texts)


async def test_a_file_that_several_import_is_there_once(database: Database) -> None:
    data = (DOCUMENTS / "plan.txt").read_bytes()
    parsed = read_document(data, "plan.txt", GAZETTEER, {"region": "东岭市"})
    people = ("甲", "乙", "丙")
    imported = await asyncio.gather(*(database.write(import_document, parsed, by) for by in people))
    assert sorted(each.added for each in imported) == [False, False, True]
    assert len(await database.read(list_documents)) == 1


async def test_a_document_is_revoked_once(database: Database) -> None:
    data = (DOCUMENTS / "plan.txt").read_bytes()
    parsed = read_document(data, "plan.txt", GAZETTEER, {"region": "东岭市"})
    document = (await database.write(import_document, parsed, "甲")).document
    outcomes = await asyncio.gather(
        *(database.write(revoke_document, document.id, by) for by in ("甲", "乙", "丙")),
        return_exceptions=True,
    )
    assert sum(isinstance(each, DocumentConflict) for each in outcomes) == 2


async def test_a_phrasing_that_several_publish_has_one_answer(database: Database) -> None:
    async def publish(answer: str) -> Entry:
        content = Content("代办收费吗", answer, sources=(Source("代办办法"),))
        entry = await database.write(add_entry, content, "周编")
        return await database.write(publish_entry, entry.id, "周编")

    outcomes = await asyncio.gather(*map(publish, ("不收", "收", "看情况")), return_exceptions=True)
    assert sum(isinstance(each, EntryConflict) for each in outcomes) == 2
    assert (await database.read(list_entries, ("published",)))[1] == 1


async def test_processes_that_start_on_an_empty_store_fill_it_once(address: StoreAddress) -> None:
    url = SecretStr(address.url)
    settings = Settings(data_dir=address.path.parent, database_url=url, starter=False)

    async def start() -> int:
        async with open_services(settings) as services:
            return len((await services.database.read(load_calendar, SHANGHAI)).days)

    days = await asyncio.gather(start(), start(), start())
    assert days[0] > 0
    assert days == [days[0]] * 3
