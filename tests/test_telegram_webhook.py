"""Telegram by webhook: the secret, the confirmation after the commit, repeats."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from pydantic import SecretStr

from bot.app import create_app
from bot.services import Services, open_services
from bot.settings import Settings
from bot.telegram import run_telegram, webhook_secret
from handoff.staff import add_staff, open_session
from storage import Transaction
from tests.telegram_peer import TelegramPeer

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class Running:
    """小海马 behind its webhook, and the peer that calls it."""

    services: Services
    peer: TelegramPeer
    url: str
    secret: str


@pytest.fixture
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/telegram/webhook"
    async with TelegramPeer() as peer:
        settings = Settings(
            data_dir=tmp_path_factory.mktemp("data"),
            starter=False,
            telegram_token=SecretStr(peer.token),
            telegram_api_url=peer.url,
            telegram_webhook_url=url,
        )
        async with open_services(settings) as services, run_telegram(services) as part:
            app = create_app(services, part)
            config = uvicorn.Config(app, log_level="error", lifespan="off")
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            yield Running(services, peer, url, webhook_secret(settings.secret, peer.token))
            server.should_exit = True
            await serving


def count_updates(tx: Transaction) -> int:
    return int(tx.value("SELECT count(*) FROM inbox"))


async def test_what_is_said_comes_by_the_webhook(running: Running) -> None:
    asker = running.peer.user(7)
    asker.say("/start")
    await asker.sees("我是小海马")
    asker.say("谢谢")
    await asker.sees("不客气")
    assert running.peer.called("getUpdates") == []
    assert running.peer.webhook["url"] == running.url


async def test_a_manager_gets_a_link_to_the_bot(running: Running) -> None:
    def hire(tx: Transaction) -> str:
        return open_session(tx, add_staff(tx, "林晓", "manager", "350404", "unused").id)[1]

    running.peer.user(7).say("谢谢")
    await running.peer.user(7).sees("不客气")  # by now Telegram was reached
    token = await running.services.database.write(hire)
    address = running.url.replace("/telegram/webhook", "/desk/me")
    async with httpx.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {token}"}
        page = await http.post(address, data={"action": "link"}, headers=headers)
    assert re.search(r'href="https://t\.me/haima_bot\?start=link-[\w-]+"', page.text)


async def test_only_telegram_may_call_it(running: Running) -> None:
    update = {"update_id": 1, "message": {"chat": {"id": 7, "type": "private"}}}
    async with httpx.AsyncClient() as http:
        for headers in ({}, {SECRET_HEADER: "guess"}, {SECRET_HEADER: "密"}):
            encoded = {name: value.encode() for name, value in headers.items()}
            answer = await http.post(running.url, json=update, headers=encoded)
            assert answer.status_code == 403
        right = {SECRET_HEADER: running.secret}
        for body in (b"", b"[]", b"{", b'{"update_id": "1"}'):
            assert (await http.post(running.url, content=body, headers=right)).status_code == 400
        large = b'{"update_id": 1, "x": "' + b"x" * 1024 * 1024 + b'"}'
        assert (await http.post(running.url, content=large, headers=right)).status_code == 413
    assert await running.services.database.read(count_updates) == 0


async def test_a_repeat_is_confirmed_and_answered_no_second_time(running: Running) -> None:
    asker = running.peer.user(7)
    asker.started = True
    chat = {"id": 7, "type": "private", "first_name": "甲"}
    sender = {"id": 7, "is_bot": False, "first_name": "甲"}
    message = {"message_id": 5, "date": 1, "chat": chat, "from": sender, "text": "谢谢"}
    update = {"update_id": 77, "message": message}
    async with httpx.AsyncClient(headers={SECRET_HEADER: running.secret}) as http:
        repeats = [http.post(running.url, json=update) for _ in range(5)]
        answers = await asyncio.gather(*repeats)
    assert [answer.status_code for answer in answers] == [200] * 5
    asker.say("你好")
    await asker.sees("我是小海马")
    assert [m.text[:3] for m in asker.received] == ["不客气", "您好，"]


async def test_it_is_confirmed_only_when_it_is_on_the_disk(running: Running) -> None:
    await running.services.database.write(lambda tx: tx.execute("DROP TABLE inbox"))
    running.peer.user(7).say("你好")
    await running.peer.until(lambda: "5" in running.peer.webhook.get("last_error_message", ""))
    assert running.peer.webhook["last_error_message"].endswith(("500", "503"))
