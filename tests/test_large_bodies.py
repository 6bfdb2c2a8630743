"""Nobody fills the memory of the server, least of all one who has not signed in."""

from collections.abc import AsyncIterator

import httpx
import pytest

pytest_plugins = ["tests.web_fixtures"]

MB = 1024 * 1024


class Sent:
    """A body without end, which counts what was read of it."""

    def __init__(self) -> None:
        self.megabytes = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        while self.megabytes < 300:
            self.megabytes += 1
            yield b"x" * MB


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("POST", "/api/v1/staff/login", 3),
        ("PATCH", "/api/v1/faq/entries/x", 3),
        ("POST", "/api/v1/conversations", 1),
    ],
)
async def test_a_body_without_end_is_not_read(
    caller: httpx.AsyncClient, method: str, path: str, most: int
) -> None:
    sent = Sent()
    headers = {"Content-Type": "application/json"}
    answer = await caller.request(method, path, content=sent.pieces(), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert sent.megabytes <= most


async def test_a_form_without_end_is_not_read(caller: httpx.AsyncClient) -> None:
    sent = Sent()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await caller.post("/desk/login", content=sent.pieces(), headers=headers)
    assert answer.status_code in (400, 413)
    assert sent.megabytes <= 3


async def test_a_form_without_files_takes_none(caller: httpx.AsyncClient) -> None:
    files = {"password": ("a.bin", b"x" * 1000)}
    assert (await caller.post("/desk/login", files=files)).status_code == 400
