"""The parts of a running 小海马, opened in order and closed in reverse."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from fastapi import APIRouter

from bot.assistant import Assistant
from bot.schema import MIGRATIONS
from bot.settings import Settings
from faq.live_library import LiveLibrary
from faq.starter import load_starter
from handoff.clock import TOPIC, Calendar, load_calendar, load_days, seed_calendar
from knowledge.regions import load_gazetteer
from storage import Database, StorageUnavailable, Transaction, open_database


@dataclass(frozen=True, slots=True)
class Services:
    """What the surfaces work with."""

    settings: Settings
    database: Database
    live: LiveLibrary
    calendar: Calendar
    assistant: Assistant


@dataclass(slots=True)
class TelegramPart:
    """What Telegram adds to the app: the webhook's route, and the bot's name for links to it."""

    router: APIRouter = field(default_factory=APIRouter)
    bot_name: str = ""
    """Without @; empty until Telegram was reached."""


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open the database, fill an empty one, and read the library. Raises StorageUnavailable."""
    database = await open_database(
        settings.database_url.get_secret_value(), settings.database_path, MIGRATIONS
    )
    try:
        await database.write(_fill, settings)
        live = LiveLibrary(database, settings.data_dir / "cache")
        gc.disable()  # of what is loaded nothing is given up again, so there is nothing to look for
        try:
            await live.load()
        finally:
            gc.enable()
        calendar = await database.read(load_calendar, settings.zone)
        assistant = Assistant(live, calendar, settings.escalate_after)
        followers = [
            asyncio.create_task(live.follow(), name="library"),
            asyncio.create_task(_follow_calendar(database, calendar), name="calendar"),
        ]
        yield Services(settings, database, live, calendar, assistant)
        for follower in followers:
            follower.cancel()
    finally:
        await database.close()


async def _follow_calendar(database: Database, calendar: Calendar) -> None:
    """Keep the calendar as the rows say, also when another process changed them."""
    with database.changes.subscribe(TOPIC) as news:
        while True:
            await news.wait()
            with suppress(StorageUnavailable):  # the next change brings all of them
                calendar.take_over(await database.read(load_days))


def _fill(tx: Transaction, settings: Settings) -> None:
    """What a fresh install knows: the working calendar and, unless unwanted, the starter pack."""
    tx.hold("starter")  # of several processes that start at once, one fills it
    seed_calendar(tx)
    if settings.starter:
        load_starter(tx, load_gazetteer())
