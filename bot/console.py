"""What the commands share: the settings, the store, and how one of them gives up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError

from bot.plain_errors import render_settings_error
from bot.schema import MIGRATIONS
from bot.settings import Settings
from knowledge.regions import load_added_regions, load_gazetteer
from retrieval.places import Gazetteer
from storage import Database, open_database


def fail(message: str) -> NoReturn:
    """End the command with one line."""
    typer.echo(f"错误：{message}", err=True)
    raise SystemExit(1)


def read_settings() -> Settings:
    """The settings; ends the command when one is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        fail(render_settings_error(error))


@asynccontextmanager
async def open_store() -> AsyncIterator[Database]:
    """The database alone, for what needs no library. Raises StorageUnavailable."""
    settings = read_settings()
    database = await open_database(
        settings.database_url.get_secret_value(), settings.database_path, MIGRATIONS
    )
    try:
        yield database
    finally:
        await database.close()


async def load_places(database: Database) -> Gazetteer:
    """The shipped places and the operator's own."""
    return load_gazetteer(added=await database.read(load_added_regions))
