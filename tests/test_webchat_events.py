"""The event stream over real HTTP: in order, resumable, and without what is not the asker's."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.services import Services
from handoff import actions
from handoff.streams import announce_typing, close_streams
from tests.web_office import KNOWN, UNKNOWN, Asker, act, answer, open_asker, serve

pytest_plugins = ["tests.web_fixtures"]


@dataclass(frozen=True)
class Event:
    name: str
    id: str
    data: dict[str, Any]


class Stream:
    """Reads the events of a response one by one."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self, name: str) -> Event:
        """The next event of this name; None of the others is lost on whoever does not ask."""
        async with asyncio.timeout(20):
            while True:
                event = await self._read()
                assert event is not None, "the stream has ended"
                if event.name == name:
                    return event

    async def rest(self) -> list[Event]:
        """What comes until the stream ends."""
        events = []
        async with asyncio.timeout(20):
            while (event := await self._read()) is not None:
                events.append(event)
        return events

    async def _read(self) -> Event | None:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if not line and "data" in fields:
                return Event(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
            name, _, value = line.partition(": ")
            fields[name] = value
        return None


@pytest.fixture(scope="module")
async def served(office: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(office) as address, httpx.AsyncClient(base_url=address) as caller:
        yield caller


@pytest.fixture
async def asker(served: httpx.AsyncClient) -> Asker:
    return await open_asker(served)


@asynccontextmanager
async def listen(asker: Asker, last: str | int = 0) -> AsyncIterator[Stream]:
    headers = {**asker.headers, "Last-Event-ID": str(last)}
    async with asker.client.stream("GET", f"{asker.path}/events", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        yield Stream(response)


async def test_both_sides_arrive_while_they_are_written(office: Services, asker: Asker) -> None:
    async with listen(asker) as stream:
        await asker.say(UNKNOWN)
        first, second = [await stream.next("message") for _ in range(2)]
        await office.database.write(act(actions.note, "内部备注"), asker.id)
        await office.database.write(answer("可以合建。"), asker.id)
        third = await stream.next("message")

    assert [first.data, second.data, third.data] == await asker.messages()
    assert [e.id for e in (first, second, third)] == ["1", "2", "4"]
    assert third.data["text"] == "可以合建。"


async def test_a_reader_resumes_behind_the_last_event_it_has(asker: Asker) -> None:
    await asker.say(KNOWN)
    async with listen(asker) as stream:
        last = [await stream.next("message") for _ in range(2)][-1]
    await asker.say(UNKNOWN)

    for cursor in (last.id, last.data["id"]):
        async with listen(asker, cursor) as stream:
            events = [await stream.next("message") for _ in range(2)]
        assert [e.data["seq"] for e in events] == [3, 4]


async def test_a_ticket_is_followed(office: Services, asker: Asker) -> None:
    async with listen(asker) as stream:
        await asker.say(UNKNOWN)
        opened = await stream.next("ticket")
        await office.database.write(act(actions.claim), asker.id)
        claimed = await stream.next("ticket")

    assert opened.data["status"] == "open"
    assert (claimed.data["status"], claimed.data["assignee"]) == ("claimed", "王秀兰")
    async with listen(asker, 99) as stream:
        assert (await stream.next("ticket")).data == claimed.data


async def test_that_a_manager_types_is_shown(office: Services, asker: Asker) -> None:
    async with listen(asker) as stream:
        await asker.say(UNKNOWN)
        await stream.next("ticket")
        await office.database.write(announce_typing, asker.id)
        typing = await stream.next("typing")

    assert typing.data == {"author": "manager"}


async def test_a_stream_tells_of_its_own_conversation_only(asker: Asker) -> None:
    other = await open_asker(asker.client)
    async with listen(asker) as stream:
        await other.say(KNOWN)
        await asker.say(UNKNOWN)
        message = await stream.next("message")

    assert message.data["text"] == UNKNOWN


async def test_streams_end_when_the_server_closes(office: Services, asker: Asker) -> None:
    await asker.say(KNOWN)
    async with listen(asker) as stream:
        await stream.next("message")
        close_streams(office.database.changes)
        rest = await stream.rest()

    assert [e.data["seq"] for e in rest] == [2]


@pytest.mark.parametrize(("last", "status"), [("x" * 20, 422), ("-1", 422)])
async def test_a_wrong_cursor_is_refused_before_the_stream(
    asker: Asker, last: str, status: int
) -> None:
    response = await asker.client.get(
        f"{asker.path}/events", headers={**asker.headers, "Last-Event-ID": last}
    )

    assert response.status_code == status
    assert response.json()["error"]["code"] == "invalid"
