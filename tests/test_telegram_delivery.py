"""Delivery to Telegram over HTTP: order, pauses, pieces, and what can never arrive."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from bot.delivery import Delivery
from bot.telegram_api import TelegramMessenger, open_bot
from handoff import outbox
from handoff.actions import claim, open_ticket, reply, resolve
from handoff.conversations import (
    Attachment,
    Message,
    NewMessage,
    keep_attachment,
    load_messages,
    open_channel_conversation,
    record_message,
)
from handoff.staff import Staff, add_staff, link_telegram, make_link_code
from handoff.tickets import Ticket, get_ticket
from storage import Database, Transaction
from tests.telegram_peer import TelegramPeer

ZONE = ZoneInfo("Asia/Shanghai")
SOURCE = {"title": "某某通知", "document_number": "某建〔2024〕1号", "clause": "三、（二）"}


@pytest.fixture
async def peer() -> AsyncIterator[TelegramPeer]:
    async with TelegramPeer() as peer:
        yield peer


@pytest.fixture
async def delivering(database: Database, peer: TelegramPeer) -> AsyncIterator[None]:
    """Delivery runs while the test does."""
    bot = open_bot(peer.token, peer.url)
    task = asyncio.create_task(Delivery(database, TelegramMessenger(bot)).run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await bot.session.close()


def write_to(tx: Transaction, chat: int, *texts: str, **more: Any) -> str:
    conversation = open_channel_conversation(tx, "telegram", str(chat))
    for text in texts:
        record_message(tx, conversation.id, NewMessage("assistant", text, **more))
    return conversation.id


async def fates(database: Database, chat: int, count: int) -> list[Message]:
    """The messages to a chat once so many are settled."""

    def load(tx: Transaction) -> list[Message]:
        conversation = open_channel_conversation(tx, "telegram", str(chat))
        messages = load_messages(tx, conversation.id)
        return [message for message in messages if message.delivery in ("sent", "undeliverable")]

    with database.changes.subscribe(outbox.TOPIC) as news:
        while len(settled := await database.read(load)) < count:
            assert await news.wait(10), f"only {settled} settled"
    return settled


@pytest.mark.usefixtures("delivering")
async def test_messages_of_a_chat_arrive_in_order_through_faults(
    database: Database, peer: TelegramPeer
) -> None:
    peer.user(7).say("你好")
    peer.user(8).say("你好")
    peer.fail("sendMessage", 429, retry_after=1, chat=7)
    peer.fail("sendMessage", drop="before", chat=7)
    await database.write(write_to, 7, "一", "二", "三")
    await database.write(write_to, 8, "别的聊天不受影响")
    await peer.user(8).sees("不受影响")
    assert peer.user(7).received == []
    await peer.user(7).sees("三")
    assert [message.text for message in peer.user(7).received] == ["一", "二", "三"]
    assert [m.delivery for m in await fates(database, 7, 3)] == ["sent"] * 3


@pytest.mark.usefixtures("delivering")
async def test_a_long_answer_comes_in_pieces_and_goes_on_where_it_stopped(
    database: Database, peer: TelegramPeer
) -> None:
    peer.user(7).say("你好")
    text = "🐴由项目单位一次申请，各部门并联办理。" * 210  # 3990 characters, 4200 UTF-16 units
    options = [{"text": "满意"}, {"text": "不满意"}]
    await database.write(write_to, 7, text, reply={"options": options})
    await peer.user(7).sees_count(1)
    peer.fail("sendMessage", 429, retry_after=1, chat=7)  # for the second piece
    await fates(database, 7, 1)
    pieces = peer.user(7).received
    assert len(pieces) == 2
    assert all(piece.text.endswith("。") for piece in pieces)
    assert "".join(piece.text for piece in pieces) == text
    assert [button.text for button in pieces[-1].buttons] == ["满意", "不满意"]


@pytest.mark.usefixtures("delivering")
async def test_sources_stand_under_an_answer_and_long_options_are_numbered(
    database: Database, peer: TelegramPeer
) -> None:
    asker = peer.user(7)
    asker.say("你好")
    await database.write(write_to, 7, "不收费。", reply={"sources": [SOURCE]})
    answer = await asker.sees("不收费")
    assert answer.text == "不收费。\n\n依据：《某某通知》（某建〔2024〕1号）三、（二）"
    long = "没有取得施工许可证之前能不能先进场平整土地"
    options = [{"text": long}, {"text": "都不是，转人工"}]
    await database.write(write_to, 7, "您想问的是？", reply={"options": options})
    offer = await asker.sees("您想问的是")
    assert f"① {long}" in offer.text
    assert [b.data for b in offer.buttons] == ["o:2.1", "o:2.2"]
    assert offer.buttons[0].text.startswith("① 没有取得")
    assert offer.buttons[1].text == "都不是，转人工"


@pytest.mark.usefixtures("delivering")
async def test_a_blocked_person_is_noted_and_gets_it_on_return(
    database: Database, peer: TelegramPeer
) -> None:
    asker = peer.user(7)
    asker.say("你好")
    asker.block()
    await database.write(write_to, 7, "一", "二")
    lost = await fates(database, 7, 2)
    assert {(m.delivery, m.delivery_error) for m in lost} == {("undeliverable", "对方已停用机器人")}
    asker.block(False)
    await database.write(outbox.revive, "telegram", "7")
    await asker.sees("二")
    assert [message.text for message in asker.received] == ["一", "二"]


@pytest.mark.usefixtures("delivering")
async def test_an_unknown_chat_stops_nobody(database: Database, peer: TelegramPeer) -> None:
    peer.user(8).say("你好")
    await database.write(write_to, 999, "到不了")
    await database.write(write_to, 8, "到得了")
    await peer.user(8).sees("到得了")
    [lost] = await fates(database, 999, 1)
    assert lost.delivery_error == "找不到对方的 Telegram 聊天"


async def test_two_processes_send_each_message_once(database: Database, peer: TelegramPeer) -> None:
    bots = [open_bot(peer.token, peer.url) for _ in range(2)]
    loops = [Delivery(database, TelegramMessenger(bot)).run() for bot in bots]
    tasks = [asyncio.create_task(loop) for loop in loops]
    texts = [f"第{number}条" for number in range(5)]
    for chat in range(1, 9):
        peer.user(chat).say("你好")
        await database.write(write_to, chat, *texts)
    for chat in range(1, 9):
        await fates(database, chat, len(texts))
        assert [message.text for message in peer.user(chat).received] == texts
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for bot in bots:
        await bot.session.close()


async def test_the_letter_of_a_dead_process_is_taken_over(database: Database) -> None:
    await database.write(write_to, 7, "一", "二")
    taken = await database.write(outbox.take_due, "telegram")
    assert [letter.text for letter in taken] == ["一"]
    assert await database.write(outbox.take_due, "telegram") == []
    with time_machine.travel(time.time() + outbox.LEASE_MS / 1000 + 1):
        again = await database.write(outbox.take_due, "telegram")
    assert [letter.text for letter in again] == ["一"]


def make_manager(tx: Transaction, name: str, telegram_id: int) -> Staff:
    staff = add_staff(tx, name, "manager", "350404", "unused")
    linked = link_telegram(tx, make_link_code(tx, staff), telegram_id)
    assert linked
    return linked


def ask(tx: Transaction, picture: bytes = b"") -> Ticket:
    conversation = open_channel_conversation(tx, "telegram", "7", "某某公司")
    attachment = Attachment("照片.jpg", "image/jpeg", picture)
    kept = keep_attachment(tx, conversation.id, attachment) if picture else None
    record_message(
        tx, conversation.id, NewMessage("asker", "这是什么章？", kind="photo", attachment_id=kept)
    )
    return open_ticket(
        tx,
        conversation.id,
        region="350404",
        question="这是什么章？",
        reason="unknown",
        due_at=tx.now,
        zone=ZONE,
    )


@pytest.mark.usefixtures("delivering")
async def test_every_manager_gets_the_card_and_the_photo(
    database: Database, peer: TelegramPeer
) -> None:
    peer.user(7).say("你好")
    for chat in (21, 22):
        peer.user(chat).say("/start")
        await database.write(make_manager, f"管家{chat}", chat)
    ticket = await database.write(ask, b"\xff\xd8picture")
    for chat in (21, 22):
        card, photo = await peer.user(chat).sees_count(2)
        assert ticket.number in card.text
        assert "这是什么章" in card.text
        assert [button.text for button in card.buttons] == ["受理", "转办", "上报"]
        assert photo.raw["photo"][-1]["file_size"] == len(b"\xff\xd8picture")


@pytest.mark.usefixtures("delivering")
async def test_cards_are_kept_in_step_with_the_ticket(
    database: Database, peer: TelegramPeer
) -> None:
    peer.user(7).say("你好")
    staff = {}
    for chat in (21, 22):
        peer.user(chat).say("/start")
        staff[chat] = await database.write(make_manager, f"管家{chat}", chat)
    ticket = await database.write(ask)
    for chat in (21, 22):
        await peer.user(chat).sees(ticket.number)
    await database.write(claim, ticket, staff[21])
    other = await peer.user(22).sees("办理中（管家21）")
    assert other.buttons == []
    mine = await peer.user(21).sees("办理中（管家21）")
    assert [button.text for button in mine.buttons] == ["办结", "转办", "上报"]
    await database.write(reply, ticket, staff[21], "这是竣工验收专用章。")
    await peer.user(7).sees("竣工验收专用章")
    await database.write(resolve, await database.read(get_ticket, ticket.id), staff[21])
    done = await peer.user(22).sees("已办结（管家21）")
    assert done.id == other.id
    mine = await peer.user(21).sees("已办结（管家21）")
    assert [button.text for button in mine.buttons] == ["重新打开"]
    assert len(peer.user(22).received) == 1
