"""What /openapi.json says of the calls is what they take and give; its page works offline."""

import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.app import create_app
from bot.services import open_services
from bot.settings import Settings

Operations = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("openapi")
    async with open_services(Settings(data_dir=folder, starter=False)) as services:
        return create_app(services)


@pytest.fixture(scope="module")
def operations(app: FastAPI) -> Operations:
    """The calls of the contract by method and path."""
    return {
        (method, path): operation
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/api/")
    }


def test_every_call_states_the_one_shape_of_an_error(operations: Operations) -> None:
    for call, operation in operations.items():
        responses = operation["responses"]
        assert "422" not in responses, call  # the framework's own shape, which is never sent
        for status in ("4XX", "5XX"):
            (media_type, content), *others = responses[status]["content"].items()
            assert (media_type, others) == ("application/json", []), call
            assert content["schema"]["required"] == ["error"], call


def test_every_call_states_who_may_make_it(operations: Operations) -> None:
    free = {("post", "/api/v1/conversations"), ("post", "/api/v1/staff/login")}
    for (method, path), operation in operations.items():
        asker = "/conversations" in path or path.endswith("/rating")
        stated = [name for each in operation.get("security", ()) for name in each]
        wanted = [] if (method, path) in free else ["咨询人令牌" if asker else "工作人员令牌"]
        assert stated == wanted, (method, path)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/api/v1/faq/import", {"file"}),
        (
            "/api/v1/policies",
            {
                "file",
                "title",
                "number",
                "issuer",
                "region",
                "issued_on",
                "effective_from",
                "expires_on",
            },
        ),
    ],
)
def test_an_upload_states_its_form(operations: Operations, path: str, fields: set[str]) -> None:
    content = operations["post", path]["requestBody"]["content"]
    assert set(content["multipart/form-data"]["schema"]["properties"]) == fields


def test_an_export_states_its_formats(operations: Operations) -> None:
    content = operations["get", "/api/v1/faq/export"]["responses"]["200"]["content"]
    assert {"application/json", "text/csv; charset=utf-8"} < set(content)


async def test_the_page_of_the_calls_loads_nothing_from_elsewhere(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        page = (await client.get("/docs")).text
        assert not re.findall(r"(?:https?:)?//[\w.]+", page.replace("//www.w3.org", ""))
        addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert addresses
        for address in addresses:
            assert (await client.get(address)).status_code == 200, address
