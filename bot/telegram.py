"""Telegram: what came in goes to the inbox; the worker and delivery do the rest.

Imported only where Telegram is on: aiogram takes seconds and much memory to import.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramConflictError, TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiogram.types import BotCommand
from fastapi import APIRouter, Request, Response

from bot import inbox
from bot.delivery import Delivery
from bot.inbox import Update
from bot.services import Services, TelegramPart
from bot.telegram_api import TelegramMessenger, open_bot
from bot.telegram_updates import ALLOWED
from bot.telegram_work import Worker
from storage import Database, StorageUnavailable

_log = structlog.get_logger()
_POLL_SECONDS = 25
_LONGEST_PAUSE_S = 30.0
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LARGEST_UPDATE = 1024 * 1024
_COMMANDS = [BotCommand(command="start", description="开始咨询")]


@asynccontextmanager
async def run_telegram(services: Services) -> AsyncIterator[TelegramPart]:
    """Take part in Telegram until the block ends; the part's router takes the webhook's calls.

    A wrong token or an unreachable Telegram is logged and tried again: the web goes on working.
    """
    settings = services.settings
    bot = open_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    messenger = TelegramMessenger(bot)
    worker = Worker(services.database, services.assistant, bot, messenger)
    delivery = Delivery(services.database, messenger)
    url, secret = settings.telegram_webhook_url, webhook_secret(settings.secret, bot.token)
    await services.database.write(inbox.forget_old)
    part = TelegramPart(webhook_router(services.database, bot.id, urlsplit(url).path, secret))
    intake = partial(_set_webhook, bot, url, secret) if url else Poller(services.database, bot).run
    begin = partial(_begin, bot, part, intake)
    loops: dict[str, Callable[[], Awaitable[None]]] = {
        "telegram-intake": begin,
        "telegram-work": worker.run,
        "delivery": delivery.run,
    }
    tasks = [asyncio.create_task(_keep_up(name, loop), name=name) for name, loop in loops.items()]
    try:
        yield part
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await bot.session.close()


async def _keep_up(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run a loop; one that fails for a reason nobody thought of is logged and started again."""
    while True:
        try:
            return await loop()
        except Exception:
            _log.exception("loop failed", loop=name)
        await asyncio.sleep(1.0)


async def _begin(bot: Bot, part: TelegramPart, intake: Callable[[], Awaitable[None]]) -> None:
    async def learn_name() -> None:
        part.bot_name = (await bot.me()).username or ""

    await insist(learn_name)
    await intake()


async def _set_webhook(bot: Bot, url: str, secret: str) -> None:
    async def begin() -> None:
        await bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED))
        await bot.set_my_commands(_COMMANDS)

    await insist(begin)


def webhook_secret(key: str, token: str) -> str:
    """What Telegram proves itself with: the same in every process, not to be guessed."""
    return hmac.new(key.encode(), f"telegram-webhook:{token}".encode(), hashlib.sha256).hexdigest()


def webhook_router(database: Database, bot_id: int, path: str, secret: str) -> APIRouter:
    """The webhook: 200 only when the update is on the disk; Telegram repeats it until then."""
    router = APIRouter()
    if not path:
        return router

    @router.post(path, include_in_schema=False)
    async def receive(request: Request) -> Response:
        given = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        if int(request.headers.get("Content-Length") or 0) > _LARGEST_UPDATE:
            return Response(status_code=413)
        try:
            update = read_update(bot_id, await request.json())
        except ValueError:
            return Response(status_code=400)
        try:
            await database.write(inbox.receive, [update])
        except StorageUnavailable:
            return Response(status_code=503)
        return Response(status_code=200)

    return router


def read_update(bot_id: int, body: Any) -> Update:
    """What the inbox needs to know of an update. Raises ValueError when it is none."""
    if not isinstance(body, dict) or not isinstance(body.get("update_id"), int):
        raise ValueError("not an update")
    position = body["update_id"]
    return Update(f"telegram-{bot_id}-{position}", _chat(body), position, body)


def _chat(body: dict[str, Any]) -> int:
    """The chat of an update, whatever its kind; 0 where it has none."""
    for value in body.values():
        if isinstance(value, dict):
            inner = value.get("message") if isinstance(value.get("message"), dict) else value
            chat = inner.get("chat") if isinstance(inner, dict) else None
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return int(chat["id"])
    return 0


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates without a look into them: one that aiogram cannot read must not stop the rest."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


class Poller:
    """Long polling. What came is confirmed, by the next offset, only when it is on the disk."""

    def __init__(self, database: Database, bot: Bot) -> None:
        self._database = database
        self._bot = bot
        self._offset: int | None = None

    async def run(self) -> None:
        """Poll until cancelled."""
        await insist(self._begin)
        while True:
            await insist(self.poll)

    async def _begin(self) -> None:
        await self._bot.delete_webhook()
        await self._bot.set_my_commands(_COMMANDS)

    async def poll(self) -> None:
        """Ask once for updates, and keep them."""
        call = GetRawUpdates(
            offset=self._offset, timeout=_POLL_SECONDS, allowed_updates=list(ALLOWED)
        )
        raw = await self._bot(call, request_timeout=_POLL_SECONDS + 10)
        updates = [read_update(self._bot.id, body) for body in raw]
        if updates:
            await self._database.write(inbox.receive, updates)
            self._offset = updates[-1].position + 1


async def insist(step: Callable[[], Awaitable[None]]) -> None:
    """Do a step, again and again after growing pauses, until Telegram and the database let it."""
    pause = 1.0
    while True:
        try:
            return await step()
        except TelegramRetryAfter as error:
            pause = float(error.retry_after)
        except TelegramConflictError as error:
            _log.warning("telegram is also polled elsewhere", error=error.message)
        except (AiogramError, StorageUnavailable, OSError) as error:
            _log.warning("telegram or database unavailable", error=str(error)[:300])
        await asyncio.sleep(pause)
        pause = min(_LONGEST_PAUSE_S, pause * 2)
