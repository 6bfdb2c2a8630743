"""The loop that looks after promised times."""

import asyncio

import structlog

from bot.services import Services
from handoff.reminders import find_late, tell_late
from storage import StorageUnavailable

_log = structlog.get_logger()
_EVERY_SECONDS = 20.0


async def keep_promises(services: Services) -> None:
    """Remind of tickets that wait too long, until cancelled. Several processes may do so."""
    database, minutes = services.database, services.settings.remind_after
    while True:
        try:
            if await database.read(find_late, services.calendar, minutes):
                await database.write(tell_late, services.calendar, minutes)
        except StorageUnavailable as error:
            _log.warning("promises unavailable", error=str(error))
        except Exception:  # a fault of ours must not end all reminders
            _log.exception("promises failed")
        await asyncio.sleep(_EVERY_SECONDS)
