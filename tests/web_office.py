"""A small office for the tests of the web: some entries, a manager, a project."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from playwright.async_api import Page
from pydantic import SecretStr

from bot.app import create_app
from bot.services import Services, open_services
from bot.settings import Settings
from faq.entries import Content, Source
from faq.publishing import add_entry, publish_entry
from handoff import actions
from handoff.staff import add_staff, find_staff
from handoff.streams import close_streams
from handoff.tickets import find_live_ticket
from storage import Transaction

KNOWN, ANSWER = "施工许可证要多久才能办下来？", "自受理之日起五个工作日内办结。"
OF_A_PLACE = "代办服务收费吗？"
UNKNOWN = "消防水池可以和人防地下室合建吗"
MANAGER, PROJECT = "王秀兰", "project-1"
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
SOURCE = Source("某某办法", "某办发〔2025〕1号", "第三条", "某局", "100000", "2025-01-01")
SECOND = Source("某某细则", "某办发〔2026〕7号", "二、（一）", "某局", "100000", "2026-02-01")

OpenPage = Callable[..., Awaitable[Page]]


def fill(tx: Transaction) -> None:
    """What the office knows and who works there."""
    for content in (
        Content(KNOWN, ANSWER, ("施工许可证几天能下来",), sources=(SOURCE, SECOND)),
        Content(OF_A_PLACE, "三元区代办不收费。", region="350404", sources=(SOURCE,)),
        Content(OF_A_PLACE, "江海区代办免费。", region="440704", sources=(SOURCE,)),
    ):
        publish_entry(tx, add_entry(tx, content, "小许").id, "小许")
    add_staff(tx, MANAGER, "manager", "100000", "unused")
    tx.insert("project", token=PROJECT, name="三元区标准厂房", region="350404", created_at=tx.now)


@asynccontextmanager
async def open_office(folder: Path, url: str = "") -> AsyncIterator[Services]:
    """The office, on SQLite in `folder` or on the PostgreSQL at `url`."""
    settings = Settings(data_dir=folder, database_url=SecretStr(url), starter=False)
    async with open_services(settings) as services:
        await services.database.write(fill)
        await services.live.refresh()
        yield services


class _Server(uvicorn.Server):
    """Says when it listens, and ends the event streams before it waits for its readers."""

    def __init__(self, services: Services) -> None:
        app = create_app(services)
        super().__init__(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        self._changes = services.database.changes
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        close_streams(self._changes)
        await super().shutdown(sockets)


@asynccontextmanager
async def serve(services: Services) -> AsyncIterator[str]:
    """The office on a port of its own; its address."""
    server = _Server(services)
    running = asyncio.create_task(server.serve())
    await server.listening.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


class Asker:
    """One conversation over HTTP."""

    def __init__(self, client: httpx.AsyncClient, opened: dict[str, str]) -> None:
        self.client = client
        self.id = opened["id"]
        self.token = opened["token"]
        self.path = f"/api/v1/conversations/{self.id}"
        self.headers = {"Authorization": f"Bearer {self.token}"}

    async def post(self, path: str, **request: Any) -> httpx.Response:
        return await self.client.post(self.path + path, headers=self.headers, **request)

    async def get(self, path: str, **request: Any) -> httpx.Response:
        return await self.client.get(self.path + path, headers=self.headers, **request)

    async def say(self, text: str, client_id: str | None = None) -> dict[str, Any]:
        body = {"text": text} if client_id is None else {"text": text, "client_id": client_id}
        return _good(await self.post("/messages", json=body))

    async def choose(self, option_id: str) -> dict[str, Any]:
        return _good(await self.post("/choices", json={"option_id": option_id}))

    async def messages(self, after: str | int = 0) -> list[dict[str, Any]]:
        answer = _good(await self.get("/messages", params={"after": after}))
        messages: list[dict[str, Any]] = answer["messages"]
        return messages


async def open_asker(client: httpx.AsyncClient, **body: str) -> Asker:
    response = await client.post("/api/v1/conversations", json=body)
    assert response.status_code == 201, response.text
    return Asker(client, response.json())


def _good(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def act(verb: Callable[..., Any], *arguments: str) -> Callable[[Transaction, str], Any]:
    """What the manager does with the live ticket of a conversation."""

    def run(tx: Transaction, conversation_id: str) -> Any:
        ticket = find_live_ticket(tx, conversation_id)
        return verb(tx, ticket, find_staff(tx, MANAGER), *arguments)

    return run


def answer(text: str) -> Callable[[Transaction, str], Any]:
    return act(actions.reply, text)
