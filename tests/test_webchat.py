"""The asker's chat API over HTTP, on both databases."""

import asyncio
from typing import Any

import httpx
import pytest

from bot.services import Services
from handoff import actions
from handoff.conversations import get_conversation
from tests.web_office import (
    ANSWER,
    KNOWN,
    MANAGER,
    OF_A_PLACE,
    PROJECT,
    UNKNOWN,
    Asker,
    act,
    answer,
    open_asker,
)

pytest_plugins = ["tests.web_fixtures"]

REPLY = ["kind", "text", "options", "sources", "entry_id", "ticket", "confidence"]


async def test_a_known_question_is_answered_with_its_sources(asker: Asker) -> None:
    said = await asker.say(KNOWN)

    reply = said["reply"]
    assert list(reply) == REPLY
    assert (reply["kind"], reply["text"]) == ("answer", ANSWER)
    assert [(s["title"], s["document_number"], s["clause"]) for s in reply["sources"]] == [
        ("某某办法", "某办发〔2025〕1号", "第三条"),
        ("某某细则", "某办发〔2026〕7号", "二、（一）"),
    ]
    assert reply["ticket"] is None


async def test_the_transcript_has_both_sides_in_order_each_once(asker: Asker) -> None:
    first = await asker.say(KNOWN)
    await asker.say(UNKNOWN)

    messages = await asker.messages()
    assert [(m["author"], m["kind"]) for m in messages] == [
        ("asker", "text"),
        ("assistant", "answer"),
        ("asker", "text"),
        ("assistant", "handoff"),
    ]
    assert [m["seq"] for m in messages] == [1, 2, 3, 4]
    assert messages[0]["id"] == first["message_id"]
    assert messages[0]["reply"] is None
    assert messages[1]["reply"] == first["reply"]
    assert await asker.messages(after=messages[1]["id"]) == messages[2:]
    assert await asker.messages(after=2) == messages[2:]
    assert await asker.messages(after=4) == []
    assert await asker.messages(after="") == messages


async def test_nothing_of_the_decision_leaves_the_house(asker: Asker) -> None:
    offered = await asker.say(OF_A_PLACE)
    await asker.choose(offered["reply"]["options"][0]["id"])
    transcript = (await asker.get("/messages")).text

    assert [set(o) for o in offered["reply"]["options"]] == [{"id", "text"}] * len(
        offered["reply"]["options"]
    )
    for internal in ("trace", "target", "value", "hits", "threshold", "chosen"):
        assert f'"{internal}"' not in transcript


async def test_a_repeat_is_neither_stored_nor_answered_again(asker: Asker) -> None:
    first = await asker.say(KNOWN, "a1")

    assert await asker.say(KNOWN, "a1") == first
    assert len(await asker.messages()) == 2


async def test_repeats_at_the_same_time_are_one_message(asker: Asker) -> None:
    said = await asyncio.gather(*(asker.say(UNKNOWN, "b1") for _ in range(6)))

    assert len({each["message_id"] for each in said}) == 1
    assert [m["author"] for m in await asker.messages()] == ["asker", "assistant"]


async def test_messages_of_many_askers_do_not_mix(caller: httpx.AsyncClient) -> None:
    askers = [await open_asker(caller) for _ in range(8)]

    await asyncio.gather(*(a.say(f"{UNKNOWN}{n}") for n, a in enumerate(askers)))

    for number, each in enumerate(askers):
        assert [m["text"] for m in await each.messages()][:1] == [f"{UNKNOWN}{number}"]


async def test_a_place_is_asked_for_and_remembered(asker: Asker) -> None:
    offered = (await asker.say(OF_A_PLACE))["reply"]
    assert offered["kind"] == "clarify"
    chosen = next(o for o in offered["options"] if o["text"] == "三元区")

    reply = (await asker.choose(chosen["id"]))["reply"]

    assert reply["text"] == "三元区代办不收费。"
    assert [m["text"] for m in await asker.messages()][2] == "三元区"
    assert (await asker.say(OF_A_PLACE))["reply"]["text"] == "三元区代办不收费。"


@pytest.mark.parametrize("region", ["三元区", "350404"])
async def test_a_conversation_can_be_opened_for_a_place(
    caller: httpx.AsyncClient, region: str
) -> None:
    asker = await open_asker(caller, region=region)

    assert (await asker.say(OF_A_PLACE))["reply"]["text"] == "三元区代办不收费。"


async def test_a_project_brings_its_place(office: Services, caller: httpx.AsyncClient) -> None:
    asker = await open_asker(caller, project=PROJECT)

    assert (await asker.say(OF_A_PLACE))["reply"]["text"] == "三元区代办不收费。"
    kept = await office.database.read(get_conversation, asker.id)
    assert kept.project_token == PROJECT


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"region": "火星"}, 422, "unknown_region"),
        ({"region": 350404}, 422, "invalid"),
        ({"project": "no-such-project"}, 404, "not_found"),
        ([], 400, "not_json"),
    ],
)
async def test_a_conversation_is_refused(
    caller: httpx.AsyncClient, body: Any, status: int, code: str
) -> None:
    response = await caller.post("/api/v1/conversations", json=body)

    assert response.status_code == status
    assert_error(response, code)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b"{", 400, "not_json"),
        (b"[" * 60_000, 400, "not_json"),
        ('{"text": "代办"}'.encode("gbk"), 400, "not_json"),
        (b'"text"', 400, "not_json"),
        (b"{}", 422, "invalid"),
        (b'{"text": null}', 422, "invalid"),
        (b'{"text": 5}', 422, "invalid"),
        (b'{"text": ["a"]}', 422, "invalid"),
        (b'{"text": "a\\u0000b"}', 422, "bad_characters"),
        (b'{"text": "\\ud83d"}', 422, "bad_characters"),
        (b'{"text": "a", "client_id": "\\udc00"}', 422, "bad_characters"),
        (b'{"text": "a", "client_id": 7}', 422, "invalid"),
        (b'{"text": "a", "client_id": ""}', 422, "invalid"),
        (b'{"text": "a", "client_id": "' + b"x" * 101 + b'"}', 422, "too_long"),
        (b'{"text": "' + b"x" * 4001 + b'"}', 422, "invalid"),
        (b'{"text": "' + b"x" * 200_000 + b'"}', 413, "too_large"),
    ],
)
async def test_a_message_is_refused_and_not_kept(
    asker: Asker, content: bytes, status: int, code: str
) -> None:
    response = await asker.post("/messages", content=content)

    assert response.status_code == status
    assert_error(response, code)
    assert await asker.messages() == []


async def test_a_message_of_the_greatest_length_is_taken(asker: Asker) -> None:
    await asker.say("\U0001f40e" * 4000)

    assert (await asker.messages())[0]["text"] == "\U0001f40e" * 4000


@pytest.mark.parametrize("option_id", ["", "9.9", "1.1", "2.99", "rate", "0.0", "１.１", "9" * 99])
async def test_only_a_button_of_this_conversation_can_be_chosen(
    asker: Asker, option_id: str
) -> None:
    await asker.say(OF_A_PLACE)

    response = await asker.post("/choices", json={"option_id": option_id})

    assert response.status_code == 404
    assert_error(response, "not_found")


async def test_without_a_token_nothing_is_said(caller: httpx.AsyncClient, asker: Asker) -> None:
    for method, path in _calls(asker):
        for headers in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer "}):
            response = await caller.request(method, path, headers=headers, json={})
            assert response.status_code == 401, path
            assert response.headers["WWW-Authenticate"] == "Bearer"
            assert_error(response, "unauthorized")


async def test_another_conversation_looks_like_none(
    caller: httpx.AsyncClient, asker: Asker
) -> None:
    await asker.say(UNKNOWN)
    number = (await asker.messages())[-1]["reply"]["ticket"]["number"]
    stranger = await open_asker(caller)
    nobody = Asker(caller, {"id": "0" * 20, "token": stranger.token})
    bodies = {"text": "x", "option_id": "2.1", "score": 5}

    for theirs, none in zip(_calls(asker, number), _calls(nobody, "20260101-0001"), strict=True):
        there, absent = [
            await caller.request(method, path, headers=stranger.headers, json=bodies)
            for method, path in (theirs, none)
        ]
        assert there.status_code == absent.status_code == 404, theirs
        assert there.text == absent.text
    assert len(await asker.messages()) == 2


async def test_what_a_manager_writes_arrives_and_a_note_does_not(
    office: Services, asker: Asker
) -> None:
    await asker.say(UNKNOWN)
    await office.database.write(act(actions.note, "先问问规划科"), asker.id)
    await office.database.write(answer("可以合建。"), asker.id)

    messages = await asker.messages()
    assert [m["text"] for m in messages][2:] == ["可以合建。"]
    assert (messages[2]["author"], messages[2]["staff_name"]) == ("manager", MANAGER)
    assert "先问问规划科" not in (await asker.get("/messages")).text


async def test_a_ticket_is_followed_and_rated(office: Services, asker: Asker) -> None:
    number = (await asker.say(UNKNOWN))["reply"]["ticket"]["number"]
    path = f"/api/v1/tickets/{number}/rating"

    async def rate(**body: Any) -> httpx.Response:
        return await asker.client.post(path, headers=asker.headers, json=body)

    assert_error(await rate(score=5), "conflict")
    await office.database.write(answer("可以合建。"), asker.id)
    await office.database.write(act(actions.resolve), asker.id)
    for wrong in ({}, {"score": 0}, {"score": 6}, {"score": True}, {"score": "5"}):
        refused = await rate(**wrong)
        assert refused.status_code == 422
        assert_error(refused, "invalid")
    rated = await rate(score=4, comment="很快")

    assert rated.status_code == 200
    ticket = (await asker.get("/messages")).json()["tickets"][0]
    assert ticket == rated.json()
    assert (ticket["number"], ticket["status"], ticket["rating"]) == (number, "closed", 4)
    assert ticket["assignee"] == MANAGER
    assert (await asker.messages())[-1]["kind"] == "resolved"


async def test_what_is_not_solved_goes_on(office: Services, asker: Asker) -> None:
    await asker.say(UNKNOWN)
    await office.database.write(answer("可以合建。"), asker.id)
    await office.database.write(act(actions.resolve), asker.id)
    resolved = (await asker.messages())[-1]["reply"]
    unsolved = next(o for o in resolved["options"] if o["text"] == "还没解决")

    reply = (await asker.choose(unsolved["id"]))["reply"]

    assert reply["ticket"]["status"] == "claimed"
    assert reply["ticket"]["number"] == resolved["ticket"]["number"]


def assert_error(response: httpx.Response, code: str) -> None:
    """The one shape of an error, with a Chinese sentence."""
    body = response.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "message"]
    assert body["error"]["code"] == code
    assert not body["error"]["message"].isascii()


def _calls(asker: Asker, number: str = "20260101-0001") -> list[tuple[str, str]]:
    """All calls of an asker."""
    return [
        ("POST", f"{asker.path}/messages"),
        ("POST", f"{asker.path}/choices"),
        ("GET", f"{asker.path}/messages"),
        ("GET", f"{asker.path}/attachments/abc"),
        ("GET", f"{asker.path}/events"),
        ("POST", f"/api/v1/tickets/{number}/rating"),
    ]
