"""Photos, files and voice messages over the chat API."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from handoff.conversations import LARGEST_ATTACHMENT
from tests.web_office import UNKNOWN, Asker, open_asker

pytest_plugins = ["tests.web_fixtures"]

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
BOUNDARY = "----part"


async def upload(asker: Asker, name: str, content: bytes, kind: str, **data: str) -> httpx.Response:
    return await asker.post("/messages", files={"file": (name, content, kind)}, data=data)


@pytest.mark.parametrize(
    ("name", "media_type", "kind", "disposition"),
    [
        ("现场.png", "image/png", "photo", "inline"),
        ("录音.ogg", "audio/ogg", "voice", "attachment"),
        ("方案.pdf", "application/pdf", "file", "attachment"),
        ("page.html", "text/html", "file", "attachment"),
        ("logo.svg", "image/svg+xml", "photo", "attachment"),
    ],
)
async def test_a_file_is_kept_and_handed_over(
    asker: Asker, name: str, media_type: str, kind: str, disposition: str
) -> None:
    sent = await upload(asker, name, PNG, media_type, text="请看附件")

    assert sent.json()["reply"]["kind"] == "handoff"
    message = (await asker.messages())[0]
    assert (message["text"], message["kind"]) == ("请看附件", kind)
    attachment = message["attachment"]
    assert (attachment["filename"], attachment["size"]) == (name, len(PNG))
    file = await asker.get(f"/attachments/{attachment['id']}")
    assert file.content == PNG
    assert file.headers["Content-Disposition"].startswith(disposition)
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "html" not in file.headers["Content-Type"]


async def test_a_file_of_another_conversation_is_not_there(
    caller: httpx.AsyncClient, asker: Asker
) -> None:
    await upload(asker, "a.png", PNG, "image/png")
    attachment = (await asker.messages())[0]["attachment"]["id"]
    stranger = await open_asker(caller)

    assert (await stranger.get(f"/attachments/{attachment}")).status_code == 404


async def test_a_repeated_file_is_kept_once(asker: Asker) -> None:
    first = await upload(asker, "a.png", PNG, "image/png", client_id="f1")
    again = await upload(asker, "a.png", PNG, "image/png", client_id="f1")

    assert first.json()["message_id"] == again.json()["message_id"]
    assert [m["author"] for m in await asker.messages()] == ["asker", "assistant"]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"files": {"other": ("a.png", PNG, "image/png")}}, 422, "invalid"),
        ({"files": {"file": ("a.png", b"", "image/png")}}, 422, "invalid"),
        ({"files": [("file", ("a", PNG)), ("file", ("b", PNG))]}, 400, "bad_request"),
        (
            {"content": b"no part", "headers": {"Content-Type": "multipart/form-data"}},
            400,
            "bad_request",
        ),
    ],
)
async def test_a_form_is_refused(
    asker: Asker, request_: dict[str, Any], status: int, code: str
) -> None:
    request = {**request_, "headers": {**asker.headers, **request_.get("headers", {})}}
    response = await asker.client.post(f"{asker.path}/messages", **request)

    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert not response.json()["error"]["message"].isascii()
    assert await asker.messages() == []


class Body:
    """The body of an upload that is as long as one reads, in pieces of 1 MB."""

    def __init__(self) -> None:
        self.read = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        yield (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
        ).encode()
        while self.read < 3 * LARGEST_ATTACHMENT:
            self.read += 1 << 20
            yield bytes(1 << 20)


async def test_reading_stops_when_a_file_is_too_large(asker: Asker) -> None:
    body = Body()
    headers = {**asker.headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

    response = await asker.client.post(
        f"{asker.path}/messages", headers=headers, content=body.pieces()
    )

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"
    assert "20 MB" in response.json()["error"]["message"]
    assert body.read < 1.1 * LARGEST_ATTACHMENT


async def test_a_stranger_cannot_upload(caller: httpx.AsyncClient, asker: Asker) -> None:
    body = Body()
    headers = {
        "Authorization": "Bearer wrong",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }

    response = await caller.post(f"{asker.path}/messages", headers=headers, content=body.pieces())

    assert response.status_code == 404
    assert body.read == 0


async def test_a_file_joins_the_open_ticket(asker: Asker) -> None:
    number = (await asker.say(UNKNOWN))["reply"]["ticket"]["number"]

    sent = await upload(asker, "a.png", PNG, "image/png")

    assert sent.json()["reply"]["ticket"]["number"] == number
