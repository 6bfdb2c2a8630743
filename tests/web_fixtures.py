"""Fixtures of the web tests: the office on each database, called over ASGI."""

import secrets
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from bot.app import create_app
from bot.services import Services
from tests.conftest import database_url
from tests.web_office import Asker, open_asker, open_office


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def office_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty PostgreSQL; "" for SQLite."""
    if request.param == "sqlite":
        return ""
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    with psycopg.connect(server, autocommit=True) as connection:
        # A name of its own: the order of the tests may ask for this fixture more than once.
        name = f"web_{secrets.token_hex(4)}"
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return database_url(server, name)


@pytest.fixture(scope="session")
async def office(
    office_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    async with open_office(tmp_path_factory.mktemp("web"), office_url) as services:
        yield services


@pytest.fixture(scope="session")
async def caller(office: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(office))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as caller:
        yield caller


@pytest.fixture
async def asker(caller: httpx.AsyncClient) -> Asker:
    return await open_asker(caller)
