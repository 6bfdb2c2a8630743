"""The desk's event streams: signals without content, upon which a page reads itself anew."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from handoff.desk.auth import NotSignedIn, staff_guard, token_of
from handoff.desk.context import Desk
from handoff.desk.queue import count_tickets
from handoff.staff import Staff, find_session
from handoff.streams import CLOSING, Signal
from handoff.tickets import access_ticket
from storage import Database, Transaction

_RECONNECT_MS = 3000
_PAUSE_SECONDS = 0.5  # many changes at once are one signal


def router(desk: Desk) -> APIRouter:
    """`/desk/events` for the queue, `/desk/tickets/{number}/events` for one ticket."""
    streams = APIRouter(include_in_schema=False)
    signed_in = staff_guard(desk.database)

    async def queue_topics(me: Annotated[Staff, Depends(signed_in)]) -> tuple[str, ...]:
        return ("tickets",)

    async def ticket_topics(
        number: str, me: Annotated[Staff, Depends(signed_in)]
    ) -> tuple[str, ...]:
        ticket = await desk.database.read(access_ticket, me, number)
        return ("tickets", f"ticket:{ticket.id}", f"conversation:{ticket.conversation_id}")

    @streams.get("/desk/events", response_class=EventSourceResponse)
    async def queue_events(
        request: Request, topics: Annotated[tuple[str, ...], Depends(queue_topics)]
    ) -> AsyncIterator[ServerSentEvent]:
        async for event in _follow(desk.database, token_of(request) or "", topics):
            yield event

    @streams.get("/desk/tickets/{number}/events", response_class=EventSourceResponse)
    async def ticket_events(
        request: Request, topics: Annotated[tuple[str, ...], Depends(ticket_topics)]
    ) -> AsyncIterator[ServerSentEvent]:
        async for event in _follow(desk.database, token_of(request) or "", topics):
            yield event

    return streams


async def _follow(
    database: Database, token: str, topics: tuple[str, ...]
) -> AsyncIterator[ServerSentEvent]:
    """`state` at the start and upon each change, until the session ends or the server closes."""
    news = database.changes.subscribe(*topics)
    closing = Signal(database.changes, CLOSING, news)
    with news, closing:
        yield ServerSentEvent(
            event="state", data=await _state(database, token), retry=_RECONNECT_MS
        )
        while True:
            await news.wait()
            if closing.take():
                return
            try:
                state = await _state(database, token)
            except NotSignedIn:
                yield ServerSentEvent(event="signed-out", data={})
                return
            yield ServerSentEvent(event="changed", data=state)
            await asyncio.sleep(_PAUSE_SECONDS)


async def _state(database: Database, token: str) -> dict[str, Any]:
    """What the page's title says: how many tickets wait for somebody."""

    def read(tx: Transaction) -> dict[str, Any]:
        staff = find_session(tx, token)
        if staff is None:
            raise NotSignedIn
        return {"open": count_tickets(tx, staff)["open"]}

    return await database.read(read)
