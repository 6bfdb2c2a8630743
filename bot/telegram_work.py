"""The worker of the Telegram inbox: takes updates in order per chat, each in one transaction."""

import asyncio
import time
from functools import partial

import structlog
from aiogram import Bot
from pydantic import ValidationError

from bot import inbox
from bot.assistant import Assistant
from bot.delivery import Refused, RetryLater, Unreachable, wait_for_news
from bot.inbox import Update
from bot.telegram_api import TelegramMessenger
from bot.telegram_askers import Fetched, handle_asker, say
from bot.telegram_managers import handle_manager, welcome
from bot.telegram_updates import (
    CameBack,
    Event,
    Pressed,
    Said,
    Started,
    make_dispatcher,
    read_event,
)
from handoff.conversations import Attachment
from handoff.errors import HandoffError
from handoff.staff import find_staff_by_telegram, link_telegram
from storage import Database, StorageUnavailable, Subscription, Transaction, UnusableValue

_log = structlog.get_logger()
_LONGEST_WAIT_S = 30.0
_AT_ONCE = 16
_TOO_BIG = "文件超过 20 MB"
_UNREACHABLE = "暂时连接不上 Telegram 的文件服务器"


def handle(tx: Transaction, assistant: Assistant, event: Event, fetched: Fetched) -> str:
    """Do what an event asks for, by an asker or by a member of staff."""
    if isinstance(event, Started) and (staff := link_telegram(tx, event.payload, event.chat)):
        welcome(tx, staff, event.chat)
        return ""
    if isinstance(event, CameBack) or (isinstance(event, Pressed) and event.data.startswith("o:")):
        return handle_asker(tx, assistant, event, fetched)
    manager = find_staff_by_telegram(tx, event.chat)
    if manager and manager.may("manager", "reform_office"):
        return handle_manager(tx, manager, event, fetched)
    return handle_asker(tx, assistant, event, fetched)


def refuse(tx: Transaction, event: Event, why: str) -> str:
    """What could not be done is said instead: on the button, or as a message."""
    if not isinstance(event, Pressed):
        say(tx, event.chat, why)
    return why


class Worker:
    """Handles what the inbox holds. A chat is handled in order, many chats side by side."""

    def __init__(
        self, database: Database, assistant: Assistant, bot: Bot, messenger: TelegramMessenger
    ) -> None:
        self._database = database
        self._assistant = assistant
        self._bot = bot
        self._messenger = messenger
        self._dispatcher = make_dispatcher()
        self._busy: set[int] = set()
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._working = asyncio.TaskGroup()

    async def run(self) -> None:
        """Handle updates until cancelled."""
        with self._database.changes.subscribe(inbox.TOPIC) as news:
            async with asyncio.TaskGroup() as self._working:
                while True:
                    try:
                        wait = await self._start_due(news)
                    except StorageUnavailable as error:
                        _log.warning("inbox unavailable", error=str(error))
                        wait = 1.0
                    await wait_for_news(news, wait)

    async def _start_due(self, news: Subscription) -> float:
        """Start on the chats whose turn it is; the seconds until the next one's turn."""
        waiting = await self._database.read(inbox.load_waiting_chats)
        wait = _LONGEST_WAIT_S
        for chat, due in waiting.items():
            seconds = due / 1000 - time.time()
            if chat in self._busy:
                continue
            if seconds > 0:
                wait = min(wait, seconds)
                continue
            self._busy.add(chat)
            self._working.create_task(self._work_off(chat, news))
        return wait

    async def _work_off(self, chat: int, news: Subscription) -> None:
        """Handle a chat's updates until none is left whose time has come."""
        try:
            async with self._free:
                while update := await self._database.read(inbox.find_next, chat):
                    await self._work_on(update)
        except StorageUnavailable as error:
            _log.warning("inbox unavailable", error=str(error))
            await asyncio.sleep(1.0)
        finally:
            self._busy.discard(chat)
            news.wake()  # for what came while the chat was still busy, and for a second try

    async def _work_on(self, update: Update) -> None:
        """Handle one update; a failure of ours is noted and does not stop the others."""
        try:
            event = await self._read(update)
            if event is None:
                await self._database.write(inbox.handle_once, update, lambda tx: None)
                return
            toast = await self._handle(update, event)
        except StorageUnavailable:
            raise
        except Exception as error:
            _log.exception("update failed", update=update.id, attempts=update.attempts + 1)
            if await self._database.write(inbox.put_back, update, repr(error)):
                _log.error("update set aside", update=update.id)
            return
        if isinstance(event, Pressed):
            await self._messenger.toast(event.query_id, toast or "")

    async def _read(self, update: Update) -> Event | None:
        try:
            return await read_event(self._dispatcher, self._bot, update.body)
        except ValidationError:  # nothing that trying again could mend
            _log.warning("update not understood", update=update.id)
            return None

    async def _handle(self, update: Update, event: Event) -> str | None:
        if isinstance(event, Said):
            self._working.create_task(self._messenger.typing(event.chat))
        try:
            fetched = await self._fetch(update, event)
            work = partial(handle, assistant=self._assistant, event=event, fetched=fetched)
            return await self._database.write(inbox.handle_once, update, work)
        except (HandoffError, UnusableValue) as refusal:
            answer = partial(refuse, event=event, why=str(refusal))
            return await self._database.write(inbox.handle_once, update, answer)

    async def _fetch(self, update: Update, event: Event) -> Fetched:
        """The file that came with a message. Raises while another try may still bring it."""
        if not isinstance(event, Said) or event.file is None:
            return Fetched()
        try:
            content = await self._messenger.download(event.file.file_id)
        except Refused as refusal:
            return Fetched(problem=_TOO_BIG if "too big" in str(refusal) else str(refusal))
        except (RetryLater, Unreachable):
            if update.attempts + 1 < inbox.TRIES:
                raise
            return Fetched(problem=_UNREACHABLE)
        return Fetched(Attachment(event.file.filename, event.file.media_type, content))
