"""Run the server: one process, until it is told to stop."""

import asyncio
import gc
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn

from bot.app import create_app
from bot.promises import keep_promises
from bot.services import Services, TelegramPart, open_services
from bot.settings import Settings
from handoff.streams import close_streams
from storage import Changes

Ready = Callable[[Services, str], None]


class _Server(uvicorn.Server):
    """Says when questions are answered, and ends the open streams before it stops."""

    def __init__(
        self, config: uvicorn.Config, changes: Changes, on_started: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._changes = changes
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        close_streams(self._changes)
        await super().shutdown(sockets)


async def serve(settings: Settings, on_ready: Ready) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is told the address once questions are answered.

    Raises OSError when the port is taken, StorageUnavailable without a database.
    """
    with socket.create_server((settings.host, settings.port), backlog=512) as listener:
        host, port = listener.getsockname()[:2]
        async with open_services(settings) as services, _telegram(services) as telegram:
            app = create_app(services, telegram)
            # The library stays: no need to look at it again in every collection.
            gc.freeze()
            # The writer's thread decides while the loop serves: hand over soon.
            sys.setswitchinterval(0.001)
            config = uvicorn.Config(
                app, log_level="warning", lifespan="off", timeout_graceful_shutdown=3
            )
            server = _Server(
                config,
                services.database.changes,
                lambda: on_ready(services, f"http://{host}:{port}"),
            )
            promises = asyncio.create_task(keep_promises(services), name="promises")
            await server.serve(sockets=[listener])
            promises.cancel()


@asynccontextmanager
async def _telegram(services: Services) -> AsyncIterator[TelegramPart]:
    """Telegram's part of the app, where it is on."""
    if not services.settings.telegram_token.get_secret_value():
        yield TelegramPart()
        return
    # Importing aiogram takes seconds and much memory, which an office without Telegram is spared.
    from bot.telegram import run_telegram

    async with run_telegram(services) as part:
        yield part
