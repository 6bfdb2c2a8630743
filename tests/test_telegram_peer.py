"""The Telegram peer, checked with a client library that the product does not use."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import telegram
from aiohttp import web
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter

from tests.telegram_peer import TelegramPeer

TEXT = "竣工联合验收需要哪些材料？"


@pytest.fixture
async def peer() -> AsyncIterator[TelegramPeer]:
    async with TelegramPeer() as peer:
        yield peer


def client(peer: TelegramPeer) -> telegram.Bot:
    return telegram.Bot(
        peer.token,
        base_url=f"{peer.url}/bot",
        base_file_url=f"{peer.url}/file/bot",
    )


@pytest.fixture
async def bot(peer: TelegramPeer) -> AsyncIterator[telegram.Bot]:
    async with client(peer) as bot:
        yield bot


def keyboard(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("受理", callback_data=data)]])


async def test_knows_its_bot_and_no_other(peer: TelegramPeer, bot: telegram.Bot) -> None:
    me = await bot.get_me()
    assert me.is_bot
    assert me.username == "haima_bot"
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{peer.url}/bot42:wrong/getMe")
    assert (answer.status_code, answer.json()["ok"]) == (401, False)


async def test_updates_come_again_until_the_offset_confirms_them(
    peer: TelegramPeer, bot: telegram.Bot
) -> None:
    asker = peer.user(7)
    for text in ("一", "二", "三"):
        asker.say(text)
    first = await bot.get_updates(timeout=0)
    again = await bot.get_updates(timeout=0, limit=2)
    assert [u.effective_message.text for u in first] == ["一", "二", "三"]
    assert [u.update_id for u in again] == [u.update_id for u in first[:2]]
    rest = await bot.get_updates(offset=first[1].update_id + 1, timeout=0)
    assert [u.effective_message.text for u in rest] == ["三"]
    assert [u.effective_message.text for u in await bot.get_updates(timeout=0)] == ["三"]
    asker.say("四")
    assert [u.effective_message.text for u in await bot.get_updates(offset=-1)] == ["四"]


async def test_a_long_poll_ends_when_somebody_writes(peer: TelegramPeer, bot: telegram.Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await peer.until(lambda: peer.called("getUpdates"))
    peer.user(7).say("/start p12")
    [update] = await poll
    assert update.message.text == "/start p12"
    assert update.message.entities[0].type == "bot_command"
    assert update.effective_chat.type == "private"


async def test_only_one_may_poll(peer: TelegramPeer, bot: telegram.Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await peer.until(lambda: peer.called("getUpdates"))
    async with client(peer) as other:
        newer = asyncio.create_task(other.get_updates(timeout=30))
        with pytest.raises(Conflict, match="other getUpdates"):
            await poll
        peer.user(7).say(TEXT)
        assert len(await newer) == 1


async def test_the_webhook_gets_the_secret_and_every_update_until_2xx(
    peer: TelegramPeer, bot: telegram.Bot
) -> None:
    answers = [500, 404, 302]
    seen: list[tuple[str, str]] = []

    async def receive(request: web.Request) -> web.Response:
        update = telegram.Update.de_json(await request.json(), bot)
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        seen.append((secret, update.message.text))
        peer.changed()
        return web.Response(status=answers.pop(0) if answers else 200)

    application = web.Application()
    application.router.add_post("/hook", receive)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await (site := web.TCPSite(runner, "127.0.0.1", 0)).start()
    with pytest.raises(BadRequest, match=r"(?i)secret"):
        await bot.set_webhook(f"{site.name}/hook", secret_token="不行")
    await bot.set_webhook(f"{site.name}/hook", secret_token="s3cret")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates(timeout=0)
    peer.user(7).say("一")
    peer.user(7).say("二")
    await peer.until(lambda: len(seen) == 5)
    assert seen == [("s3cret", "一")] * 4 + [("s3cret", "二")]
    info = await bot.get_webhook_info()
    assert "302" in info.last_error_message
    await bot.delete_webhook()
    peer.user(7).say("三")
    assert [u.message.text for u in await bot.get_updates(timeout=0)] == ["三"]
    await runner.cleanup()


async def test_messages_buttons_and_edits(peer: TelegramPeer, bot: telegram.Bot) -> None:
    asker = peer.user(7)
    question = asker.say(TEXT)
    sent = await bot.send_message(
        7, "请问是哪一类？", reply_markup=keyboard("claim:1"), reply_to_message_id=question.id
    )
    assert sent.reply_to_message.text == TEXT
    assert (await asker.sees("哪一类")).buttons[0].text == "受理"
    asker.press("受理")
    query = (await bot.get_updates(timeout=0))[-1].callback_query
    assert (query.data, query.message.message_id) == ("claim:1", sent.message_id)
    await query.answer("已受理")
    assert asker.toasts == ["已受理"]
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer("再来一次")
    await bot.edit_message_text("由王某受理", 7, sent.message_id)
    assert asker.received[0].text == "由王某受理"
    assert not asker.received[0].buttons
    with pytest.raises(BadRequest, match=r"(?i)not modified"):
        await bot.edit_message_text("由王某受理", 7, sent.message_id)
    await bot.edit_message_reply_markup(7, sent.message_id, reply_markup=keyboard("x"))
    assert asker.received[0].edits == 2
    with pytest.raises(BadRequest, match=r"(?i)can't be edited"):
        await bot.edit_message_text("改你的话", 7, question.id)
    with pytest.raises(BadRequest, match=r"(?i)replied not found"):
        await bot.send_message(7, "回复", reply_to_message_id=9999)


async def test_what_is_refused(peer: TelegramPeer, bot: telegram.Bot) -> None:
    asker = peer.user(7)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(7, "还没有人写过")
    asker.say(TEXT)
    await bot.send_message(7, "海" * 4096)
    for text, why in ((" \n", "empty"), ("海" * 4097, "too long"), ("🐴" * 2049, "too long")):
        with pytest.raises(BadRequest, match=why):
            await bot.send_message(7, text)
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(7, "按钮", reply_markup=keyboard("项" * 22))
    asker.block()
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(7, "在吗")
    assert (await bot.get_updates(timeout=0))[-1].my_chat_member.new_chat_member.status == "kicked"
    asker.block(False)
    assert await bot.send_chat_action(7, "typing")


@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")  # retry_after's coming type
async def test_scripted_faults(peer: TelegramPeer, bot: telegram.Bot) -> None:
    peer.user(7).say(TEXT)
    peer.fail("sendMessage", 429, retry_after=3)
    with pytest.raises(RetryAfter):
        await bot.send_message(7, "一")
    peer.fail("sendMessage", 502)
    with pytest.raises(NetworkError):
        await bot.send_message(7, "一")
    peer.fail("sendMessage", drop="before")
    with pytest.raises(NetworkError):
        await bot.send_message(7, "一")
    assert peer.user(7).received == []
    peer.fail("*", drop="after")
    with pytest.raises(NetworkError):
        await bot.send_message(7, "一")
    await bot.send_message(7, "二")
    assert [m.text for m in peer.user(7).received] == ["一", "二"]
    assert [c.status for c in peer.called("sendMessage")] == [429, 502, 0, 0, 200]


async def test_files_travel_both_ways(peer: TelegramPeer, bot: telegram.Bot) -> None:
    asker = peer.user(7)
    asker.send_photo(b"\xff\xd8picture", caption="现场照片")
    asker.send_document("清单".encode(), "材料.txt", "text/plain")
    asker.send_voice(b"OggS")
    photo, document, voice = [u.message for u in await bot.get_updates(timeout=0)]
    assert photo.caption == "现场照片"
    file = await photo.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == b"\xff\xd8picture"
    assert document.document.file_name == "材料.txt"
    assert voice.voice.mime_type == "audio/ogg"
    again = await bot.send_document(7, document.document.file_id, caption="转给您")
    assert again.document.file_name == "材料.txt"
    await bot.send_photo(7, b"\xff\xd8drawing")
    await bot.send_voice(7, voice.voice.file_id)
    assert [m.text for m in asker.received] == ["转给您", "", ""]
    with pytest.raises(BadRequest, match="file"):
        await bot.get_file("nothing")
    await bot.set_my_commands([("start", "开始")])
    assert peer.commands == [{"command": "start", "description": "开始"}]
