"""The event stream of one conversation: messages, how tickets stand, and that somebody types."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi.sse import ServerSentEvent

from bot.web_views import view_message, view_ticket
from handoff.streams import CLOSING, Signal, typing_topic
from handoff.transcript import load_transcript
from storage import Database

_RECONNECT_MS = 2000


async def follow_conversation(
    database: Database, conversation_id: str, after: int
) -> AsyncIterator[ServerSentEvent]:
    """Events from the message after `after` on, until the reader goes or the server closes.

    A `message` carries its sequence number as event id, so that a reader resumes behind the last
    one it has; a `ticket` is sent at the start and whenever it changes.
    """
    stream = _Stream(database, conversation_id, after)
    yield ServerSentEvent(comment="connected", retry=_RECONNECT_MS)
    while not stream.closed:
        async for event in stream.follow():
            yield event


class _Stream:
    """What one reader has seen so far."""

    def __init__(self, database: Database, conversation_id: str, after: int) -> None:
        self._database = database
        self._conversation_id = conversation_id
        self._after = after
        self._tickets: dict[str, dict[str, Any]] = {}
        self._watched: tuple[str, ...] = ()
        self.closed = False

    async def follow(self) -> AsyncIterator[ServerSentEvent]:
        """Events until it closes, or until there is a new ticket to subscribe to."""
        changes, conversation_id = self._database.changes, self._conversation_id
        topics = (f"conversation:{conversation_id}", *self._watched)
        news = changes.subscribe(*topics)
        typing = Signal(changes, typing_topic(conversation_id), news)
        closing = Signal(changes, CLOSING, news)
        with news, typing, closing:
            watched = self._watched
            while True:
                for event in await self._load():
                    yield event
                if self._watched != watched:  # read once more, now with ears for that ticket too
                    return
                await news.wait()
                if closing.take():
                    self.closed = True
                    return
                if typing.take():
                    yield ServerSentEvent(event="typing", data={"author": "manager"})

    async def _load(self) -> list[ServerSentEvent]:
        """What is new since the last time."""
        events: list[ServerSentEvent] = []
        while True:
            page = await self._database.read(load_transcript, self._conversation_id, self._after)
            for message in page.messages:
                self._after = message.seq
                events.append(
                    ServerSentEvent(
                        event="message", id=str(message.seq), data=view_message(message)
                    )
                )
            if not page.messages:
                break
        for ticket in page.tickets:
            view = view_ticket(ticket)
            if self._tickets.get(ticket.id) != view:
                self._tickets[ticket.id] = view
                events.append(ServerSentEvent(event="ticket", data=view))
        self._watched = tuple(f"ticket:{ticket.id}" for ticket in page.tickets)
        return events
