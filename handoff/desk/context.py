"""What the desk's pages and calls work with."""

from collections.abc import Callable
from dataclasses import dataclass

from faq.live_library import LiveLibrary
from handoff.clock import Calendar
from storage import Database


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the running process that the desk uses."""

    database: Database
    live: LiveLibrary
    calendar: Calendar
    telegram_bot: Callable[[], str] = str
    """The user name of our bot in Telegram, once it is known; "" before that."""

    def place(self, code: str) -> str:
        """A region's name; an asker of the root is one whose place is unknown."""
        if code == "100000" or code not in self.live.gazetteer:
            return "地点未知" if code == "100000" else code
        return self.live.gazetteer[code].name
