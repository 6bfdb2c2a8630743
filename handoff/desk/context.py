"""What the desk's pages and calls work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from faq.live_library import LiveLibrary
from handoff.clock import Calendar
from storage import Database


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the running process that the desk uses."""

    database: Database
    live: LiveLibrary
    calendar: Calendar
    try_question: Callable[[str, str | None], Awaitable[dict[str, Any]]]
    """What would be replied to a message now, for an asker of this place (its code; None: unknown),
    in the form of the transcript; nothing of it is kept. Raises Invalid."""
    telegram_bot: Callable[[], str] = str
    """The user name of our bot in Telegram, once it is known; "" before that."""

    def place(self, code: str) -> str:
        """A region's name; an asker of the root is one whose place is unknown."""
        if code == "100000" or code not in self.live.gazetteer:
            return "地点未知" if code == "100000" else code
        return self.live.gazetteer[code].name

    def known_places(self) -> list[str]:
        """The names of the places that have documents or entries."""
        return sorted(self.live.gazetteer[code].name for code in self.live.gazetteer.known)

    def today(self) -> date:
        """The day at the office."""
        return datetime.now(self.calendar.zone).date()
