"""Askers and managers in Telegram: the whole way over HTTP, by polling, on both databases."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from bot import inbox
from bot.assistant import Assistant
from bot.services import Services, open_services
from bot.settings import Settings
from bot.telegram import run_telegram
from bot.telegram_askers import Fetched
from bot.telegram_updates import Event
from bot.telegram_work import handle
from faq.entries import Content, Source
from faq.publishing import add_entry, publish_entry
from handoff import outbox
from handoff.actions import claim
from handoff.conversations import load_messages, open_channel_conversation
from handoff.staff import Staff, add_staff, find_staff, make_link_code
from handoff.tickets import Ticket, access_ticket
from storage import Transaction
from tests.conftest import database_url
from tests.telegram_peer import TelegramPeer
from tests.telegram_people import Message, Person

KNOWN, ANSWER = "施工许可证要多久才能办下来？", "五个工作日内办结"
UNKNOWN = "消防水池可以和人防地下室合建吗"
SOURCE = Source("某某办法", "某办发〔2025〕1号", "第三条", "某局", "100000", "2025-01-01")
chats = itertools.count(1000)


def fees(region: str, answer: str) -> Content:
    return Content("代办服务收费吗？", answer, ("代办要钱吗",), region=region, sources=(SOURCE,))


def fill(tx: Transaction) -> None:
    for content in (
        fees("350404", "三元区的代办服务不收费。"),
        fees("440704", "江海区的代办服务免费。"),
        Content(KNOWN, f"{ANSWER}。", sources=(SOURCE,)),
    ):
        publish_entry(tx, add_entry(tx, content, "小许").id, "小许")


@pytest.fixture(scope="module")
async def peer() -> AsyncIterator[TelegramPeer]:
    async with TelegramPeer() as peer:
        yield peer


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest) -> str:
    """An empty database for all tests of this module: the address, "" for SQLite."""
    if request.param == "sqlite":
        return ""
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE telegram_{template} TEMPLATE {template}".encode())
    return database_url(server, f"telegram_{template}")


@pytest.fixture(scope="module")
async def services(
    address: str, tmp_path_factory: pytest.TempPathFactory, peer: TelegramPeer
) -> AsyncIterator[Services]:
    """小海马 with three entries, taking part in the peer's Telegram by long polling."""
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        database_url=SecretStr(address),
        starter=False,
        telegram_token=SecretStr(peer.token),
        telegram_api_url=peer.url,
    )
    async with open_services(settings) as services:
        await services.database.write(fill)
        await services.live.refresh()
        async with run_telegram(services):
            yield services


@pytest.fixture
def asker(peer: TelegramPeer) -> Person:
    return peer.user(next(chats), "某某公司")


Hire = Callable[[], Awaitable[Person]]


@pytest.fixture
def hire(services: Services, peer: TelegramPeer) -> Hire:
    """A new manager, linked by the code from the desk."""

    async def hire() -> Person:
        person = peer.user(next(chats))
        name = f"管家{person.id}"
        code = await services.database.write(make_manager, name)
        person.say(f"/start {code}")
        assert name in (await person.sees("已绑定")).text
        return person

    return hire


def make_manager(tx: Transaction, name: str) -> str:
    return make_link_code(tx, add_staff(tx, name, "manager", "350404", "unused"))


async def ticket_of(services: Services, asker: Person, question: str = UNKNOWN) -> str:
    """Let the asker be handed over; the ticket's number."""
    asker.say(question)
    told = await asker.sees("工单号：")
    return told.text.split("工单号：")[1].split("。")[0]


async def answer(services: Services, manager: Person, text: str, message: Message) -> None:
    """Reply to a message of the bot, as slowly as a person would: after delivery has noted it."""
    with services.database.changes.subscribe(outbox.TOPIC) as news:
        while await services.database.read(outbox.next_due_at) is not None:
            await news.wait(10)
    manager.say(text, reply_to=message)


async def read_ticket(services: Services, number: str) -> Ticket:
    def load(tx: Transaction) -> Ticket:
        admin = Staff("admin", "admin", "admin", "100000", None, True, False)
        return access_ticket(tx, admin, number)

    return await services.database.read(load)


async def test_a_question_is_answered_with_its_source(services: Services, asker: Person) -> None:
    asker.say("/start")
    await asker.sees("我是小海马")
    asker.say(KNOWN)
    answer = await asker.sees(ANSWER)
    assert "依据：《某某办法》（某办发〔2025〕1号）第三条" in answer.text


async def test_the_place_is_asked_by_buttons_and_a_double_tap_counts_once(
    services: Services, asker: Person, peer: TelegramPeer
) -> None:
    asker.say("代办服务收费吗？")
    offer = await asker.sees(lambda message: any("江海" in b.text for b in message.buttons))
    label = next(b.text for b in offer.buttons if "江海" in b.text)
    asker.press(label)
    asker.press(label)
    await asker.sees("江海区的代办服务免费")
    await peer.until(lambda: len(asker.toasts) == 2)
    asker.say("谢谢")
    await asker.sees("不客气")
    assert [("免费" in message.text) for message in asker.received].count(True) == 1


async def test_handed_over_answered_resolved_and_rated(
    services: Services, asker: Person, hire: Hire, peer: TelegramPeer
) -> None:
    manager, colleague = await hire(), await hire()
    number = await ticket_of(services, asker)
    card = await manager.sees(number)
    assert UNKNOWN in card.text
    other_card = await colleague.sees(number)
    manager.press_data(card.buttons[0].data, card.id)
    assert await peer.until(lambda: manager.toasts) == [f"已受理工单 {number}。"]
    await manager.sees(lambda m: m.id == card.id and "办理中" in m.text)
    await colleague.sees(lambda m: m.id == other_card.id and "办理中" in m.text and not m.buttons)
    colleague.press_data(f"t:claim:{number}:", other_card.id)
    assert "已由" in (await peer.until(lambda: colleague.toasts))[0]

    await answer(services, manager, "可以合建，但要分别满足两部规范。", card)
    await asker.sees("可以合建")
    await manager.sees(f"已答复工单 {number}")
    asker.say("那水泵房呢？")
    forwarded = await manager.sees("那水泵房呢")
    await answer(services, manager, "水泵房要单独设置。", forwarded)
    await asker.sees("单独设置")

    manager.press("办结")
    offer = await asker.sees("已办结")
    assert [b.text for b in offer.buttons][:2] == ["非常满意", "满意"]
    asker.press("满意")
    await asker.sees("谢谢您的评价")
    assert (await read_ticket(services, number)).rating == 4


async def test_transfer_by_button_and_escalation_with_its_reason(
    services: Services, asker: Person, hire: Hire
) -> None:
    manager, colleague = await hire(), await hire()
    number = await ticket_of(services, asker)
    card = await manager.sees(number)
    manager.press_data(f"t:transfer:{number}:", card.id)
    offer = await manager.sees(f"工单 {number} 转给谁")
    name = f"管家{colleague.id}"
    manager.press(next(b.text for b in offer.buttons if name in b.text))
    received = await colleague.sees(f"把工单 {number} 转给了您")
    assert (await read_ticket(services, number)).assignee_name == name

    colleague.press_data(f"t:escalate:{number}:", received.id)
    question = await colleague.sees("写明上报")
    await answer(services, colleague, "涉及两个部门的口径。", question)
    await colleague.sees(lambda m: m.id == received.id and "已上报" in m.text)
    assert (await read_ticket(services, number)).status == "escalated"


async def test_what_the_desk_does_shows_in_telegram(
    services: Services, asker: Person, hire: Hire
) -> None:
    manager, colleague = await hire(), await hire()
    number = await ticket_of(services, asker)
    card = await manager.sees(number)

    def claim_at_the_desk(tx: Transaction) -> None:
        staff = find_staff(tx, f"管家{colleague.id}")
        claim(tx, access_ticket(tx, staff, number), staff)

    await services.database.write(claim_at_the_desk)
    changed = await manager.sees(lambda m: m.id == card.id and "办理中" in m.text)
    assert changed.buttons == []


async def test_photos_files_and_voices_travel_both_ways(
    services: Services, asker: Person, hire: Hire
) -> None:
    manager = await hire()
    asker.send_photo(b"\xff\xd8site", caption="这个章盖对了吗")
    told = await asker.sees("工单号：")
    number = told.text.split("工单号：")[1].split("。")[0]
    card = await manager.sees(number)
    photo = await manager.sees(lambda m: "photo" in m.raw and m.id > card.id)
    assert photo.raw["photo"][-1]["file_size"] == 6
    await answer(services, manager, "请看图。", card)
    await asker.sees("请看图")
    manager.send_photo(b"\xff\xd8stamp", caption="盖这种章", reply_to=card)
    await asker.sees("盖这种章")
    stamp = await asker.sees(lambda m: "photo" in m.raw)
    assert stamp.raw["photo"][-1]["file_size"] == 7
    asker.send_document("清单".encode(), "材料.txt", "text/plain")
    file = await manager.sees(lambda m: "document" in m.raw)
    assert file.raw["document"]["file_name"] == "材料.txt"
    asker.send_voice(b"OggS")
    await manager.sees(lambda m: "voice" in m.raw)


async def test_a_file_that_cannot_be_had_is_said(services: Services, asker: Person) -> None:
    asker.send_document(b"x" * (20 * 1024 * 1024 + 1), "图纸.dwg", "application/acad")
    assert "20 MB" in (await asker.sees("文件没有收到")).text


async def test_a_file_comes_at_the_second_try(
    services: Services, asker: Person, peer: TelegramPeer
) -> None:
    peer.fail("file", 500)
    asker.send_photo(b"\xff\xd8site")
    await asker.sees("文件收到了")


async def test_only_a_fresh_code_links_an_account(services: Services, asker: Person) -> None:
    asker.say("/start link-nothing")
    await asker.sees("绑定码无效")
    asker.press_data("t:claim:20261121-0001:", asker.chat[-1].id)
    asker.say("/start no-such-project")
    await asker.sees("没有找到这个项目")


async def test_a_manager_who_replies_to_nothing_is_told_how(services: Services, hire: Hire) -> None:
    manager = await hire()
    manager.say("好的，马上处理")
    await manager.sees("这条消息没有发给任何人")
    await answer(services, manager, "收到", manager.received[0])
    await manager.sees("不是工单消息")


async def test_too_long_a_message_is_refused_with_the_reason(
    services: Services, asker: Person
) -> None:
    asker.say("长" * 4050)
    assert "4000 字以内" in (await asker.sees("消息太长")).text


async def test_what_no_database_can_hold_is_refused(services: Services, asker: Person) -> None:
    asker.say("/start \ud83d")  # half a character: no database can look for it
    await asker.sees("无法识别的字符")


async def test_poison_holds_up_nobody(
    services: Services, asker: Person, peer: TelegramPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_on_one(tx: Transaction, assistant: Assistant, event: Event, fetched: Fetched) -> str:
        if event.chat == asker.id:
            raise ZeroDivisionError("a fault of ours")
        return handle(tx, assistant, event, fetched)

    monkeypatch.setattr("bot.telegram_work.handle", fail_on_one)
    other = peer.user(next(chats))
    asker.say(KNOWN)
    peer.push(0, "message", {"nonsense": True})
    other.say(KNOWN)
    await other.sees(ANSWER)

    def failures(tx: Transaction) -> str:
        return str(tx.value("SELECT error FROM inbox WHERE chat = :chat", chat=asker.id))

    with services.database.changes.subscribe(inbox.TOPIC) as news:
        while "ZeroDivisionError" not in await services.database.read(failures):
            assert await news.wait(10)


async def test_an_edited_question_is_answered_again(services: Services, asker: Person) -> None:
    message = asker.say("谢谢")
    await asker.sees("不客气")
    asker.edit(message, KNOWN)
    await asker.sees(ANSWER)


async def test_who_blocked_the_bot_gets_the_answer_on_return(
    services: Services, asker: Person, hire: Hire
) -> None:
    manager = await hire()
    number = await ticket_of(services, asker)
    card = await manager.sees(number)
    asker.blocked = True
    await answer(services, manager, "可以合建。", card)
    conversation = await services.database.write(
        open_channel_conversation, "telegram", str(asker.id)
    )
    with services.database.changes.subscribe("outbox") as news:
        while True:
            messages = await services.database.read(load_messages, conversation.id)
            if messages[-1].delivery == "undeliverable":
                break
            assert await news.wait(10)
    assert messages[-1].delivery_error == "对方已停用机器人"
    asker.block(False)
    await asker.sees("可以合建")


async def test_polling_goes_on_after_another_poller_and_bad_gateways(
    services: Services, asker: Person, peer: TelegramPeer
) -> None:
    peer.fail("getUpdates", 502)
    async with httpx.AsyncClient() as other:
        await other.get(f"{peer.url}/bot{peer.token}/getUpdates", params={"limit": 1})
    asker.say(KNOWN)
    await asker.sees(ANSWER)


async def test_typing_shows_while_a_message_is_worked_on(
    services: Services, asker: Person, peer: TelegramPeer
) -> None:
    asker.say(KNOWN)
    await asker.sees(ANSWER)

    def typing() -> list[str]:
        calls = peer.called("sendChatAction")
        return [c.params["action"] for c in calls if c.params["chat_id"] == str(asker.id)]

    assert await peer.until(typing) == ["typing"]
